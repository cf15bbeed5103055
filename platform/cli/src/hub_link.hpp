// The way to the hub, for sync and for commands that must ask the hub first.
#pragma once

#include "command.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/sync/attachments.hpp>
#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::cli {

inline constexpr std::string_view hub_setting = "hub_address";
inline constexpr std::string_view last_sync_setting = "last_sync";

/// A setting of the replica's store; empty if it is not there.
Result<std::string> setting(sync::Replica& replica, std::string_view name);
Result<void> set_setting(sync::Replica& replica, std::string_view name, const std::string& value);

struct HubAddress {
    std::string text;
    asio::Endpoint endpoint;
};

/// The address named, else the one that was used before. no_hub, wrong_usage.
Result<HubAddress> hub_address(sync::Replica& replica, const std::string& named);
/// What a session carries of attachments; null: nothing.
struct AttachmentLink {
    sync::AttachmentStore* store = nullptr;
    sync::AttachmentRule rule = {};
    sync::SnapshotShelf* snapshots = nullptr;
    sync::SnapshotRule snapshot_rule = {};
};

/// One session. `last` follows it and tells how far it came, failed or not; an address that works is
/// remembered. no_hub if none is enrolled, and the errors of asio::sync_over_tcp.
Result<sync::SessionReport> sync_with_hub(const Common& common, Opened& opened, const HubAddress& hub,
                                          asio::TcpOptions options, sync::SessionReport& last,
                                          const AttachmentLink& attachments = {});

}  // namespace cotmoc::cli
