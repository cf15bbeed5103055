// UIKit as far as it is used here. See ../README.md.
#pragma once
#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN
typedef NSString *UIApplicationLaunchOptionsKey;
typedef NSUInteger UIBackgroundTaskIdentifier;
extern const UIBackgroundTaskIdentifier UIBackgroundTaskInvalid;
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
- (void)applicationDidEnterBackground:(UIApplication *)application;
- (void)applicationWillEnterForeground:(UIApplication *)application;
@end
int UIApplicationMain(int argc, char *_Nullable *_Nonnull argv, NSString *_Nullable principal,
                      NSString *_Nullable delegate);
NS_ASSUME_NONNULL_END
