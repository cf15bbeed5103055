// The networks that this device is on, and its addresses there.
#include "network_addresses.hpp"

#include <cotmoc/system/local_network.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace cotmoc::system {
namespace {

bool listens_there(const NetworkAddress& address, const std::string& listening) {
    if (listening == "0.0.0.0") {
        return !address.loopback && address.text.find(':') == std::string::npos;
    }
    if (listening == "::") {
        return !address.loopback;
    }
    return address.text == listening.substr(0, listening.find('%'));
}

}  // namespace

std::vector<LanPlace> lan_places(const std::string& listening) {
    std::map<int, LanPlace> places;
    for (const NetworkAddress& address : network_addresses()) {
        const int number = address.interface_number;
        if (!listens_there(address, listening) ||
            (places.size() == LocalNetwork::places_max && !places.contains(number))) {
            continue;
        }
        LanPlace& place = places[number];
        place.interface = number;
        if (place.addresses.size() < LocalNetwork::addresses_max) {
            place.addresses.push_back(address.text);
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
