#include "peer.hpp"

#include <cotmoc/records/bundle_files.hpp>

namespace cotmoc::capi {

Result<Peer> find_peer(const sync::Replica& replica, const std::string& text, bool needs_address) {
    const std::size_t at = text.find('@');
    Peer peer{};
    if (at != std::string::npos) {
        peer.endpoint = asio::parse_endpoint(std::string_view(text).substr(at + 1));
    }
    const bool wrong_address = at != std::string::npos && (!peer.endpoint || peer.endpoint->port == 0);
    const std::string name = text.substr(0, at);
    if (name.empty() || wrong_address || (needs_address && !peer.endpoint)) {
        return fail(ErrorCode::wrong_usage, "a peer is DEVICE@HOST:PORT, not " + text);
    }
    COTMOC_ASSIGN(const DeviceId named, records::other_device(replica, name));
    const auto* device = replica.trust().find(named);
    if (device == nullptr) {
        return fail(ErrorCode::unknown_device, name);
    }
    if (device->revoked) {
        return fail(ErrorCode::revoked, "the device that is called");
    }
    peer.key = device->keys.agreement;
    return peer;
}

}  // namespace cotmoc::capi
