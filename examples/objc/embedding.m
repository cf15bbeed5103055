// The scenario of tests/e2e/embedding.md in Objective-C: each command opens a replica whose key file this
// program keeps itself, does one step and prints what came of it.
#import <Cotmoc/Cotmoc.h>

#include <stdio.h>
#include <stdlib.h>

static void say(NSString *text) { printf("%s\n", [text UTF8String]); }

/// An object of the library as one line.
static BOOL sayObject(id object) {
    NSData *text = object ? [NSJSONSerialization dataWithJSONObject:object options:0 error:NULL] : nil;
    if (text == nil) {
        return NO;
    }
    say([[[NSString alloc] initWithData:text encoding:NSUTF8StringEncoding] autorelease]);
    return YES;
}

static id objectOf(NSString *text) {
    NSData *octets = [text dataUsingEncoding:NSUTF8StringEncoding];
    return [NSJSONSerialization JSONObjectWithData:octets options:NSJSONReadingAllowFragments error:NULL];
}

/// A value on its own: as the only one of an array.
static id valueOf(NSString *text) {
    return [objectOf([NSString stringWithFormat:@"[%@]", text]) objectAtIndex:0];
}

// Custody of the key file in a file of the program's own. An app writes to the Keychain: examples/ios.
@interface Vault : NSObject <CTMKeyStore> {
    NSString *_path;
}
- (instancetype)initWithPath:(NSString *)path;
@end

@implementation Vault
- (instancetype)initWithPath:(NSString *)path {
    if ((self = [super init]) != nil) {
        _path = [path copy];
    }
    return self;
}
- (void)dealloc {
    [_path release];
    [super dealloc];
}
- (NSData *)loadKeyFileWithError:(NSError **)error {
    NSData *file = [NSData dataWithContentsOfFile:_path];
    if (file == nil && error != NULL) {
        *error = CTMMakeError(CTMErrorNoReplica, _path);
    }
    return file;
}
- (BOOL)saveKeyFile:(NSData *)file error:(NSError **)error {
    if ([file writeToFile:_path atomically:YES]) {
        return YES;
    }
    if (error != NULL) {
        *error = CTMMakeError(CTMErrorIoError, _path);
    }
    return NO;
}
@end

@interface Steps : NSObject <CTMObserver, CTMSyncDelegate> {
    CTMReplica *_replica;
    NSArray *_words;  // after DIR and VAULT
    uint64_t _cancelAt;
}
- (instancetype)initWithReplica:(CTMReplica *)replica words:(NSArray *)words;
- (BOOL)run:(NSString *)command error:(NSError **)error;
@end

@implementation Steps
- (instancetype)initWithReplica:(CTMReplica *)replica words:(NSArray *)words {
    if ((self = [super init]) != nil) {
        _replica = [replica retain];
        _words = [words retain];
    }
    return self;
}
- (void)dealloc {
    [_replica release];
    [_words release];
    [super dealloc];
}
- (NSString *)word:(NSUInteger)place {
    return [_words objectAtIndex:place];
}

- (void)resultDidChange:(CTMChange *)change {
    say([change JSONText]);
}
- (void)syncEngine:(CTMSyncEngine *)engine didProgress:(CTMProgress *)progress {
    if (_cancelAt != 0 && [progress octetsDown] >= _cancelAt) {
        [engine cancelWithError:NULL];
    }
}

- (BOOL)sayRecord:(CTMRecord *)record {
    if (record == nil) {
        return NO;
    }
    say([record JSONText]);
    return YES;
}
- (BOOL)sayAllOf:(CTMQuery *)query error:(NSError **)error {
    CTMCursor *cursor = [_replica cursorOfQuery:query error:error];
    while ([self sayRecord:[cursor nextWithError:error]]) {
    }
    return [cursor atEnd];
}
- (NSDictionary *)syncWith:(NSString *)hub error:(NSError **)error {
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:_replica error:error] autorelease];
    [engine setDelegate:self];
    if (engine == nil || ![engine setHub:hub error:error]) {
        return nil;
    }
    return [engine runWithOctets:0 seconds:0 error:error];
}

- (BOOL)join:(NSError **)error {
    return [_replica joinWithGrant:[NSData dataWithContentsOfFile:[self word:0]]
                              root:[self word:1]
                             error:error];
}
- (BOOL)add:(NSError **)error {
    NSString *made = [_replica addRecordOfKind:[self word:0]
                                        fields:objectOf([self word:1])
                                         space:nil
                                         error:error];
    if (made != nil) {
        say(made);
    }
    return made != nil;
}
- (BOOL)edit:(NSError **)error {
    return [self sayRecord:[_replica editRecord:[self word:0] fields:objectOf([self word:1]) error:error]];
}
- (BOOL)show:(NSError **)error {
    return [self sayRecord:[_replica recordWithIdentifier:[self word:0] error:error]];
}
- (BOOL)list:(NSError **)error {
    CTMQuery *query = [[[CTMQuery alloc] initWithRecordKind:[self word:0]] autorelease];
    return [self sayAllOf:query error:error];
}
- (BOOL)search:(NSError **)error {
    CTMQuery *query = [[[CTMQuery alloc] init] autorelease];
    [query setWords:[self word:0]];
    return [self sayAllOf:query error:error];
}
- (BOOL)history:(NSError **)error {
    return sayObject([_replica historyOfRecord:[self word:0] error:error]);
}
- (BOOL)conflicts:(NSError **)error {
    CTMConflictCursor *cursor = [_replica conflictsOfQuery:nil error:error];
    CTMConflict *conflict = nil;
    while ((conflict = [cursor nextWithError:error]) != nil) {
        say([conflict JSONText]);
    }
    return [cursor atEnd];
}
- (BOOL)take:(NSError **)error {
    const NSUInteger number = (NSUInteger)[[self word:2] integerValue];
    return [_replica takeValue:number ofRecord:[self word:0] field:[self word:1] shown:nil error:error];
}
- (BOOL)set:(NSError **)error {
    return [_replica settleRecord:[self word:0]
                            field:[self word:1]
                            value:valueOf([self word:2])
                            shown:nil
                            error:error];
}
- (BOOL)acknowledge:(NSError **)error {
    return [_replica acknowledgeRecord:[self word:0] field:[self word:1] shown:nil error:error];
}
- (BOOL)sync:(NSError **)error {
    _cancelAt = [_words count] > 1 ? (uint64_t)[[self word:1] longLongValue] : 0;
    return sayObject([self syncWith:[self word:0] error:error]);
}
- (BOOL)live:(NSError **)error {
    CTMQuery *query = [[[CTMQuery alloc] initWithRecordKind:[self word:0]] autorelease];
    CTMSubscription *subscription = [_replica observeQuery:query observer:self error:error];
    const BOOL done = subscription != nil &&
                      [_replica addRecordOfKind:[self word:0]
                                         fields:objectOf([self word:2])
                                          space:nil
                                          error:error] != nil &&
                      [self syncWith:[self word:1] error:error] != nil;
    [subscription cancel];
    return done;
}
- (BOOL)attach:(NSError **)error {
    return sayObject([_replica attachFile:[self word:2]
                                 toRecord:[self word:0]
                                    field:[self word:1]
                                    error:error]);
}
- (BOOL)fetch:(NSError **)error {
    return [_replica saveAttachment:nil
                           ofRecord:[self word:0]
                              field:[self word:1]
                             toFile:[self word:2]
                              error:error];
}
- (BOOL)export:(NSError **)error {
    CTMBundleOptions *options = [[[CTMBundleOptions alloc] init] autorelease];
    [options setReader:[self word:1]];
    return sayObject([_replica exportBundleToFile:[self word:0] options:options error:error]);
}
- (BOOL)import:(NSError **)error {
    NSArray *files = [NSArray arrayWithObject:[self word:0]];
    return sayObject([_replica importBundleFromFiles:files answer:nil error:error]);
}
- (BOOL)suspend:(NSError **)error {
    return [_replica suspendWithError:error] && [_replica resumeWithError:error] && [self show:error];
}
- (BOOL)status:(NSError **)error {
    return sayObject([_replica statusWithError:error]);
}
- (BOOL)digests:(NSError **)error {
    return sayObject([_replica digestsWithError:error]);
}
- (BOOL)verify:(NSError **)error {
    return sayObject([_replica verifyWithError:error]);
}

- (BOOL)run:(NSString *)command error:(NSError **)error {
    const SEL step = NSSelectorFromString([command stringByAppendingString:@":"]);
    BOOL (*run)
    (id, SEL, NSError **) = (BOOL(*)(id, SEL, NSError **))(void (*)(void))[self methodForSelector:step];
    return run(self, step, error);
}
@end

static NSUInteger wordsOf(NSString *command) {
    NSDictionary *counts = objectOf(
        @"{\"create\":1,\"join\":2,\"add\":2,\"edit\":2,\"show\":1,\"list\":1,\"search\":1,\"history\":1,"
        @"\"conflicts\":0,\"take\":3,\"set\":3,\"acknowledge\":2,\"sync\":1,\"live\":3,\"attach\":3,"
        @"\"fetch\":3,"
        @"\"export\":2,\"import\":1,\"suspend\":1,\"status\":0,\"digests\":0,\"verify\":0}");
    NSNumber *count = [counts objectForKey:command];
    return count ? (NSUInteger)[count unsignedIntegerValue] : NSNotFound;
}

static BOOL run(NSArray *words, NSError **error) {
    NSString *command = [words objectAtIndex:1];
    const char *passphrase = getenv("COTMOC_PASSPHRASE");
    NSString *secret = [NSString stringWithUTF8String:passphrase ? passphrase : ""];
    CTMOptions *options =
        [[[CTMOptions alloc] initWithDirectory:[words objectAtIndex:2]
                                    passphrase:[secret dataUsingEncoding:NSUTF8StringEncoding]] autorelease];
    [options setKeyStore:[[[Vault alloc] initWithPath:[words objectAtIndex:3]] autorelease]];
    [options setKdf:@"low"];  // the scenario opens it often; an app takes phone
    NSArray *rest = [words subarrayWithRange:NSMakeRange(4, [words count] - 4)];
    if ([command isEqualToString:@"create"]) {
        CTMReplica *made = [[[CTMReplica alloc] initByCreatingDevice:[rest objectAtIndex:0]
                                                             options:options
                                                               error:error] autorelease];
        NSString *request = [made requestWithError:error];
        if (request != nil) {
            say(request);
        }
        return request != nil;
    }
    CTMReplica *replica = [[[CTMReplica alloc] initWithOptions:options error:error] autorelease];
    Steps *steps = [[[Steps alloc] initWithReplica:replica words:rest] autorelease];
    return replica != nil && [steps run:command error:error];
}

int main(void) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    NSArray *words = [[NSProcessInfo processInfo] arguments];
    int status = 0;
    if ([words count] < 4 || [words count] - 4 < wordsOf([words objectAtIndex:1]) ||
        wordsOf([words objectAtIndex:1]) == NSNotFound) {
        fprintf(stderr, "usage: embedding COMMAND DIR VAULT ...; see tests/e2e/embedding.md\n");
        status = 2;
    } else {
        NSError *error = nil;
        if (!run(words, &error)) {
            NSDictionary *told = [error userInfo];
            fprintf(stderr, "error %s %s\n", [[told objectForKey:CTMErrorNameKey] UTF8String],
                    [[told objectForKey:CTMErrorDetailKey] UTF8String]);
            status = 1;
        }
    }
    [pool drain];
    return status;
}
