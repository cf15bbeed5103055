#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/sync/feed_store.hpp>

namespace cotmoc::sync {

Hash256 frontier_hash(const crypto::TrustState& trust, const SpaceId& space, const Frontier& frontier) {
    return frontier_hash(trust, space, trust.position(), trust.head(), frontier);
}

Hash256 frontier_hash(const crypto::TrustState& trust, const SpaceId& space, std::uint64_t trust_position,
                      const Hash256& trust_hash, const Frontier& frontier) {
    std::map<DeviceId, const FeedPosition*> by_device;
    for (const FeedPosition& feed : frontier) {
        const crypto::TrustState::Device* device = trust.find(feed.device);
        COTMOC_CHECK(device != nullptr);
        by_device.emplace(device->id, &feed);
    }
    BinaryWriter feeds;
    for (const auto& [device, feed] : by_device) {
        feeds.id(device);
        feeds.u64(feed->seq);
        feeds.id(feed->hash);
    }
    BinaryWriter position;
    position.u64(trust_position);
    return crypto::hash("frontier", {space.view(), position.bytes(), trust_hash.view(), feeds.bytes()});
}

}  // namespace cotmoc::sync
