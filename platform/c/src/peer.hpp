// A neighbour's device that a sync goes to instead of the hub.
#pragma once

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::capi {

struct Peer {
    crypto::AgreementPublicKey key;
    std::optional<asio::Endpoint> endpoint;
};

/// "DEVICE@HOST:PORT"; "DEVICE" alone if no address is needed. wrong_usage, unknown_device, revoked.
Result<Peer> find_peer(const sync::Replica& replica, const std::string& text, bool needs_address);

}  // namespace cotmoc::capi
