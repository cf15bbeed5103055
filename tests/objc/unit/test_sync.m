#import "runner.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

// A pipe of the app: a socket of its own to the hub.
@interface SocketPipe : NSObject <CTMTransport> {
@public
    int wire;
    int opened;
    int closed;
    BOOL throwsInOpen;
    BOOL losesInReceive;
    uint64_t received;
}
@end

@implementation SocketPipe
- (BOOL)openWithTimeout:(NSTimeInterval)timeout error:(NSError **)error {
    CHECK(timeout > 0);
    if (throwsInOpen) {
        [NSException raise:@"PipeException" format:@"no wire"];
    }
    NSArray *parts = [ctm_test_hub() componentsSeparatedByString:@":"];
    struct addrinfo *found = NULL;
    if (getaddrinfo([[parts objectAtIndex:0] UTF8String], [[parts objectAtIndex:1] UTF8String], NULL,
                    &found) != 0) {
        *error = CTMMakeError(CTMErrorConnectionFailed, nil);
        return NO;
    }
    wire = socket(found->ai_family, SOCK_STREAM, 0);
    const BOOL good = connect(wire, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    ++opened;
    if (!good) {
        *error = CTMMakeError(CTMErrorConnectionFailed, nil);
    }
    return good;
}
- (BOOL)sendOctets:(const uint8_t *)octets
              size:(NSUInteger)size
             taken:(NSUInteger *)taken
             error:(NSError **)error {
    const ssize_t sent = send(wire, octets, size, 0);
    if (sent < 0) {
        *error = CTMMakeError(CTMErrorConnectionLost, nil);
        return NO;
    }
    *taken = (NSUInteger)sent;
    return YES;
}
- (NSData *)receiveUpTo:(NSUInteger)size timeout:(NSTimeInterval)timeout error:(NSError **)error {
    struct pollfd waiting = {wire, POLLIN, 0};
    if (losesInReceive) {
        *error = CTMMakeError(CTMErrorConnectionLost, nil);
        return nil;
    }
    if (poll(&waiting, 1, (int)(timeout * 1000)) == 0) {
        return [NSData data];
    }
    NSMutableData *octets = [NSMutableData dataWithLength:size];
    const ssize_t got = recv(wire, [octets mutableBytes], size, 0);
    if (got <= 0) {
        *error = CTMMakeError(CTMErrorConnectionLost, nil);
        return nil;
    }
    received += (uint64_t)got;
    [octets setLength:(NSUInteger)got];
    return octets;
}
- (void)close {
    ++closed;
    close(wire);
}
@end

// Follows a sync; cancels or throws if asked to.
@interface Follower : NSObject <CTMSyncDelegate> {
@public
    int told;
    int sessions;
    BOOL throws;
    BOOL cancels;
    NSInteger innerCode;
    CTMReplica *replica;
}
@end

@implementation Follower
- (void)syncEngine:(CTMSyncEngine *)engine didProgress:(CTMProgress *)progress {
    ++told;
    CHECK([progress stage] <= CTMSyncStageOver);
    if (throws) {
        [NSException raise:@"FollowException" format:@"out of breath"];
    }
    if (cancels) {
        CHECK([engine cancelWithError:NULL]);
    }
    if (replica != nil) {
        NSError *error = nil;
        CHECK([replica statusWithError:&error] != nil);
        CHECK(![replica closeWithError:&error]);
        innerCode = [error code];
    }
}
- (void)syncEngine:(CTMSyncEngine *)engine sessionDidEnd:(NSDictionary *)report {
    CHECK([report objectForKey:@"error"] != nil);
    ++sessions;
    [engine cancelWithError:NULL];
}
@end

static CTMSyncEngine *engine_of(CTMReplica *replica) {
    CTMSyncEngine *engine = [[CTMSyncEngine alloc] initWithReplica:replica error:NULL];
    CHECK(engine != nil);
    return [engine autorelease];
}

TEST(a_slice_over_tcp) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"slice");
    CTMSyncEngine *engine = engine_of(replica);
    CHECK_FAILS(CTMErrorNoHub, [engine runWithOctets:0 seconds:0 error:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [engine setHub:@"nowhere" error:&error]);
    CHECK([engine setHub:@"127.0.0.1:1" error:&error]);
    CHECK_FAILS(CTMErrorConnectionFailed, [engine runWithOctets:0 seconds:0 error:&error]);
    CHECK([[[error userInfo] objectForKey:CTMErrorRetryKey] integerValue] != CTMRetryNever);
    CHECK(![[[[error userInfo] objectForKey:CTMErrorReportKey] objectForKey:@"complete"] boolValue]);

    Follower *follower = [[[Follower alloc] init] autorelease];
    follower->replica = replica;
    [engine setDelegate:follower];
    CHECK([engine setHub:ctm_test_hub() error:&error]);
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"An")
                                              space:nil
                                              error:&error];
    NSDictionary *report = [engine runWithOctets:0 seconds:30 error:&error];
    CHECK([[report objectForKey:@"complete"] boolValue]);
    CHECK([[[report objectForKey:@"sent"] objectForKey:@"change_sets"] integerValue] == 1);
    CHECK(follower->told > 0);
    CHECK(follower->innerCode == CTMErrorBusy);
    CHECK([[replica recordWithIdentifier:identifier error:&error] state] == CTMRecordStateHub);
    CHECK([engine setMetered:YES batteryLow:YES error:&error]);
    CHECK([engine requestWithError:&error]);
    CHECK([engine noteNetworkChangedWithError:&error]);
    CHECK([engine watchWithInterval:0 error:&error]);
    CHECK(follower->sessions == 1);
}

TEST(a_delegate_ends_a_sync) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"ends");
    CTMSyncEngine *engine = engine_of(replica);
    Follower *follower = [[[Follower alloc] init] autorelease];
    [engine setDelegate:follower];
    CHECK([engine setHub:ctm_test_hub() error:&error]);
    follower->throws = YES;
    CHECK_FAILS(CTMErrorHost, [engine runWithOctets:0 seconds:0 error:&error]);
    NSError *thrown = [[error userInfo] objectForKey:NSUnderlyingErrorKey];
    CHECK([[thrown localizedDescription] isEqual:@"FollowException: out of breath"]);
    follower->throws = NO;
    CHECK([engine cancelWithError:&error]);
    NSDictionary *report = [engine runWithOctets:0 seconds:0 error:&error];
    CHECK(report != nil && ![[report objectForKey:@"complete"] boolValue]);
    report = [engine runWithOctets:0 seconds:0 error:&error];
    CHECK([[report objectForKey:@"complete"] boolValue]);
    [engine setDelegate:nil];
    CHECK([engine runWithOctets:0 seconds:0 error:&error] != nil);
    // Too late for its own run, and it ends no run of another engine.
    CHECK([engine cancelWithError:&error]);
    CTMSyncEngine *next = engine_of(replica);
    report = [next runWithOctets:0 seconds:0 error:&error];
    CHECK([[report objectForKey:@"complete"] boolValue]);
}

TEST(a_pipe_of_the_app) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"pipe");
    CTMSyncEngine *engine = engine_of(replica);
    SocketPipe *pipe = [[[SocketPipe alloc] init] autorelease];
    CHECK([engine setTransport:pipe error:&error]);
    pipe->throwsInOpen = YES;
    CHECK_FAILS(CTMErrorHost, [engine runWithOctets:0 seconds:0 error:&error]);
    CHECK([[[[error userInfo] objectForKey:NSUnderlyingErrorKey] localizedDescription]
        isEqual:@"PipeException: no wire"]);
    pipe->throwsInOpen = NO;
    pipe->losesInReceive = YES;
    CHECK_FAILS(CTMErrorConnectionLost, [engine runWithOctets:0 seconds:0 error:&error]);
    pipe->losesInReceive = NO;
    NSDictionary *report = [engine runWithOctets:0 seconds:0 error:&error];
    CHECK([[report objectForKey:@"complete"] boolValue]);
    CHECK(pipe->received > 0);
    CHECK(pipe->opened == pipe->closed);
    CHECK([engine setTransport:nil error:&error]);
    CHECK([pipe retainCount] == 1);
}

// Writes records while a sync runs in another thread.
@interface Writer : NSObject {
@public
    CTMReplica *replica;
    NSConditionLock *done;
    int written;
}
@end

@implementation Writer
- (void)write:(id)unused {
    (void)unused;
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    for (int i = 0; i < 25; ++i) {
        written += [replica addRecordOfKind:@"delegation"
                                     fields:ctm_test_fields(@"Luồng")
                                      space:nil
                                      error:NULL] != nil;
    }
    [pool drain];
    [done lock];
    [done unlockWithCondition:[done condition] + 1];
}
@end

TEST(threads_write_while_a_sync_runs) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"threads");
    CTMSyncEngine *engine = engine_of(replica);
    CHECK([engine setHub:ctm_test_hub() error:&error]);
    NSConditionLock *done = [[[NSConditionLock alloc] initWithCondition:0] autorelease];
    NSMutableArray *writers = [NSMutableArray array];
    for (int i = 0; i < 4; ++i) {
        Writer *writer = [[[Writer alloc] init] autorelease];
        writer->replica = replica;
        writer->done = done;
        [writers addObject:writer];
        [NSThread detachNewThreadSelector:@selector(write:) toTarget:writer withObject:nil];
    }
    while ([done condition] != 4) {
        CHECK([engine runWithOctets:0 seconds:0 error:&error] != nil);
    }
    [done lockWhenCondition:4];
    [done unlock];
    CHECK([[[engine runWithOctets:0 seconds:0 error:&error] objectForKey:@"complete"] boolValue]);
    int written = 0;
    for (NSUInteger i = 0; i < [writers count]; ++i) {
        written += ((Writer *)[writers objectAtIndex:i])->written;
    }
    CHECK(written == 100);
    CHECK([[replica recordsOfQuery:nil error:&error] count] >= 100);
}

TEST(bundles) {
    NSError *error = nil;
    CTMReplica *writer = ctm_test_device(@"bundle-writer");
    CTMReplica *reader = ctm_test_device(@"bundle-reader");
    CTMSyncEngine *engine = engine_of(writer);
    CHECK([engine setHub:ctm_test_hub() error:&error]);
    CHECK([engine runWithOctets:0 seconds:0 error:&error] != nil);
    CHECK([writer addRecordOfKind:@"delegation" fields:ctm_test_fields(@"Gói") space:nil
                            error:&error] != nil);
    CTMBundleOptions *options = [[[CTMBundleOptions alloc] init] autorelease];
    NSString *path = ctm_test_path(@"volume");
    [options setReader:@"nobody"];
    CHECK_FAILS(CTMErrorUnknownDevice, [writer exportBundleToFile:path options:options error:&error]);
    [options setReader:nil];
    [options setVolumeSize:1];
    CHECK_FAILS(CTMErrorOutOfBounds, [writer exportBundleToFile:path options:options error:&error]);
    [options setVolumeSize:0];
    [options setEverything:YES];
    CHECK([[writer exportBundleToFile:path options:options error:&error] objectForKey:@"files"] != nil);
    CHECK_FAILS(CTMErrorFileExists, [writer exportBundleToFile:path options:nil error:&error]);
    CHECK([CTMReplica inspectBundleFile:path error:&error] != nil);
    [options setAttachments:YES];
    [options setVolumeSize:64 * 1024];
    NSString *more = ctm_test_path(@"more");
    CHECK_FAILS(CTMErrorOutOfBounds, [writer exportBundleToFile:more options:options error:&error]);
    [options setVolumeSize:0];
    NSDictionary *carried = [[writer exportBundleToFile:more options:options
                                                  error:&error] objectForKey:@"attachments"];
    CHECK([[carried objectForKey:@"carried"] integerValue] == 0);
    NSArray *files = [NSArray arrayWithObject:path];
    NSDictionary *read = [reader importBundleFromFiles:files answer:nil error:&error];
    CHECK([[read objectForKey:@"complete"] boolValue]);
    NSMutableData *damaged = [NSMutableData dataWithContentsOfFile:path];
    [damaged setLength:[damaged length] - 1];
    [damaged writeToFile:path atomically:YES];
    CHECK_FAILS(CTMErrorBundleDamaged, [reader importBundleFromFiles:files answer:nil error:&error]);
    CHECK([[error userInfo] objectForKey:CTMErrorReportKey] != nil);
    CHECK_FAILS(CTMErrorCannotReadFile, [CTMReplica inspectBundleFile:ctm_test_path(@"none") error:&error]);
}
