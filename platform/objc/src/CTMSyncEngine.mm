#import "CTMHost.hpp"
#import "CTMJson.hpp"
#include "CTMTime.hpp"

@interface CTMProgress (CTMMaking)
- (instancetype)initWithProgress:(const cotmoc_progress &)progress;
@end

@implementation CTMProgress
@synthesize stage = _stage;
@synthesize noProgress = _noProgress;
@synthesize octetsUp = _octetsUp;
@synthesize octetsDown = _octetsDown;
@synthesize changeSets = _changeSets;
@synthesize expected = _expected;
@synthesize left = _left;

- (instancetype)initWithProgress:(const cotmoc_progress &)progress {
    self = [super init];
    if (self != nil) {
        _stage = static_cast<CTMSyncStage>(progress.stage);
        _noProgress = progress.no_progress != 0;
        _octetsUp = progress.octets_up;
        _octetsDown = progress.octets_down;
        _changeSets = progress.change_sets;
        _expected = progress.expected;
        _left = progress.left_ms < 0 ? -1 : static_cast<double>(progress.left_ms) / 1000;
    }
    return self;
}

@end

/// What the library calls while a sync runs. It knows the engine without retaining it: the engine owns the
/// sync, which owns this.
@interface CTMSyncBox : NSObject {
@public
#if __has_feature(objc_arc)
    __weak CTMSyncEngine *_engine;
    __weak id<CTMSyncDelegate> _delegate;
#else
    CTMSyncEngine *_engine;
    id<CTMSyncDelegate> _delegate;
#endif
}
@end

@implementation CTMSyncBox
@end

namespace {

cotmoc_status progressed(void *ctx, const cotmoc_progress *progress) {
    return CTMCallHost([=] {
        CTMSyncBox *box = CTM_OBJECT(CTMSyncBox *, ctx);
        CTMSyncEngine *engine = box->_engine;
        id<CTMSyncDelegate> delegate = box->_delegate;
        if ([(id)delegate respondsToSelector:@selector(syncEngine:didProgress:)]) {
            CTMProgress *told = CTM_AUTORELEASE([[CTMProgress alloc] initWithProgress:*progress]);
            [delegate syncEngine:engine didProgress:told];
        }
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

cotmoc_status session_ended(void *ctx, const char *text, size_t size) {
    return CTMCallHost([=] {
        CTMSyncBox *box = CTM_OBJECT(CTMSyncBox *, ctx);
        CTMSyncEngine *engine = box->_engine;
        id<CTMSyncDelegate> delegate = box->_delegate;
        if ([(id)delegate respondsToSelector:@selector(syncEngine:sessionDidEnd:)]) {
            [delegate syncEngine:engine sessionDidEnd:CTMJsonRead(std::string_view(text, size))];
        }
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

}  // namespace

@implementation CTMSyncEngine

- (instancetype)initWithReplica:(CTMReplica *)replica error:(NSError **)error {
    self = [super init];
    if (self == nil) {
        return nil;
    }
    _replica = CTM_RETAIN(replica);
    CTMSyncBox *box = [[CTMSyncBox alloc] init];
    box->_engine = self;
    _delegateBox = box;
    CTMCall call([_replica ctm_language]);
    if (!call.done(cotmoc_sync_new([_replica ctm_handle], &_handle, call.error()), error)) {
        CTM_RELEASE(self);
        return nil;
    }
    cotmoc_progress_sink sink = {};
    sink.size = sizeof sink;
    sink.ctx = CTM_CONTEXT(box);
    sink.drop = CTMDrop;
    sink.progress = progressed;
    const cotmoc_status status = cotmoc_sync_set_progress(_handle, &sink, call.error());
    if (status != COTMOC_OK) {
        CTMDrop(sink.ctx);
        call.done(status, error);
        CTM_RELEASE(self);
        return nil;
    }
    return self;
}

- (void)dealloc {
    cotmoc_sync_free(_handle);
    CTM_RELEASE(_delegateBox);
    CTM_RELEASE(_replica);
    CTM_DEALLOC_SUPER;
}

- (id<CTMSyncDelegate>)delegate {
    return static_cast<CTMSyncBox *>(_delegateBox)->_delegate;
}

- (void)setDelegate:(id<CTMSyncDelegate>)delegate {
    static_cast<CTMSyncBox *>(_delegateBox)->_delegate = delegate;
}

- (BOOL)setHub:(NSString *)address error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_sync_set_hub(_handle, CTMUtf8(address), call.error()), error);
}

- (BOOL)setPeer:(NSString *)peer error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_sync_set_peer(_handle, CTMUtf8(peer), call.error()), error);
}

- (BOOL)wantAttachment:(NSString *)name
              ofRecord:(NSString *)identifier
                 field:(NSString *)field
             thumbnail:(BOOL)thumbnail
                 error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_sync_want_attachment(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMUtf8(name),
                                                 thumbnail ? 1 : 0, call.error()),
                     error);
}

- (BOOL)setTransport:(id<CTMTransport>)transport error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    if (transport == nil) {
        return call.done(cotmoc_sync_set_transport(_handle, nullptr, call.error()), error);
    }
    const cotmoc_transport pipe = CTMTransportOf(transport);
    const cotmoc_status status = cotmoc_sync_set_transport(_handle, &pipe, call.error());
    if (status != COTMOC_OK) {
        CTMDrop(pipe.ctx);
    }
    return call.done(status, error);
}

- (BOOL)setAttachments:(CTMSyncAttachments)carry octetsMax:(uint64_t)octetsMax error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    const auto which = static_cast<int32_t>(carry);
    return call.done(cotmoc_sync_set_attachments(_handle, which, octetsMax, call.error()), error);
}

- (NSDictionary *)runWithOctets:(uint64_t)octetsMax seconds:(NSTimeInterval)seconds error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.json(cotmoc_sync_run(_handle, octetsMax, CTMMilliseconds(seconds), CTMCall::view, call.ctx(),
                                     call.error()),
                     error);
}

- (BOOL)watchWithInterval:(NSTimeInterval)interval error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    void *context = CTM_CONTEXT(_delegateBox);
    // Never by itself, rather than all the time.
    const uint64_t milliseconds = interval > 0 ? CTMMilliseconds(interval) : 0;
    const cotmoc_status status =
        cotmoc_sync_watch(_handle, milliseconds, session_ended, context, call.error());
    CTMDrop(context);
    return call.done(status, error);
}

- (NSArray *)pruneSpace:(NSString *)space error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.json(cotmoc_sync_prune(_handle, CTMUtf8(space), CTMCall::view, call.ctx(), call.error()),
                     error);
}

- (BOOL)requestWithError:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_sync_request(_handle, call.error()), error);
}

- (BOOL)noteNetworkChangedWithError:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_sync_network_changed(_handle, call.error()), error);
}

- (BOOL)setMetered:(BOOL)metered batteryLow:(BOOL)batteryLow error:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_sync_set_hints(_handle, metered ? 1 : 0, batteryLow ? 1 : 0, call.error()),
                     error);
}

- (BOOL)cancelWithError:(NSError **)error {
    CTMCall call([_replica ctm_language]);
    return call.done(cotmoc_sync_cancel(_handle, call.error()), error);
}

@end
