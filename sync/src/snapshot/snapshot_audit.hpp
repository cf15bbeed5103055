// Whether a snapshot said the truth, once the change sets themselves are here.
#pragma once

#include <cotmoc/sync/replica.hpp>

#include <set>

namespace cotmoc::crypto {
struct SnapshotManifest;
}

namespace cotmoc::sync {

/// What the trust feed said when the snapshot was made is what it says now of all that is covered:
/// stale_snapshot if not. What a later cut voids, nobody can take out of a snapshot.
Result<void> check_rights_unchanged(Replica& replica, const crypto::SnapshotManifest& manifest);

/// What a space that was begun with a snapshot says before all its change sets are applied again.
struct SnapshotClaim {
    Hash256 digest;
    std::set<std::pair<DeviceIndex, std::uint64_t>> unread;  // change sets
};

/// Nothing if the space was not begun with a snapshot, or if the trust feed, a fork or what can be read here
/// may have changed what counts since.
Result<std::optional<SnapshotClaim>> claim_to_audit(Replica& replica, const SpaceId& space);

/// After the replay: whether the snapshot told of other records than its change sets do. Not if other ones
/// than before cannot be read here.
Result<bool> snapshot_was_wrong(Replica& replica, const SpaceId& space, const SnapshotClaim& claim);

}  // namespace cotmoc::sync
