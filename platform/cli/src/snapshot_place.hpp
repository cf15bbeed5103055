// Snapshots beside a replica: where they are kept, and how a sync begins with one.
#pragma once

#include "hub_link.hpp"

namespace cotmoc::cli {

inline constexpr std::string_view snapshot_every_setting = "snapshot_every";

/// The stores of chunks and of manifests; both null if there is nothing to keep in them.
struct SnapshotPlace {
    std::unique_ptr<sync::AttachmentStore> bodies;
    std::unique_ptr<sync::SnapshotShelf> shelf;
    AttachmentLink link(sync::AttachmentRule rule) const {
        return {bodies.get(), std::move(rule), shelf.get(), {}};
    }
};

/// With `always` both are made; else the shelf only where it is of use: at a province officer's device, at
/// one that has to begin with a space, or if it is there already.
Result<SnapshotPlace> open_snapshots(Opened& opened, bool always = false);

/// So many change sets make a new snapshot due.
Result<std::uint64_t> snapshot_every(sync::Replica& replica);

/// As sync_with_hub(); spaces of which nothing is held begin with a snapshot if the hub has one, and then the
/// rest comes in a second session. `last` counts the octets of all.
Result<sync::SessionReport> sync_and_begin(const Common& common, Opened& opened, const HubAddress& hub,
                                           const asio::TcpOptions& options, sync::SessionReport& last,
                                           AttachmentLink link);

}  // namespace cotmoc::cli
