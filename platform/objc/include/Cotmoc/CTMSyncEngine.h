// Sync with the hub, in slices that the app allows.
#pragma once

#import <Cotmoc/CTMReplica.h>
#import <Cotmoc/CTMTransport.h>

NS_ASSUME_NONNULL_BEGIN

@class CTMSyncEngine;
struct cotmoc_sync;

/// What a session is busy with.
typedef NS_ENUM(NSInteger, CTMSyncStage) {
    CTMSyncStageGreeting = 0,
    CTMSyncStageTrust = 1,
    CTMSyncStageLists = 2,
    CTMSyncStageRecords = 3,
    CTMSyncStageOver = 4,
    CTMSyncStageAttachments = 5,
} NS_SWIFT_NAME(SyncStage);

/// Which attached files go along.
typedef NS_ENUM(NSInteger, CTMSyncAttachments) {
    CTMSyncAttachmentsNone = 0,
    CTMSyncAttachmentsSmall = 1,  // what was attached here, thumbnails, and what is at most so long
    CTMSyncAttachmentsAll = 2,
} NS_SWIFT_NAME(SyncAttachments);

/// How far the sync is, since it was run. Immutable; any thread.
NS_SWIFT_NAME(SyncProgress)
@interface CTMProgress : NSObject {
@private
    CTMSyncStage _stage;
    BOOL _noProgress;
    uint64_t _octetsUp;
    uint64_t _octetsDown;
    uint64_t _changeSets;
    uint64_t _expected;
    NSTimeInterval _left;
}
CTM_NO_PLAIN_INIT
@property(nonatomic, readonly) CTMSyncStage stage;
/// Work waits, and for a quarter of an hour nothing has moved.
@property(nonatomic, readonly) BOOL noProgress;
/// Over the pipe.
@property(nonatomic, readonly) uint64_t octetsUp;
@property(nonatomic, readonly) uint64_t octetsDown;
/// Sent and acknowledged, or received and committed.
@property(nonatomic, readonly) uint64_t changeSets;
/// Change sets that are to move, those that have moved included.
@property(nonatomic, readonly) uint64_t expected;
/// Seconds, by the pace so far; negative: unknown.
@property(nonatomic, readonly) NSTimeInterval left;
@end

/// Methods are called on the thread that runs the sync, in an autorelease pool of their own, with no lock
/// held. They may call any method of the replica but close and suspend, and cancel. What they throw ends the
/// sync: CTMErrorHost.
NS_SWIFT_NAME(SyncDelegate)
@protocol CTMSyncDelegate <NSObject>
@optional
- (void)syncEngine:(CTMSyncEngine *)engine didProgress:(CTMProgress *)progress;
/// Of watch: the object of each session, with "error" (a name, or NSNull) and "next_ms" (until the next one,
/// or NSNull).
- (void)syncEngine:(CTMSyncEngine *)engine sessionDidEnd:(CTM_DICTIONARY(NSString *, id) *)report;
@end

/// A driver of sessions of one replica. It keeps when a failed session may be tried again. Setters, run,
/// watch and prune: one thread at a time, CTMErrorBusy for a second one; request, noteNetworkChanged,
/// setMetered and cancel: any thread at any time. Several engines of one replica run one at a time:
/// CTMErrorBusy. It has no thread of its own: call run from a queue of the app, not from the main one.
NS_SWIFT_NAME(SyncEngine)
@interface CTMSyncEngine : NSObject {
@private
    CTMReplica *_replica;
    struct cotmoc_sync *_handle;
    id _delegateBox;
}
CTM_NO_PLAIN_INIT
- (instancetype _Nullable)initWithReplica:(CTMReplica *)replica
                                    error:(NSError *_Nullable *_Nullable)error NS_DESIGNATED_INITIALIZER;
/// Not retained. A library built with ARC forgets it when it goes; one without needs nil before. Set it while
/// no sync runs.
@property(nonatomic, CTM_WEAK) id<CTMSyncDelegate> _Nullable delegate;

/// "HOST:PORT" over TCP; remembered in the replica for the next time. Without it and without a transport the
/// remembered one counts (CTMErrorNoHub if there is none).
- (BOOL)setHub:(NSString *)address error:(NSError *_Nullable *_Nullable)error;
/// A neighbour's device that serves instead of the hub: "DEVICE@HOST:PORT", or "DEVICE" with a transport;
/// nil: the hub again. The run says CTMErrorUnknownDevice, CTMErrorRevoked.
- (BOOL)setPeer:(NSString *_Nullable)peer error:(NSError *_Nullable *_Nullable)error;
/// The next runs fetch this file, or its small picture, whatever is set below. `name` may be nil: the only
/// one. CTMErrorUnknownRecord, CTMErrorUnknownAttachment.
- (BOOL)wantAttachment:(NSString *_Nullable)name
              ofRecord:(NSString *)identifier
                 field:(NSString *)field
             thumbnail:(BOOL)thumbnail
                 error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(want(_:ofRecord:field:thumbnail:));
/// A pipe by the app instead, which the engine retains; nil takes it back.
- (BOOL)setTransport:(id<CTMTransport> _Nullable)transport error:(NSError *_Nullable *_Nullable)error;
/// `octetsMax` counts for CTMSyncAttachmentsSmall. Default: small with 16 MiB; none while the link is
/// metered.
- (BOOL)setAttachments:(CTMSyncAttachments)carry
             octetsMax:(uint64_t)octetsMax
                 error:(NSError *_Nullable *_Nullable)error;

/// One slice: sessions until nothing is left to exchange, or until so many octets and seconds are used (0: no
/// limit; a time that is over already, negative or below a millisecond, counts as a millisecond). What has
/// arrived is committed whatever the end, and the next slice goes on from there; a limit or a cancel is no
/// error. Gives the object of `sync --json`; after a failure nil, and then the error's userInfo has it as
/// CTMErrorReportKey. CTMErrorRetryKey says whether the next slice may succeed by itself. CTMErrorNotJoined,
/// CTMErrorNoHub, CTMErrorNoAnswer, CTMErrorConnectionFailed, CTMErrorConnectionLost,
/// CTMErrorHandshakeFailed, CTMErrorNotEnrolled, CTMErrorQuotaExceeded and more in docs/errors.md.
- (CTM_DICTIONARY(NSString *, id) *_Nullable)runWithOctets:(uint64_t)octetsMax
                                                   seconds:(NSTimeInterval)seconds
                                                     error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(run(octets:seconds:));
/// Runs sessions whenever there is a reason (a request, a changed network, `interval` seconds over; 0 or
/// negative: never by itself), with back-off after failures, until it is cancelled.
- (BOOL)watchWithInterval:(NSTimeInterval)interval
                    error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(watch(interval:));

/// Makes room on a post's or a district's device: a session with the hub that asks for its snapshots, then
/// drops the octets of old change sets that a snapshot and the province cover, of one space or (nil) of all.
/// No record, state or digest changes; the history of what was dropped is CTMErrorHistoryNotHere from then
/// on. Gives the objects of `prune --json`, none after a cancel. CTMErrorNotAllowed for a province's device,
/// which keeps all; CTMErrorUnknownSpace, CTMErrorNotJoined, CTMErrorWrongUsage with a peer, CTMErrorBusy
/// while a sync runs, and the errors of runWithOctets: nothing was dropped then.
- (CTM_ARRAY(NSDictionary *) *_Nullable)pruneSpace:(NSString *_Nullable)space
                                             error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(prune(space:));

/// There is something to send, or a person asks.
- (BOOL)requestWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(request());
/// A hint of the operating system: what failed before may work now.
- (BOOL)noteNetworkChangedWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(noteNetworkChanged());
/// `metered`: octets cost money. `batteryLow`: watch starts no session that nobody asked for.
- (BOOL)setMetered:(BOOL)metered
        batteryLow:(BOOL)batteryLow
             error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(setHints(metered:batteryLow:));
/// Ends the run or watch that goes on, as soon as what has arrived is committed; without one, the next run
/// ends before it begins. That call succeeds, and its report has "complete": false.
- (BOOL)cancelWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(cancel());
@end

/// NSDictionary in the userInfo of a failed run: how far it came.
CTM_EXTERN NSString *const CTMErrorReportKey NS_SWIFT_NAME(CTMErrorReportKey);

NS_ASSUME_NONNULL_END
