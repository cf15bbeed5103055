#include "peer_link.hpp"

#include "bundle_files.hpp"
#include "hub_link.hpp"

#include <cotmoc/sync/neighbours.hpp>

#include <algorithm>

namespace cotmoc::cli {
namespace {

constexpr std::string_view any_neighbour = "auto";
constexpr std::int64_t look_around_ms = 5'000;
/// A network with more devices than this is no post's.
constexpr std::size_t neighbours_tried = 16;

Result<sync::SessionReport> call(const Common& common, Opened& opened, const PeerAddress& peer,
                                 const asio::TcpOptions& options, sync::SessionReport& last) {
    const auto* device = opened.replica->trust().find(peer.device);
    if (device == nullptr) {
        return fail(ErrorCode::unknown_device, peer.device.hex());
    }
    if (device->revoked) {
        return fail(ErrorCode::revoked, "the device that is called");
    }
    return sync_with(common, opened, peer.endpoint, device->keys.agreement, options, last);
}

}  // namespace

Result<PeerAddress> parse_peer(const sync::Replica& replica, const std::string& text) {
    const std::size_t at = text.find('@');
    const auto endpoint =
        at == std::string::npos ? std::nullopt : asio::parse_endpoint(std::string_view(text).substr(at + 1));
    if (!endpoint || endpoint->port == 0 || at == 0) {
        return fail(ErrorCode::wrong_usage, "--peer is DEVICE@HOST:PORT or auto, not " + text);
    }
    std::vector<NamedDevice> devices;
    for (const sync::DeviceInfo& device : replica.devices()) {
        devices.push_back({device.name, device.id});
    }
    const std::string name = text.substr(0, at);
    COTMOC_ASSIGN(const std::vector<DeviceId> named, bundle_readers(replica.trust(), devices, name));
    if (named.size() != 1) {
        return fail(ErrorCode::unknown_device, name + ": more than one; give the name or id of one");
    }
    if (named.front() == replica.id()) {
        return fail(ErrorCode::wrong_usage, name + " is this device");
    }
    return PeerAddress{named.front(), *endpoint};
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
        if (device && !known && service.port != 0 && found.size() < neighbours_tried) {
            found.push_back({*device, {service.host, service.port}});
        }
    }
    if (found.empty()) {
        return fail(ErrorCode::connection_failed, "no device of this province was found on this network");
    }
    return found;
}

Result<sync::SessionReport> sync_with_peer(const Common& common, Opened& opened, const std::string& peer,
                                           const asio::TcpOptions& options, sync::SessionReport& last) {
    sync::Replica& replica = *opened.replica;
    if (peer != any_neighbour) {
        COTMOC_ASSIGN(const PeerAddress address, parse_peer(replica, peer));
        return call(common, opened, address, options, last);
    }
    const auto network = system::local_network();
    COTMOC_ASSIGN(const std::vector<PeerAddress> found, find_neighbours(replica, *network, look_around_ms));
    Result<sync::SessionReport> report = call(common, opened, found.front(), options, last);
    for (auto next = found.begin() + 1; !report && next != found.end(); ++next) {
        report = call(common, opened, *next, options, last);
    }
    return report;
}

}  // namespace cotmoc::cli
