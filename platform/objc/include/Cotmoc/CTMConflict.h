// Conflicts: what two devices wrote without knowing of each other, and a person's choice.
#pragma once

#import <Cotmoc/CTMQuery.h>

NS_ASSUME_NONNULL_BEGIN

/// One of the values of a conflict. Immutable; any thread.
NS_SWIFT_NAME(ConflictValue)
@interface CTMConflictValue : NSObject {
@private
    NSDictionary *_object;
}
CTM_NO_PLAIN_INIT
/// NSNull if the field was cleared.
@property(nonatomic, readonly) id value;
/// Who wrote it: the device's id and name.
@property(nonatomic, readonly) NSString *device;
@property(nonatomic, readonly) NSString *deviceName;
/// When, by its clock: a time of ISO 8601.
@property(nonatomic, readonly) NSString *writtenAt;
/// Whether it is the one now shown.
@property(nonatomic, readonly, getter=isShown) BOOL shown;
/// All that the library tells of it.
@property(nonatomic, readonly) CTM_DICTIONARY(NSString *, id) * dictionary;
@end

/// A field in conflict. Immutable; any thread.
NS_SWIFT_NAME(Conflict)
@interface CTMConflict : NSObject {
@private
    NSDictionary *_object;
    NSString *_JSONText;
    NSArray *_values;
}
CTM_NO_PLAIN_INIT
/// Of the record; in a CTMRecord's own list it is the record's.
@property(nonatomic, readonly) NSString *recordIdentifier;
@property(nonatomic, readonly) NSString *kind;
@property(nonatomic, readonly) NSString *field;
/// The merge policy: "review" and others of docs/catalogue.md.
@property(nonatomic, readonly) NSString *policy;
/// By what the shown value stands first, in the language of the options. Empty in a CTMRecord's own list.
@property(nonatomic, readonly) NSString *why;
/// In the order of their numbers, which begin with 1.
@property(nonatomic, readonly) CTM_ARRAY(CTMConflictValue *) * values;
@property(nonatomic, readonly) CTM_DICTIONARY(NSString *, id) * dictionary;
/// The same as the library wrote it; empty in a CTMRecord's own list.
@property(nonatomic, readonly) NSString *JSONText;
@end

/// Reads conflicts one by one. Any thread may use it, one at a time.
NS_SWIFT_NAME(ConflictCursor)
@interface CTMConflictCursor : NSObject {
@private
    CTMCursorCore *_core;
}
CTM_NO_PLAIN_INIT
/// nil with an error, or nil without one and `atEnd`.
- (CTMConflict *_Nullable)nextWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NOTHROW;
@property(nonatomic, readonly) BOOL atEnd;
@end

/// Reads, record by record, different fields that were edited at once and merged. Each step reads the history
/// of records until it comes to one; other threads use the replica between two steps. Any thread may use it,
/// one at a time.
NS_SWIFT_NAME(SoftConflictCursor)
@interface CTMSoftConflictCursor : NSObject {
@private
    CTMCursorCore *_core;
}
CTM_NO_PLAIN_INIT
/// The object of `conflicts --soft --json` of the next record that has any; nil with an error, or nil without
/// one and `atEnd`. CTMErrorWrongUsage once the replica is closed.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)nextWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NOTHROW;
@property(nonatomic, readonly) BOOL atEnd;
@end

/// A choice settles the conflict for everybody. `shown` may be nil; else it is the field's version that the
/// person saw (CTMRecord.versions), and CTMErrorStale comes back if it is another one by now.
/// CTMErrorNoConflict, and the errors of what changes a record.
@interface CTMReplica (CTMConflicts)
/// All fields in conflict of the records that `query` chooses; nil: of all.
- (CTMConflictCursor *_Nullable)conflictsOfQuery:(CTMQuery *_Nullable)query
                                           error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(conflicts(of:));
/// Those of one record.
- (CTM_ARRAY(CTMConflict *) *_Nullable)conflictsOfRecord:(NSString *)identifier
                                                   error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(conflicts(ofRecord:));
/// Different fields of the record that were edited at once and merged: objects of `conflicts --soft --json`.
/// nil: of every record, while other threads wait; better by softConflictsOfQuery.
- (CTM_ARRAY(NSDictionary *) *_Nullable)softConflictsOfRecord:(NSString *_Nullable)identifier
                                                        error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(softConflicts(ofRecord:));
/// Those of the records that `query` chooses, one by one; nil: of all.
- (CTMSoftConflictCursor *_Nullable)softConflictsOfQuery:(CTMQuery *_Nullable)query
                                                   error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(softConflicts(of:));
/// Keeps the value of this number, from 1.
- (BOOL)takeValue:(NSUInteger)number
         ofRecord:(NSString *)identifier
            field:(NSString *)field
            shown:(NSString *_Nullable)shown
            error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(takeValue(_:ofRecord:field:shown:));
/// Sets another value; NSNull clears the field.
- (BOOL)settleRecord:(NSString *)identifier
               field:(NSString *)field
               value:(id)value
               shown:(NSString *_Nullable)shown
               error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(settle(record:field:value:shown:));
/// Leaves what is shown; the others have been looked at.
- (BOOL)acknowledgeRecord:(NSString *)identifier
                    field:(NSString *)field
                    shown:(NSString *_Nullable)shown
                    error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(acknowledge(record:field:shown:));
@end

NS_ASSUME_NONNULL_END
