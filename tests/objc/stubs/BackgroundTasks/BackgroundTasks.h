// BackgroundTasks as far as it is used here. See ../README.md.
#pragma once
#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN
@interface BGTask : NSObject
@property(copy) void (^_Nullable expirationHandler)(void);
- (void)setTaskCompletedWithSuccess:(BOOL)success;
@end
@interface BGAppRefreshTask : BGTask
@end
@interface BGTaskRequest : NSObject
@property(copy) NSDate *_Nullable earliestBeginDate;
@end
@interface BGAppRefreshTaskRequest : BGTaskRequest
- (instancetype)initWithIdentifier:(NSString *)identifier;
@end
@interface BGTaskScheduler : NSObject
@property(class, readonly) BGTaskScheduler *sharedScheduler;
- (BOOL)registerForTaskWithIdentifier:(NSString *)identifier
                           usingQueue:(dispatch_queue_t _Nullable)queue
                        launchHandler:(void (^)(__kindof BGTask *task))handler;
- (BOOL)submitTaskRequest:(BGTaskRequest *)request error:(NSError *_Nullable *_Nullable)error;
@end
NS_ASSUME_NONNULL_END
