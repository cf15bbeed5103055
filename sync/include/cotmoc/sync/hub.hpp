// The hub: stores and forwards envelopes whose signature, certificate and continuity it checked. Holds no
// epoch key.
#pragma once

#include <cotmoc/core/feed.hpp>
#include <cotmoc/sync/feed_store.hpp>
#include <cotmoc/sync/held_part.hpp>
#include <cotmoc/sync/hub_quota.hpp>

namespace cotmoc::sync {

/// Where a hub keeps the trust feed and envelopes. SQLite is the first implementation; Postgres may be
/// another.
class HubStore {
public:
    virtual ~HubStore() = default;
    virtual Result<std::vector<Bytes>> load_trust() = 0;
    virtual Result<void> append_trust(std::uint64_t position, BytesView entry) = 0;
    virtual Result<std::vector<std::pair<SpaceId, Frontier>>> load_frontiers() = 0;
    virtual Result<void> append_envelope(const SpaceId& space, const FeedPosition& place,
                                         BytesView envelope) = 0;
    virtual Result<std::optional<StoredEnvelope>> next_envelope(const SpaceId& space,
                                                                std::int64_t position) = 0;
    /// The hash stored at a place, to tell a repeat from a fork.
    virtual Result<std::optional<Hash256>> find(const SpaceId& space, DeviceIndex device,
                                                std::uint64_t seq) = 0;
    /// The position just before that change set; 0 if it is not there.
    virtual Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex device,
                                                 std::uint64_t seq) = 0;
    /// Branches of forked feeds (S17), which stand beside their feeds.
    virtual Result<std::vector<std::pair<SpaceId, core::SideEnvelope>>> load_sides() = 0;
    virtual Result<void> keep_side(const SpaceId& space, const core::SideEnvelope& side,
                                   BytesView envelope) = 0;
    virtual Result<std::optional<Bytes>> side_bytes(const SpaceId& space, DeviceIndex device,
                                                    const Hash256& hash) = 0;
    virtual Result<std::uint64_t> side_size(const SpaceId& space, DeviceIndex device) = 0;
    /// What each device has used of its quota, as counted until now.
    virtual Result<std::vector<std::pair<DeviceIndex, HubUsage>>> load_usage() = 0;
    virtual Result<void> save_usage(DeviceIndex device, const HubUsage& usage) = 0;
    /// The begun envelope that a device has sent a part of; empty: none. It goes when the envelope is kept
    /// whole, whoever brought it. A store may keep none at all.
    virtual Result<Bytes> load_partial(const DeviceId& device) {
        (void)device;
        return Bytes();
    }
    /// How much load_partial() would give, without reading it; size 0: nothing.
    virtual Result<HeldPart> held_partial(const DeviceId& device) {
        (void)device;
        return HeldPart();
    }
    /// `held` describes the octets. Empty octets: nothing is kept any more.
    virtual Result<void> save_partial(const DeviceId& device, const HeldPart& held, BytesView octets) {
        (void)device;
        (void)held;
        (void)octets;
        return {};
    }
    virtual Result<void> commit() = 0;
    virtual Result<void> rollback() = 0;
};

/// `path` of the SQLite file; made if it is not there.
Result<std::unique_ptr<HubStore>> open_sqlite_hub_store(const std::string& path);

struct ForkLimits;

class Hub final : public FeedStore {
public:
    ~Hub() override;
    /// Loads what the store holds. The store outlives the hub.
    /// `clock` counts the days of the quotas; without one only the totals hold. It outlives the hub, too.
    static Result<std::unique_ptr<Hub>> open(HubStore& store, const HubLimits& limits = {},
                                             Clock* clock = nullptr);

    const crypto::TrustState& trust() const override { return trust_; }
    Result<Bytes> trust_entry(std::uint64_t position) override;
    Result<void> add_trust_entry(BytesView entry) override;
    Frontier frontier(const SpaceId& space) override;
    Result<std::optional<StoredEnvelope>> next_envelope(const SpaceId& space, std::int64_t position) override;
    Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex author,
                                         std::uint64_t seq) override;
    Result<std::optional<Hash256>> hash_at(const SpaceId& space, DeviceIndex device,
                                           std::uint64_t seq) override;
    Result<std::vector<ForkBranch>> branches(const SpaceId& space) override;
    Result<std::optional<StoredEnvelope>> branch_envelope(const SpaceId& space,
                                                          const FeedPosition& place) override;
    Result<AcceptResult> accept(BytesView envelope) override;
    Result<void> commit() override;
    /// How much may stand beside a forked feed; tests lower it.
    void set_fork_limits(const ForkLimits& limits);

private:
    Hub(HubStore& store, const HubLimits& limits, Clock* clock);
    const std::vector<core::SideEnvelope>& sides(const SpaceId& space, DeviceIndex device);
    Result<void> load_sides();
    Result<AcceptResult> check_place(BytesView envelope, const SpaceId& space, const FeedPosition& place,
                                     const Hash256& previous);
    /// What does not go on where its feed stands: known beside it, a branch, or too early.
    Result<AcceptResult> accept_beside(BytesView envelope, const SpaceId& space, const FeedPosition& place,
                                       const Hash256& previous);
    Result<void> append(BytesView envelope, const SpaceId& space, const FeedPosition& place);
    /// What a revoked device has begun is not waited for.
    Result<void> forget_begun(BytesView trust_entry);
    /// Back to the last commit, in the store and here.
    tl::unexpected<Error> roll_back(Error error);

    HubStore& store_;
    HubQuota quota_;
    crypto::TrustState trust_;
    std::vector<Bytes> trust_entries_;
    std::map<SpaceId, Frontier> frontiers_;  // the last place of each feed, forked or not
    std::map<SpaceId, std::map<DeviceIndex, std::vector<core::SideEnvelope>>> sides_;
    std::map<SpaceId, std::vector<ForkBranch>> branches_;  // of forked feeds, as long as nothing is added
    std::unique_ptr<ForkLimits> fork_limits_;
    // What roll_back() restores.
    bool uncommitted_ = false;
    std::optional<crypto::TrustState> committed_trust_;
    std::map<SpaceId, Frontier> committed_frontiers_;
};

}  // namespace cotmoc::sync
