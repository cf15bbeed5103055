#import "CTMHost.hpp"

namespace {

/// A cotmoc_text_fn whose ctx is an id<CTMLineReader>.
cotmoc_status give_line(void *ctx, const char *text, size_t size) {
    return CTMCallHost([=] {
        NSString *line = CTMStringOf(std::string(text, size));
        return static_cast<cotmoc_status>([CTM_OBJECT(id<CTMLineReader>, ctx) readLine:line] ? COTMOC_OK
                                                                                             : COTMOC_STOP);
    });
}

}  // namespace

@implementation CTMReplica (CTMExports)

- (BOOL)exportTableOfKind:(NSString *)kind
                    space:(NSString *)space
                   reader:(id<CTMLineReader>)reader
                    error:(NSError **)error {
    CTMCall call(_language);
    void *context = CTM_CONTEXT(reader);
    const cotmoc_status status =
        cotmoc_replica_export_csv(_handle, CTMUtf8(kind), CTMUtf8(space), give_line, context, call.error());
    CTMDrop(context);
    return call.done(status, error);
}

- (NSDictionary *)exportSignedToFile:(NSString *)path error:(NSError **)error {
    CTMCall call(_language);
    return call.json(
        cotmoc_replica_export_signed(_handle, CTMUtf8(path), CTMCall::view, call.ctx(), call.error()), error);
}

+ (NSDictionary *)verifySignedFile:(NSString *)path root:(NSString *)root error:(NSError **)error {
    CTMCall call(nil);
    return call.json(
        cotmoc_verify_file(CTMUtf8(path), CTMUtf8(root), CTMCall::view, call.ctx(), call.error()), error);
}

@end
