// Syncs while the app is in front, and for some seconds whenever iOS grants a refresh in the background.
#import "AppDelegate.h"

#import <BackgroundTasks/BackgroundTasks.h>

#import "FieldBook+Phone.h"

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
    // Not the delegate's methods of these names: an app with scenes, as Xcode makes it, does not call them.
    NSNotificationCenter *center = NSNotificationCenter.defaultCenter;
    [center addObserver:self
               selector:@selector(enterBackground:)
                   name:UIApplicationDidEnterBackgroundNotification
                 object:nil];
    [center addObserver:self
               selector:@selector(enterForeground:)
                   name:UIApplicationWillEnterForegroundNotification
                 object:nil];
    return YES;
}

- (FieldBook *)book {
    return _book;
}

- (BOOL)createDevice:(NSString *)name passphrase:(NSData *)passphrase error:(NSError **)error {
    FieldBook *book = [FieldBook createDevice:name passphrase:passphrase error:error];
    _book = book ?: _book;
    return book != nil;
}

- (BOOL)openWithPassphrase:(NSData *)passphrase error:(NSError **)error {
    // A second tap is told that it is busy, and leaves the one that is open.
    FieldBook *book = [FieldBook openWithPassphrase:passphrase error:error];
    _book = book ?: _book;
    return book != nil;
}

- (void)wipeWithPassphrase:(NSData *)passphrase
          discardingUnsent:(BOOL)discard
                completion:(void (^)(NSError *error))completion {
    void (^wipe)(void) = ^{
        NSError *error = nil;
        const BOOL done = [FieldBook wipeWithPassphrase:passphrase discardingUnsent:discard error:&error];
        completion(done ? nil : error);
    };
    if (_book == nil) {
        wipe();
        return;
    }
    [_book close:^(NSError *busy) {
        if (busy != nil) {
            completion(busy);
            return;
        }
        self->_book = nil;
        wipe();
    }];
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

- (void)enterBackground:(NSNotification *)notification {
    UIApplication *application = notification.object;
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

- (void)enterForeground:(NSNotification *)notification {
    (void)notification;
    _inBackground = NO;
    [_book takeBack:^(NSError *busy) {
        if (busy != nil) {
            NSLog(@"not resumed: %@", busy.localizedDescription);
        }
    }];
}

@end
