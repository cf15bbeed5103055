#import "FieldBook.h"

@implementation FieldBook {
    CTMReplica *_replica;
    CTMSyncEngine *_engine;
    dispatch_queue_t _queue;
    NSUInteger _slices;  // asked for and not ended
}

- (instancetype)initWithOptions:(CTMOptions *)options error:(NSError **)error {
    self = [super init];
    if (self == nil) {
        return nil;
    }
    _replica = [[CTMReplica alloc] initWithOptions:options error:error];
    _engine = _replica != nil ? [[CTMSyncEngine alloc] initWithReplica:_replica error:error] : nil;
    _queue = dispatch_queue_create("vn.cotmoc.sync", DISPATCH_QUEUE_SERIAL);
    return _engine != nil ? self : nil;
}

- (CTMReplica *)replica {
    return _replica;
}

- (void)syncForSeconds:(NSTimeInterval)seconds
            completion:(void (^)(NSDictionary *report, NSError *error))completion {
    CTMSyncEngine *engine = _engine;
    ++_slices;
    dispatch_async(_queue, ^{
        NSError *error = nil;
        NSDictionary *report = [engine runWithOctets:0 seconds:seconds error:&error];
        dispatch_async(dispatch_get_main_queue(), ^{
            --self->_slices;
            completion(report, error);
        });
    });
}

- (void)cancelSync {
    // A cancel without a run would end the next one.
    if (_slices != 0) {
        [_engine cancelWithError:NULL];
    }
}

- (void)letGo:(void (^)(void))completion {
    CTMReplica *replica = _replica;
    [self cancelSync];
    // Behind the sync that ends now: the queue does one thing at a time.
    dispatch_async(_queue, ^{
        NSError *error = nil;
        if (![replica suspendWithError:&error]) {
            NSLog(@"not suspended: %@", error.localizedDescription);
        }
        dispatch_async(dispatch_get_main_queue(), completion);
    });
}

- (void)takeBack:(void (^)(NSError *error))completion {
    CTMReplica *replica = _replica;
    dispatch_async(_queue, ^{
        NSError *error = nil;
        NSError *failure = [replica resumeWithError:&error] ? nil : error;
        dispatch_async(dispatch_get_main_queue(), ^{
            completion(failure);
        });
    });
}

@end
