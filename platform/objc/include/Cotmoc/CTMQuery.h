// Queries: lists that are read record by record, and read-only SQL.
#pragma once

#import <Cotmoc/CTMRecord.h>

NS_ASSUME_NONNULL_BEGIN

@class CTMCursorCore;

/// What is asked for; without a property set, all records that are not deleted. One thread at a time; it may
/// serve several cursors and subscriptions. What is set is checked where it is used.
NS_SWIFT_NAME(Query)
@interface CTMQuery : NSObject <NSCopying> {
@private
    NSString *_kind;
    NSString *_space;
    NSString *_words;
    NSUInteger _limit;
    BOOL _includesDeleted;
    BOOL _onlyConflicts;
    NSMutableArray *_conditions;
}
- (instancetype)initWithRecordKind:(NSString *_Nullable)kind NS_SWIFT_NAME(init(kind:));
@property(nonatomic, copy) NSString *_Nullable kind;
@property(nonatomic, copy) NSString *_Nullable space;
/// Only what has all of these words, with or without diacritics.
@property(nonatomic, copy) NSString *_Nullable words;
/// At most so many; 0: no limit.
@property(nonatomic) NSUInteger limit;
@property(nonatomic) BOOL includesDeleted;
@property(nonatomic) BOOL onlyConflicts;
/// Only with this value of the field. Several add up. Needs a kind. A value that is no JSON value is
/// CTMErrorBadJson where the query is used.
- (void)addConditionOnField:(NSString *)field value:(id)value NS_SWIFT_NAME(addCondition(field:value:));
@end

/// Reads records one by one: a record is read when it is asked for, as it is then, and passed over if it has
/// gone since. It holds no lock. Any thread may use it, one at a time.
NS_SWIFT_NAME(Cursor)
@interface CTMCursor : NSObject {
@private
    CTMCursorCore *_core;
}
CTM_NO_PLAIN_INIT
/// nil with an error, or nil without one and `atEnd`.
- (CTMRecord *_Nullable)nextWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NOTHROW;
@property(nonatomic, readonly) BOOL atEnd;
@end

/// CTMErrorUnknownKind, CTMErrorUnknownField, CTMErrorUnknownSpace, and what a condition's value does not
/// fit.
@interface CTMReplica (CTMQueries)
/// nil: everything.
- (CTMCursor *_Nullable)cursorOfQuery:(CTMQuery *_Nullable)query
                                error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(cursor(of:));
/// All of them at once, for short lists.
- (CTM_ARRAY(CTMRecord *) *_Nullable)recordsOfQuery:(CTMQuery *_Nullable)query
                                              error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(records(of:));
/// Runs a SELECT over one view a kind. CTMErrorBadQuery for what does not only read.
- (BOOL)runSQL:(NSString *)statement
        reader:(id<CTMRowReader>)reader
         error:(NSError *_Nullable *_Nullable)error;
@end

NS_ASSUME_NONNULL_END
