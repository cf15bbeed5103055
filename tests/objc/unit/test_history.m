#import "runner.h"

static CTMSyncEngine *engine_of(CTMReplica *replica) {
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:replica error:NULL] autorelease];
    CHECK([engine setHub:ctm_test_hub() error:NULL]);
    return engine;
}

static void sync_all(CTMReplica *replica) {
    CHECK([[[engine_of(replica) runWithOctets:0 seconds:0 error:NULL] objectForKey:@"complete"] boolValue]);
}

static BOOL edit(CTMReplica *replica, NSString *identifier, NSString *field, id value) {
    NSDictionary *step = [NSDictionary
        dictionaryWithObjectsAndKeys:@"set", @"op", field, @"field", value, @"value", nil];
    return [replica editRecord:identifier edits:[NSArray arrayWithObject:step] error:NULL] != nil;
}

TEST(merged_edits_are_read_record_by_record) {
    NSError *error = nil;
    CTMReplica *one = ctm_test_device(@"soft-a");
    CTMReplica *two = ctm_test_device(@"soft-b");
    NSString *merged = [one addRecordOfKind:@"delegation" fields:ctm_test_fields(@"A") space:nil
                                      error:&error];
    NSString *alone = [one addRecordOfKind:@"delegation" fields:ctm_test_fields(@"B") space:nil error:&error];
    sync_all(one);
    sync_all(two);
    CHECK(edit(one, merged, @"head", @"C"));
    CHECK(edit(two, merged, @"people", [NSNumber numberWithInt:4]));
    sync_all(one);
    sync_all(two);
    sync_all(one);
    NSArray *told = [one softConflictsOfRecord:merged error:&error];
    CHECK([told count] == 1);
    CTMQuery *query = [[[CTMQuery alloc] initWithRecordKind:@"delegation"] autorelease];
    CTMSoftConflictCursor *cursor = [one softConflictsOfQuery:query error:&error];
    CHECK(cursor != nil && ![cursor atEnd]);
    // Other tests share the space.
    int found = 0;
    for (NSDictionary *next = [cursor nextWithError:&error]; next != nil;
         next = [cursor nextWithError:&error]) {
        CHECK(![[next objectForKey:@"id"] isEqual:alone]);
        if ([[next objectForKey:@"id"] isEqual:merged]) {
            ++found;
            CHECK([next isEqual:[told lastObject]]);
        }
    }
    CHECK(found == 1);
    CHECK([cursor atEnd]);
    [query setKind:@"nothing"];
    CHECK_FAILS(CTMErrorUnknownKind, [one softConflictsOfQuery:query error:&error]);
    cursor = [one softConflictsOfQuery:nil error:&error];
    CHECK([cursor nextWithError:&error] != nil);
    CHECK([one closeWithError:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [cursor nextWithError:&error]);
    CHECK(![cursor atEnd]);
    CHECK_FAILS(CTMErrorWrongUsage, [one softConflictsOfQuery:nil error:&error]);
}

static long by_hash_only(CTMReplica *replica) {
    NSArray *spaces = [[replica statusWithError:NULL] objectForKey:@"spaces"];
    for (NSDictionary *each in spaces) {
        if ([[each objectForKey:@"space"] isEqual:@"tinh-a/huyen-b"]) {
            return [[each objectForKey:@"by_hash_only"] longValue];
        }
    }
    return -1;
}

TEST(old_octets_are_dropped_and_nothing_changes) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"prune");
    CTMSyncEngine *engine = engine_of(replica);
    NSString *identifier = [replica addRecordOfKind:@"delegation" fields:ctm_test_fields(@"dọn") space:nil
                                              error:&error];
    CHECK([engine runWithOctets:0 seconds:0 error:&error] != nil);
    CHECK(edit(replica, identifier, @"head", @"đã dọn"));
    CHECK([engine runWithOctets:0 seconds:0 error:&error] != nil);
    ctm_test_snapshot(@"prune-officer");
    NSDictionary *digests = [replica digestsWithError:&error];
    CHECK([engine cancelWithError:&error]);
    NSArray *none = [engine pruneSpace:nil error:&error];
    CHECK(none != nil && [none count] == 0);
    CHECK(by_hash_only(replica) == 0);
    NSArray *pruned = [engine pruneSpace:@"tinh-a/huyen-b" error:&error];
    CHECK([pruned count] == 1);
    CHECK([[[pruned lastObject] objectForKey:@"space"] isEqual:@"tinh-a/huyen-b"]);
    const long dropped = [[[pruned lastObject] objectForKey:@"pruned"] longValue];
    CHECK(dropped > 0);
    CHECK(by_hash_only(replica) == dropped);
    CHECK([[replica digestsWithError:&error] isEqual:digests]);
    CHECK([[[replica recordWithIdentifier:identifier error:&error] objectForKeyedSubscript:@"head"]
        isEqual:@"đã dọn"]);
    CHECK_FAILS(CTMErrorHistoryNotHere, [replica historyOfRecord:identifier error:&error]);
    CHECK([[engine pruneSpace:nil error:&error] count] > 0);
    CHECK(by_hash_only(replica) == dropped);
}

// Prunes while a sync runs.
@interface Pruner : NSObject <CTMSyncDelegate> {
@public
    NSInteger code;
}
@end

@implementation Pruner
- (void)syncEngine:(CTMSyncEngine *)engine didProgress:(CTMProgress *)progress {
    (void)progress;
    NSError *error = nil;
    CHECK([engine pruneSpace:nil error:&error] == nil);
    code = [error code];
}
@end

TEST(pruning_needs_a_hub_and_a_space_that_there_is) {
    NSError *error = nil;
    CTMReplica *replica = ctm_test_device(@"prune-refused");
    CTMSyncEngine *engine = [[[CTMSyncEngine alloc] initWithReplica:replica error:&error] autorelease];
    CHECK_FAILS(CTMErrorNoHub, [engine pruneSpace:nil error:&error]);
    CHECK([engine setHub:@"127.0.0.1:1" error:&error]);
    CHECK_FAILS(CTMErrorUnknownSpace, [engine pruneSpace:@"tinh-a/nowhere" error:&error]);
    CHECK_FAILS(CTMErrorConnectionFailed, [engine pruneSpace:nil error:&error]);
    CHECK([engine setHub:ctm_test_hub() error:&error]);
    Pruner *pruner = [[[Pruner alloc] init] autorelease];
    [engine setDelegate:pruner];
    CHECK([engine runWithOctets:0 seconds:0 error:&error] != nil);
    CHECK(pruner->code == CTMErrorBusy);
    [engine setDelegate:nil];
    CHECK([engine setPeer:[[replica infoWithError:&error] objectForKey:@"device"] error:&error]);
    CHECK_FAILS(CTMErrorWrongUsage, [engine pruneSpace:nil error:&error]);
}
