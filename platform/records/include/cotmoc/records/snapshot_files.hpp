// Snapshots beside a replica: where they are kept, and how a sync begins with one.
#pragma once

#include <cotmoc/sync/session.hpp>
#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::records {

/// The stores of chunks and of manifests; both null if there is nothing to keep in them.
struct SnapshotFiles {
    std::unique_ptr<sync::AttachmentStore> bodies;
    std::unique_ptr<sync::SnapshotShelf> shelf;  // goes first
};

/// DIRECTORY/attachments.db and DIRECTORY/snapshots.db, as far as `files` does not have them open. With
/// `always` both are made; else the shelf only where it is of use: at a province officer's device, at one
/// that has to begin with a space, or if it is there already; chunks as by open_attachments().
Result<void> open_snapshots(SnapshotFiles& files, sync::Replica& replica, const std::string& directory,
                            bool always = false);

/// What the sessions of a sync with the hub ask for: a space of which nothing is held begins with a snapshot
/// if the hub has one, and then the rest comes in another session. Between the calls nothing is kept but in
/// the replica: a sync may end anywhere and go on after a restart. `shelf` is of SnapshotFiles.
///
/// Before each session. `rule.begin` and `rule.begins` are set; the replica outlives the session.
Result<void> prepare_beginnings(sync::Replica& replica, sync::SnapshotRule& rule);
/// After each; `done` is the session's report, null if it failed. True: another session brings the rest.
Result<bool> settle_beginnings(sync::Replica& replica, sync::SnapshotShelf& shelf,
                               const sync::SnapshotRule& rule, const sync::SessionReport* done);

/// The one named, or all for "". unknown_space.
Result<std::vector<sync::SpaceInfo>> spaces_named(const sync::Replica& replica, const std::string& name);
/// `prune --json`: a space, and how many change sets' octets went.
std::string pruned_json(const sync::SpaceInfo& space, std::uint64_t dropped);

/// The octets, records and files of two sessions that are told as one; all else is as the later one says.
void add_session(sync::SessionReport& sum, const sync::SessionReport& later);

}  // namespace cotmoc::records
