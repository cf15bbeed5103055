// The way to the hub, and one session with whoever answers, for sync and for commands that must ask the hub
// first.
#pragma once

#include "command.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/records/neighbour_visits.hpp>
#include <cotmoc/records/status_json.hpp>
#include <cotmoc/sync/attachments.hpp>
#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::cli {

using records::hub_setting;
using records::last_sync_setting;
using records::neighbour_stall_ms;
using records::set_setting;
using records::setting;

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

/// One session with whoever holds that key. `last` follows it and tells how far it came, failed or not; the
/// time of one that succeeds is remembered. The errors of asio::sync_over_tcp.
Result<sync::SessionReport> sync_with(const Common& common, Opened& opened, const asio::Endpoint& endpoint,
                                      const crypto::AgreementPublicKey& key, asio::TcpOptions options,
                                      sync::SessionReport& last, const AttachmentLink& attachments = {});
/// The same with the hub. `last` follows it and tells how far it came, failed or not; an address that works
/// is remembered. no_hub if none is enrolled, and the errors of asio::sync_over_tcp.
Result<sync::SessionReport> sync_with_hub(const Common& common, Opened& opened, const HubAddress& hub,
                                          const asio::TcpOptions& options, sync::SessionReport& last,
                                          const AttachmentLink& attachments = {});

}  // namespace cotmoc::cli
