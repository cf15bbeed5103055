// One sync conversation, without I/O: bytes and a time in, bytes and a state out. One-shot; SyncEngine
// restarts. Messages: docs/spec/session.md. Handshake: docs/spec/handshake.md.
#pragma once

#include <cotmoc/base/clock.hpp>
#include <cotmoc/crypto/noise.hpp>
#include <cotmoc/sync/feed_store.hpp>

#include <functional>

namespace cotmoc::sync {

class AttachmentStore;
class PartialStore;
class SessionGate;
class SnapshotShelf;

/// Which attachments a calling side exchanges after the records.
struct AttachmentRule {
    enum class Carry : std::uint8_t {
        none,       // a metered link: records only
        small,      // sends what was made here; fetches all thumbnails, and what is at most `size_max`
        thumbnails  // the same, but fetches no whole file
    };
    Carry carry = Carry::small;
    std::uint64_t size_max = 16ULL * 1024 * 1024;  // octets
    std::vector<Hash256> wanted;                   // ids that are fetched whatever their size
    /// Fetched first, whatever `carry` says and though no record names it.
    struct Body {
        Hash256 id;
        SpaceId space;
        std::uint64_t size = 0;  // octets
    };
    std::vector<Body> bodies = {};
    /// Brought, though no record names them: the bodies of snapshots that are held here.
    std::vector<Hash256> brought = {};
};

/// What a calling side wants of snapshots.
struct SnapshotRule {
    /// Spaces of which nothing is held here: if the other side lists `begin_least` change sets of one or
    /// more, no change set is fetched in this session, but a snapshot with its body.
    std::vector<SpaceId> begin;
    std::uint64_t begin_least = 500;
    /// Of these only the manifest is asked for.
    std::vector<SpaceId> ask;
    /// Told before the body of one of `begin` is asked for; what it notes is durable when it returns. False:
    /// the body is not fetched after all.
    std::function<Result<bool>(const SpaceId&)> begins = nullptr;
};

struct SessionOptions {
    FeedStore& store;
    const crypto::DeviceKeys& keys;
    Random& random;
    std::int64_t silence_ms = 10'000;            // no byte for so long ends the session with no_answer
    std::size_t window_bytes = 4 * 1024 * 1024;  // sent and not acknowledged
    std::size_t commit_bytes = 1024 * 1024;      // received before a commit at the latest
    Clock* clock = nullptr;                      // an answering side tells its wall time, if it has one
    std::int64_t stall_ms = 5 * 60 * 1000;       // so long without progress ends it too (docs/spec/limits.md)
    SessionGate* gate = nullptr;                 // an answering side's: how often each device may come
    AttachmentStore* attachments = nullptr;      // null: neither offers nor takes any; outlives the session
    AttachmentRule attachment_rule = {};         // a calling side's
    /// A calling side's: called when the records are exchanged, so that what new ones name is fetched too.
    std::function<Result<void>()> follow_attachments = nullptr;
    SnapshotShelf* snapshots = nullptr;  // null: neither offers nor takes any; needs `attachments`
    SnapshotRule snapshot_rule = {};     // a calling side's
    PartialStore* partials = nullptr;    // begun envelopes go on in the next session; null: anew
    /// A calling side's, 0: no limit. Octets of the pipe, both ways together; the session ends by itself,
    /// after commit and acknowledgement, before it would use more. Lists and trust entries are not cut short.
    std::uint64_t budget_bytes = 0;
    /// Likewise milliseconds from start(): the session begins to end when three quarters are over, or earlier
    /// if the other side is slow to answer.
    std::int64_t budget_ms = 0;
};

struct Transfer {
    std::uint64_t change_sets = 0;
    std::uint64_t ops = 0;
    std::uint64_t bytes = 0;  // of envelopes
};

/// What a session moved of attachments.
struct AttachmentTransfer {
    std::uint64_t whole = 0;   // attachments that the receiver holds whole since
    std::uint64_t chunks = 0;  // durably held by the receiver
    std::uint64_t bytes = 0;   // octets of sealed chunks that crossed, repeated ones too
};
/// What goes over the pipe now, for people who watch.
enum class SessionStage : std::uint8_t { greeting, trust, lists, records, attachments, over };

/// A file that the other side does not take: quota_exceeded and the like.
struct AttachmentRefusal {
    Hash256 id;
    ErrorCode code{};
};

struct SessionReport {
    Transfer sent;      // acknowledged by the peer
    Transfer received;  // committed here
    std::uint64_t trust_sent = 0;
    std::uint64_t trust_received = 0;
    std::uint64_t refused = 0;         // envelopes of the peer that were not acceptable
    std::optional<ErrorCode> refusal;  // why the other side takes no more of this device: quota_exceeded
    std::uint64_t bytes_up = 0;        // everything given to the pipe, the handshake too
    std::uint64_t bytes_down = 0;
    std::uint64_t round_trips = 0;  // waits for the other side: the handshake, then each exchange
    bool complete = false;          // nothing was left to exchange
    AttachmentTransfer attachments_sent;
    AttachmentTransfer attachments_received;
    std::uint64_t attachments_refused = 0;       // of this side's, by the other one
    std::vector<AttachmentRefusal> refused_why;  // the first hundred of these
    std::uint64_t attachments_failed = 0;        // left because they are damaged, here or over there
    std::optional<ErrorCode> attachment_error;   // why this side's store of chunks could not be used
    std::uint64_t snapshots = 0;                 // manifests taken, by either side
    std::uint64_t snapshots_refused = 0;         // by either side
    bool snapshots_told = false;                 // a calling side asked, and knows what the other one has
    std::uint64_t expected = 0;  // envelopes the peer announced that were missing here, for progress
    std::uint64_t to_send = 0;   // envelopes that the peer lacks, for progress
    SessionStage stage = SessionStage::greeting;
    std::uint64_t resumed_up = 0;  // octets of envelopes that an earlier session had brought over already
    std::uint64_t resumed_down = 0;
    bool stopped_early = false;  // the budget was used, or wind_down() was called, before all was exchanged
};

class Session {
public:
    /// The calling side; it knows the other's key from the trust feed.
    static std::unique_ptr<Session> call(const SessionOptions& options,
                                         const crypto::AgreementPublicKey& responder);
    /// The answering side: a hub, or a device that serves.
    static std::unique_ptr<Session> answer(const SessionOptions& options);
    virtual ~Session() = default;

    virtual void start(std::int64_t now_ms) = 0;
    virtual void on_bytes(BytesView bytes, std::int64_t now_ms) = 0;
    virtual void on_tick(std::int64_t now_ms) = 0;
    /// The pipe ended. Not an error if the session was over.
    virtual void on_closed(std::int64_t now_ms) = 0;
    /// The pipe has sent what was taken; more may be produced (called when the output buffer is nearly
    /// empty).
    virtual void on_writable(std::int64_t now_ms) = 0;
    /// A calling side comes to an end soon: no envelope is begun any more, what has arrived is committed and
    /// acknowledged, and the session ends without an error. An answering side takes no notice.
    virtual void wind_down(std::int64_t now_ms) = 0;
    /// When on_tick wants to be called next.
    virtual std::optional<std::int64_t> next_wakeup() const = 0;

    /// Bytes to send, in order; empties the buffer. Never more than about 256 KiB wait here.
    virtual Bytes take_output() = 0;
    /// Over: close the pipe after what is in the buffer was sent.
    virtual bool finished() const = 0;
    virtual const std::optional<Error>& error() const = 0;
    virtual const SessionReport& report() const = 0;
    /// The enrolled device at the other end, once it is known.
    virtual const std::optional<DeviceId>& peer() const = 0;
};

}  // namespace cotmoc::sync
