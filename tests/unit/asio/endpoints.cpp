#include <cotmoc/asio/tcp.hpp>

#include <doctest/doctest.h>

using namespace cotmoc::asio;

TEST_CASE("addresses name a host and a port") {
    const auto check = [](std::string_view text, std::string_view host, int port) {
        CAPTURE(text);
        const auto endpoint = parse_endpoint(text);
        REQUIRE(endpoint);
        CHECK(endpoint->host == host);
        CHECK(endpoint->port == port);
    };
    check("127.0.0.1:7450", "127.0.0.1", 7450);
    check("hub.example:0", "hub.example", 0);
    check("[2001:db8::1]:65535", "2001:db8::1", 65535);
}

TEST_CASE("what is no address is refused") {
    for (const char* text : {"", ":", "host", "host:", ":1", "host:x", "host:1x", "host:-1", "host:65536",
                             "[]:1", "2001:db8::1:7450"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_endpoint(text));
    }
}
