#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/envelope.hpp>
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

Result<std::optional<Hash256>> FeedStore::hash_at(const SpaceId& space, DeviceIndex device,
                                                  std::uint64_t seq) {
    COTMOC_ASSIGN(std::int64_t position, position_before(space, device, seq));
    for (;;) {
        COTMOC_ASSIGN(const std::optional<StoredEnvelope> envelope, next_envelope(space, position));
        if (!envelope) {
            return std::nullopt;
        }
        if (envelope->author == device && envelope->seq == seq) {
            return crypto::envelope_hash(envelope->bytes);
        }
        position = envelope->position;
    }
}

}  // namespace cotmoc::sync
