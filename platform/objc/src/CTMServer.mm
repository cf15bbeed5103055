#import "CTMHost.hpp"
#import "CTMJson.hpp"

namespace {

/// Whom a run tells. On the stack of the run, which retains both.
struct Told {
    CTMServer *server;
    id<CTMServerListener> listener;
};

cotmoc_status tell(void *ctx, const char *text, size_t size) {
    return CTMCallHost([=] {
        const Told *told = static_cast<const Told *>(ctx);
        NSDictionary *line = CTMJsonRead(std::string_view(text, size));
        NSString *address = [line objectForKey:@"listening"];
        if (address != nil) {
            if ([(id)told->listener respondsToSelector:@selector(server:listensAt:)]) {
                [told->listener server:told->server listensAt:address];
            }
        } else if ([(id)told->listener respondsToSelector:@selector(server:sessionDidEnd:)]) {
            [told->listener server:told->server sessionDidEnd:line];
        }
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

}  // namespace

@implementation CTMServer

- (instancetype)initWithReplica:(CTMReplica *)replica address:(NSString *)address error:(NSError **)error {
    self = [super init];
    if (self == nil) {
        return nil;
    }
    _replica = CTM_RETAIN(replica);
    CTMCall call([_replica ctm_language]);
    if (!call.done(cotmoc_serve_new([_replica ctm_handle], &_handle, call.error()), error) ||
        !call.done(cotmoc_serve_set_listen(_handle, CTMUtf8(address), call.error()), error)) {
        CTM_RELEASE(self);
        return nil;
    }
    return self;
}

- (void)dealloc {
    cotmoc_serve_free(_handle);
    CTM_RELEASE(_replica);
    CTM_DEALLOC_SUPER;
}

- (BOOL)runWithListener:(id<CTMServerListener>)listener error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    Told told = {CTM_RETAIN(self), CTM_RETAIN(listener)};
    const cotmoc_status status = cotmoc_serve_run(_handle, tell, &told, call.error());
    const BOOL done = call.done(status, error);
    CTM_RELEASE(told.listener);
    CTM_RELEASE(told.server);
    return done;
}

- (BOOL)cancelWithError:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_serve_cancel(_handle, call.error()), error);
}

@end
