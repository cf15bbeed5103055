#include <cotmoc/sync/engine.hpp>

#include "support/seeded_random.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace cotmoc;
using sync::SyncEngine;

namespace {

const Error lost{ErrorCode::connection_lost, {}};

std::int64_t fail_once(SyncEngine& engine, std::int64_t now, const Error& error = lost) {
    engine.session_started();
    CHECK(!engine.next_start());
    engine.session_ended(error, now);
    REQUIRE(engine.next_start());
    return *engine.next_start() - now;
}

}  // namespace

TEST_CASE("back-off doubles from one second to five minutes, with full jitter, and never ends") {
    std::int64_t limit = 1'000;
    std::vector<std::int64_t> largest(30, 0);
    std::vector<std::int64_t> smallest(30, std::numeric_limits<std::int64_t>::max());
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        test_support::SeededRandom random(seed);
        SyncEngine engine({}, random);
        for (std::size_t i = 0; i < largest.size(); ++i) {
            const std::int64_t wait = fail_once(engine, 50);
            largest[i] = std::max(largest[i], wait);
            smallest[i] = std::min(smallest[i], wait);
        }
    }
    for (std::size_t i = 0; i < largest.size(); ++i) {
        CHECK(largest[i] <= limit);
        CHECK(largest[i] > limit * 9 / 10);
        CHECK(smallest[i] >= 0);
        CHECK(smallest[i] < limit / 10);
        limit = std::min<std::int64_t>(limit * 2, 300'000);
    }
}

TEST_CASE("a request starts at once, but does not cut a back-off short; a change of network does") {
    test_support::SeededRandom random(1);
    SyncEngine engine({}, random);
    CHECK(!engine.next_start());
    engine.request(10);
    CHECK(engine.next_start() == 10);
    std::int64_t wait = 0;
    while (wait < 10'000) {
        wait = fail_once(engine, 100);
    }
    engine.request(200);
    CHECK(engine.next_start() == 100 + wait);
    engine.network_changed(300);
    CHECK(engine.next_start() == 300);
    CHECK(engine.failures() == 0);
}

TEST_CASE("success resets the back-off, and what was asked for meanwhile starts at once") {
    test_support::SeededRandom random(1);
    SyncEngine engine({}, random);
    for (int i = 0; i < 10; ++i) {
        fail_once(engine, 0);
    }
    engine.session_started();
    engine.session_ended(std::nullopt, 1'000);
    CHECK(!engine.next_start());
    CHECK(engine.failures() == 0);
    engine.session_started();
    engine.request(1'500);
    CHECK(!engine.next_start());
    engine.session_ended(std::nullopt, 2'000);
    CHECK(engine.next_start() == 2'000);
    CHECK(fail_once(engine, 3'000) <= 1'000);
}

TEST_CASE("an error that no repetition cures waits for the longest time; an interval asks by itself") {
    test_support::SeededRandom random(1);
    sync::SyncEngineOptions options;
    options.interval_ms = 60'000;
    SyncEngine engine(options, random);
    CHECK(fail_once(engine, 0, {ErrorCode::not_enrolled, {}}) == 300'000);
    engine.session_started();
    engine.session_ended(std::nullopt, 5'000);
    CHECK(engine.next_start() == 65'000);
    engine.session_started();
    engine.network_changed(70'000);
    engine.session_ended(Error{ErrorCode::not_enrolled, {}}, 71'000);
    CHECK(*engine.next_start() <= 72'000);
}
