// The networks that this device is on, and its addresses there.
#include <cotmoc/system/local_network.hpp>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <map>

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
    return octets != nullptr && inet_ntop(address->sa_family, octets, text.data(), text.size()) != nullptr
               ? std::string(text.data())
               : std::string();
}

bool listens_there(const ifaddrs& entry, const std::string& address, const std::string& listening) {
    const bool loopback = (entry.ifa_flags & IFF_LOOPBACK) != 0;
    if (listening == "0.0.0.0") {
        return !loopback && entry.ifa_addr->sa_family == AF_INET;
    }
    if (listening == "::") {
        return !loopback;
    }
    return address == listening.substr(0, listening.find('%'));
}

}  // namespace

std::vector<LanPlace> lan_places(const std::string& listening) {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return {};
    }
    std::map<int, LanPlace> places;
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        const std::string address = numeric(entry->ifa_addr);
        const int interface = static_cast<int>(if_nametoindex(entry->ifa_name));
        const bool usable = !address.empty() && (entry->ifa_flags & IFF_UP) != 0 && interface != 0;
        if (!usable || !listens_there(*entry, address, listening) ||
            (places.size() == LocalNetwork::places_max && !places.contains(interface))) {
            continue;
        }
        LanPlace& place = places[interface];
        place.interface = interface;
        if (place.addresses.size() < LocalNetwork::addresses_max) {
            place.addresses.push_back(address);
        }
    }
    freeifaddrs(first);
    std::vector<LanPlace> found;
    for (auto& [interface, place] : places) {
        std::ranges::sort(place.addresses);
        found.push_back(std::move(place));
    }
    return found;
}

}  // namespace cotmoc::system
