#include "peer_link.hpp"

#include "bundle_files.hpp"

#include <cotmoc/sync/neighbours.hpp>

#include <algorithm>
#include <array>

namespace cotmoc::cli {
namespace {

constexpr std::string_view any_neighbour = "auto";
constexpr std::int64_t look_around_ms = 5'000;
/// On the network around this device; a name need not be looked up.
constexpr std::int64_t connect_ms = 5'000;

Result<sync::SessionReport> call(const Common& common, Opened& opened, const PeerAddress& peer,
                                 const asio::TcpOptions& options, sync::SessionReport& last,
                                 const AttachmentLink& attachments) {
    const auto* device = opened.replica->trust().find(peer.device);
    if (device == nullptr) {
        return fail(ErrorCode::unknown_device, peer.device.hex());
    }
    if (device->revoked) {
        return fail(ErrorCode::revoked, "the device that is called");
    }
    return sync_with(common, opened, peer.endpoint, device->keys.agreement, options, last, attachments);
}

/// What another address may do better.
bool concerns_the_other_side(ErrorCode code) {
    switch (code) {
        case ErrorCode::busy:
        case ErrorCode::captive_portal:
        case ErrorCode::connection_failed:
        case ErrorCode::connection_lost:
        case ErrorCode::handshake_failed:
        case ErrorCode::no_answer:
        case ErrorCode::not_enrolled:
        case ErrorCode::protocol_error:
            return true;
        default:
            return false;
    }
}

std::string address_of(const asio::Endpoint& endpoint) {
    const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

}  // namespace

Result<PeerAddress> parse_peer(const sync::Replica& replica, const std::string& text) {
    const std::size_t at = text.find('@');
    const auto endpoint =
        at == std::string::npos ? std::nullopt : asio::parse_endpoint(std::string_view(text).substr(at + 1));
    if (!endpoint || endpoint->port == 0 || at == 0) {
        return fail(ErrorCode::wrong_usage, "--peer is DEVICE@HOST:PORT or auto, not " + text);
    }
    COTMOC_ASSIGN(const DeviceId named, records::other_device(replica, text.substr(0, at)));
    return PeerAddress{named, *endpoint};
}

Result<std::vector<PeerAddress>> find_neighbours(const sync::Replica& replica, system::LocalNetwork& network,
                                                 std::int64_t limit_ms) {
    COTMOC_ASSIGN(const std::vector<system::LanNeighbour> services, network.browse(limit_ms));
    std::vector<PeerAddress> found;
    for (const system::LanNeighbour& service : services) {
        const auto announcement = sync::decode_announcement(service.texts);
        const auto device =
            announcement ? sync::recognise(replica.trust(), replica.key_ring(), replica.id(), *announcement)
                         : std::nullopt;
        const bool known = std::ranges::any_of(found, [&](const PeerAddress& other) {
            return other.device == device && other.endpoint.host == service.host &&
                   other.endpoint.port == service.port;
        });
        if (device && !known && service.port != 0 && found.size() < system::LocalNetwork::neighbours_max) {
            found.push_back({*device, {service.host, service.port}});
        }
    }
    if (found.empty()) {
        return fail(ErrorCode::connection_failed, "no device of this province was found on this network");
    }
    return found;
}

std::vector<PeerAddress> calls_in_order(std::vector<PeerAddress> found, Random& random) {
    for (std::size_t left = found.size(); left > 1; --left) {
        std::array<std::uint8_t, 4> octets{};
        random.fill(octets);
        std::uint32_t number = 0;
        for (const std::uint8_t octet : octets) {
            number = number << 8 | octet;
        }
        std::swap(found[left - 1], found[number % left]);
    }
    std::vector<PeerAddress> calls;
    for (std::size_t round = 0; round < calls_of_device_max; ++round) {
        for (std::size_t i = 0; i < found.size() && calls.size() < calls_max; ++i) {
            const auto earlier =
                std::count_if(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(i),
                              [&](const PeerAddress& other) { return other.device == found[i].device; });
            if (static_cast<std::size_t>(earlier) == round) {
                calls.push_back(found[i]);
            }
        }
    }
    return calls;
}

Result<sync::SessionReport> first_that_answers(const std::vector<PeerAddress>& calls,
                                               const NeighbourCalls& how) {
    const std::int64_t began = how.clock.steady_ms();
    bool busy = false;
    std::string tried;
    for (const PeerAddress& each : calls) {
        if (how.stopped()) {
            return fail(ErrorCode::connection_lost, "stopped");
        }
        if (how.clock.steady_ms() - began >= calls_ms) {
            break;
        }
        Result<sync::SessionReport> report = how.call(each);
        if (report || !concerns_the_other_side(report.error().code)) {
            return report;
        }
        busy = busy || report.error().code == ErrorCode::busy;
        tried += (tried.empty() ? "" : ", ") + each.device.hex().substr(0, 8) + "@" +
                 address_of(each.endpoint) + " " + std::string(error_name(report.error().code));
    }
    if (how.stopped()) {
        return fail(ErrorCode::connection_lost, "stopped");
    }
    const ErrorCode code = busy ? ErrorCode::busy : ErrorCode::connection_failed;
    return fail(code, "no neighbour that was found answers as itself: " + tried);
}

Result<sync::SessionReport> sync_with_peer(const Common& common, Opened& opened, const std::string& peer,
                                           const asio::TcpOptions& options, sync::SessionReport& last,
                                           const AttachmentLink& attachments) {
    sync::Replica& replica = *opened.replica;
    if (peer != any_neighbour) {
        COTMOC_ASSIGN(const PeerAddress address, parse_peer(replica, peer));
        return call(common, opened, address, options, last, attachments);
    }
    // Between two calls nobody else would notice a signal; without the option it ends the process.
    std::optional<asio::StopSignals> signals;
    if (options.stop_on_signals) {
        signals.emplace();
    }
    const auto network = system::local_network();
    COTMOC_ASSIGN(const std::vector<PeerAddress> found, find_neighbours(replica, *network, look_around_ms));
    asio::TcpOptions each = options;
    each.connect_timeout_ms = std::min(options.connect_timeout_ms, connect_ms);
    return first_that_answers(
        calls_in_order(found, opened.place.random),
        {opened.place.clock,
         [&](const PeerAddress& address) { return call(common, opened, address, each, last, attachments); },
         [&] { return signals && signals->stopped(); }});
}

}  // namespace cotmoc::cli
