// What leaves a replica: tables for a spreadsheet, and signed history that anybody can check.
#pragma once

#import <Cotmoc/CTMReplica.h>

NS_ASSUME_NONNULL_BEGIN

/// Takes lines of text, one after the other, on the thread of the call. It may not call the replica. What it
/// throws ends the call: CTMErrorHost.
NS_SWIFT_NAME(LineReader)
@protocol CTMLineReader <NSObject>
/// NO ends it.
- (BOOL)readLine:(NSString *)line;
@end

@interface CTMReplica (CTMExports)
/// The records of a kind as a table (RFC 4180): a row with the names of the fields first. Rows are without a
/// line's end: a file ends each with CR LF. `space` may be nil: all. The audit tells of it.
/// CTMErrorUnknownKind, CTMErrorUnknownSpace.
- (BOOL)exportTableOfKind:(NSString *)kind
                    space:(NSString *_Nullable)space
                   reader:(id<CTMLineReader>)reader
                    error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(exportTable(kind:space:reader:));
/// What the device holds as it travels, sealed and signed, in a new file that verifySignedFile:root:error:
/// and `cotmoc verify FILE` check without keys. The object of `export --signed --json`. CTMErrorNotJoined,
/// CTMErrorAlreadyExists, CTMErrorBusy while a sync runs.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)exportSignedToFile:(NSString *)path
                                                          error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(exportSigned(toFile:));
/// Checks signed history in a file: what exportSignedToFile:error: wrote, or a copy of a hub's database.
/// Needs no replica and no passphrase, and takes long. `root` is the fingerprint from the poster in the
/// office; nil: a person compares the one in "checked". The object of `verify FILE --json`: "ok", "problems",
/// "checked", "not_checked"; what is wrong with the history is no error. CTMErrorCannotReadFile,
/// CTMErrorWrongRoot if the root is no fingerprint.
+ (CTM_DICTIONARY(NSString *, id) *_Nullable)verifySignedFile:(NSString *)path
                                                         root:(NSString *_Nullable)root
                                                        error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(verifySigned(file:root:));
@end

NS_ASSUME_NONNULL_END
