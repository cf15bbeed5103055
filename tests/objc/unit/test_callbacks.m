#import "runner.h"

#import <Foundation/NSDebug.h>

static int released;

// Keeps the key file in memory; goes wrong in the way that a test asks for.
@interface MemoryStore : NSObject <CTMKeyStore> {
@public
    NSData *file;
    NSError *failure;
    BOOL throws;
}
@end

@implementation MemoryStore
- (void)dealloc {
    ++released;
    [file release];
    [failure release];
    [super dealloc];
}
- (NSData *)loadKeyFileWithError:(NSError **)error {
    if (throws) {
        [NSException raise:@"KeyException" format:@"no key chain"];
    }
    if (failure != nil || file == nil) {
        *error = failure != nil ? failure : CTMMakeError(CTMErrorNoReplica, nil);
        return nil;
    }
    return file;
}
- (BOOL)saveKeyFile:(NSData *)saved error:(NSError **)error {
    (void)error;
    [file release];
    file = [saved copy];
    return YES;
}
@end

TEST(custody_of_the_key_file) {
    NSError *error = nil;
    released = 0;
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    MemoryStore *store = [[MemoryStore alloc] init];
    CTMOptions *options = ctm_test_options(@"custody");
    [options setKeyStore:store];
    CHECK_FAILS(CTMErrorNoReplica, [[CTMReplica alloc] initWithOptions:options error:&error]);
    CTMReplica *replica = [[CTMReplica alloc] initByCreatingDevice:@"custody" options:options error:&error];
    CHECK(replica != nil);
    CHECK([store->file length] != 0);
    CHECK(![[NSFileManager defaultManager] fileExistsAtPath:ctm_test_path(@"custody/key.cotmoc")]);
    [replica release];

    store->failure = [CTMMakeError(CTMErrorNoKeyCustody, @"locked") retain];
    CHECK_FAILS(CTMErrorNoKeyCustody, [[CTMReplica alloc] initWithOptions:options error:&error]);
    [store->failure release];
    store->failure = [[NSError errorWithDomain:NSCocoaErrorDomain code:7 userInfo:nil] retain];
    CHECK_FAILS(CTMErrorHost, [[CTMReplica alloc] initWithOptions:options error:&error]);
    CHECK([[[error userInfo] objectForKey:NSUnderlyingErrorKey] code] == 7);
    store->throws = YES;
    CHECK_FAILS(CTMErrorHost, [[CTMReplica alloc] initWithOptions:options error:&error]);
    NSError *thrown = [[error userInfo] objectForKey:NSUnderlyingErrorKey];
    CHECK([[thrown localizedDescription] isEqual:@"KeyException: no key chain"]);
    store->throws = NO;
    [store->failure release];
    store->failure = nil;
    // What went wrong once is not told again of another call.
    CHECK_FAILS(CTMErrorNoReplica, [[CTMReplica alloc] initWithOptions:ctm_test_options(@"nobody")
                                                                 error:&error]);
    CHECK([[error userInfo] objectForKey:NSUnderlyingErrorKey] == nil);

    replica = [[CTMReplica alloc] initWithOptions:options error:&error];
    CHECK(replica != nil);
    [options setKeyStore:nil];
    [store release];
    CHECK(released == 0);
    CHECK([replica infoWithError:&error] != nil);
    [replica release];
    [pool drain];
    CHECK(released == 1);
}

// Counts lines.
@interface Lines : NSObject <CTMLog> {
@public
    int lines;
    BOOL throws;
}
@end

@implementation Lines
- (void)logLine:(NSString *)line level:(CTMLogLevel)level {
    CHECK([line length] != 0 && level >= CTMLogLevelDebug && level <= CTMLogLevelError);
    ++lines;
    if (throws) {
        [NSException raise:@"LogException" format:@"no paper"];
    }
}
@end

TEST(the_log_tells_and_may_fail) {
    NSError *error = nil;
    Lines *log = [[[Lines alloc] init] autorelease];
    CTMOptions *options = ctm_test_options(@"log");
    [options setLog:log];
    [options setLogLevel:CTMLogLevelDebug];
    CTMReplica *replica = [[[CTMReplica alloc] initByCreatingDevice:@"log" options:options
                                                              error:&error] autorelease];
    CHECK(log->lines > 0);
    log->throws = YES;
    CHECK_FAILS(CTMErrorBadId, [replica recordWithIdentifier:@"?" error:&error]);
    CHECK([[error userInfo] objectForKey:NSUnderlyingErrorKey] == nil);
}

// Notes what it is told of.
@interface Watcher : NSObject <CTMObserver> {
@public
    NSMutableArray *told;
    CTMSubscription *cancels;
    BOOL throws;
}
@end

@implementation Watcher
- (instancetype)init {
    if ((self = [super init]) != nil) {
        told = [[NSMutableArray alloc] init];
    }
    return self;
}
- (void)dealloc {
    ++released;
    [told release];
    [super dealloc];
}
- (void)resultDidChange:(CTMChange *)change {
    [told addObject:change];
    [cancels cancel];
    if (throws) {
        [NSException raise:@"WatchException" format:@"no eyes"];
    }
}
@end

TEST(observers_are_told) {
    NSError *error = nil;
    released = 0;
    CTMReplica *replica = ctm_test_device(@"observers");
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    Watcher *watcher = [[Watcher alloc] init];
    CTMQuery *query = [[[CTMQuery alloc] initWithRecordKind:@"delegation"] autorelease];
    CTMSubscription *subscription = [[replica observeQuery:query observer:watcher error:&error] retain];
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"An")
                                              space:nil
                                              error:&error];
    CHECK([watcher->told count] == 1);
    CHECK([[[watcher->told lastObject] entered] isEqual:[NSArray arrayWithObject:identifier]]);
    CHECK([[[watcher->told lastObject] left] count] == 0);
    watcher->throws = YES;
    CHECK([replica deleteRecord:identifier error:&error]);
    CHECK([[[watcher->told lastObject] left] isEqual:[NSArray arrayWithObject:identifier]]);
    watcher->throws = NO;
    watcher->cancels = subscription;
    CHECK([replica restoreRecord:identifier error:&error] != nil);
    CHECK([watcher->told count] == 3);
    CHECK([replica deleteRecord:identifier error:&error]);
    CHECK([watcher->told count] == 3);
    [subscription cancel];
    [subscription release];

    CHECK_FAILS(CTMErrorBadId, [replica observeRecord:@"12" observer:watcher error:&error]);
    subscription = [[replica observeRecord:identifier observer:watcher error:&error] retain];
    watcher->cancels = nil;
    CHECK([replica restoreRecord:identifier error:&error] != nil);
    CHECK([[[watcher->told lastObject] changed] isEqual:[NSArray arrayWithObject:identifier]]);
    [watcher release];
    CHECK(released == 0);
    [subscription release];
    [query setKind:@"ship"];
    CHECK_FAILS(CTMErrorUnknownKind, [replica observeQuery:query observer:nil error:&error]);
    [pool drain];
    CHECK(released == 1);
}

static BOOL is_wiped(NSData *octets) {
    const unsigned char *each = [octets bytes];
    for (NSUInteger i = 0; i < [octets length]; ++i) {
        if (each[i] != 0) {
            return NO;
        }
    }
    return [octets length] != 0;
}

// Has a secret beside the key file.
@interface SecretStore : MemoryStore {
@public
    NSMutableData *given;
}
@end

@implementation SecretStore
- (void)dealloc {
    [given release];
    [super dealloc];
}
- (NSData *)hardwareSecretWithError:(NSError **)error {
    (void)error;
    [given release];
    given = [[NSMutableData alloc] initWithLength:32];
    memset([given mutableBytes], 7, 32);
    return given;
}
@end

TEST(secrets_are_wiped) {
    NSError *error = nil;
    NSData *own = [@"một câu đủ dài để mở" dataUsingEncoding:NSUTF8StringEncoding];
    CTMOptions *options = [[CTMOptions alloc] initWithDirectory:ctm_test_path(@"wiped") passphrase:own];
    NSData *first = [[options passphrase] retain];
    CHECK([first isEqual:own]);
    NSData *other = [@"một câu khác cũng dài" dataUsingEncoding:NSUTF8StringEncoding];
    [options setPassphrase:other];
    CHECK(is_wiped(first));
    NSData *second = [[options passphrase] retain];
    CHECK([second isEqual:other]);
    [options setKdf:@"low"];
    SecretStore *store = [[SecretStore alloc] init];
    [options setKeyStore:store];
    CTMReplica *replica = [[CTMReplica alloc] initByCreatingDevice:@"wiped" options:options error:&error];
    CHECK(replica != nil);
    CHECK([store->given length] == 32 && is_wiped(store->given));
    [replica release];
    [options release];
    CHECK(is_wiped(second));
    CHECK(!is_wiped(own) && !is_wiped(other));
    [store release];
    [first release];
    [second release];
}

// Owns what it was subscribed with, as a view's controller does.
@interface Owner : NSObject <CTMObserver> {
@public
    CTMSubscription *own;
}
@end

@implementation Owner
- (void)resultDidChange:(CTMChange *)change {
    (void)change;
}
- (void)dealloc {
    ++released;
    [own cancel];
    [own release];
    [super dealloc];
}
@end

TEST(an_observer_may_own_its_subscription) {
    NSError *error = nil;
    released = 0;
    CTMReplica *replica = ctm_test_device(@"owned");
    for (int i = 0; i < 2; ++i) {
        NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
        Owner *owner = [[Owner alloc] init];
        owner->own = [[replica observeQuery:nil observer:owner error:&error] retain];
        CHECK(owner->own != nil);
        [owner release];
        [pool drain];
    }
    CHECK(released == 0);
    CHECK([replica closeWithError:&error]);
    CHECK(released == 2);
}

TEST(nothing_is_left_behind) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"left");
    Watcher *watcher = [[[Watcher alloc] init] autorelease];
    CTMSubscription *subscription = [replica observeQuery:nil observer:watcher error:&error];
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"An")
                                              space:nil
                                              error:&error];
    GSDebugAllocationActive(YES);
    Class classes[] = {[CTMRecord class], [CTMChange class],      [CTMCursor class],
                       [CTMQuery class],  [NSMutableArray class], [NSMutableDictionary class],
                       [NSError class]};
    int before[7];
    for (int round = 0; round < 300; ++round) {
        NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
        NSNumber *people = [NSNumber numberWithInt:round];
        NSDictionary *fields = [NSDictionary dictionaryWithObject:people forKey:@"people"];
        CHECK([replica editRecord:identifier fields:fields error:&error] != nil);
        [watcher->told removeAllObjects];
        CHECK([[replica recordsOfQuery:nil error:&error] count] == 1);
        CHECK([replica recordWithIdentifier:@"?" error:&error] == nil);
        [[replica cursorOfQuery:nil error:&error] nextWithError:&error];
        [pool drain];
        for (int i = 0; i < 7; ++i) {
            const int now = GSDebugAllocationCount(classes[i]);
            if (round == 0) {
                before[i] = now;
            } else if (round == 299) {
                CHECK(now == before[i]);
            }
        }
    }
    GSDebugAllocationActive(NO);
    [subscription cancel];
}
