// What a session does about links that are not cut but lie (docs/bad-links.md), on a virtual clock.
#include "support/fleet.hpp"
#include "support/sim_network.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

constexpr std::int64_t silence_ms = 10'000;

/// A post with something to say.
struct Scene {
    Scene() {
        fleet.add("post-a", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        for (int i = 0; i < 500; ++i) {
            const std::string text = std::to_string(i * 7919) + " biên bản " + std::to_string(i * i);
            fleet.add_record("post-a", "delegation", {{"head", text}, {"note", text + text}});
        }
    }
    Fleet fleet{1};
    SimNetwork network{3};
};

}  // namespace

TEST_CASE("a side that is never told of a cut notices within ten seconds of the last octet") {
    int told_late = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        Scene scene;
        SimNetwork network(seed);
        LinkModel link = *link_profile("2g-hill");
        link.cut_from_ms = link.cut_until_ms = 6'000;
        link.half_open_per_mille = 1'000;
        const std::size_t connection =
            network.connect(scene.fleet.call("post-a"), scene.fleet.answer(), link);
        network.run();
        CHECK(network.over(connection));
        const auto& caller = network.caller(connection).error();
        const auto& hub = network.responder(connection).error();
        REQUIRE(caller);
        REQUIRE(hub);
        // One side is told by the pipe, the other one only by silence.
        const bool caller_waited = caller->code == ErrorCode::no_answer;
        CHECK((caller_waited || caller->code == ErrorCode::connection_lost));
        CHECK((caller_waited != (hub->code == ErrorCode::no_answer)));
        told_late += caller_waited ? 1 : 0;
        CHECK(network.now_ms() <= 1'000 + 6'000 + link.latency_ms + silence_ms);
    }
    CHECK(told_late > 0);
    CHECK(told_late < 6);
}

TEST_CASE("a link that swallows one direction is noticed by both sides within ten seconds each") {
    for (const bool up : {true, false}) {
        CAPTURE(up);
        Scene scene;
        LinkModel link = *link_profile("3g-drop");
        link.cut_from_ms = link.cut_until_ms = 0;
        link.octets_per_second = 2'500;
        (up ? link.blackhole_after_up : link.blackhole_after_down) = up ? 5'000 : 110;
        const std::size_t connection =
            scene.network.connect(scene.fleet.call("post-a"), scene.fleet.answer(), link);
        std::int64_t noticed = 0;
        while (!scene.network.over(connection) && scene.network.step()) {
            noticed = scene.network.now_ms();
        }
        CHECK(scene.network.over(connection));
        CHECK(scene.network.caller(connection).error());
        // It began to swallow after two seconds at most; the silence, and once more for the side that still
        // heard.
        CHECK(noticed <= 1'000 + 3'000 + 2 * (silence_ms + link.latency_ms));
    }
}

TEST_CASE("a page that asks for a log-in has a name that says what to do, and the hub never hears of it") {
    Scene scene;
    LinkModel link;
    link.portal = true;
    const std::size_t connection =
        scene.network.connect(scene.fleet.call("post-a"), scene.fleet.answer(), link);
    scene.network.run(scene.network.now_ms() + 1'000);
    const auto& error = scene.network.caller(connection).error();
    REQUIRE(error);
    CHECK(error->code == ErrorCode::captive_portal);
    CHECK(describe(*error).find("log in") != std::string::npos);
    CHECK(scene.network.responder(connection).report().bytes_down == 0);
    CHECK(error_retry(error->code) == Retry::after_back_off);
}

TEST_CASE("what only begins like a page is not taken for one; pages come in pieces and in other forms") {
    Scene scene;
    const auto first_error = [&](std::string_view octets) {
        const auto session = scene.fleet.call("post-a");
        session->start(0);
        for (const char octet : octets) {
            session->on_bytes(as_bytes(std::string_view(&octet, 1)), 1);
        }
        return session->error() ? std::optional(session->error()->code) : std::nullopt;
    };
    CHECK(first_error("HTTP/1.1 200 OK\r\n") == ErrorCode::captive_portal);
    CHECK(first_error("HTTP/2 302") == ErrorCode::captive_portal);
    CHECK(first_error("<html><head>") == ErrorCode::captive_portal);
    CHECK(first_error("<!DOCTYPE html>") == ErrorCode::captive_portal);
    CHECK(first_error("HTTP/x") == std::nullopt);
    CHECK(first_error("HTTPS") == std::nullopt);
    CHECK(first_error("<h") == std::nullopt);
}

TEST_CASE("octets that a link turns over end the session, and never reach the store") {
    int ended = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        Scene scene;
        SimNetwork network(seed);
        LinkModel link = *link_profile("2g-hill");
        link.cut_until_ms = 0;
        link.corrupt_per_mille = 300;
        const std::size_t connection =
            network.connect(scene.fleet.call("post-a"), scene.fleet.answer(), link);
        network.run();
        CHECK(network.over(connection));
        ended += network.caller(connection).error() ? 1 : 0;
        CHECK(network.responder(connection).report().refused == 0);
        scene.fleet.sync_all();
    }
    CHECK(ended > 4);
}
