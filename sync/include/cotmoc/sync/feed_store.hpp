// What a session synchronises: a replica or a hub, seen as feeds of envelopes and the trust feed.
#pragma once

#include <cotmoc/crypto/trust_state.hpp>

namespace cotmoc::sync {

/// The last change set held of a feed, all before it held too.
struct FeedPosition {
    DeviceIndex device{};
    std::uint64_t seq = 0;
    Hash256 hash;
    friend bool operator==(const FeedPosition&, const FeedPosition&) = default;
};

/// Sorted by device; feeds with nothing held are absent.
using Frontier = std::vector<FeedPosition>;

/// H("frontier", space id, u64 trust position, trust hash, (device id, u64 seq, hash) sorted by device id)
/// (S23).
Hash256 frontier_hash(const crypto::TrustState& trust, const SpaceId& space, const Frontier& frontier);
/// The same over an earlier trust position (what an author had seen).
Hash256 frontier_hash(const crypto::TrustState& trust, const SpaceId& space, std::uint64_t trust_position,
                      const Hash256& trust_hash, const Frontier& frontier);

/// One branch of a forked feed, from the feed's first forked place on: the hashes of `first`, `first` + 1, …
struct ForkBranch {
    DeviceIndex device{};
    std::uint64_t first = 0;
    std::vector<Hash256> hashes;  // at least one
    std::uint64_t tip() const { return first + hashes.size() - 1; }
    friend bool operator==(const ForkBranch&, const ForkBranch&) = default;
};

struct StoredEnvelope {
    std::int64_t position = 0;  // in the order of arrival, which respects causality
    DeviceIndex author{};
    std::uint64_t seq = 0;
    std::uint64_t ops = 0;  // 0 where the holder cannot read it
    Bytes bytes;
};

enum class Acceptance : std::uint8_t {
    stored,   // new, now held (applied or quarantined)
    known,    // held before; nothing was done
    waiting,  // a dependency is missing; nothing was done, offer it again
    refused,  // never acceptable here; the reason was noted
};

/// What a device still owes of its own feed in a space that it reads no more.
struct HandOver {
    SpaceId space;
    DeviceIndex device{};
    std::uint64_t after = 0;  // this much the other side is known to hold
    std::uint64_t until = 0;
};

struct AcceptResult {
    Acceptance acceptance{};
    std::uint64_t ops = 0;
    std::optional<Error> reason;  // of waiting and refused; of a side branch (forked_feed)
};

/// One session at a time uses a store that belongs to a replica; a hub serves many sessions, one call at a
/// time. Errors returned here are local ones (disk, database): they end the session, and nothing uncommitted
/// stays.
class FeedStore {
public:
    virtual ~FeedStore() = default;

    virtual const crypto::TrustState& trust() const = 0;
    /// The signed bytes of a position held.
    virtual Result<Bytes> trust_entry(std::uint64_t position) = 0;
    /// Verifies and stores the next position. A bad one is an error that names the peer's fault; nothing
    /// changes.
    virtual Result<void> add_trust_entry(BytesView entry) = 0;

    /// What is held, to be told to others. Of a feed that is known to be forked only what lies before its
    /// first forked place: its branches are exchanged each by itself.
    virtual Frontier frontier(const SpaceId& space) = 0;
    /// The first envelope of the space after `position` (0: from the beginning) in order of arrival.
    virtual Result<std::optional<StoredEnvelope>> next_envelope(const SpaceId& space,
                                                                std::int64_t position) = 0;
    /// A position after which next_envelope() finds this change set and all later ones of its feed; the
    /// nearest one makes sending a short tail cheap. 0 is always right.
    virtual Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex author,
                                                 std::uint64_t seq) {
        (void)space;
        (void)author;
        (void)seq;
        return 0;
    }
    /// The hash of a change set of a feed, below the first place at which it is forked.
    virtual Result<std::optional<Hash256>> hash_at(const SpaceId& space, DeviceIndex device,
                                                   std::uint64_t seq);
    /// All branches of the forked feeds of a space, sorted by device, last seq and last hash (S17).
    virtual Result<std::vector<ForkBranch>> branches(const SpaceId& space) {
        (void)space;
        return std::vector<ForkBranch>();
    }
    virtual Result<std::optional<StoredEnvelope>> branch_envelope(const SpaceId& space,
                                                                  const FeedPosition& place) {
        (void)space;
        (void)place;
        return std::nullopt;
    }
    /// Checks and stores one envelope. One of a side branch is stored with the reason forked_feed. What it
    /// stored is durable after commit().
    virtual Result<AcceptResult> accept(BytesView envelope) = 0;
    virtual Result<void> commit() = 0;

    /// A replica seals what is pending here, before anything is received (S3).
    virtual Result<void> begin_session() { return {}; }
    /// All that the peer had was received and committed. A province device may now write its confirmation
    /// (S21).
    virtual Result<void> received_all() { return {}; }
    /// What this device made in spaces that were withdrawn from it and the peer may not hold yet (S14).
    virtual Result<std::vector<HandOver>> hand_over(const crypto::TrustState::Device& peer) {
        (void)peer;
        return std::vector<HandOver>();
    }
    /// What the answering side's clock says, in milliseconds since 1970.
    virtual Result<void> peer_clock(const crypto::TrustState::Device& peer, std::int64_t wall_ms) {
        (void)peer;
        (void)wall_ms;
        return {};
    }
    /// The trust position that the peer says it has, before anything is exchanged; the hash of it unless it
    /// kept that back. An error ends the session.
    virtual Result<void> peer_trust(const crypto::TrustState::Device& peer, std::uint64_t position,
                                    const Hash256* head) {
        (void)peer;
        (void)position;
        (void)head;
        return {};
    }
    /// All that the answering side says it holds of a common space, before envelopes are exchanged.
    virtual Result<void> peer_lists(const crypto::TrustState::Device& peer, const SpaceId& space,
                                    const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) {
        (void)peer;
        (void)space;
        (void)feeds;
        return {};
    }
    /// The peer durably holds this much of the space.
    virtual Result<void> peer_holds(const crypto::TrustState::Device& peer, const SpaceId& space,
                                    const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) {
        (void)peer;
        (void)space;
        (void)feeds;
        return {};
    }
};

}  // namespace cotmoc::sync
