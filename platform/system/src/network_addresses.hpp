// The addresses of this machine's network interfaces, as its operating system tells them.
#pragma once

#include <string>
#include <vector>

namespace cotmoc::system {

struct NetworkAddress {
    int interface_number = 0;
    bool loopback = false;
    /// IPv4 or IPv6 in digits, without a scope.
    std::string text;
};

/// Those of interfaces that are up. Empty if the system does not tell.
std::vector<NetworkAddress> network_addresses();

}  // namespace cotmoc::system
