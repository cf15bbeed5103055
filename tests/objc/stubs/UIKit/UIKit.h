// UIKit as far as it is used here. See ../README.md.
#pragma once
#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN
typedef NSString *UIApplicationLaunchOptionsKey;
typedef NSUInteger UIBackgroundTaskIdentifier;
extern const UIBackgroundTaskIdentifier UIBackgroundTaskInvalid;
// Posted in an app with scenes and in one without, by the UIApplication.
extern NSNotificationName const UIApplicationDidEnterBackgroundNotification;
extern NSNotificationName const UIApplicationWillEnterForegroundNotification;
@interface UIResponder : NSObject
@end
@interface UIApplication : UIResponder
- (UIBackgroundTaskIdentifier)beginBackgroundTaskWithName:(NSString *_Nullable)name
                                        expirationHandler:(void (^_Nullable)(void))handler;
- (void)endBackgroundTask:(UIBackgroundTaskIdentifier)task;
@end
@protocol UIApplicationDelegate <NSObject>
@optional
- (BOOL)application:(UIApplication *)application
    didFinishLaunchingWithOptions:(NSDictionary<UIApplicationLaunchOptionsKey, id> *_Nullable)options;
@end
int UIApplicationMain(int argc, char *_Nullable *_Nonnull argv, NSString *_Nullable principal,
                      NSString *_Nullable delegate);
NS_ASSUME_NONNULL_END
