// Live queries: who shows a list or a record is told when it changes.
#pragma once

#import <Cotmoc/CTMQuery.h>

NS_ASSUME_NONNULL_BEGIN

struct cotmoc_subscription;

/// What a commit changed in a result: ids of records. Immutable; any thread.
NS_SWIFT_NAME(Change)
@interface CTMChange : NSObject {
@private
    NSDictionary *_object;
    NSString *_JSONText;
}
CTM_NO_PLAIN_INIT
@property(nonatomic, readonly) CTM_ARRAY(NSString *) * entered;
@property(nonatomic, readonly) CTM_ARRAY(NSString *) * changed;
@property(nonatomic, readonly) CTM_ARRAY(NSString *) * left;
/// The same as the library wrote it.
@property(nonatomic, readonly) NSString *JSONText;
@end

/// Is told of changes once after each commit: of local edits before their call returns, of what a sync
/// received when it is committed. On the thread of that call or sync, in an autorelease pool of its own,
/// never inside a transaction. It may call any method of the replica but close, suspend and running a sync
/// (CTMErrorBusy), and may cancel subscriptions, its own too. Other threads that use the replica wait
/// meanwhile, so it does not wait for one of them: it hands the change to the main queue asynchronously. What
/// it throws is written with NSLog and dropped.
NS_SWIFT_NAME(Observer)
@protocol CTMObserver <NSObject>
- (void)resultDidChange:(CTMChange *)change;
@end

/// Lasts until it is cancelled or deallocated; it retains the replica and the observer until then. Any
/// thread.
NS_SWIFT_NAME(ReplicaSubscription)
@interface CTMSubscription : NSObject {
@private
    CTMReplica *_replica;
    struct cotmoc_subscription *_handle;
}
CTM_NO_PLAIN_INIT
/// Once this returns the observer is not told any more, unless it is the one that this is called in. Again:
/// nothing.
- (void)cancel;
@end

@interface CTMReplica (CTMObservers)
/// From now on. For the first result read a cursor after it: what comes between the two calls is told. nil:
/// all records.
- (CTMSubscription *_Nullable)observeQuery:(CTMQuery *_Nullable)query
                                  observer:(id<CTMObserver>)observer
                                     error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(observe(_:observer:));
/// One record, which need not exist yet; a whole UUID. It is told as changed, whatever became of it.
- (CTMSubscription *_Nullable)observeRecord:(NSString *)identifier
                                   observer:(id<CTMObserver>)observer
                                      error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(observe(record:observer:));
@end

NS_ASSUME_NONNULL_END
