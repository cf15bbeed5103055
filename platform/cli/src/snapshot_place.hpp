// How a sync of the command line begins with snapshots.
#pragma once

#include "hub_link.hpp"

#include <cotmoc/records/snapshot_files.hpp>

namespace cotmoc::cli {

inline constexpr std::string_view snapshot_every_setting = "snapshot_every";

/// The stores of chunks and of manifests; both null if there is nothing to keep in them.
struct SnapshotPlace : records::SnapshotFiles {
    AttachmentLink link(sync::AttachmentRule rule) const {
        return {bodies.get(), std::move(rule), shelf.get(), {}};
    }
};

/// As records::open_snapshots().
Result<SnapshotPlace> open_snapshots(Opened& opened, bool always = false);

/// So many change sets make a new snapshot due.
Result<std::uint64_t> snapshot_every(sync::Replica& replica);

/// As sync_with_hub(); spaces of which nothing is held begin with a snapshot if the hub has one, and then the
/// rest comes in a second session. `last` counts the octets of all.
Result<sync::SessionReport> sync_and_begin(const Common& common, Opened& opened, const HubAddress& hub,
                                           const asio::TcpOptions& options, sync::SessionReport& last,
                                           AttachmentLink link);

}  // namespace cotmoc::cli
