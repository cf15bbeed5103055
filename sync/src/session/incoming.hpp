// The envelopes that a session receives: offered to the store, kept for a while if they wait for others,
// committed, and only then acknowledged.
#pragma once

#include <cotmoc/crypto/envelope.hpp>
#include "session/holdings.hpp"
#include "session/message.hpp"
#include "session/parts.hpp"

#include <cotmoc/sync/session.hpp>

#include <set>

namespace cotmoc::sync {

/// What the other side may send.
struct Passable {
    const std::vector<SpaceId>& spaces;
    const std::vector<SpaceId>& handed_over;  // of these only what the peer itself wrote
    DeviceId peer;
    bool allows(const crypto::EnvelopeHeader& header) const;
};

class Incoming {
public:
    static constexpr std::size_t waiting_bytes_max = 8 * 1024 * 1024;
    static constexpr std::size_t waiting_count_max = 10'000;

    /// `peer` learns what the sender was seen to hold.
    Incoming(FeedStore& store, std::size_t commit_bytes, Holdings& peer)
        : store_(store), commit_bytes_(commit_bytes), peer_(peer) {}

    /// Offers one envelope to the store. What is malformed, or may not pass, is refused and
    /// counted.
    Result<void> receive(Bytes envelope, const Passable& passable, SessionReport& report);
    /// The same of an envelope that comes in parts, once it is whole.
    Result<void> receive_part(BytesView body, const Passable& passable, SessionReport& report);
    PartReceiver& parts() { return parts_; }
    /// Of a feed: envelopes above what is held that came and were refused, or waited in vain.
    std::uint64_t not_taken(const SpaceId& space, DeviceIndex author) const;
    /// The other side has no more: waiting ones get a last chance, and what still waits is dropped.
    Result<void> receive_end(SessionReport& report);

    bool commit_is_due() const { return uncommitted_bytes_ >= commit_bytes_; }
    /// Makes durable what was stored and counts it.
    Result<void> commit(SessionReport& report);
    /// For what was dealt with and committed since the last one; nothing if nothing was.
    std::optional<Bytes> take_ack();
    /// The store keeps no more of this author's.
    bool is_over_quota(const DeviceId& author) const { return over_quota_.contains(author); }
    /// How many were known before, and how many waited in vain.
    std::uint64_t known() const { return known_; }
    std::uint64_t dropped() const { return dropped_; }

private:
    struct Waiting {
        SpaceId space;
        DeviceId author;
        std::uint64_t seq = 0;
        Bytes bytes;
    };
    Result<AcceptResult> offer(BytesView envelope, SessionReport& report);
    void keep_waiting(const crypto::EnvelopeHeader& header, Bytes envelope);
    void note_not_taken(const SpaceId& space, const DeviceId& author, std::uint64_t seq);
    Result<void> retry_waiting(SessionReport& report);
    Result<bool> retry_once(SessionReport& report);

    FeedStore& store_;
    std::size_t commit_bytes_;
    Holdings& peer_;
    PartReceiver parts_;
    std::size_t uncommitted_bytes_ = 0;
    bool uncommitted_ = false;
    Transfer uncommitted_transfer_;
    std::uint64_t handled_ = 0;
    std::uint64_t acknowledged_ = 0;
    std::vector<std::uint64_t> not_held_;
    std::vector<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t stored_since_retry_ = 0;
    std::set<SpaceId> stored_spaces_;
    std::set<DeviceId> over_quota_;
    std::map<std::pair<SpaceId, DeviceIndex>, std::uint64_t> not_taken_;
    std::uint64_t known_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace cotmoc::sync
