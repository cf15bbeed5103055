// Hints and the watchdog of the engine (docs/bad-links.md).
#include <cotmoc/sync/engine.hpp>

#include "support/seeded_random.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace cotmoc;
using sync::SyncEngine;
using sync::SyncEvent;

namespace {

const Error lost{ErrorCode::connection_lost, {}};
constexpr std::int64_t minute_ms = 60'000;

sync::SyncEngineOptions watched() {
    sync::SyncEngineOptions options;
    options.watchdog_ms = 15 * minute_ms;
    return options;
}

}  // namespace

TEST_CASE("the watchdog tells of work that waits without progress exactly when its time has come, and once") {
    test_support::SeededRandom random(1);
    SyncEngine engine(watched(), random);
    CHECK(!engine.next_event());
    CHECK(!engine.take_event(1'000 * minute_ms));
    engine.request(5'000);
    CHECK(engine.next_event() == 5'000 + 15 * minute_ms);
    engine.request(9'000);  // asking again is no progress
    CHECK(!engine.take_event(5'000 + 15 * minute_ms - 1));
    CHECK(engine.take_event(5'000 + 15 * minute_ms) == SyncEvent::no_progress);
    CHECK(!engine.take_event(5'000 + 15 * minute_ms));
    CHECK(engine.next_event() == 5'000 + 30 * minute_ms);
}

TEST_CASE("failures do not quiet the watchdog, progress does, and a good session ends it") {
    test_support::SeededRandom random(1);
    SyncEngine engine(watched(), random);
    engine.request(0);
    for (std::int64_t now = minute_ms; now < 15 * minute_ms; now += minute_ms) {
        engine.session_started();
        engine.session_ended(lost, now);
        CHECK(!engine.take_event(now));
    }
    CHECK(engine.take_event(15 * minute_ms) == SyncEvent::no_progress);
    engine.session_started();
    engine.progressed(20 * minute_ms);
    engine.session_ended(lost, 21 * minute_ms);
    CHECK(engine.next_event() == 35 * minute_ms);
    engine.session_started();
    engine.session_ended(std::nullopt, 22 * minute_ms);
    CHECK(!engine.pending());
    CHECK(!engine.next_event());
}

TEST_CASE("what is asked for while a session runs stays pending; a watchdog of 0 never barks") {
    test_support::SeededRandom random(1);
    SyncEngine engine(watched(), random);
    engine.session_started();
    engine.request(1'000);
    engine.session_ended(std::nullopt, 2'000);
    CHECK(engine.pending());
    CHECK(engine.next_event() == 2'000 + 15 * minute_ms);
    sync::SyncEngineOptions quiet;
    quiet.watchdog_ms = 0;
    SyncEngine silent(quiet, random);
    silent.request(0);
    CHECK(!silent.next_event());
    CHECK(!silent.take_event(1'000 * minute_ms));
}

TEST_CASE(
    "a low battery puts off what nobody asked for, until it is charged; a metered link carries records") {
    test_support::SeededRandom random(1);
    sync::SyncEngineOptions options;
    options.interval_ms = minute_ms;
    SyncEngine engine(options, random);
    engine.session_started();
    engine.session_ended(std::nullopt, 0);
    CHECK(engine.next_start() == minute_ms);
    CHECK(engine.wants_attachments());
    engine.set_hints({true, true});
    CHECK(!engine.next_start());
    CHECK(!engine.wants_attachments());
    engine.set_hints({true, false});
    CHECK(engine.next_start() == minute_ms);
    engine.set_hints({false, true});
    engine.request(10);
    CHECK(engine.next_start() == 10);
    CHECK(engine.wants_attachments());
}

TEST_CASE("after ten thousand failures there still is a next time, within five minutes") {
    test_support::SeededRandom random(1);
    SyncEngine engine({}, random);
    std::int64_t now = 0;
    engine.request(now);
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(engine.next_start());
        REQUIRE(*engine.next_start() >= now);
        REQUIRE(*engine.next_start() - now <= 300'000);
        now = *engine.next_start();
        engine.session_started();
        engine.session_ended(lost, now);
    }
}

TEST_CASE("the same seed waits the same times") {
    const auto waits = [](std::uint64_t seed) {
        test_support::SeededRandom random(seed);
        SyncEngine engine({}, random);
        std::vector<std::int64_t> starts;
        for (int i = 0; i < 20; ++i) {
            engine.session_started();
            engine.session_ended(lost, 0);
            starts.push_back(*engine.next_start());
        }
        return starts;
    };
    CHECK(waits(7) == waits(7));
    CHECK(waits(7) != waits(8));
}

TEST_CASE("a session that moved something and was cut is no reason to wait long for the next one") {
    test_support::SeededRandom random(1);
    SyncEngine engine({}, random);
    for (int i = 0; i < 12; ++i) {
        engine.session_started();
        engine.session_ended(lost, 0);
    }
    CHECK(engine.failures() == 12);
    for (int i = 0; i < 50; ++i) {
        engine.session_started();
        engine.progressed(0);
        engine.session_ended(lost, 0);
        CHECK(*engine.next_start() <= 1'000);
    }
    engine.session_started();
    engine.session_ended(lost, 0);
    CHECK(engine.failures() == 2);  // progress of a session before does not count again
}
