// The networks that this device is on, and its addresses there.
#include <cotmoc/system/local_network.hpp>

// Before windows.h, which would bring an older one.
#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

// A macro of the headers above.
#undef interface

namespace cotmoc::system {
namespace {

/// Empty for what is no address of the Internet.
std::string numeric(const sockaddr* address) {
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

bool listens_there(bool loopback, int family, const std::string& address, const std::string& listening) {
    if (listening == "0.0.0.0") {
        return !loopback && family == AF_INET;
    }
    if (listening == "::") {
        return !loopback;
    }
    return address == listening.substr(0, listening.find('%'));
}

using Adapters = std::vector<std::max_align_t>;

/// A list of IP_ADAPTER_ADDRESSES; empty if Windows does not tell.
Adapters adapters() {
    constexpr ULONG parts = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
    ULONG size = 16 * 1024;
    // An adapter may come between the call that tells the size and the one that uses it.
    for (int attempt = 0; attempt < 4; ++attempt) {
        Adapters room(size / sizeof(std::max_align_t) + 1);
        const ULONG code = ::GetAdaptersAddresses(
            AF_UNSPEC, parts, nullptr, reinterpret_cast<IP_ADAPTER_ADDRESSES*>(room.data()), &size);
        if (code != ERROR_BUFFER_OVERFLOW) {
            return code == ERROR_SUCCESS ? room : Adapters();
        }
    }
    return {};
}

}  // namespace

std::vector<LanPlace> lan_places(const std::string& listening) {
    const Adapters room = adapters();
    const auto* adapter = room.empty() ? nullptr : reinterpret_cast<const IP_ADAPTER_ADDRESSES*>(room.data());
    std::map<int, LanPlace> places;
    for (; adapter != nullptr; adapter = adapter->Next) {
        const bool loopback = adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK;
        const int interface_number =
            static_cast<int>(adapter->IfIndex != 0 ? adapter->IfIndex : adapter->Ipv6IfIndex);
        for (const auto* entry = adapter->FirstUnicastAddress; entry != nullptr; entry = entry->Next) {
            const std::string address = numeric(entry->Address.lpSockaddr);
            const bool usable =
                !address.empty() && adapter->OperStatus == IfOperStatusUp && interface_number != 0;
            if (!usable ||
                !listens_there(loopback, entry->Address.lpSockaddr->sa_family, address, listening) ||
                (places.size() == LocalNetwork::places_max && !places.contains(interface_number))) {
                continue;
            }
            LanPlace& place = places[interface_number];
            place.interface = interface_number;
            if (place.addresses.size() < LocalNetwork::addresses_max) {
                place.addresses.push_back(address);
            }
        }
    }
    std::vector<LanPlace> found;
    for (auto& [number, place] : places) {
        std::ranges::sort(place.addresses);
        found.push_back(std::move(place));
    }
    return found;
}

}  // namespace cotmoc::system
