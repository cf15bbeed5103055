#include "support/environment_number.hpp"
#include "world.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using test_support::times_shorter;

namespace {

/// A hub and a device that each hold something that the other lacks.
struct Pair {
    explicit Pair(World& world) : device(world.device("ngoc-hoi")) {
        MemoryFeedStore other = world.device("ngoc-hoi-2");
        other.write(world.ngoc_hoi());
        other.write(world.ngoc_hoi());
        REQUIRE(world.sync(other).complete());
        device.write(world.ngoc_hoi());
        device.write(world.ngoc_hoi());
    }
    MemoryFeedStore device;
};

void check_level(World& world, MemoryFeedStore& device) {
    const Outcome outcome = world.sync(device);
    CHECK(outcome.complete());
    CHECK(device.size() == 4);
    CHECK(device.frontier(world.ngoc_hoi()) == world.hub->frontier(world.ngoc_hoi()));
}

}  // namespace

TEST_CASE(
    "a session cut after any octet of either way is resumed without sending again what was acknowledged") {
    std::uint64_t up = 0;
    std::uint64_t down = 0;
    {
        World world;
        Pair pair(world);
        const Outcome whole = world.sync(pair.device);
        REQUIRE(whole.complete());
        up = whole.caller.bytes_up;
        down = whole.caller.bytes_down;
    }
    MESSAGE("cut at each of " << up << " octets up, " << down << " down");
    for (const bool lose_tail : {false, true}) {
        for (std::uint64_t offset = 0; offset < up + down; offset += (lose_tail ? 5 : 1) * times_shorter()) {
            World world;
            Pair pair(world);
            LinkModel link;
            link.lose_tail = lose_tail;
            (offset < up ? link.cut_after_up : link.cut_after_down) = offset < up ? offset : offset - up;
            const Outcome cut = world.sync(pair.device, link);
            CAPTURE(offset);
            // The caller is done when it has said bye; the other side must not think so before it heard it.
            CHECK((offset < up ? !cut.responder.complete : !cut.caller.complete));
            if (const auto acked = cut.caller.sent.change_sets; acked > 0) {
                CHECK(world.hub->frontier(world.ngoc_hoi())[0].seq >= acked);
            }
            check_level(world, pair.device);
        }
    }
}

TEST_CASE("many devices over bad links come to one frontier in the end") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(seed);
        std::vector<MemoryFeedStore> devices;
        for (const char* name : {"ngoc-hoi", "ngoc-hoi-2", "kon-tum"}) {
            devices.push_back(world.device(name));
            for (int i = 0; i < 5; ++i) {
                devices.back().write(world.ngoc_hoi(), 200);
            }
        }
        LinkModel link;
        link.jitter_ms = 400;
        link.octets_per_second = 4'000;
        link.piece_max = 300;
        link.cut_per_mille = 60;
        link.lose_tail = seed % 2 == 0;
        link.half_open_per_mille = 300;
        SimNetwork network(seed);
        for (int round = 0; round < 12; ++round) {
            for (MemoryFeedStore& device : devices) {
                network.connect(world.call(device), world.serve(), link);
            }
            network.run();
        }
        for (int round = 0; round < 2; ++round) {
            for (MemoryFeedStore& device : devices) {
                CHECK(world.sync(device).complete());
            }
        }
        CAPTURE(seed);
        CHECK(devices[0].frontier(world.ngoc_hoi()).size() == 3);
        CHECK(devices[0].frontier(world.ngoc_hoi()) == devices[1].frontier(world.ngoc_hoi()));
        CHECK(devices[0].frontier(world.ngoc_hoi()) == devices[2].frontier(world.ngoc_hoi()));
        CHECK(devices[0].size() == 15);
    }
}

TEST_CASE("a slow upload is kept alive by the side that only listens") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    device.write(world.ngoc_hoi(), 200'000);
    LinkModel slow;
    slow.octets_per_second = 3'000;
    slow.piece_max = 1'000;
    const Outcome outcome = world.sync(device, slow);
    CHECK(outcome.complete());
    CHECK(outcome.caller.sent.change_sets == 1);
}

TEST_CASE("silence ends a session with no_answer, after the time given and not before") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    auto session = world.call(device);
    session->start(5'000);
    session->take_output();
    REQUIRE(session->next_wakeup());
    CHECK(*session->next_wakeup() == 15'000);
    session->on_tick(14'999);
    CHECK(!session->finished());
    session->on_tick(15'000);
    REQUIRE(session->finished());
    CHECK(session->error()->code == ErrorCode::no_answer);
    CHECK(!session->next_wakeup());
}

TEST_CASE("no more than the window is sent without an acknowledgement") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    for (int i = 0; i < 40; ++i) {
        device.write(world.ngoc_hoi(), 1'000);
    }
    sync::SessionOptions small = options(device, device.keys(), world.random);
    small.window_bytes = 5'000;
    auto caller = sync::Session::call(small, world.keys("hub").agreement.public_key());
    auto responder = world.serve();
    responder->start(0);
    caller->start(0);
    std::size_t largest = 0;
    while (!caller->finished()) {
        const Bytes up = caller->take_output();
        largest = std::max(largest, up.size());
        responder->on_bytes(up, 0);
        const Bytes down = responder->take_output();
        REQUIRE((!down.empty() || caller->finished()));
        caller->on_bytes(down, 0);
    }
    CHECK(caller->report().complete);
    CHECK(caller->report().sent.change_sets == 40);
    CHECK(largest < 5'000 + 1'500 + 500);
}

TEST_CASE("a session keeps its output short when the pipe does not take it") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    for (int i = 0; i < 40; ++i) {
        device.write(world.ngoc_hoi(), 20'000);
    }
    auto caller = world.call(device);
    auto responder = world.serve();
    responder->start(0);
    caller->start(0);
    responder->on_bytes(caller->take_output(), 0);
    caller->on_bytes(responder->take_output(), 0);
    Bytes all;
    for (int i = 0; i < 100; ++i) {
        const Bytes output = caller->take_output();
        CHECK(output.size() < 300 * 1024);
        if (output.empty()) {
            break;
        }
        responder->on_bytes(output, 0);
        caller->on_writable(0);
    }
    caller->on_bytes(responder->take_output(), 0);
    CHECK(caller->report().complete);
}

TEST_CASE("only what a peer lacks is read from the hub's store and sent") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    MemoryFeedStore two = world.device("ngoc-hoi-2");
    for (int i = 0; i < 10; ++i) {
        one.write(world.ngoc_hoi());
    }
    REQUIRE(world.sync(one).complete());
    REQUIRE(world.sync(two).complete());
    one.write(world.ngoc_hoi());
    REQUIRE(world.sync(one).complete());
    const DeviceIndex author = one.trust().find(world.province.member("ngoc-hoi").id)->index;
    CHECK(world.hub->position_before(world.ngoc_hoi(), author, 11) == 10);
    const Outcome last = world.sync(two);
    CHECK(last.complete());
    CHECK(last.responder.sent.change_sets == 1);
}
