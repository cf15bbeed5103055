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
/// What the device holds as it travels, sealed and signed, in a new file that `cotmoc verify FILE` checks
/// without keys. The object of `export --signed --json`. CTMErrorNotJoined, CTMErrorAlreadyExists,
/// CTMErrorBusy while a sync runs.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)exportSignedToFile:(NSString *)path
                                                          error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(exportSigned(toFile:));
@end

NS_ASSUME_NONNULL_END
