// A device that floods the hub: its own quota ends it, and the others' work goes on.
#include "world.hpp"

#include "support/fleet.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/session_gate.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using test_support::FakeClock;

namespace {

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

/// A world whose hub has these limits.
struct Limited : World {
    explicit Limited(const sync::HubLimits& limits, const std::string& path = ":memory:") {
        open(limits, path);
    }
    void open(const sync::HubLimits& limits, const std::string& path) {
        hub.reset();
        hub_store.reset();
        hub_store = take(sync::open_sqlite_hub_store(path));
        hub = take(sync::Hub::open(*hub_store, limits, &clock));
        for (const Bytes& entry : province.entries) {
            REQUIRE(hub->add_trust_entry(entry));
        }
        REQUIRE(hub->commit());
    }
    std::uint64_t held(std::string_view device) {
        const DeviceIndex index = province.trust.find(province.member(device).id)->index;
        for (const sync::FeedPosition& feed : hub->frontier(ngoc_hoi())) {
            if (feed.device == index) {
                return feed.seq;
            }
        }
        return 0;
    }
    FakeClock clock;
};

sync::HubLimits change_sets(std::uint64_t total, std::uint64_t day) {
    sync::HubLimits limits;
    limits.total.change_sets = total;
    limits.day.change_sets = day;
    return limits;
}

}  // namespace

TEST_CASE("a device over its quota is told so, keeps what it wrote, and gets what others wrote") {
    Limited world(change_sets(3, 1000));
    MemoryFeedStore flooder = world.device("ngoc-hoi");
    MemoryFeedStore honest = world.device("ngoc-hoi-2");
    honest.write(world.ngoc_hoi());
    REQUIRE(world.sync(honest).complete());
    for (int i = 0; i < 10; ++i) {
        flooder.write(world.ngoc_hoi());
    }
    const Outcome outcome = world.sync(flooder);
    CHECK(outcome.complete());
    CHECK(outcome.caller.sent.change_sets == 3);
    CHECK(outcome.caller.received.change_sets == 1);
    CHECK(outcome.caller.refusal == ErrorCode::quota_exceeded);
    CHECK(flooder.size() == 11);
    CHECK(world.held("ngoc-hoi") == 3);
    // The quota is the author's, not that of who passes it on.
    MemoryFeedStore relay = world.device("kon-tum");
    REQUIRE(world.sync(relay).complete());
    honest.write(world.ngoc_hoi());
    const Outcome good = world.sync(honest);
    CHECK(good.complete());
    CHECK(!good.caller.refusal);
    CHECK(world.held("ngoc-hoi-2") == 2);
}

TEST_CASE("what a device may send in a day it may send again the next day") {
    Limited world(change_sets(1000, 2));
    MemoryFeedStore device = world.device("ngoc-hoi");
    for (int i = 0; i < 5; ++i) {
        device.write(world.ngoc_hoi());
    }
    CHECK(world.sync(device).caller.refusal == ErrorCode::quota_exceeded);
    CHECK(world.held("ngoc-hoi") == 2);
    CHECK(world.sync(device).caller.refusal == ErrorCode::quota_exceeded);
    CHECK(world.held("ngoc-hoi") == 2);
    world.clock.wall += day_ms;
    world.sync(device);
    CHECK(world.held("ngoc-hoi") == 4);
    world.clock.wall += day_ms;
    CHECK(!world.sync(device).caller.refusal);
    CHECK(world.held("ngoc-hoi") == 5);
}

TEST_CASE("octets count too, and a hub that is started again goes on counting") {
    test_support::TemporaryDirectory directory;
    sync::HubLimits limits;
    limits.total.bytes = 10'000;
    Limited world(limits, directory.file("hub.db"));
    MemoryFeedStore device = world.device("ngoc-hoi");
    device.write(world.ngoc_hoi(), 6'000);
    CHECK(!world.sync(device).caller.refusal);
    world.open(limits, directory.file("hub.db"));
    device.write(world.ngoc_hoi(), 6'000);
    CHECK(world.sync(device).caller.refusal == ErrorCode::quota_exceeded);
    CHECK(world.held("ngoc-hoi") == 1);
}

TEST_CASE("what lies after a cut has a quota of its own and takes nothing from the other one") {
    sync::HubLimits limits;
    limits.total = {1'000, 2};
    limits.after_cut = {100, 3};
    sync::HubQuota quota(limits, nullptr);
    const DeviceIndex device{4};
    for (int i = 0; i < 3; ++i) {
        CHECK(quota.check(device, 30, true).has_value());
        quota.charge(device, 30, true);
    }
    CHECK(quota.check(device, 1, true).error().code == ErrorCode::quota_exceeded);
    CHECK(quota.check(device, 900, false).has_value());
    quota.charge(device, 900, false);
    CHECK(!quota.check(device, 101, false).has_value());
    CHECK(quota.check(device, 100, false).has_value());
    quota.roll_back();
    CHECK(quota.usage(device).total.bytes == 0);
    CHECK(quota.check(device, 100, true).has_value());
    CHECK(!quota.check(device, 101, true).has_value());
}

TEST_CASE("a flooder with a hundred times the traffic does not hold up the posts") {
    sync::HubLimits limits;
    limits.day.change_sets = 100;
    Limited world(limits);
    sync::SessionGate gate;
    LinkModel link;
    link.octets_per_second = 20'000;
    link.piece_max = 4'000;
    SimNetwork network(5);
    const auto connect = [&](MemoryFeedStore& device) {
        sync::SessionOptions serving = options(*world.hub, world.keys("hub"), world.random);
        serving.gate = &gate;
        return network.connect(world.call(device), sync::Session::answer(serving), link);
    };
    MemoryFeedStore flooder = world.device("ngoc-hoi");
    for (int i = 0; i < 2'000; ++i) {
        flooder.write(world.ngoc_hoi());
    }
    MemoryFeedStore post = world.device("ngoc-hoi-2");
    MemoryFeedStore office = world.device("kon-tum");
    for (int i = 0; i < 20; ++i) {
        post.write(world.ngoc_hoi());
        office.write(world.kon_tum());
    }
    std::vector<std::size_t> floods;
    for (int i = 0; i < 100; ++i) {
        floods.push_back(connect(flooder));
    }
    const std::int64_t began = network.now_ms();
    const std::size_t first = connect(post);
    const std::size_t second = connect(office);
    network.run(began + 60'000);
    CHECK(outcome(network, first).complete());
    CHECK(outcome(network, second).complete());
    CHECK(world.held("ngoc-hoi-2") == 20);
    CHECK(world.held("ngoc-hoi") == 100);
    network.run();
    std::size_t turned_away = 0;
    for (const std::size_t flood : floods) {
        const auto& error = network.caller(flood).error();
        turned_away += error && error->code == ErrorCode::quota_exceeded ? 1 : 0;
    }
    CHECK(turned_away > 30);  // all but a burst of 60, and of those all that came while four were inside
    CHECK(world.held("ngoc-hoi") == 100);
}

TEST_CASE("the gate lets in so many at once and so many in a row, and counts each device alone") {
    sync::SessionGate gate({2, 3, 1'000, 10});
    DeviceId one;
    DeviceId other;
    other.octets[0] = 1;
    CHECK(gate.enter(one, 0).has_value());
    CHECK(gate.enter(one, 0).has_value());
    CHECK(gate.enter(one, 0).error().code == ErrorCode::quota_exceeded);
    CHECK(gate.enter(other, 0).has_value());
    gate.leave(one);
    CHECK(gate.enter(one, 0).has_value());
    gate.leave(one);
    CHECK(!gate.enter(one, 999).has_value());
    CHECK(gate.enter(one, 1'000).has_value());
}

TEST_CASE("a recorded message 1 takes no place at the gate") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    device.write(world.ngoc_hoi());
    sync::SessionGate gate({1, 1, 1'000'000, 10});
    sync::SessionOptions serving = options(*world.hub, world.keys("hub"), world.random);
    serving.gate = &gate;
    const auto recorded = world.call(device);
    recorded->start(0);
    const Bytes message_1 = recorded->take_output();
    std::vector<std::unique_ptr<sync::Session>> replays;
    for (int i = 0; i < 10; ++i) {
        replays.push_back(sync::Session::answer(serving));
        replays.back()->start(0);
        replays.back()->on_bytes(message_1, 0);
    }
    SimNetwork network(1);
    const std::size_t honest = network.connect(world.call(device), sync::Session::answer(serving));
    network.run();
    CHECK(outcome(network, honest).complete());
}
