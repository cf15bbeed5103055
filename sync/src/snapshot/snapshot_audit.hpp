// Whether a snapshot said the truth, once the change sets themselves are here.
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::crypto {
struct SnapshotManifest;
}

namespace cotmoc::sync {

/// What the trust feed said when the snapshot was made is what it says now of all that is covered:
/// stale_snapshot if not. What a later cut voids, nobody can take out of a snapshot.
Result<void> check_rights_unchanged(Replica& replica, const crypto::SnapshotManifest& manifest);

/// The digest that a replay of all change sets has to come to, if the space was begun with a snapshot and
/// everything counts as it did then.
Result<std::optional<Hash256>> digest_to_audit(Replica& replica, const SpaceId& space);

/// After the replay: whether the snapshot told of other records than its change sets do. Not if some of them
/// cannot be read here.
Result<bool> snapshot_was_wrong(Replica& replica, const SpaceId& space, const Hash256& told);

}  // namespace cotmoc::sync
