// The link model by itself: octets and times in, octets and times out.
#include "support/link_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

struct Received {
    Bytes octets;
    std::int64_t last_at = 0;
    bool ended = false;
};

/// Everything that comes out of a way, whenever that is.
Received drain(Link& link, Way way) {
    Received received;
    while (const auto at = link.next_arrival(way)) {
        link.advance(*at);
        if (!link.next_arrival(way)) {
            break;
        }
        const Link::Arrival arrival = link.take(way);
        received.octets.insert(received.octets.end(), arrival.octets.begin(), arrival.octets.end());
        received.last_at = arrival.at;
        received.ended = arrival.end;
    }
    return received;
}

const Bytes long_message(50'000, 7);

}  // namespace

TEST_CASE("rate and latency decide when octets come out, and nothing is lost or turned over") {
    SeededRandom random(1);
    LinkModel model;
    model.latency_ms = 800;
    model.octets_per_second = 2'500;
    Link link(model, random, 0);
    link.send(Way::up, long_message, 0);
    CHECK(link.line_free(Way::up) >= 20'000);
    link.close(Way::up, 0);
    const Received received = drain(link, Way::up);
    CHECK(received.octets == long_message);
    CHECK(received.ended);
    CHECK(received.last_at >= 20'800);
    CHECK(received.last_at <= 20'900);
    CHECK(link.carried(Way::up) == long_message.size());
    CHECK(link.carried(Way::down) == 0);
}

TEST_CASE("the two ways may be of different speed") {
    SeededRandom random(1);
    LinkModel model;
    model.latency_ms = 0;
    model.octets_per_second = 1'000;
    model.octets_per_second_down = 100'000;
    Link link(model, random, 0);
    link.send(Way::up, long_message, 0);
    link.send(Way::down, long_message, 0);
    CHECK(drain(link, Way::up).last_at >= 50'000);
    CHECK(drain(link, Way::down).last_at <= 600);
}

TEST_CASE("a cut comes in its time; what was under way is lost, and only what had left counts") {
    std::int64_t earliest = 1'000'000;
    std::int64_t latest = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        SeededRandom random(seed);
        Link link(*link_profile("2g-hill"), random, 500);
        const std::int64_t cut = *link.next_cut();
        earliest = std::min(earliest, cut);
        latest = std::max(latest, cut);
        link.send(Way::up, Bytes(300'000, 1), 500);
        const Received received = drain(link, Way::up);
        CHECK(link.cut());
        CHECK(received.ended);
        const auto seconds = static_cast<std::uint64_t>(cut - 500);
        CHECK(link.carried(Way::up) <= seconds * 2'500 / 1'000);
        CHECK(link.carried(Way::up) + 1'400 >= seconds * 2'500 / 1'000);
        CHECK(received.octets.size() < link.carried(Way::up));
        CHECK(!link.open(Way::up));
        CHECK(!link.open(Way::down));
    }
    CHECK(earliest >= 20'500);
    CHECK(earliest < 23'000);
    CHECK(latest <= 60'500);
    CHECK(latest > 58'000);
}

TEST_CASE("a blackhole swallows one way without a word; corruption turns single bits; a portal answers") {
    SeededRandom random(1);
    LinkModel hole;
    hole.piece_max = 100;
    hole.blackhole_after_up = 1'000;
    Link swallowing(hole, random, 0);
    swallowing.send(Way::up, Bytes(5'000, 1), 0);
    swallowing.close(Way::up, 0);
    const Received some = drain(swallowing, Way::up);
    CHECK(some.octets.size() <= 1'000);
    CHECK(some.octets.size() > 800);
    CHECK(!some.ended);
    swallowing.send(Way::down, Bytes(5'000, 1), 0);
    CHECK(drain(swallowing, Way::down).octets.size() == 5'000);

    LinkModel noisy;
    noisy.octets_per_second = 1'000'000;
    noisy.corrupt_per_mille = 1'000;
    Link corrupting(noisy, random, 0);
    corrupting.send(Way::up, Bytes(14'000, 0), 0);
    int bits = 0;
    for (const std::uint8_t octet : drain(corrupting, Way::up).octets) {
        bits += std::popcount(octet);
    }
    CHECK(bits == 10);

    LinkModel guarded;
    guarded.portal = true;
    Link portal(guarded, random, 0);
    portal.send(Way::up, Bytes(100, 1), 0);
    const Received page = drain(portal, Way::down);
    CHECK(as_text(page.octets).starts_with("HTTP/1.1 302"));
    CHECK(page.ended);
    CHECK(!portal.next_arrival(Way::up));
}

TEST_CASE("a seed repeats, another one differs; only known profiles have a name") {
    const auto first_cut = [](std::uint64_t seed) {
        SeededRandom random(seed);
        return *Link(*link_profile("2g-hill"), random, 0).next_cut();
    };
    CHECK(first_cut(4) == first_cut(4));
    CHECK(first_cut(4) != first_cut(5));
    for (const std::string_view name : link_profiles) {
        CHECK(link_profile(name));
    }
    CHECK(!link_profile("5g"));
}
