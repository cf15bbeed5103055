#import "CTMCall.hpp"

namespace {

struct Handle {
    Handle() = default;
    ~Handle() { cotmoc_bundle_free(bundle); }
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    cotmoc_bundle *bundle = nullptr;
};

uint64_t attachments_max(CTMBundleOptions *options) {
    const uint64_t most = [options attachmentsMax];
    return most != 0 ? most : uint64_t{16} << 20;
}

}  // namespace

@implementation CTMBundleOptions
@synthesize reader = _reader;
@synthesize volumeSize = _volumeSize;
@synthesize everything = _everything;
@synthesize attachments = _attachments;
@synthesize attachmentsMax = _attachmentsMax;

- (void)dealloc {
    CTM_RELEASE(_reader);
    CTM_DEALLOC_SUPER;
}

@end

@implementation CTMReplica (CTMBundles)

- (NSDictionary *)exportBundleToFile:(NSString *)path
                             options:(CTMBundleOptions *)options
                               error:(NSError **)error {
    CTMCall call(_language);
    Handle handle;
    if (!call.done(cotmoc_bundle_new(_handle, &handle.bundle, call.error()), error)) {
        return nil;
    }
    NSString *reader = [options reader];
    const uint64_t size = [options volumeSize];
    if ((reader != nil &&
         !call.done(cotmoc_bundle_set_reader(handle.bundle, CTMUtf8(reader), call.error()), error)) ||
        (size != 0 && !call.done(cotmoc_bundle_set_volume_size(handle.bundle, size, call.error()), error)) ||
        !call.done(cotmoc_bundle_set_everything(handle.bundle, [options everything] ? 1 : 0, call.error()),
                   error) ||
        !call.done(cotmoc_bundle_set_attachments(handle.bundle, [options attachments] ? 1 : 0,
                                                 attachments_max(options), call.error()),
                   error)) {
        return nil;
    }
    return call.json(
        cotmoc_bundle_export(handle.bundle, CTMUtf8(path), CTMCall::view, call.ctx(), call.error()), error);
}

- (NSDictionary *)importBundleFromFiles:(NSArray *)paths answer:(NSString *)answer error:(NSError **)error {
    CTMCall call(_language);
    Handle handle;
    if (!call.done(cotmoc_bundle_new(_handle, &handle.bundle, call.error()), error)) {
        return nil;
    }
    for (NSUInteger i = 0; i < [paths count]; ++i) {
        NSString *path = [paths objectAtIndex:i];
        if (!call.done(cotmoc_bundle_add_file(handle.bundle, CTMUtf8(path), call.error()), error)) {
            return nil;
        }
    }
    if (answer != nil &&
        !call.done(cotmoc_bundle_set_answer(handle.bundle, CTMUtf8(answer), call.error()), error)) {
        return nil;
    }
    return call.json(cotmoc_bundle_import(handle.bundle, CTMCall::view, call.ctx(), call.error()), error);
}

+ (NSDictionary *)inspectBundleFile:(NSString *)path error:(NSError **)error {
    CTMCall call(nil);
    return call.json(cotmoc_bundle_inspect(CTMUtf8(path), CTMCall::view, call.ctx(), call.error()), error);
}

@end
