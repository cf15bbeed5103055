// Sync with the hub, in slices that the host allows.
#pragma once

#include <cotmoc/replica.h>
#include <cotmoc/transport.h>

COTMOC_BEGIN_DECLS

/// What a session is busy with.
#define COTMOC_STAGE_GREETING 0
#define COTMOC_STAGE_TRUST 1
#define COTMOC_STAGE_LISTS 2
#define COTMOC_STAGE_RECORDS 3
#define COTMOC_STAGE_OVER 4
#define COTMOC_STAGE_ATTACHMENTS 5

/// How far the sync is, since cotmoc_sync_run or cotmoc_sync_watch began. The library fills as many members
/// as it knows; `size` says how many octets those are.
typedef struct cotmoc_progress {
    size_t size;
    int32_t stage;        // COTMOC_STAGE_…
    int32_t no_progress;  // 1: work waits, and for a quarter of an hour nothing has moved
    uint64_t octets_up;   // over the pipe
    uint64_t octets_down;
    uint64_t change_sets;  // sent and acknowledged, or received and committed
    uint64_t expected;     // change sets that are to move, those that have moved included
    int64_t left_ms;       // by the pace so far; -1: unknown
} cotmoc_progress;

typedef struct cotmoc_progress_sink {
    size_t size;  // sizeof(cotmoc_progress_sink)
    void* ctx;
    cotmoc_drop_fn drop;  // optional
    /// On the thread that runs the sync, with no lock held. It may call any function of the replica but close
    /// and suspend, and cotmoc_sync_cancel. Anything but COTMOC_OK cancels the sync, and comes back from it
    /// (COTMOC_STOP: as COTMOC_OK).
    cotmoc_status (*progress)(void* ctx, const cotmoc_progress* progress);
} cotmoc_progress_sink;

/// A driver of sessions of one replica. It keeps when a failed session may be tried again. Setters and run:
/// one thread at a time, COTMOC_BUSY for a second one; request, network_changed, set_hints and cancel: any
/// thread at any time. Several syncs of one replica run one at a time: COTMOC_BUSY.
COTMOC_API cotmoc_status cotmoc_sync_new(cotmoc_replica* replica, cotmoc_sync** sync,
                                         cotmoc_error* error) COTMOC_NOTHROW;
/// From another thread not while it runs: cancel it, and wait for the call to return.
COTMOC_API void cotmoc_sync_free(cotmoc_sync* sync) COTMOC_NOTHROW;

/// "HOST:PORT" over TCP; remembered in the replica for the next time, as `sync --hub` does. Without it and
/// without a transport the remembered one counts (COTMOC_NO_HUB if there is none).
COTMOC_API cotmoc_status cotmoc_sync_set_hub(cotmoc_sync* sync, const char* address,
                                             cotmoc_error* error) COTMOC_NOTHROW;
/// A pipe by the host instead; NULL takes it back. If the call fails, nothing was taken and `drop` is not
/// called; else it is when the sync is freed or gets another one.
COTMOC_API cotmoc_status cotmoc_sync_set_transport(cotmoc_sync* sync, const cotmoc_transport* transport,
                                                   cotmoc_error* error) COTMOC_NOTHROW;
/// Likewise; NULL takes it back.
COTMOC_API cotmoc_status cotmoc_sync_set_progress(cotmoc_sync* sync, const cotmoc_progress_sink* sink,
                                                  cotmoc_error* error) COTMOC_NOTHROW;
/// Which attached files go along: COTMOC_ATTACHMENTS_NONE, _SMALL (what was attached here, thumbnails, and
/// what is at most `octets_max` long), _ALL. Default: SMALL with 16 MiB; while the link is metered, NONE.
#define COTMOC_ATTACHMENTS_NONE 0
#define COTMOC_ATTACHMENTS_SMALL 1
#define COTMOC_ATTACHMENTS_ALL 2
COTMOC_API cotmoc_status cotmoc_sync_set_attachments(cotmoc_sync* sync, int32_t carry, uint64_t octets_max,
                                                     cotmoc_error* error) COTMOC_NOTHROW;

/// A neighbour's device that serves (docs/neighbours.md) instead of the hub: "DEVICE@HOST:PORT", or "DEVICE"
/// with a transport; a device goes by its name or 8 digits of its id. NULL: the hub again. It is looked up
/// when the sync runs: COTMOC_UNKNOWN_DEVICE, COTMOC_REVOKED, COTMOC_WRONG_USAGE for this device or no such
/// text; COTMOC_HANDSHAKE_FAILED if another device answers. The remembered hub stays. Since API version 2.
COTMOC_API cotmoc_status cotmoc_sync_set_peer(cotmoc_sync* sync, const char* peer,
                                              cotmoc_error* error) COTMOC_NOTHROW;
/// The next runs fetch this file, or if `thumbnail` is not 0 its small picture, whatever
/// cotmoc_sync_set_attachments says and however large it is. `name` may be NULL: the only one of the field.
/// COTMOC_UNKNOWN_RECORD, COTMOC_UNKNOWN_ATTACHMENT. Since API version 2.
COTMOC_API cotmoc_status cotmoc_sync_want_attachment(cotmoc_sync* sync, const char* id, const char* field,
                                                     const char* name, int32_t thumbnail,
                                                     cotmoc_error* error) COTMOC_NOTHROW;

/// One slice: sessions until nothing is left to exchange, or until so many octets and milliseconds are used
/// (0: no limit). What has arrived is committed whatever the end, and the next slice goes on from there; a
/// limit or a cancel is no error. While it runs, other threads may use the replica. The view gets the object
/// of `sync --json`, also after a failure, with how far it came; a run that did not begin (COTMOC_NOT_JOINED,
/// COTMOC_NO_HUB, COTMOC_BUSY, a peer that is not known) has none. The error is that of the last session:
/// COTMOC_NOT_JOINED, COTMOC_NO_HUB, COTMOC_NO_ANSWER, COTMOC_CONNECTION_FAILED, COTMOC_CONNECTION_LOST,
/// COTMOC_HANDSHAKE_FAILED, COTMOC_NOT_ENROLLED, COTMOC_QUOTA_EXCEEDED and more in docs/errors.md; with
/// `retry` it says whether the next slice may succeed by itself. COTMOC_BUSY inside any callback. A space of
/// which nothing is held begins with a snapshot if the hub has one: until it is whole, cotmoc_replica_status
/// says "incomplete" and nothing is added there (COTMOC_SPACE_INCOMPLETE). When nothing is left to exchange,
/// slices with `ms_max` and watches begin to fetch its history, to check it, but not on a metered link or
/// with a low battery. Once begun, every session goes on with that: limit `octets_max` where octets cost
/// money.
COTMOC_API cotmoc_status cotmoc_sync_run(cotmoc_sync* sync, uint64_t octets_max, uint64_t ms_max,
                                         cotmoc_text_fn view, void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Runs sessions whenever there is a reason (a request, a changed network, `interval_ms` over; 0: never by
/// itself), with back-off after failures, until it is cancelled. `ended` gets the object of each session with
/// its "error" (a name, or null) and "next_ms" (until the next one, or null); anything but COTMOC_OK ends it.
/// The sync runs meanwhile: close, suspend, verify and the like are COTMOC_BUSY inside.
COTMOC_API cotmoc_status cotmoc_sync_watch(cotmoc_sync* sync, uint64_t interval_ms, cotmoc_text_fn ended,
                                           void* ctx, cotmoc_error* error) COTMOC_NOTHROW;

/// Makes room on a post's or a district's device: a session with the hub that asks for its snapshots, then
/// drops the octets of old change sets that a snapshot and the province cover, of one space or (NULL) of all.
/// No record, state or digest changes; the history of what was dropped is COTMOC_HISTORY_NOT_HERE from then
/// on. Gives an array of the objects of `prune --json`, empty after a cancel. COTMOC_NOT_ALLOWED for a
/// province's device, which keeps all; COTMOC_UNKNOWN_SPACE, COTMOC_WRONG_USAGE with a peer, and the errors
/// of cotmoc_sync_run. Since API version 2.
COTMOC_API cotmoc_status cotmoc_sync_prune(cotmoc_sync* sync, const char* space, cotmoc_text_fn view,
                                           void* ctx, cotmoc_error* error) COTMOC_NOTHROW;

/// There is something to send, or a person asks.
COTMOC_API cotmoc_status cotmoc_sync_request(cotmoc_sync* sync, cotmoc_error* error) COTMOC_NOTHROW;
/// A hint of the operating system: what failed before may work now.
COTMOC_API cotmoc_status cotmoc_sync_network_changed(cotmoc_sync* sync, cotmoc_error* error) COTMOC_NOTHROW;
/// `metered`: octets cost money. `battery_low`: watch starts no session that nobody asked for.
COTMOC_API cotmoc_status cotmoc_sync_set_hints(cotmoc_sync* sync, int32_t metered, int32_t battery_low,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// Ends the run or watch that goes on, as soon as what has arrived is committed; without one, the next run
/// ends before it begins. That call returns COTMOC_OK, and its report has "complete":false.
COTMOC_API cotmoc_status cotmoc_sync_cancel(cotmoc_sync* sync, cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
