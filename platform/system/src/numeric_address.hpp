// An address of the Internet in digits. Include it after the system's own header of sockets, which has
// another name on each system.
#pragma once

#include <array>
#include <string>

namespace cotmoc::system {

/// Empty for what is no address of the Internet.
inline std::string numeric_address(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* octets = nullptr;
    if (address != nullptr && address->sa_family == AF_INET) {
        octets = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    } else if (address != nullptr && address->sa_family == AF_INET6) {
        octets = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    }
    return octets != nullptr && ::inet_ntop(address->sa_family, octets, text.data(), text.size()) != nullptr
               ? std::string(text.data())
               : std::string();
}

}  // namespace cotmoc::system
