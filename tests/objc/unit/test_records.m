#import "runner.h"

TEST(records_from_add_to_restore) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"records");
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"Nguyễn Văn An")
                                              space:nil
                                              error:&error];
    CHECK([identifier length] == 36);
    CTMRecord *record = [replica recordWithIdentifier:identifier error:&error];
    CHECK([[record identifier] isEqual:identifier]);
    CHECK([[record kind] isEqual:@"delegation"]);
    CHECK([[record space] isEqual:@"tinh-a/huyen-b"]);
    CHECK([[record objectForKeyedSubscript:@"head"] isEqual:@"Nguyễn Văn An"]);
    CHECK([record state] == CTMRecordStateLocal);
    CHECK(![record isDeleted]);
    CHECK([[record conflicts] count] == 0);
    CHECK([[record JSONText] hasPrefix:@"{\"id\":"]);

    NSDictionary *people = [NSDictionary dictionaryWithObject:[NSNumber numberWithInt:7] forKey:@"people"];
    record = [replica editRecord:identifier fields:people error:&error];
    CHECK([[[record fields] objectForKey:@"people"] integerValue] == 7);
    NSDictionary *none = [NSDictionary dictionaryWithObject:[NSNull null] forKey:@"people"];
    CHECK([[replica editRecord:identifier fields:none error:&error] fields] != nil);

    CHECK([replica deleteRecord:identifier error:&error]);
    CHECK([replica deleteRecord:identifier error:&error]);
    CHECK([[replica recordWithIdentifier:identifier error:&error] isDeleted]);
    CHECK(![[replica restoreRecord:identifier error:&error] isDeleted]);
    CHECK([[replica historyOfRecord:identifier error:&error] count] >= 3);
}

TEST(bad_values_change_nothing) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"bad-values");
    NSMutableDictionary *fields = [NSMutableDictionary dictionaryWithDictionary:ctm_test_fields(@"An")];
    [fields setObject:@"x" forKey:@"nose"];
    CHECK_FAILS(CTMErrorUnknownField, [replica addRecordOfKind:@"delegation"
                                                        fields:fields
                                                         space:nil
                                                         error:&error]);
    CHECK([[[error userInfo] objectForKey:CTMErrorDetailKey] rangeOfString:@"nose"].location != NSNotFound);
    [fields removeObjectForKey:@"nose"];
    [fields setObject:[NSDate date] forKey:@"head"];
    CHECK_FAILS(CTMErrorBadJson, [replica addRecordOfKind:@"delegation"
                                                   fields:fields
                                                    space:nil
                                                    error:&error]);
    CHECK_FAILS(CTMErrorUnknownKind, [replica addRecordOfKind:@"ship"
                                                       fields:ctm_test_fields(@"An")
                                                        space:nil
                                                        error:&error]);
    CHECK_FAILS(CTMErrorBadId, [replica recordWithIdentifier:@"no id" error:&error]);
    CHECK_FAILS(CTMErrorUnknownRecord, [replica recordWithIdentifier:@"00000000-0000-4000-8000-000000000000"
                                                               error:&error]);
    // A NUL or half a surrogate pair must not make a shorter text of it.
    const unichar zero[] = {'1', '2', '3', '4', 0, 'x'};
    const unichar half[] = {'1', '2', '3', '4', 0xD800};
    CHECK([replica recordWithIdentifier:[NSString stringWithCharacters:zero length:6] error:&error] == nil);
    CHECK([replica recordWithIdentifier:[NSString stringWithCharacters:half length:5] error:&error] == nil);
    CHECK([[replica recordsOfQuery:nil error:&error] count] == 0);
}

TEST(edits_that_are_stale_are_refused) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"stale");
    NSString *identifier = [replica addRecordOfKind:@"delegation"
                                             fields:ctm_test_fields(@"An")
                                              space:nil
                                              error:&error];
    CTMRecord *seen = [replica recordWithVersions:identifier error:&error];
    NSString *version = [[seen versions] objectForKey:@"head"];
    CHECK([version length] != 0);
    NSDictionary *edit =
        [NSDictionary dictionaryWithObjectsAndKeys:@"set", @"op", @"head", @"field", @"Bình", @"value",
                                                   @"0000000000000000", @"shown", nil];
    CHECK_FAILS(CTMErrorStale, [replica editRecord:identifier
                                             edits:[NSArray arrayWithObject:edit]
                                             error:&error]);
    CHECK([[[replica recordWithIdentifier:identifier
                                    error:&error] objectForKeyedSubscript:@"head"] isEqual:@"An"]);
    CHECK_FAILS(CTMErrorNoConflict, [replica takeValue:1
                                              ofRecord:identifier
                                                 field:@"head"
                                                 shown:nil
                                                 error:&error]);
    CHECK([[replica conflictsOfRecord:identifier error:&error] count] == 0);
    CHECK([[replica softConflictsOfRecord:identifier error:&error] count] == 0);
}

// Counts rows and stops after some.
@interface RowCounter : NSObject <CTMRowReader> {
@public
    int rows;
    int stopAfter;
    BOOL throws;
}
@end

@implementation RowCounter
- (BOOL)readRow:(NSDictionary *)row {
    CHECK([row count] != 0);
    if (throws) {
        [NSException raise:@"RowException" format:@"in a row"];
    }
    return ++rows != stopAfter;
}
@end

TEST(queries) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"queries");
    for (int i = 0; i < 10; ++i) {
        NSString *head = [NSString stringWithFormat:@"Trưởng đoàn %d", i];
        CHECK([replica addRecordOfKind:@"delegation" fields:ctm_test_fields(head) space:nil
                                 error:&error] != nil);
    }
    CTMQuery *query = [[[CTMQuery alloc] initWithRecordKind:@"delegation"] autorelease];
    CHECK([[replica recordsOfQuery:query error:&error] count] == 10);
    [query addConditionOnField:@"head" value:@"Trưởng đoàn 3"];
    CHECK([[replica recordsOfQuery:query error:&error] count] == 1);
    CHECK([[replica recordsOfQuery:[[query copy] autorelease] error:&error] count] == 1);
    [query addConditionOnField:@"nose" value:@"x"];
    CHECK_FAILS(CTMErrorUnknownField, [replica cursorOfQuery:query error:&error]);
    query = [[[CTMQuery alloc] init] autorelease];
    [query setWords:@"truong doan"];
    [query setLimit:4];
    CTMCursor *cursor = [replica cursorOfQuery:query error:&error];
    int found = 0;
    while ([cursor nextWithError:&error] != nil) {
        CHECK(![cursor atEnd]);
        ++found;
    }
    CHECK(found == 4);
    CHECK([cursor atEnd]);

    RowCounter *rows = [[[RowCounter alloc] init] autorelease];
    CHECK([replica runSQL:@"SELECT head FROM delegation" reader:rows error:&error]);
    CHECK(rows->rows == 10);
    rows->stopAfter = 12;
    CHECK([replica runSQL:@"SELECT head FROM delegation" reader:rows error:&error]);
    CHECK(rows->rows == 12);
    rows->throws = YES;
    CHECK_FAILS(CTMErrorHost, [replica runSQL:@"SELECT head FROM delegation" reader:rows error:&error]);
    NSError *thrown = [[error userInfo] objectForKey:NSUnderlyingErrorKey];
    CHECK([[thrown domain] isEqual:CTMExceptionDomain]);
    CHECK([[thrown localizedDescription] isEqual:@"RowException: in a row"]);
    CHECK_FAILS(CTMErrorBadQuery, [replica runSQL:@"DELETE FROM delegation" reader:rows error:&error]);
    rows->throws = NO;
    CHECK([replica auditWithReader:rows error:&error]);
}

// Adds two records and then succeeds, fails or throws.
@interface Batch : NSObject <CTMBatch> {
@public
    CTMReplica *replica;
    int how;
}
@end

@implementation Batch
- (BOOL)performBatchWithError:(NSError **)error {
    for (int i = 0; i < 2; ++i) {
        CHECK([replica addRecordOfKind:@"delegation" fields:ctm_test_fields(@"Lô") space:nil
                                 error:error] != nil);
    }
    if (how == 1) {
        *error = [NSError errorWithDomain:@"app" code:42 userInfo:nil];
    }
    if (how == 2) {
        [NSException raise:@"BatchException" format:@"half way"];
    }
    return how == 0;
}
@end

TEST(batches_are_whole_or_nothing) {
    NSError *error = nil;
    Batch *batch = [[[Batch alloc] init] autorelease];
    batch->replica = ctm_test_device(@"batches");
    batch->how = 1;
    CHECK_FAILS(CTMErrorHost, [batch->replica performBatch:batch error:&error]);
    CHECK([[[error userInfo] objectForKey:NSUnderlyingErrorKey] code] == 42);
    batch->how = 2;
    CHECK_FAILS(CTMErrorHost, [batch->replica performBatch:batch error:&error]);
    CHECK([[batch->replica recordsOfQuery:nil error:&error] count] == 0);
    batch->how = 0;
    CHECK([batch->replica performBatch:batch error:&error]);
    CHECK([[batch->replica recordsOfQuery:nil error:&error] count] == 2);
}
