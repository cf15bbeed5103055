// Records: add, edit, delete, look at, go back.
#pragma once

#import <Cotmoc/CTMReplica.h>

NS_ASSUME_NONNULL_BEGIN

@class CTMConflict;

/// How far a record's newest change has come.
typedef NS_ENUM(NSInteger, CTMRecordState) {
    CTMRecordStateLocal = 0,   // not sealed
    CTMRecordStateSealed = 1,  // ready to send
    CTMRecordStateHub = 2,
    CTMRecordStateProvince = 3,
    CTMRecordStateUnknown = 4,  // a later library knows one more
} NS_SWIFT_NAME(RecordState);

/// A record as it was when it was read. Immutable; any thread.
NS_SWIFT_NAME(ReplicaRecord)
@interface CTMRecord : NSObject {
@private
    NSDictionary *_object;
    NSString *_JSONText;
    NSArray *_conflicts;
}
CTM_NO_PLAIN_INIT
/// A UUID.
@property(nonatomic, readonly) NSString *identifier;
@property(nonatomic, readonly) NSString *kind;
@property(nonatomic, readonly) NSString *space;
@property(nonatomic, readonly) CTM_DICTIONARY(NSString *, id) * fields;
@property(nonatomic, readonly, getter=isDeleted) BOOL deleted;
@property(nonatomic, readonly) CTM_ARRAY(CTMConflict *) * conflicts;
@property(nonatomic, readonly) CTMRecordState state;
/// Of every field, if the record was read with versions; else empty.
@property(nonatomic, readonly) CTM_DICTIONARY(NSString *, NSString *) * versions;
/// The whole object of `show --json`.
@property(nonatomic, readonly) CTM_DICTIONARY(NSString *, id) * dictionary;
/// The same as the library wrote it.
@property(nonatomic, readonly) NSString *JSONText;
/// The field's value, or nil; also for record[@"head"].
- (id _Nullable)objectForKeyedSubscript:(NSString *)field;
@end

/// `identifier` is a record's UUID, or the first digits of it, four or more, if they begin exactly one
/// record's id (CTMErrorBadId, CTMErrorUnknownRecord). A change is durable when the call returns.
///
/// Values are NSString, NSNumber, NSArray of them, NSNull. What is not (NaN, an NSDate) gives
/// CTMErrorBadJson. Errors of what changes a record: CTMErrorNotJoined, CTMErrorNotAllowed, CTMErrorRevoked,
/// CTMErrorReplicaRestored; for fields CTMErrorUnknownField, CTMErrorWrongType, CTMErrorWrongShape,
/// CTMErrorOutOfBounds, CTMErrorMissingField, CTMErrorUnknownValue, CTMErrorBadDate, CTMErrorValueTooLong,
/// CTMErrorFieldRetired; CTMErrorDetailKey names the field.
@interface CTMReplica (CTMRecords)
/// A new record; gives its id. `space` may be nil: the one that the device may write (else
/// CTMErrorSpaceNeeded).
- (NSString *_Nullable)addRecordOfKind:(NSString *)kind
                                fields:(CTM_DICTIONARY(NSString *, id) *)fields
                                 space:(NSString *_Nullable)space
                                 error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(addRecord(kind:fields:space:));
/// The same with an id of the app's own, a whole UUID that is not in use (CTMErrorRecordExists).
- (NSString *_Nullable)addRecordOfKind:(NSString *)kind
                            identifier:(NSString *)identifier
                                fields:(CTM_DICTIONARY(NSString *, id) *)fields
                                 space:(NSString *_Nullable)space
                                 error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(addRecord(kind:identifier:fields:space:));
/// Sets fields, all or none; NSNull clears one. Gives the record as it is now.
- (CTMRecord *_Nullable)editRecord:(NSString *)identifier
                            fields:(CTM_DICTIONARY(NSString *, id) *)fields
                             error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(editRecord(_:fields:));
/// Edits in order, all or none: dictionaries {"op","field",…} with op "set", "add", "insert", "remove" or
/// "splice", each perhaps with "shown": platform/c/include/cotmoc/record.h tells of them. CTMErrorStale,
/// CTMErrorBeyondText.
- (CTMRecord *_Nullable)editRecord:(NSString *)identifier
                             edits:(CTM_ARRAY(NSDictionary *) *)edits
                             error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(editRecord(_:edits:));
/// Its history stays. Again: nothing.
- (BOOL)deleteRecord:(NSString *)identifier error:(NSError *_Nullable *_Nullable)error;
/// Brings a deleted record back.
- (CTMRecord *_Nullable)restoreRecord:(NSString *)identifier error:(NSError *_Nullable *_Nullable)error;
/// One line of an import file, {"id","kind","space","fields"}; gives "added", "changed" or "unchanged".
- (NSString *_Nullable)importRecord:(CTM_DICTIONARY(NSString *, id) *)line
                              error:(NSError *_Nullable *_Nullable)error;

- (CTMRecord *_Nullable)recordWithIdentifier:(NSString *)identifier
                                       error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(record(_:));
- (CTMRecord *_Nullable)recordWithVersions:(NSString *)identifier
                                     error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(recordWithVersions(_:));
/// Every change in causal order: objects of `show --history --json`.
- (CTM_ARRAY(NSDictionary *) *_Nullable)historyOfRecord:(NSString *)identifier
                                                  error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(history(ofRecord:));
/// Makes the record what it was right after a change of its history: a "change" or six digits of one, or a
/// "dot". CTMErrorUnknownChange, CTMErrorAmbiguousChange, CTMErrorVoidChange.
- (CTMRecord *_Nullable)revertRecord:(NSString *)identifier
                            toChange:(NSString *)change
                               error:(NSError *_Nullable *_Nullable)error;
/// Joins `other` into the record; both ids mean it from then on. The object of `merge --json`.
/// CTMErrorSameRecord, CTMErrorCannotJoin, CTMErrorRecordDeleted.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)mergeRecord:(NSString *)identifier
                                                   other:(NSString *)other
                                                   error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(mergeRecord(_:with:));
/// Makes them two again: the id of the one that went. CTMErrorNotMerged.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)separateRecord:(NSString *)identifier
                                                      error:(NSError *_Nullable *_Nullable)error;
/// Pairs that may be of one thing: objects of `duplicates --json`. CTMErrorUnknownKind, CTMErrorUnknownSpace.
- (CTM_ARRAY(NSDictionary *) *_Nullable)duplicatesOfKind:(NSString *)kind
                                                   space:(NSString *_Nullable)space
                                                   error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(duplicates(kind:space:));
@end

NS_ASSUME_NONNULL_END
