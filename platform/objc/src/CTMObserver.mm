#import "CTMHost.hpp"
#import "CTMJson.hpp"

@interface CTMChange (CTMMaking)
- (instancetype)initWithText:(const std::string &)text;
@end

@implementation CTMChange

- (instancetype)initWithText:(const std::string &)text {
    self = [super init];
    if (self != nil) {
        _object = CTM_RETAIN(CTMJsonRead(text));
        _JSONText = CTM_RETAIN(CTMStringOf(text));
    }
    return self;
}

- (void)dealloc {
    CTM_RELEASE(_object);
    CTM_RELEASE(_JSONText);
    CTM_DEALLOC_SUPER;
}

- (NSArray *)entered {
    return [_object objectForKey:@"entered"];
}

- (NSArray *)changed {
    return [_object objectForKey:@"changed"];
}

- (NSArray *)left {
    return [_object objectForKey:@"left"];
}

- (NSString *)JSONText {
    return _JSONText;
}

@end

namespace {

void changed(void *ctx, const char *change, size_t size) {
    CTMTellHost([=] {
        CTMChange *told = CTM_AUTORELEASE([[CTMChange alloc] initWithText:std::string(change, size)]);
        [CTM_OBJECT(id<CTMObserver>, ctx) resultDidChange:told];
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

cotmoc_observer observer_of(id<CTMObserver> observer) {
    cotmoc_observer made = {};
    made.size = sizeof made;
    made.ctx = CTM_CONTEXT(observer);
    made.drop = CTMDrop;
    made.changed = changed;
    return made;
}

}  // namespace

@interface CTMSubscription (CTMMaking)
- (instancetype)initWithReplica:(CTMReplica *)replica handle:(cotmoc_subscription *)handle;
@end

@implementation CTMSubscription

- (instancetype)initWithReplica:(CTMReplica *)replica handle:(cotmoc_subscription *)handle {
    self = [super init];
    if (self != nil) {
        _replica = CTM_RETAIN(replica);
        _handle = handle;
    }
    return self;
}

- (void)cancel {
    cotmoc_subscription *handle = nullptr;
    @synchronized(self) {
        handle = _handle;
        _handle = nullptr;
    }
    // Outside: it waits for a call of the observer, which may cancel too.
    cotmoc_subscription_free(handle);
}

- (void)dealloc {
    cotmoc_subscription_free(_handle);
    CTM_RELEASE(_replica);
    CTM_DEALLOC_SUPER;
}

@end

@implementation CTMReplica (CTMObservers)

- (CTMSubscription *)ctm_subscription:(cotmoc_subscription *)handle {
    CTMSubscription *subscription = [[CTMSubscription alloc] initWithReplica:self handle:handle];
    return CTM_AUTORELEASE(subscription);
}

- (CTMSubscription *)observeQuery:(CTMQuery *)query
                         observer:(id<CTMObserver>)observer
                            error:(NSError **)error {
    CTMCall call(_language);
    CTMQueryHandle made;
    CTMQuery *asked = query != nil ? query : CTM_AUTORELEASE([[CTMQuery alloc] init]);
    if ((made.handle = [asked ctm_queryWithCall:call error:error]) == nullptr) {
        return nil;
    }
    const cotmoc_observer told = observer_of(observer);
    cotmoc_subscription *handle = nullptr;
    const cotmoc_status status = cotmoc_observe_query(_handle, made.handle, &told, &handle, call.error());
    if (status != COTMOC_OK) {
        CTMDrop(told.ctx);
    }
    return call.done(status, error) ? [self ctm_subscription:handle] : nil;
}

- (CTMSubscription *)observeRecord:(NSString *)identifier
                          observer:(id<CTMObserver>)observer
                             error:(NSError **)error {
    CTMCall call(_language);
    const cotmoc_observer told = observer_of(observer);
    cotmoc_subscription *handle = nullptr;
    const cotmoc_status status =
        cotmoc_observe_record(_handle, CTMUtf8(identifier), &told, &handle, call.error());
    if (status != COTMOC_OK) {
        CTMDrop(told.ctx);
    }
    return call.done(status, error) ? [self ctm_subscription:handle] : nil;
}

@end
