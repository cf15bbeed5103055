// A server for a device that its owner uses meanwhile.
#pragma once

#include <cotmoc/asio/tcp.hpp>

namespace cotmoc::asio {

/// A post has a handful of neighbours; a laptop or a phone keeps no more callers waiting than that.
inline TcpServerOptions neighbour_server_options() {
    TcpServerOptions options;
    options.connections_max = 32;
    options.per_address_max = 8;
    options.unknown_max = 16;
    options.unknown_per_address_max = 8;
    return options;
}

}  // namespace cotmoc::asio
