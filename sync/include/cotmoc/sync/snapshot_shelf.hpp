// The manifests of snapshots that a device or a hub knows of, one or two a space: the newest, and beside it
// the newest whose body is held whole. Bodies are attachments in the AttachmentStore. What is kept here was
// checked by the caller. One thread at a time.
#pragma once

#include <cotmoc/crypto/snapshot.hpp>
#include <cotmoc/sync/attachment_store.hpp>

namespace cotmoc::sync {

class SnapshotShelf {
public:
    /// Made if it is not there. The store outlives the shelf. newer_database, and the errors of
    /// core::Database::open.
    static Result<std::unique_ptr<SnapshotShelf>> open(const core::Database::Options& options,
                                                       AttachmentStore& bodies);

    /// Durable when it returns. False if one is known that covers as much or more: nothing changes.
    Result<bool> keep(const crypto::SnapshotManifest& manifest);
    /// The one that covers most; with `whole`, of those whose body is held.
    Result<std::optional<crypto::SnapshotManifest>> newest(const SpaceId& space, bool whole);
    /// Forgets those that a newer one with its body makes needless, their bodies too.
    Result<void> tidy(const SpaceId& space);
    /// Forgets all of the space, and the bodies with `bodies`.
    Result<void> forget(const SpaceId& space, bool bodies = true);

    /// The peer told that it keeps this one, or a better one.
    Result<void> note_delivered(const Hash256& id, const DeviceId& peer);
    Result<bool> delivered(const Hash256& id, const DeviceId& peer);

    AttachmentStore& bodies() { return bodies_; }

private:
    SnapshotShelf(core::Database database, AttachmentStore& bodies)
        : database_(std::move(database)), bodies_(bodies) {}
    /// By falling coverage.
    Result<std::vector<crypto::SnapshotManifest>> all(const SpaceId& space);
    Result<void> remove(const crypto::SnapshotManifest& manifest);

    core::Database database_;
    AttachmentStore& bodies_;
};

/// How many change sets it covers, of all feeds.
std::uint64_t change_sets_covered(const crypto::SnapshotManifest& manifest);

}  // namespace cotmoc::sync
