#import "runner.h"

TEST(errors_tell_people_what_to_do) {
    NSError *error = nil;
    CTMOptions *options = ctm_test_options(@"nobody");
    CHECK_FAILS(CTMErrorNoReplica, [[CTMReplica alloc] initWithOptions:options error:&error]);
    NSDictionary *told = [error userInfo];
    CHECK([[told objectForKey:CTMErrorNameKey] isEqual:@"no_replica"]);
    CHECK([[told objectForKey:CTMErrorRetryKey] integerValue] == CTMRetryNever);
    CHECK([told objectForKey:CTMErrorDetailKey] != nil);
    CHECK([[error localizedDescription] length] != 0);
    CHECK([[error localizedRecoverySuggestion] length] != 0);
    NSString *english = [error localizedDescription];
    [options setLanguage:@"vi"];
    CHECK_FAILS(CTMErrorNoReplica, [[CTMReplica alloc] initWithOptions:options error:&error]);
    CHECK(![[error localizedDescription] isEqual:english]);
    CHECK([[CTMReplica alloc] initWithOptions:options error:NULL] == nil);
    CHECK([CTMMakeError(CTMErrorBusy, nil) code] == 500);
}

TEST(a_replica_is_opened_once_and_closed) {
    NSError *error = nil;
    CTMOptions *options = ctm_test_options(@"once");
    CTMReplica *replica = [[CTMReplica alloc] initByCreatingDevice:@"once" options:options error:&error];
    CHECK(replica != nil);
    CHECK([[[replica infoWithError:&error] objectForKey:@"name"] isEqual:@"once"]);
    CHECK_FAILS(CTMErrorBusy, [[CTMReplica alloc] initWithOptions:options error:&error]);
    CHECK_FAILS(CTMErrorNotJoined, [replica addRecordOfKind:@"delegation"
                                                     fields:ctm_test_fields(@"An")
                                                      space:nil
                                                      error:&error]);
    CHECK([replica suspendWithError:&error]);
    CHECK_FAILS(CTMErrorBusy, [replica infoWithError:&error]);
    CHECK([replica suspendWithError:&error]);
    CHECK([replica resumeWithError:&error]);
    CHECK([replica infoWithError:&error] != nil);
    CHECK([replica closeWithError:&error]);
    CHECK([replica closeWithError:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [replica infoWithError:&error]);
    [replica release];

    CHECK_FAILS(CTMErrorAlreadyExists, [[CTMReplica alloc] initByCreatingDevice:@"once"
                                                                        options:options
                                                                          error:&error]);
    CTMOptions *wrong = [[options copy] autorelease];
    [wrong setPassphrase:ctm_test_octets(@"not that one, surely")];
    CHECK_FAILS(CTMErrorWrongPassphrase, [[CTMReplica alloc] initWithOptions:wrong error:&error]);
    replica = [[CTMReplica alloc] initWithOptions:options error:&error];
    CHECK([replica changePassphrase:[options passphrase]
                                 to:ctm_test_octets(@"một câu mật khẩu khác hẳn")
                              error:&error]);
    [replica release];
    CHECK_FAILS(CTMErrorWrongPassphrase, [[CTMReplica alloc] initWithOptions:options error:&error]);
}

TEST(a_bare_object_answers_with_an_error) {
    NSError *error = nil;
    CTMReplica *bare = [[[CTMReplica alloc] init] autorelease];
    CHECK_FAILS(CTMErrorWrongUsage, [bare statusWithError:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [bare recordWithIdentifier:@"1234" error:&error]);
}

TEST(enrolment) {
    NSError *error = nil;
    CTMReplica *replica = [[[CTMReplica alloc] initByCreatingDevice:@"enrolled"
                                                            options:ctm_test_options(@"enrolled")
                                                              error:&error] autorelease];
    NSData *grant = ctm_test_enrol([replica requestWithError:&error]);
    CHECK([[CTMReplica fingerprintOfGrant:grant error:&error] isEqual:ctm_test_root()]);
    CHECK_FAILS(CTMErrorBadGrant, [CTMReplica fingerprintOfGrant:ctm_test_octets(@"x") error:&error]);
    CHECK_FAILS(CTMErrorBadGrant, [CTMReplica fingerprintOfGrant:[NSData data] error:&error]);
    CHECK_FAILS(CTMErrorRootNeeded, [replica joinWithGrant:grant root:nil error:&error]);
    CHECK([replica joinWithGrant:grant root:ctm_test_root() error:&error]);
    CHECK([[[replica infoWithError:&error] objectForKey:@"joined"] boolValue]);
    CHECK([[[replica catalogueWithError:&error] objectForKey:@"kinds"] objectForKey:@"delegation"] != nil);
    CHECK([[replica digestsWithError:&error] objectForKey:@"tinh-a/huyen-b"] != nil);
    CHECK([[[replica verifyWithError:&error] objectForKey:@"ok"] boolValue]);
    CHECK([[replica quarantineWithError:&error] count] == 0);
    CHECK_FAILS(CTMErrorNotRestored, [replica rejoinWithPassphrase:ctm_test_octets(@"x")
                                                              name:nil
                                                             error:&error]);
}
