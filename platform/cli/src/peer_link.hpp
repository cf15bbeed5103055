// The way to a neighbour's laptop: named, or found on the network.
#pragma once

#include "hub_link.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/base/random.hpp>
#include <cotmoc/system/local_network.hpp>

namespace cotmoc::cli {

struct PeerAddress {
    DeviceId device;
    asio::Endpoint endpoint;
};

/// "DEVICE@HOST:PORT", DEVICE a name or the beginning of an id. wrong_usage, unknown_device.
Result<PeerAddress> parse_peer(const sync::Replica& replica, const std::string& text);

/// Those of this province that announce themselves on the network, each once under each of its addresses;
/// strangers are left out. Somebody may have copied an announcement: an address is a guess. connection_failed
/// if there is none, or nothing to look with.
Result<std::vector<PeerAddress>> find_neighbours(const sync::Replica& replica, system::LocalNetwork& network,
                                                 std::int64_t limit_ms);

/// More devices than this on a network are no post's neighbours; one that copies an announcement takes one of
/// a device's two addresses.
inline constexpr std::size_t calls_max = 16;
inline constexpr std::size_t calls_of_device_max = 2;
/// No call begins later than this.
inline constexpr std::int64_t calls_ms = 60'000;

/// What is to be called, in this order: by chance, since a stranger may choose what is found first; no device
/// a second time before each of them was called.
std::vector<PeerAddress> calls_in_order(std::vector<PeerAddress> found, Random& random);

/// How `first_that_answers` calls.
struct NeighbourCalls {
    Clock& clock;
    std::function<Result<sync::SessionReport>(const PeerAddress&)> call;
    std::function<bool()> stopped;  // by a signal
};

/// Calls one after the other until one session succeeds. What is wrong with this device, or with what both
/// hold, ends it at once, and so does a signal (connection_lost). Else busy if one of them was,
/// connection_failed if not, with what was tried.
Result<sync::SessionReport> first_that_answers(const std::vector<PeerAddress>& calls,
                                               const NeighbourCalls& how);

/// --peer's value: one session with the device that it names, or with the first one found that answers.
/// `last` follows it. The errors of the functions above and of asio::sync_over_tcp; handshake_failed if
/// another device answers than the one named.
Result<sync::SessionReport> sync_with_peer(const Common& common, Opened& opened, const std::string& peer,
                                           const asio::TcpOptions& options, sync::SessionReport& last,
                                           const AttachmentLink& attachments = {});

}  // namespace cotmoc::cli
