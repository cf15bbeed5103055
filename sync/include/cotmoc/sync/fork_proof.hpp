// The proof of a fork out of what a replica or a hub holds (crypto/fork_proof.hpp).
#pragma once

#include <cotmoc/crypto/fork_proof.hpp>
#include <cotmoc/sync/feed_store.hpp>

namespace cotmoc::sync {

/// Of the first forked place of a feed; nothing if the feed is not forked here.
Result<std::optional<Bytes>> make_fork_proof(FeedStore& store, const SpaceId& space, DeviceIndex device);

}  // namespace cotmoc::sync
