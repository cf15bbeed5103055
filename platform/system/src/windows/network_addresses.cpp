// By GetAdaptersAddresses.
#include "../network_addresses.hpp"

// Before windows.h, which would bring an older one.
#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>

#include "../numeric_address.hpp"

#include <cstddef>
#include <utility>

namespace cotmoc::system {
namespace {

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

std::vector<NetworkAddress> network_addresses() {
    const Adapters room = adapters();
    const auto* adapter = room.empty() ? nullptr : reinterpret_cast<const IP_ADAPTER_ADDRESSES*>(room.data());
    std::vector<NetworkAddress> found;
    for (; adapter != nullptr; adapter = adapter->Next) {
        const int number = static_cast<int>(adapter->IfIndex != 0 ? adapter->IfIndex : adapter->Ipv6IfIndex);
        const bool usable = adapter->OperStatus == IfOperStatusUp && number != 0;
        for (const auto* entry = adapter->FirstUnicastAddress; usable && entry != nullptr;
             entry = entry->Next) {
            std::string text = numeric_address(entry->Address.lpSockaddr);
            if (!text.empty()) {
                found.push_back({number, adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK, std::move(text)});
            }
        }
    }
    return found;
}

}  // namespace cotmoc::system
