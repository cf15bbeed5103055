#import "FieldBook.h"

/// The province's; an app has it from its settings.
static NSString *const hubAddress = @"hub.example:7000";

@implementation FieldBook {
    CTMReplica *_replica;
    dispatch_queue_t _queue;
    NSMutableArray<CTMSyncEngine *> *_slices;  // asked for and not ended
}

- (instancetype)initWithReplica:(CTMReplica *)replica {
    self = [super init];
    if (self != nil) {
        _replica = replica;
        _queue = dispatch_queue_create("vn.cotmoc.sync", DISPATCH_QUEUE_SERIAL);
        _slices = [NSMutableArray array];
    }
    return self;
}

- (CTMReplica *)replica {
    return _replica;
}

- (void)syncForSeconds:(NSTimeInterval)seconds
            completion:(void (^)(NSDictionary *report, NSError *error))completion {
    NSError *failure = nil;
    // An engine a slice: a cancel that comes when its run has just ended would else end the next slice.
    CTMSyncEngine *engine = [[CTMSyncEngine alloc] initWithReplica:_replica error:&failure];
    if (engine == nil || ![engine setHub:hubAddress error:&failure]) {
        completion(nil, failure);
        return;
    }
    [_slices addObject:engine];
    dispatch_async(_queue, ^{
        NSError *error = nil;
        NSDictionary *report = [engine runWithOctets:0 seconds:seconds error:&error];
        dispatch_async(dispatch_get_main_queue(), ^{
            [self->_slices removeObject:engine];
            completion(report, error);
        });
    });
}

- (void)cancelSync {
    for (CTMSyncEngine *engine in _slices) {
        [engine cancelWithError:NULL];
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

- (void)close:(void (^)(NSError *error))completion {
    CTMReplica *replica = _replica;
    [self cancelSync];
    dispatch_async(_queue, ^{
        NSError *error = nil;
        NSError *failure = [replica closeWithError:&error] ? nil : error;
        dispatch_async(dispatch_get_main_queue(), ^{
            completion(failure);
        });
    });
}

@end
