// The way to a neighbour's laptop: named, or found on the network.
#pragma once

#include "command.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/system/local_network.hpp>

namespace cotmoc::cli {

struct PeerAddress {
    DeviceId device;
    asio::Endpoint endpoint;
};

/// "DEVICE@HOST:PORT", DEVICE a name or the beginning of an id. wrong_usage, unknown_device.
Result<PeerAddress> parse_peer(const sync::Replica& replica, const std::string& text);

/// Those of this province that announce themselves on the network, each once under each of its addresses;
/// strangers are left out. connection_failed if there is none, or nothing to look with.
Result<std::vector<PeerAddress>> find_neighbours(const sync::Replica& replica, system::LocalNetwork& network,
                                                 std::int64_t limit_ms);

/// --peer's value: one session with the device that it names, or with the first one found that answers.
/// `last` follows it. The errors of both functions above and of asio::sync_over_tcp; handshake_failed if
/// another device answers than the one named.
Result<sync::SessionReport> sync_with_peer(const Common& common, Opened& opened, const std::string& peer,
                                           const asio::TcpOptions& options, sync::SessionReport& last);

}  // namespace cotmoc::cli
