// SyncRunner with a transport that is told what its sessions do, on a virtual clock.
#include <cotmoc/sync/runner.hpp>

#include "support/seeded_random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>

using namespace cotmoc;
using namespace cotmoc::sync;

namespace {

class VirtualClock final : public Clock {
public:
    std::int64_t now = 0;
    std::int64_t wall_ms() override { return now; }
    std::int64_t steady_ms() override { return now; }
};

constexpr ErrorCode none{};

/// What one session does.
struct Script {
    std::int64_t takes_ms = 1'000;
    ErrorCode error = none;
    std::uint64_t change_sets = 0;
    std::uint64_t bytes = 500;
    bool complete = true;
    bool store_fails = false;  // the one of attached files
};

class FakeTransport final : public SyncTransport {
public:
    explicit FakeTransport(VirtualClock& clock) : clock_(clock) {}

    Result<SessionReport> run(const SliceBudget& budget, const Report& progress) override {
        budgets.push_back(budget);
        started.push_back(clock_.now);
        const Script script = scripts.empty() ? Script{} : scripts.front();
        if (scripts.size() > 1) {
            scripts.pop_front();
        }
        SessionReport report;
        report.expected = script.change_sets;
        report.stage = SessionStage::records;
        for (std::uint64_t i = 0; i < script.change_sets; ++i) {
            clock_.now += script.takes_ms / static_cast<std::int64_t>(script.change_sets);
            report.received.change_sets += 1;
            report.bytes_down = script.bytes * (i + 1) / script.change_sets;
            progress(report);
        }
        clock_.now += script.change_sets == 0 ? script.takes_ms : 0;
        report.bytes_down = script.bytes;
        report.complete = script.complete && script.error == none;
        report.stopped_early = !script.complete && script.error == none && !script.store_fails;
        if (script.store_fails) {
            report.attachment_error = ErrorCode::database_damaged;
        }
        progress(report);
        if (script.error != none) {
            return fail(script.error);
        }
        return report;
    }

    bool wait_until(std::int64_t ms) override {
        clock_.now = std::max(clock_.now, ms);
        if (on_wait) {
            on_wait();
        }
        return clock_.now < stop_at;
    }
    bool stopped() override { return clock_.now >= stop_at; }

    std::deque<Script> scripts;  // the last one repeats
    std::vector<SliceBudget> budgets;
    std::vector<std::int64_t> started;
    std::function<void()> on_wait;
    std::int64_t stop_at = 1'000'000'000;

private:
    VirtualClock& clock_;
};

struct Scene {
    explicit Scene(const SyncEngineOptions& options = {}) : engine(options, random) {}
    SliceReport slice(const SliceBudget& budget, SyncCallbacks callbacks = {}) {
        return SyncRunner(engine, transport, clock, std::move(callbacks)).run_slice(budget);
    }
    test_support::SeededRandom random{1};
    VirtualClock clock;
    FakeTransport transport{clock};
    SyncEngine engine;
};

}  // namespace

TEST_CASE(
    "a slice runs sessions through failures until all has moved, and hands on what is left of its budget") {
    Scene scene;
    scene.transport.scripts = {{2'000, ErrorCode::connection_lost, 0, 3'000},
                               {2'000, ErrorCode::no_answer, 0, 4'000},
                               {1'000, none, 3, 5'000}};
    const SliceReport report = scene.slice({100'000, 60'000});
    CHECK(report.complete);
    CHECK(!report.error);
    CHECK(report.sessions == 3);
    CHECK(report.bytes == 12'000);
    REQUIRE(scene.transport.budgets.size() == 3);
    CHECK(scene.transport.budgets[0].bytes == 100'000);
    CHECK(scene.transport.budgets[2].bytes == 93'000);
    CHECK(scene.transport.budgets[0].ms == 60'000);
    CHECK(scene.transport.budgets[2].ms == 60'000 - scene.transport.started[2]);
    CHECK(!scene.engine.pending());
}

TEST_CASE("a slice is over when its octets or seconds are, and a session that it cut short is no error") {
    Scene scene;
    scene.transport.scripts = {{1'000, none, 2, 50'000, false}};
    const SliceReport octets = scene.slice({50'000, 0});
    CHECK(octets.sessions == 1);
    CHECK(!octets.error);
    CHECK(!octets.complete);
    CHECK(octets.last.stopped_early);
    CHECK(scene.engine.pending());  // the next slice has something to do

    scene.transport.scripts = {{4'000, ErrorCode::connection_lost}};
    const std::int64_t began = scene.clock.now;
    const SliceReport seconds = scene.slice({0, 30'000});
    CHECK(seconds.error);
    CHECK(seconds.sessions > 2);
    CHECK(scene.clock.now - began <= 30'000 + 4'000);
    CHECK(scene.transport.started.back() < began + 30'000);
}

TEST_CASE("a store of attached files that does not work is no reason for one session after the other") {
    Scene scene;
    scene.transport.scripts = {{1'000, none, 0, 500, false, true}};
    const SliceReport slice = scene.slice({1'000'000, 0});
    CHECK(slice.sessions == 1);
    CHECK_FALSE(slice.complete);
    scene.transport.stop_at = scene.clock.now + 600'000;
    scene.engine.request(scene.clock.now);
    CHECK(SyncRunner(scene.engine, scene.transport, scene.clock).watch().sessions <= 3);
}

TEST_CASE("octets that do not even pay for a handshake begin no session") {
    Scene scene;
    scene.transport.scripts = {{1'000, ErrorCode::connection_lost, 0, 19'500}};
    const SliceReport report = scene.slice({20'000, 0});
    CHECK(report.sessions == 1);
    CHECK(scene.slice({500, 0}).sessions == 0);
}

TEST_CASE("watching goes on after failures, wakes at once for a hint, and ends when it is told to") {
    Scene scene;
    scene.transport.scripts = {{100, ErrorCode::connection_failed}};
    scene.transport.stop_at = 3'600'000;
    bool hinted = false;
    std::int64_t hinted_at = 0;
    scene.transport.on_wait = [&] {
        if (!hinted && scene.engine.failures() >= 12) {
            hinted = true;
            hinted_at = scene.clock.now;
            scene.transport.scripts = {{100, none}};
            scene.engine.network_changed(scene.clock.now);
        }
    };
    scene.engine.request(0);
    const SliceReport report = SyncRunner(scene.engine, scene.transport, scene.clock).watch();
    CHECK(hinted);
    CHECK(scene.transport.started.size() >= 13);
    CHECK(std::ranges::count(scene.transport.started, hinted_at) == 1);
    CHECK(report.complete);
    CHECK(scene.clock.now >= 3'600'000);
}

TEST_CASE("a hub that is away all day is called again and again, never later than the cap") {
    Scene scene;
    scene.transport.scripts = {{100, ErrorCode::connection_failed}};
    scene.transport.stop_at = 24ll * 3600 * 1000;
    scene.engine.request(0);
    std::vector<std::int64_t> events;
    SyncCallbacks callbacks;
    callbacks.event = [&](SyncEvent) { events.push_back(scene.clock.now); };
    SyncRunner(scene.engine, scene.transport, scene.clock, callbacks).watch();
    CHECK(scene.transport.started.size() > 24 * 12);
    for (std::size_t i = 1; i < scene.transport.started.size(); ++i) {
        CHECK(scene.transport.started[i] - scene.transport.started[i - 1] <= 300'000 + 100);
    }
    // The watchdog barks every fifteen minutes, at the minute: the runner wakes for it.
    REQUIRE(events.size() >= 90);
    CHECK(events.size() <= 96);
    CHECK(events[0] >= 15 * 60'000);
    CHECK(events[0] <= 15 * 60'000 + 100);
}

TEST_CASE("progress counts all sessions of a slice, and says how much time is left by the pace so far") {
    Scene scene;
    scene.transport.scripts = {{10'000, ErrorCode::connection_lost, 10, 10'000}, {4'000, none, 4, 4'000}};
    std::vector<SyncProgress> told;
    SyncCallbacks callbacks;
    callbacks.progress = [&](const SyncProgress& progress) { told.push_back(progress); };
    scene.slice({}, callbacks);
    REQUIRE(told.size() == 16);
    CHECK(told[4].change_sets == 5);
    CHECK(told[4].expected == 10);
    CHECK(told[4].left_ms == 5'000);
    CHECK(told[4].stage == SessionStage::records);
    CHECK(told[4].bytes_down == 5'000);
    CHECK(told.back().change_sets == 14);
    CHECK(told.back().bytes_down == 14'000);
    CHECK(told.back().left_ms == 0);
}
