// What the other side is known to hold durably, feed by feed: by its list, its acknowledgements and what it
// sent.
#pragma once

#include <cotmoc/sync/feed_store.hpp>

#include <set>

namespace cotmoc::sync {

class Holdings {
public:
    void note(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
        std::uint64_t& held = spaces_[space][device];
        if (seq > held) {
            held = seq;
            changed_.insert(space);
        }
    }

    std::uint64_t seq(const SpaceId& space, DeviceIndex device) const {
        const auto feeds = spaces_.find(space);
        if (feeds == spaces_.end()) {
            return 0;
        }
        const auto feed = feeds->second.find(device);
        return feed == feeds->second.end() ? 0 : feed->second;
    }

    bool changed() const { return !changed_.empty(); }

    /// Tells the store what has changed since the last call.
    Result<void> tell(FeedStore& store, const crypto::TrustState::Device& peer) {
        for (const SpaceId& space : std::exchange(changed_, {})) {
            const auto& feeds = spaces_[space];
            COTMOC_TRY(store.peer_holds(peer, space, {feeds.begin(), feeds.end()}));
        }
        return {};
    }

private:
    std::map<SpaceId, std::map<DeviceIndex, std::uint64_t>> spaces_;
    std::set<SpaceId> changed_;
};

}  // namespace cotmoc::sync
