// How a device comes into a province and leaves the phone.
#import "runner.h"

// A call in a thread of its own.
@interface Elsewhere : NSObject {
@public
    CTMOptions *_options;
    NSData *_answer;
    BOOL _wipe;
    BOOL _discard;
    id _given;
    NSError *_error;
    NSConditionLock *_lock;
}
- (void)run;
- (void)work:(id)nothing;
@end

@implementation Elsewhere
- (void)run {
    _lock = [[NSConditionLock alloc] initWithCondition:0];
    [NSThread detachNewThreadSelector:@selector(work:) toTarget:self withObject:nil];
    [_lock lockWhenCondition:1];
    [_lock unlock];
    [_lock release];
    [_given autorelease];
    [_error autorelease];
}
- (void)work:(id)nothing {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    (void)nothing;
    _error = nil;
    if (_wipe) {
        _given = [CTMReplica wipeWithOptions:_options discardingUnsent:_discard error:&_error];
    } else if (_answer != nil) {
        _given = [CTMReplica recoverWithOptions:_options answer:_answer error:&_error];
    } else {
        _given = [CTMReplica askRecoveryWithOptions:_options error:&_error];
    }
    [_given retain];
    [_error retain];
    [pool drain];
    [_lock lock];
    [_lock unlockWithCondition:1];
}
@end

static NSArray *wipe(CTMOptions *options, BOOL discard, NSError **error) {
    Elsewhere *call = [[[Elsewhere alloc] init] autorelease];
    call->_options = options;
    call->_wipe = YES;
    call->_discard = discard;
    [call run];
    *error = call->_error;
    return call->_given;
}

// Asks if there is no answer.
static NSDictionary *recover(CTMOptions *options, NSData *answer, NSError **error) {
    Elsewhere *call = [[[Elsewhere alloc] init] autorelease];
    call->_options = options;
    call->_answer = answer;
    [call run];
    *error = call->_error;
    return call->_given;
}

static CTMOptions *with_passphrase(CTMOptions *options, NSString *passphrase) {
    CTMOptions *other = [[options copy] autorelease];
    [other setPassphrase:ctm_test_octets(passphrase)];
    return other;
}

static NSString *text_of(NSData *printed) {
    NSString *text = [[[NSString alloc] initWithData:printed encoding:NSUTF8StringEncoding] autorelease];
    return [text stringByTrimmingCharactersInSet:[NSCharacterSet whitespaceAndNewlineCharacterSet]];
}

static NSDictionary *json_of(NSData *printed) {
    return [NSJSONSerialization JSONObjectWithData:printed options:0 error:NULL];
}

TEST(a_wipe_takes_a_replica_off_the_phone_but_not_unsent_work) {
    NSError *error = nil;
    CTMOptions *options = ctm_test_options(@"wiped-device");
    CHECK_FAILS(CTMErrorNoReplica, wipe(options, NO, &error));
    CTMReplica *replica = ctm_test_device(@"wiped-device");
    CHECK([replica addRecordOfKind:@"delegation" fields:ctm_test_fields(@"An") space:nil
                             error:&error] != nil);
    CHECK_FAILS(CTMErrorBusy, wipe(options, YES, &error));
    CHECK([replica closeWithError:&error]);
    CHECK_FAILS(CTMErrorUnsentWork, wipe(options, NO, &error));
    CHECK_FAILS(CTMErrorWrongPassphrase, wipe(with_passphrase(options, @"not that one, surely"), NO, &error));
    CHECK_FAILS(CTMErrorNoPassphrase, wipe(with_passphrase(options, @""), NO, &error));
    NSArray *removed = wipe(with_passphrase(options, @""), YES, &error);
    CHECK([removed containsObject:@"key.cotmoc"] && [removed containsObject:@"replica.db"]);
    CHECK(![[NSFileManager defaultManager] fileExistsAtPath:ctm_test_path(@"wiped-device")]);
    CHECK_FAILS(CTMErrorNoReplica, [[CTMReplica alloc] initWithOptions:options error:&error]);
}

TEST(a_forgotten_passphrase_the_offices_answer_opens_the_replica) {
    NSError *error = nil;
    CTMOptions *before = ctm_test_options(@"forgetful");
    CTMReplica *replica = ctm_test_device(@"forgetful");
    CTMOptions *after = with_passphrase(before, @"mật khẩu hoàn toàn mới");
    CHECK_FAILS(CTMErrorBusy, recover(after, nil, &error));
    CHECK([replica closeWithError:&error]);
    CHECK_FAILS(CTMErrorBadRecovery, recover(after, ctm_test_octets(@"answer"), &error));
    CHECK_FAILS(CTMErrorWeakPassphrase, recover(with_passphrase(before, @"x"), nil, &error));
    CHECK_FAILS(CTMErrorNoReplica, recover(ctm_test_options(@"nowhere"), nil, &error));
    NSDictionary *asked = recover(after, nil, &error);
    NSString *file = ctm_test_path(@"recovery-request");
    [ctm_test_octets([asked objectForKey:@"request"]) writeToFile:file atomically:YES];
    NSDictionary *answered = json_of(
        ctm_test_office([NSString stringWithFormat:@"recover '%@' --yes --json 2>/dev/null", file], @""));
    CHECK([[answered objectForKey:@"code"] isEqual:[asked objectForKey:@"code"]]);
    NSData *answer = ctm_test_octets([answered objectForKey:@"answer"]);
    CHECK_FAILS(CTMErrorBadRecovery, recover(after, ctm_test_octets(@"answer"), &error));
    CHECK_FAILS(CTMErrorBadRecovery, recover(after, [NSData data], &error));
    CHECK_FAILS(CTMErrorWrongUsage, [CTMReplica recoverWithOptions:after answer:nil error:&error]);
    CHECK_FAILS(CTMErrorWrongPassphrase, recover(before, answer, &error));
    NSDictionary *recovered = recover(after, answer, &error);
    CHECK_FAILS(CTMErrorWrongPassphrase, [[CTMReplica alloc] initWithOptions:before error:&error]);
    replica = [[[CTMReplica alloc] initWithOptions:after error:&error] autorelease];
    CHECK(
        [[[replica infoWithError:&error] objectForKey:@"device"] isEqual:[recovered objectForKey:@"device"]]);
    NSData *grant = ctm_test_enrol([recovered objectForKey:@"request"]);
    CHECK([replica joinWithGrant:grant root:ctm_test_root() error:&error]);
}

static void sync_with_hub(CTMReplica *replica) {
    NSError *error = nil;
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:replica error:&error] autorelease];
    CHECK([engine setHub:ctm_test_hub() error:&error]);
    CHECK([[[engine runWithOctets:0 seconds:60 error:&error] objectForKey:@"complete"] boolValue]);
}

TEST(a_restored_backup_is_noticed_and_gets_a_new_identity) {
    NSError *error = nil;
    NSFileManager *files = [NSFileManager defaultManager];
    CTMOptions *options = ctm_test_options(@"restored");
    [options setStateDirectory:ctm_test_path(@"state")];
    CTMReplica *replica = [[CTMReplica alloc] initByCreatingDevice:@"restored" options:options error:&error];
    NSData *grant = ctm_test_enrol([replica requestWithError:&error]);
    CHECK([replica joinWithGrant:grant root:ctm_test_root() error:&error]);
    sync_with_hub(replica);
    CHECK([replica closeWithError:&error]);
    [replica release];
    CHECK([files copyItemAtPath:ctm_test_path(@"restored") toPath:ctm_test_path(@"backup") error:&error]);
    replica = [[CTMReplica alloc] initWithOptions:options error:&error];
    NSDictionary *fields = ctm_test_fields(@"Đoàn trước");
    CHECK([replica addRecordOfKind:@"delegation" fields:fields space:nil error:&error] != nil);
    sync_with_hub(replica);
    CHECK(![[[replica infoWithError:&error] objectForKey:@"restored"] boolValue]);
    CHECK([replica closeWithError:&error]);
    [replica release];
    CHECK(wipe(options, NO, &error) != nil);
    CHECK([files moveItemAtPath:ctm_test_path(@"backup") toPath:ctm_test_path(@"restored") error:&error]);
    replica = [[[CTMReplica alloc] initWithOptions:options error:&error] autorelease];
    CHECK([[[replica infoWithError:&error] objectForKey:@"restored"] boolValue]);
    CHECK_FAILS(CTMErrorReplicaRestored, [replica addRecordOfKind:@"delegation"
                                                           fields:fields
                                                            space:nil
                                                            error:&error]);
    CHECK_FAILS(CTMErrorWrongPassphrase,
                [replica rejoinWithPassphrase:ctm_test_octets(@"not that one, surely")
                                         name:nil
                                        error:&error]);
    grant = ctm_test_enrol([replica rejoinWithPassphrase:[options passphrase] name:nil error:&error]);
    CHECK([replica joinWithGrant:grant root:ctm_test_root() error:&error]);
    sync_with_hub(replica);
    CHECK([replica addRecordOfKind:@"delegation" fields:fields space:nil error:&error] != nil);
    CTMQuery *query = [[[CTMQuery alloc] initWithRecordKind:@"delegation"] autorelease];
    [query addConditionOnField:@"head" value:@"Đoàn trước"];
    CHECK([[replica recordsOfQuery:query error:&error] count] == 2);
}

TEST(a_device_enrols_from_afar_by_nine_digits) {
    NSError *error = nil;
    CTMReplica *replica = [[[CTMReplica alloc] initByCreatingDevice:@"tu-xa"
                                                            options:ctm_test_options(@"tu-xa")
                                                              error:&error] autorelease];
    CHECK_FAILS(CTMErrorNotJoined, [replica devicesWithError:&error]);
    CHECK_FAILS(CTMErrorBadOffer, [replica requestRemotelyWithMessage:@"nonsense" error:&error]);
    NSString *said = nil;
    NSDictionary *office = nil;
    for (int i = 0; i < 2; ++i) {
        NSString *heard = [office objectForKey:@"message"];
        said = [[replica requestRemotelyWithMessage:heard error:&error] objectForKey:@"message"];
        office = json_of(ctm_test_office(@"authority enrol - --remote --json", said));
    }
    NSDictionary *last = [replica requestRemotelyWithMessage:[office objectForKey:@"message"] error:&error];
    NSString *code = [last objectForKey:@"code"];
    CHECK([code isEqual:[office objectForKey:@"code"]]);
    NSString *enrol = @"authority enrol --remote --code '%@' --role border_post --space tinh-a/huyen-b";
    NSString *grant = text_of(ctm_test_office([NSString stringWithFormat:enrol, code], @""));
    NSString *wrong = [code hasPrefix:@"1"] ? @"200 000 000" : @"100 000 000";
    CHECK_FAILS(CTMErrorCodeDiffers, [replica joinWithGrant:ctm_test_octets(grant) code:wrong error:&error]);
    CHECK_FAILS(CTMErrorBadGrant, [replica joinWithGrant:ctm_test_octets(@"x") code:code error:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [replica joinWithGrant:ctm_test_octets(grant) code:nil error:&error]);
    CHECK([replica joinWithGrant:ctm_test_octets(grant) code:code error:&error]);
    CHECK_FAILS(CTMErrorBadOffer, [replica joinWithGrant:ctm_test_octets(grant) code:code error:&error]);
    NSString *own = [[replica infoWithError:&error] objectForKey:@"device"];
    BOOL found = NO;
    for (NSDictionary *each in [replica devicesWithError:&error]) {
        if ([[each objectForKey:@"device"] isEqual:own]) {
            found = [[each objectForKey:@"role"] isEqual:@"border_post"] &&
                    [[each objectForKey:@"state"] isEqual:@"active"];
        }
    }
    CHECK(found);
    CHECK([[CTMReplica libraryVersion] length] != 0);
    CHECK([[replica softConflictsOfRecord:nil error:&error] count] == 0);
    CHECK([replica closeWithError:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [replica devicesWithError:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [replica requestRemotelyWithMessage:nil error:&error]);
}
