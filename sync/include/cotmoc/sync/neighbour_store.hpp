// A replica as a neighbour may fill it: within a quota, and only while the disk has room. What is here it may
// have all the same. docs/neighbours.md.
#pragma once

#include <cotmoc/sync/feed_store.hpp>

#include <functional>
#include <map>

namespace cotmoc::sync {

struct NeighbourLimits {
    /// Of one device's change sets that come by neighbours in a period, whoever brings them: only it can sign
    /// more of them.
    std::uint64_t bytes = 256ULL * 1024 * 1024;
    std::int64_t period_ms = 24 * 60 * 60 * 1000;
    std::uint64_t free_bytes = 256ULL * 1024 * 1024;  // of the disk, stay the owner's
    /// Octets that are free on the disk, if that is known; null: not asked.
    std::function<std::optional<std::uint64_t>()> disk_free = nullptr;
};

/// What came of each device over the sessions of one run; as many as are enrolled. One thread. `now_ms` is of
/// a clock that never goes back.
class NeighbourQuotas {
public:
    bool has_room(const DeviceId& author, std::uint64_t octets, const NeighbourLimits& limits,
                  std::int64_t now_ms) const;
    void count(const DeviceId& author, std::uint64_t octets, const NeighbourLimits& limits,
               std::int64_t now_ms);

private:
    struct Use {
        std::int64_t since_ms = 0;
        std::uint64_t octets = 0;
    };
    std::map<DeviceId, Use> uses_;
};

/// Lives for one session. accept() fails with disk_full, which ends the session, and refuses with
/// quota_exceeded, which does not; all else is the store's below. Trust entries are small, and may revoke
/// somebody: they are always taken.
class NeighbourStore final : public FeedStore {
public:
    using SteadyMs = std::function<std::int64_t()>;
    /// All of them outlive it.
    NeighbourStore(FeedStore& below, NeighbourQuotas& quotas, const NeighbourLimits& limits, SteadyMs now)
        : below_(below), quotas_(quotas), limits_(limits), now_(std::move(now)) {}

    const crypto::TrustState& trust() const override { return below_.trust(); }
    Result<Bytes> trust_entry(std::uint64_t position) override { return below_.trust_entry(position); }
    Result<void> add_trust_entry(BytesView entry) override { return below_.add_trust_entry(entry); }
    Frontier frontier(const SpaceId& space) override { return below_.frontier(space); }
    Result<std::optional<StoredEnvelope>> next_envelope(const SpaceId& space,
                                                        std::int64_t position) override {
        return below_.next_envelope(space, position);
    }
    Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex author,
                                         std::uint64_t seq) override {
        return below_.position_before(space, author, seq);
    }
    Result<std::optional<Hash256>> hash_at(const SpaceId& space, DeviceIndex device,
                                           std::uint64_t seq) override {
        return below_.hash_at(space, device, seq);
    }
    Result<std::vector<ForkBranch>> branches(const SpaceId& space) override { return below_.branches(space); }
    Result<std::optional<StoredEnvelope>> branch_envelope(const SpaceId& space,
                                                          const FeedPosition& place) override {
        return below_.branch_envelope(space, place);
    }
    Result<AcceptResult> accept(BytesView envelope) override;
    Result<void> commit() override { return below_.commit(); }
    Result<void> begin_session() override { return below_.begin_session(); }
    Result<void> received_all() override { return below_.received_all(); }
    Result<std::vector<HandOver>> hand_over(const crypto::TrustState::Device& peer) override {
        return below_.hand_over(peer);
    }
    Result<void> peer_clock(const crypto::TrustState::Device& peer, std::int64_t wall_ms) override {
        return below_.peer_clock(peer, wall_ms);
    }
    Result<void> peer_trust(const crypto::TrustState::Device& peer, std::uint64_t position,
                            const Hash256* head) override {
        return below_.peer_trust(peer, position, head);
    }
    Result<void> peer_lists(const crypto::TrustState::Device& peer, const SpaceId& space,
                            const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) override {
        return below_.peer_lists(peer, space, feeds);
    }
    Result<void> peer_holds(const crypto::TrustState::Device& peer, const SpaceId& space,
                            const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) override {
        return below_.peer_holds(peer, space, feeds);
    }

private:
    FeedStore& below_;
    NeighbourQuotas& quotas_;
    const NeighbourLimits& limits_;
    SteadyMs now_;
};

}  // namespace cotmoc::sync
