// Where a device can be reached that listens at an address.
#include <cotmoc/system/local_network.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;

TEST_CASE("who listens at one address is reached there only, and the loopback is no network") {
    for (const char* listening : {"127.0.0.1", "127.0.0.1%lo"}) {
        const std::vector<system::LanPlace> places = system::lan_places(listening);
        REQUIRE(places.size() == 1);
        CHECK(places.front().interface > 0);
        CHECK(places.front().addresses == std::vector<std::string>{"127.0.0.1"});
    }
    for (const char* listening : {"0.0.0.0", "::"}) {
        const std::vector<system::LanPlace> places = system::lan_places(listening);
        CHECK(places.size() <= system::LocalNetwork::places_max);
        for (const system::LanPlace& place : places) {
            CHECK_FALSE(place.addresses.empty());
            CHECK(place.addresses.size() <= system::LocalNetwork::addresses_max);
            for (const std::string& address : place.addresses) {
                CHECK_FALSE(address.starts_with("127."));
                CHECK(address != "::1");
                CHECK((address.find(':') == std::string::npos || listening == std::string("::")));
            }
        }
    }
    for (const char* listening : {"192.0.2.255", "nonsense", ""}) {
        CHECK(system::lan_places(listening).empty());
    }
}
