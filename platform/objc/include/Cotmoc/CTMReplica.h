// A replica: one installed database with its device's keys.
#pragma once

#import <Cotmoc/CTMOptions.h>

NS_ASSUME_NONNULL_BEGIN

struct cotmoc_replica;

/// The work of a batch, for compilers without blocks.
NS_SWIFT_NAME(BatchWork)
@protocol CTMBatch <NSObject>
/// On the thread of the call, with the lock and one transaction. NO with an error: nothing is changed.
- (BOOL)performBatchWithError:(NSError *_Nullable *_Nullable)error;
@end

/// Gets rows one by one.
NS_SWIFT_NAME(RowReader)
@protocol CTMRowReader <NSObject>
/// On the thread of the call, with the replica's lock held: it may call no method of this replica. NO ends
/// it.
- (BOOL)readRow:(CTM_DICTIONARY(NSString *, id) *)row;
@end

/// Any thread may call any method of a replica at any time: calls wait for each other, for as long as one
/// local read or write takes. A sync that runs in another thread holds up nothing else, but for two steps of
/// seconds per 100,000 records: installing a snapshot, and checking it against the history. The main thread
/// of an app should not wait for them. Objects made from a replica retain it.
///
/// Methods return NO or nil with an error of CTMErrorDomain (CTMErrors.h); a call that fails has changed
/// nothing. Errors of all of them: CTMErrorWrongUsage once the replica is closed; CTMErrorBusy while it is
/// suspended, and for a call from a delegate that may not make it; CTMErrorDiskFull, CTMErrorIoError,
/// CTMErrorDatabaseDamaged, CTMErrorOutOfMemory.
///
/// Dictionaries are JSON objects of the shapes in docs/cli.md: NSString, NSNumber, NSArray, NSDictionary,
/// NSNull. Whole numbers are exact.
NS_SWIFT_NAME(Replica)
@interface CTMReplica : NSObject {
@private
    struct cotmoc_replica *_handle;
    NSString *_language;
}
CTM_NO_PLAIN_INIT
/// Opens what is there. CTMErrorNoReplica, CTMErrorNoPassphrase, CTMErrorWrongPassphrase, CTMErrorBusy if
/// another process or this one has it open, and what the key store returns.
- (instancetype _Nullable)initWithOptions:(CTMOptions *)options
                                    error:(NSError *_Nullable *_Nullable)error NS_DESIGNATED_INITIALIZER
    NS_SWIFT_NAME(init(_:));
/// Makes a device's keys and an empty encrypted database, and opens it. `name` is the device's.
/// CTMErrorNoPassphrase, CTMErrorAlreadyExists, CTMErrorWeakPassphrase, CTMErrorBusy, and what the key store
/// returns.
- (instancetype _Nullable)initByCreatingDevice:(NSString *)name
                                       options:(CTMOptions *)options
                                         error:(NSError *_Nullable *_Nullable)error NS_DESIGNATED_INITIALIZER
    NS_SWIFT_NAME(init(creatingDevice:options:));
/// Closes the database and forgets the keys. CTMErrorBusy, and nothing is closed, while a sync runs and
/// inside a delegate's method. Closing twice is no error; dealloc closes too.
- (BOOL)closeWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(close());

/// Closes the files and gives up the lock of the directory, but keeps the keys in memory: before iOS suspends
/// the app, which is ended with 0xdead10cc if it holds a lock then. CTMErrorBusy while a sync runs: cancel it
/// first. Until it is resumed every other call fails with CTMErrorBusy. Suspending twice is no error.
- (BOOL)suspendWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(suspend());
/// CTMErrorBusy if another process has the directory now: it stays suspended.
- (BOOL)resumeWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(resume());

/// Of the library: "0.1.0".
+ (NSString *)libraryVersion;
/// {"device","name","joined","restored","spaces":[{"space","label","writable"}]}
- (CTM_DICTIONARY(NSString *, id) *_Nullable)infoWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(info());
/// What is unsent, at the hub, confirmed; conflicts, the clock: the object of `status --json`.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)statusWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(status());
/// Kinds, fields, types and labels, of which an app makes its forms (docs/catalogue.md). CTMErrorNotJoined.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)catalogueWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(catalogue());
/// The state digests of the spaces, in hexadecimal digits. Equal wherever the same is held.
- (CTM_DICTIONARY(NSString *, NSString *) *_Nullable)digestsWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(digests());

/// Who belongs to the province: objects of `authority list --json`, for a choice of a neighbour or of a
/// bundle's reader, and to see when this device's certificate ends. "name" is "" where it cannot be read
/// here. CTMErrorNotJoined.
- (CTM_ARRAY(NSDictionary *) *_Nullable)devicesWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(devices());

/// The text that asks the authority to enrol this device; it fits a QR code.
- (NSString *_Nullable)requestWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(request());
/// The fingerprint of the root that a grant names, for a person to compare with the poster in the office.
/// CTMErrorBadGrant.
+ (NSString *_Nullable)fingerprintOfGrant:(NSData *)grant
                                    error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(fingerprint(ofGrant:));
/// Takes the authority's grant. `root` is the fingerprint that a person has confirmed; a device that has
/// joined may pass nil for a renewal of the same root. CTMErrorBadGrant, CTMErrorWrongGrant,
/// CTMErrorWrongRoot, CTMErrorRootNeeded, CTMErrorAlreadyJoined.
- (BOOL)joinWithGrant:(NSData *)grant
                 root:(NSString *_Nullable)root
                error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(join(grant:root:));
/// Enrolment from afar, over any channel that carries text: nobody in the middle goes unnoticed, since two
/// people compare nine digits by voice. nil begins an attempt, in place of a former one; then come the
/// authority's messages, in turn. Gives {"message"}, for the authority, and after its last message {"code"}.
/// CTMErrorBadOffer.
- (CTM_DICTIONARY(NSString *,
                  NSString *) *_Nullable)requestRemotelyWithMessage:(NSString *_Nullable)message
                                                              error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(requestRemotely(message:));
/// Takes the authority's grant after that: `code` is what the authority read out, and stands for the
/// fingerprint. CTMErrorCodeDiffers: somebody stands between; CTMErrorBadOffer, and the errors of
/// joinWithGrant.
- (BOOL)joinWithGrant:(NSData *)grant
                 code:(NSString *)code
                error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(join(grant:code:));
/// A new device identity for a restored or copied replica; gives its request. `name` may be nil: the old one
/// with a number. CTMErrorNotRestored, CTMErrorWrongPassphrase; a wrong one counts as a try where a key store
/// counts them (CTMErrorTriesUsedUp).
- (NSString *_Nullable)rejoinWithPassphrase:(NSData *)passphrase
                                       name:(NSString *_Nullable)name
                                      error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(rejoin(passphrase:name:));
/// The former one opens nothing any more when it returns. CTMErrorWrongPassphrase, CTMErrorWeakPassphrase.
- (BOOL)changePassphrase:(NSData *)current
                      to:(NSData *)fresh
                   error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(changePassphrase(_:to:));

/// Runs the work once, at once, on this thread: what it changes becomes one transaction, durable when the
/// call returns. If it returns NO, throws, or a call in it failed, nothing is changed. Only records,
/// conflicts and queries of this replica may be used in it (others: CTMErrorBusy); other threads wait.
- (BOOL)performBatch:(id<CTMBatch>)batch error:(NSError *_Nullable *_Nullable)error;

/// Re-checks every signature, hash, chain and digest and the database: {"ok","wrong":[{"error","detail"}],
/// "not_checked":[…]}. Takes long; other calls wait.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)verifyWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(verify());
/// What arrived and has no effect, with its reason.
- (CTM_ARRAY(NSDictionary *) *_Nullable)quarantineWithError:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(quarantine());
/// Judges a change set in quarantine once more: six digits of its hash or more. {"released","reason"}.
/// CTMErrorUnknownChange, CTMErrorAmbiguousChange.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)releaseHash:(NSString *)hash
                                                   error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(release(hash:));
/// The figures of a report: `space` with those under it, both days (2024-01-31) included.
/// CTMErrorUnknownSpace, CTMErrorBadDate.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)reportOfSpace:(NSString *)space
                                                      from:(NSString *)from
                                                        to:(NSString *)to
                                                     error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(report(space:from:to:));
/// Who did what and when, from signed history, in order.
- (BOOL)auditWithReader:(id<CTMRowReader>)reader error:(NSError *_Nullable *_Nullable)error;
/// Records in the form that an import takes; nil: all kinds, all spaces. The audit tells of it.
/// CTMErrorUnknownKind, CTMErrorUnknownSpace.
- (BOOL)exportKind:(NSString *_Nullable)kind
             space:(NSString *_Nullable)space
            reader:(id<CTMRowReader>)reader
             error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(export(kind:space:reader:));
@end

NS_ASSUME_NONNULL_END
