// What is known of what other devices hold, between bundles: a bundle carries what its reader may lack.
#pragma once

#include <cotmoc/sync/feed_store.hpp>

#include <map>
#include <set>

namespace cotmoc::sync {

class Replica;

/// What a device said in a bundle, signed by it, that it holds.
struct BundleHoldings {
    std::uint64_t trust_position = 0;
    Hash256 trust_head;
    std::map<SpaceId, Frontier> spaces;  // a space listed with an empty frontier: nothing of it
    friend bool operator==(const BundleHoldings&, const BundleHoldings&) = default;
};

/// docs/spec/bundle.md, "Holdings".
Bytes encode_holdings(const BundleHoldings& holdings);
Result<BundleHoldings> decode_holdings(BytesView bytes);  // bad_encoding

/// Up to which place a device holds the trust feed and, in each space, each feed.
struct KnownHoldings {
    std::uint64_t trust_position = 0;
    std::map<SpaceId, std::map<DeviceIndex, std::uint64_t>> spaces;
    /// Feeds of which the peer said to hold more than there is here, or another change set.
    std::set<std::pair<SpaceId, DeviceIndex>> differ;
    std::uint64_t seq(const SpaceId& space, DeviceIndex device) const;
    void note(const SpaceId& space, DeviceIndex device, std::uint64_t seq);
};

/// Remembers what other devices said last. Where that is kept, the two kinds below decide.
class BundlePeers {
public:
    explicit BundlePeers(FeedStore& store) : store_(store) {}
    virtual ~BundlePeers() = default;

    /// What the peer holds of what this store holds, as far as known. A feed that is another one over there
    /// counts as not held at all.
    Result<KnownHoldings> known(const crypto::TrustState::Device& peer);
    /// What the peer says now takes the place of what it said before. Said at an earlier place of the trust
    /// feed it only lowers that.
    Result<void> said(const DeviceId& peer, const BundleHoldings& holdings);

    /// Which volumes of the peer's last bundle were taken in; none of another bundle.
    Result<std::set<std::uint32_t>> taken(const DeviceId& peer, BytesView bundle);
    Result<void> took(const DeviceId& peer, BytesView bundle, const std::set<std::uint32_t>& volumes);

protected:
    enum class Kind : std::uint8_t { holdings, volumes };
    virtual Result<std::optional<Bytes>> load(const DeviceId& peer, Kind kind) = 0;
    virtual Result<void> save(const DeviceId& peer, Kind kind, BytesView bytes) = 0;
    /// What is known in other ways.
    virtual Result<void> add_known(const crypto::TrustState::Device& peer, KnownHoldings& known);

    FeedStore& store_;
};

/// In the replica's database. It knows by sessions, too, what hubs hold, and by change sets what their
/// authors had seen.
class ReplicaPeers final : public BundlePeers {
public:
    explicit ReplicaPeers(Replica& replica);

protected:
    Result<std::optional<Bytes>> load(const DeviceId& peer, Kind kind) override;
    Result<void> save(const DeviceId& peer, Kind kind, BytesView bytes) override;
    Result<void> add_known(const crypto::TrustState::Device& peer, KnownHoldings& known) override;

private:
    Replica& replica_;
};

}  // namespace cotmoc::sync
