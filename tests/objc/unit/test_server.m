#import "runner.h"

// Collects rows, or ends at the first one.
@interface TableRows : NSObject <CTMLineReader> {
@public
    NSMutableArray *all;
    BOOL ends;
    BOOL throws;
}
@end

@implementation TableRows
- (BOOL)readLine:(NSString *)line {
    if (throws) {
        [NSException raise:@"LineException" format:@"too long"];
    }
    [all addObject:line];
    return !ends;
}
@end

TEST(tables_and_signed_history) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"table");
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"Bảng, \"một\"")
                                              space:nil
                                              error:&error];
    TableRows *lines = [[[TableRows alloc] init] autorelease];
    lines->all = [NSMutableArray array];
    CHECK([replica exportTableOfKind:@"delegation" space:nil reader:lines error:&error]);
    CHECK([lines->all count] == 2);
    CHECK([[lines->all objectAtIndex:0] hasPrefix:@"id,space,"]);
    CHECK([[lines->all objectAtIndex:1] hasPrefix:identifier]);
    CHECK([[lines->all objectAtIndex:1] rangeOfString:@"\"Bảng, \"\"một\"\"\""].length != 0);
    lines->ends = YES;
    CHECK([replica exportTableOfKind:@"delegation" space:nil reader:lines error:&error]);
    CHECK([lines->all count] == 3);
    lines->throws = YES;
    CHECK_FAILS(CTMErrorHost, [replica exportTableOfKind:@"delegation" space:nil reader:lines error:&error]);
    CHECK_FAILS(CTMErrorUnknownKind, [replica exportTableOfKind:@"no" space:nil reader:lines error:&error]);

    NSString *path = ctm_test_path(@"history");
    CHECK([[replica exportSignedToFile:path error:&error] objectForKey:@"change_sets"] != nil);
    CHECK_FAILS(CTMErrorAlreadyExists, [replica exportSignedToFile:path error:&error]);
    NSDictionary *found = [CTMReplica verifySignedFile:path root:nil error:&error];
    CHECK([[found objectForKey:@"ok"] boolValue]);
    CHECK([[found objectForKey:@"not_checked"] count] == 2);
    NSString *root = [[found objectForKey:@"checked"] objectForKey:@"root"];
    found = [CTMReplica verifySignedFile:path root:root error:&error];
    CHECK([[found objectForKey:@"not_checked"] count] == 1);
    NSString *first = [root hasPrefix:@"2"] ? @"3" : @"2";
    NSString *other = [first stringByAppendingString:[root substringFromIndex:1]];
    found = [CTMReplica verifySignedFile:path root:other error:&error];
    CHECK(found != nil && ![[found objectForKey:@"ok"] boolValue]);
    CHECK_FAILS(CTMErrorWrongRoot, [CTMReplica verifySignedFile:path root:@"x" error:&error]);
    CHECK_FAILS(CTMErrorCannotReadFile,
                [CTMReplica verifySignedFile:ctm_test_path(@"none") root:nil error:&error]);
}

// Runs a server in a thread of its own.
@interface Serving : NSObject <CTMServerListener> {
@public
    CTMServer *server;
    NSConditionLock *state;  // 1: listens; 2: a session has ended; 3: the run has
    NSString *address;
    NSDictionary *session;
    BOOL good;
}
@end

@implementation Serving
- (void)run:(id)unused {
    (void)unused;
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    good = [server runWithListener:self error:NULL];
    [pool drain];
    [state lock];
    [state unlockWithCondition:3];
}
- (void)server:(CTMServer *)from listensAt:(NSString *)at {
    CHECK(from == server);
    [state lock];
    address = [at copy];
    [state unlockWithCondition:1];
}
- (void)server:(CTMServer *)from sessionDidEnd:(NSDictionary *)report {
    CHECK(from == server);
    [state lock];
    session = [report retain];
    [state unlockWithCondition:2];
}
- (void)dealloc {
    [address release];
    [session release];
    [super dealloc];
}
@end

static void learn(CTMReplica *replica) {
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:replica error:NULL] autorelease];
    CHECK([engine setHub:ctm_test_hub() error:NULL]);
    CHECK([engine runWithOctets:0 seconds:0 error:NULL] != nil);
}

TEST(two_devices_sync_with_no_hub) {
    NSError *error = nil;
    CTMReplica *one = ctm_test_device(@"serving");
    CTMReplica *two = ctm_test_device(@"calling");
    learn(one);
    learn(two);
    CHECK_FAILS(CTMErrorWrongUsage, [[CTMServer alloc] initWithReplica:one address:@"here" error:&error]);
    Serving *serving = [[[Serving alloc] init] autorelease];
    CTMServer *server = [[[CTMServer alloc] initWithReplica:one address:@"127.0.0.1:0"
                                                      error:&error] autorelease];
    serving->server = server;
    serving->state = [[[NSConditionLock alloc] initWithCondition:0] autorelease];
    CHECK([two addRecordOfKind:@"delegation" fields:ctm_test_fields(@"Lân cận") space:nil
                         error:&error] != nil);
    [NSThread detachNewThreadSelector:@selector(run:) toTarget:serving withObject:nil];
    [serving->state lockWhenCondition:1];
    [serving->state unlock];
    NSString *device = [[one infoWithError:&error] objectForKey:@"device"];
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:two error:&error] autorelease];
    NSString *peer = [NSString stringWithFormat:@"%@@%@", device, serving->address];
    CHECK([engine setPeer:peer error:&error]);
    CHECK([[[engine runWithOctets:0 seconds:0 error:&error] objectForKey:@"complete"] boolValue]);
    [serving->state lockWhenCondition:2];
    [serving->state unlock];
    CHECK([[serving->session objectForKey:@"error"] isEqual:@""]);
    CHECK([[one recordsOfQuery:nil error:&error] count] >= 1);
    CHECK([server cancelWithError:&error]);
    [serving->state lockWhenCondition:3];
    [serving->state unlock];
    CHECK(serving->good);
}
