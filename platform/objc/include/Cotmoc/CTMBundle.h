// Bundles: what a sync would send, in files on a stick.
#pragma once

#import <Cotmoc/CTMReplica.h>

NS_ASSUME_NONNULL_BEGIN

/// How a bundle is written. Plain values.
NS_SWIFT_NAME(BundleOptions)
@interface CTMBundleOptions : NSObject {
@private
    NSString *_reader;
    uint64_t _volumeSize;
    BOOL _everything;
    BOOL _attachments;
    uint64_t _attachmentsMax;
}
/// A device by name or id, "hub" or "province"; nil: everybody of the province.
@property(nonatomic, copy) NSString *_Nullable reader;
/// At most so many octets a volume, 64 KiB to 256 MiB; 0: 256 MiB.
@property(nonatomic) uint64_t volumeSize;
/// As if nothing were known of what the reader holds.
@property(nonatomic) BOOL everything;
/// With attached files too that the reader is not known to hold, in volumes of their own, FILE.files; a
/// volume has at least 1 MiB then.
@property(nonatomic) BOOL attachments;
/// Octets of the largest of them, but for small ones up to 256 KiB; 0: 16 MiB.
@property(nonatomic) uint64_t attachmentsMax;
@end

@interface CTMReplica (CTMBundles)
/// Writes the file, or FILE.001, FILE.002 and so on; counts as a session. The object of `bundle export
/// --json`. CTMErrorNotJoined, CTMErrorUnknownDevice, CTMErrorFileExists, CTMErrorOutOfBounds, CTMErrorBusy
/// while a sync runs.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)exportBundleToFile:(NSString *)path
                                                        options:(CTMBundleOptions *_Nullable)options
                                                          error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(exportBundle(toFile:options:));
/// Reads volumes in any order, those of attached files among them; counts as a session. `answer` may be nil:
/// a file for the writers of what was read, with what they lack and what is held here. The object of `bundle
/// import --json`; if a volume could not be taken in, nil, and the error's userInfo has the object as
/// CTMErrorReportKey: the rest has been taken in. CTMErrorNotJoined, CTMErrorBundleDamaged,
/// CTMErrorBundleIncomplete, CTMErrorCannotReadFile, CTMErrorBusy while a sync runs.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)importBundleFromFiles:(CTM_ARRAY(NSString *) *)paths
                                                            answer:(NSString *_Nullable)answer
                                                             error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(importBundle(fromFiles:answer:));
/// Counts and sizes of one volume. Needs no replica.
+ (CTM_DICTIONARY(NSString *, id) *_Nullable)inspectBundleFile:(NSString *)path
                                                         error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(inspectBundle(file:));
@end

NS_ASSUME_NONNULL_END
