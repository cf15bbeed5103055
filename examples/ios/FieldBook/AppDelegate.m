// Syncs while the app is in front, and for some seconds whenever iOS grants a refresh in the background.
#import "AppDelegate.h"

#import <BackgroundTasks/BackgroundTasks.h>

#import "FieldBook.h"
#import "KeychainStore.h"

/// Stands in Info.plist under BGTaskSchedulerPermittedIdentifiers too.
static NSString *const refreshTask = @"vn.cotmoc.fieldbook.refresh";
/// iOS grants about thirty.
static const NSTimeInterval refreshSeconds = 20;

@implementation AppDelegate {
    FieldBook *_book;
    BOOL _inBackground;
}

- (BOOL)application:(UIApplication *)application
    didFinishLaunchingWithOptions:(NSDictionary<UIApplicationLaunchOptionsKey, id> *)launchOptions {
    (void)application;
    (void)launchOptions;
    // Before launching ends, as the scheduler demands.
    [BGTaskScheduler.sharedScheduler registerForTaskWithIdentifier:refreshTask
                                                        usingQueue:dispatch_get_main_queue()
                                                     launchHandler:^(BGTask *task) {
                                                         [self refresh:(BGAppRefreshTask *)task];
                                                     }];
    return YES;
}

/// Called by the screen on which the person has typed the PIN.
- (BOOL)openWithPassphrase:(NSData *)passphrase error:(NSError **)error {
    NSFileManager *files = NSFileManager.defaultManager;
    NSURL *support = [files URLForDirectory:NSApplicationSupportDirectory
                                   inDomain:NSUserDomainMask
                          appropriateForURL:nil
                                     create:YES
                                      error:error];
    if (support == nil) {
        return NO;
    }
    NSURL *directory = [support URLByAppendingPathComponent:@"replica"];
    NSURL *state = [support URLByAppendingPathComponent:@"state"];
    [files createDirectoryAtURL:state withIntermediateDirectories:YES attributes:nil error:NULL];
    // What notices a restored backup must not come back with it.
    [state setResourceValue:@YES forKey:NSURLIsExcludedFromBackupKey error:NULL];
    CTMOptions *options = [[CTMOptions alloc] initWithDirectory:directory.path passphrase:passphrase];
    options.keyStore = [[KeychainStore alloc] initWithService:@"vn.cotmoc.fieldbook"];
    options.stateDirectory = state.path;
    options.language = @"vi";
    _book = [[FieldBook alloc] initWithOptions:options error:error];
    return _book != nil;
}

- (void)scheduleRefresh {
    BGAppRefreshTaskRequest *request = [[BGAppRefreshTaskRequest alloc] initWithIdentifier:refreshTask];
    request.earliestBeginDate = [NSDate dateWithTimeIntervalSinceNow:15 * 60];
    NSError *error = nil;
    if (![BGTaskScheduler.sharedScheduler submitTaskRequest:request error:&error]) {
        NSLog(@"no refresh: %@", error.localizedDescription);
    }
}

- (void)refresh:(BGAppRefreshTask *)task {
    [self scheduleRefresh];
    FieldBook *book = _book;
    if (book == nil) {
        // The process was started for this task, and nobody has typed the PIN.
        [task setTaskCompletedWithSuccess:NO];
        return;
    }
    // Called on a thread of its own.
    task.expirationHandler = ^{
        dispatch_async(dispatch_get_main_queue(), ^{
            [book cancelSync];
        });
    };
    [book takeBack:^(NSError *busy) {
        if (busy != nil) {
            [task setTaskCompletedWithSuccess:NO];
            return;
        }
        [book syncForSeconds:refreshSeconds
                  completion:^(NSDictionary *report, NSError *failure) {
                      [self end:task success:failure == nil && [report[@"complete"] boolValue]];
                  }];
    }];
}

- (void)end:(BGTask *)task success:(BOOL)success {
    if (!_inBackground) {
        // The person has opened the app meanwhile, which goes on using the replica.
        [task setTaskCompletedWithSuccess:success];
        return;
    }
    [_book letGo:^{
        [task setTaskCompletedWithSuccess:success];
    }];
}

- (void)applicationDidEnterBackground:(UIApplication *)application {
    _inBackground = YES;
    [self scheduleRefresh];
    FieldBook *book = _book;
    if (book == nil) {
        return;
    }
    // Time to end the sync and to let go of the lock; if it runs out first, cancelling has been asked for
    // already.
    __block UIBackgroundTaskIdentifier time = UIBackgroundTaskInvalid;
    void (^end)(void) = ^{
        if (time != UIBackgroundTaskInvalid) {
            [application endBackgroundTask:time];
            time = UIBackgroundTaskInvalid;
        }
    };
    time = [application beginBackgroundTaskWithName:@"let go of the database" expirationHandler:end];
    [book letGo:end];
}

- (void)applicationWillEnterForeground:(UIApplication *)application {
    (void)application;
    _inBackground = NO;
    [_book takeBack:^(NSError *busy) {
        if (busy != nil) {
            NSLog(@"not resumed: %@", busy.localizedDescription);
        }
    }];
}

@end
