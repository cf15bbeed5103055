// A field book in Objective-C: makes a device, joins a province, writes a record, syncs it and lists what
// there is. docs/getting-started-objc.md goes through it.
#import <Cotmoc/Cotmoc.h>

#include <stdio.h>
#include <stdlib.h>

static void say(NSString *text) { printf("%s\n", [text UTF8String]); }

static int failed(NSError *error) {
    NSString *advice = [error localizedRecoverySuggestion];
    fprintf(stderr, "%s: %s\n", [[error localizedDescription] UTF8String], advice ? [advice UTF8String] : "");
    return 1;
}

// Is told how far a sync is, on the thread that runs it.
@interface Teller : NSObject <CTMSyncDelegate>
@end

@implementation Teller
- (void)syncEngine:(CTMSyncEngine *)engine didProgress:(CTMProgress *)progress {
    (void)engine;
    if ([progress stage] == CTMSyncStageOver) {
        printf("change sets moved: %u\n", (unsigned)[progress changeSets]);
    }
}
@end

// The device's keys, its empty database, and the request that the office enrols it by.
static int make(CTMOptions *options, NSString *name) {
    NSError *error = nil;
    CTMReplica *replica = [[CTMReplica alloc] initByCreatingDevice:name options:options error:&error];
    NSString *request = [replica requestWithError:&error];
    if (request == nil) {
        return failed(error);
    }
    say(request);
    [replica release];
    return 0;
}

// The office's grant; a person has compared the fingerprint with the poster.
static int join(CTMReplica *replica, NSString *path, NSString *fingerprint) {
    NSError *error = nil;
    NSData *grant = [NSData dataWithContentsOfFile:path];
    return [replica joinWithGrant:grant root:fingerprint error:&error] ? 0 : failed(error);
}

static int add(CTMReplica *replica, NSString *head) {
    NSError *error = nil;
    NSDictionary *fields =
        [NSDictionary dictionaryWithObjectsAndKeys:@"incoming", @"direction", head, @"head", nil];
    NSString *identifier = [replica addRecordOfKind:@"delegation" fields:fields space:nil error:&error];
    if (identifier == nil) {
        return failed(error);
    }
    printf("added a record with an id of %u letters\n", (unsigned)[identifier length]);
    return 0;
}

// A cursor reads record by record, however many there are.
static int list(CTMReplica *replica) {
    NSError *error = nil;
    CTMCursor *cursor = [replica cursorOfQuery:nil error:&error];
    CTMRecord *record = nil;
    while ((record = [cursor nextWithError:&error]) != nil) {
        static const char *const states[] = {"local", "sealed", "hub", "province", "unknown"};
        printf("%s, %s\n", [[[record fields] objectForKey:@"head"] UTF8String], states[[record state]]);
    }
    return [cursor atEnd] ? 0 : failed(error);
}

// At most a minute and a million octets; what is left over goes with the next slice.
static int syncSlice(CTMReplica *replica, NSString *hub) {
    NSError *error = nil;
    Teller *teller = [[[Teller alloc] init] autorelease];
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:replica error:&error] autorelease];
    [engine setDelegate:teller];
    if (![engine setHub:hub error:&error] || [engine runWithOctets:1000000 seconds:60 error:&error] == nil) {
        return failed(error);
    }
    return 0;
}

static int work(CTMReplica *replica, NSArray *words) {
    NSString *command = [words objectAtIndex:2];
    if ([words count] == 5 && [command isEqualToString:@"join"]) {
        return join(replica, [words objectAtIndex:3], [words objectAtIndex:4]);
    }
    if ([words count] == 4 && [command isEqualToString:@"add"]) {
        return add(replica, [words objectAtIndex:3]);
    }
    if ([words count] == 4 && [command isEqualToString:@"sync"]) {
        return syncSlice(replica, [words objectAtIndex:3]);
    }
    return list(replica);
}

int main(void) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    NSArray *words = [[NSProcessInfo processInfo] arguments];
    const char *passphrase = getenv("COTMOC_PASSPHRASE");
    int status = 2;
    if ([words count] < 3 || passphrase == NULL) {
        fprintf(stderr, "usage: sample FOLDER make NAME | join GRANT ROOT | add HEAD | sync HUB | list\n");
    } else {
        NSError *error = nil;
        NSData *secret = [[NSString stringWithUTF8String:passphrase] dataUsingEncoding:NSUTF8StringEncoding];
        CTMOptions *options = [[[CTMOptions alloc] initWithDirectory:[words objectAtIndex:1]
                                                          passphrase:secret] autorelease];
        if ([words count] == 4 && [[words objectAtIndex:2] isEqualToString:@"make"]) {
            status = make(options, [words objectAtIndex:3]);
        } else {
            CTMReplica *replica = [[[CTMReplica alloc] initWithOptions:options error:&error] autorelease];
            status = replica != nil ? work(replica, words) : failed(error);
        }
    }
    [pool drain];
    return status;
}
