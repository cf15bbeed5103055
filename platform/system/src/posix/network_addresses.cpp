// By getifaddrs.
#include "../network_addresses.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include "../numeric_address.hpp"

#include <utility>

namespace cotmoc::system {

std::vector<NetworkAddress> network_addresses() {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return {};
    }
    std::vector<NetworkAddress> found;
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        std::string text = numeric_address(entry->ifa_addr);
        const int number = static_cast<int>(if_nametoindex(entry->ifa_name));
        if (!text.empty() && (entry->ifa_flags & IFF_UP) != 0 && number != 0) {
            found.push_back({number, (entry->ifa_flags & IFF_LOOPBACK) != 0, std::move(text)});
        }
    }
    freeifaddrs(first);
    return found;
}

}  // namespace cotmoc::system
