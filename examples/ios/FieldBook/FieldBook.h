// The app's replica over its life: open, in the background, suspended, back.
#pragma once

#import <Cotmoc/Cotmoc.h>

NS_ASSUME_NONNULL_BEGIN

/// Owns the replica. Syncs run on a queue of its own. Main thread.
@interface FieldBook : NSObject
- (instancetype)init NS_UNAVAILABLE;
- (instancetype)initWithReplica:(CTMReplica *)replica NS_DESIGNATED_INITIALIZER;
@property(nonatomic, readonly) CTMReplica *replica;

/// One slice on the queue; `completion` on the main thread.
- (void)syncForSeconds:(NSTimeInterval)seconds
            completion:(void (^)(NSDictionary *_Nullable report, NSError *_Nullable error))completion;
/// Ends the slices asked for so far, and no later one.
- (void)cancelSync;
/// Ends the sync and lets go of the database's lock, then calls `completion` on the main thread. iOS ends an
/// app that is suspended with a lock held (0xdead10cc).
- (void)letGo:(void (^)(void))completion;
/// Takes the lock again, after a letGo that still goes on; `completion` on the main thread. CTMErrorBusy if
/// another process, such as an extension of the app, has it. It is no error if it was not let go.
- (void)takeBack:(void (^)(NSError *_Nullable error))completion;
/// Ends the sync and closes the replica for good; `completion` on the main thread.
- (void)close:(void (^)(NSError *_Nullable error))completion;
@end

NS_ASSUME_NONNULL_END
