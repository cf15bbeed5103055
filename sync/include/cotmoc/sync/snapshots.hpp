// Snapshots of spaces (semantics S20): making one at a province officer's device, beginning with one at a new
// device, pruning below one. docs/snapshots.md. One thread at a time, that of the replica.
#pragma once

#include <cotmoc/sync/replica.hpp>
#include <cotmoc/sync/session.hpp>
#include <cotmoc/sync/snapshot_shelf.hpp>

namespace cotmoc::sync {

inline constexpr int snapshot_compression_level = 19;
/// A new snapshot is due when so many change sets came since the last one.
inline constexpr std::uint64_t snapshot_every_default = 5'000;

/// Whether the manifest is by whom and of what it says, as far as the trust feed held tells: bad_signature,
/// unknown_author, not_allowed without the right, bad_snapshot for another trust feed or unknown devices,
/// waiting_for_dependency for a trust position that is not held.
Result<void> check_snapshot(const crypto::SnapshotManifest& manifest, FeedStore& store);
/// The same, and that the feeds held are those that it covers: forked_feed, waiting_for_dependency. What a
/// hub asks before it keeps one.
Result<void> check_snapshot_with_feeds(const crypto::SnapshotManifest& manifest, FeedStore& store);

/// S20: province officers whose present right is not withdrawn, for spaces that they
/// may write.
bool may_sign_snapshots(const crypto::TrustState& trust, const crypto::TrustState::Device& device,
                        const SpaceId& space);

/// Makes and keeps a snapshot of what this device holds of the space. It is sealed and signed; sessions bring
/// it to hubs. Reads the space four times; memory grows by 20 octets a change set. not_allowed, not_joined,
/// replica_restored, unknown_space if nothing is held, no_epoch_key, forked_feed while a feed of the space is
/// forked, history_not_here if this device itself lacks change sets, unsupported_version for a catalogue that
/// this program cannot read, limit_exceeded.
Result<crypto::SnapshotManifest> make_snapshot(Replica& replica, SnapshotShelf& shelf, Random& random,
                                               Clock& clock, const SpaceInfo& space,
                                               int level = snapshot_compression_level);
/// The spaces of which a new one is due, among those of which this device may sign one.
Result<std::vector<SpaceInfo>> snapshots_due(Replica& replica, SnapshotShelf& shelf, std::uint64_t every);

/// Spaces of which nothing is held here yet, so that a snapshot may be taken.
Result<std::vector<SpaceId>> spaces_to_begin(Replica& replica);

/// Installs the body that is held, in one transaction: after it the space holds what its author's store held.
/// already_exists if something of the space is here, attachment_not_here, bad_snapshot, diverged if the
/// digest is another one, stale_snapshot if the trust feed judges covered change sets otherwise since.
Result<void> install_snapshot(Replica& replica, AttachmentStore& bodies,
                              const crypto::SnapshotManifest& manifest);

/// A body of the space begins to arrive: marks the space, durably, so that nothing is written in it. False if
/// something of it is held by now. What SnapshotRule::begins is for.
Result<bool> begin_space(Replica& replica, const SpaceId& space);

/// After a session that began these spaces with snapshots: installs those that are whole, and forgets those
/// that may not be installed, since something was written in the space, say, or whose rest the other side
/// does not give. `done` tells of the session; null if it failed, so that the rest may come in the next one.
struct Beginnings {
    std::size_t installed = 0;
    std::size_t arriving = 0;
    std::optional<Error> refused;  // the last one: its space takes the long way
};
Result<Beginnings> settle_beginnings(Replica& replica, SnapshotShelf& shelf,
                                     const std::vector<SpaceId>& spaces, const SessionReport* done);

/// What a space stands on.
struct SpaceGround {
    std::optional<crypto::SnapshotManifest> begun_with;  // while not all of it was checked
    std::uint64_t by_hash_only = 0;                      // change sets without octets
    /// Checked against its change sets it told of other records; those shown are the change sets' own.
    std::optional<crypto::SnapshotManifest> found_wrong;
    bool history_wanted = false;
    bool incomplete = false;  // a snapshot has begun to arrive: nothing may be written in the space
};
Result<SpaceGround> ground_of(Replica& replica, const SpaceId& space);

/// Wants the history of spaces that were begun with a snapshot and not pruned since, so that sessions bring
/// it and it is checked; whether there are any such. For when nothing else is to be done.
Result<bool> want_verification(Replica& replica);

/// Drops the octets of what both the newest snapshot known and a province officer's frontier cover (S20), but
/// of each feed's last change set; how many change sets. not_allowed for hub, province and authority, who
/// keep all.
Result<std::uint64_t> prune(Replica& replica, SnapshotShelf& shelf, const SpaceInfo& space);

}  // namespace cotmoc::sync
