#include "world.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;

TEST_CASE("two devices of a space come to the same frontier through the hub") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    MemoryFeedStore two = world.device("ngoc-hoi-2");
    for (int i = 0; i < 3; ++i) {
        one.write(world.ngoc_hoi());
        two.write(world.ngoc_hoi());
    }
    CHECK(world.sync(one).complete());
    const Outcome second = world.sync(two);
    CHECK(second.complete());
    CHECK(second.caller.sent.change_sets == 3);
    CHECK(second.caller.received.change_sets == 3);
    CHECK(second.caller.expected == 3);
    CHECK(second.responder.received.change_sets == 3);
    const Outcome third = world.sync(one);
    CHECK(third.complete());
    CHECK(third.caller.received.change_sets == 3);
    CHECK(third.caller.received.ops == 3);
    CHECK(one.frontiers() == two.frontiers());
    CHECK(one.size() == 6);
    CHECK(world.hub->frontier(world.ngoc_hoi()) == one.frontier(world.ngoc_hoi()));
}

TEST_CASE("a sync with nothing new is two messages, one round trip and far below 600 octets") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    one.write(world.ngoc_hoi());
    REQUIRE(world.sync(one).complete());
    const int commits = one.commits;
    one.told.clear();
    const Outcome idle = world.sync(one);
    CHECK(idle.complete());
    MESSAGE("idle sync: " << idle.caller.bytes_up << " up, " << idle.caller.bytes_down << " down");
    CHECK(idle.octets() <= 200);
    CHECK(idle.caller.round_trips == 1);
    CHECK(one.told.empty());
    CHECK(one.commits <= commits + 2);
}

TEST_CASE("one small change set costs two round trips and little beside the envelope") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    MemoryFeedStore two = world.device("ngoc-hoi-2");
    one.write(world.ngoc_hoi());
    two.write(world.ngoc_hoi());
    REQUIRE(world.sync(two).complete());
    REQUIRE(world.sync(one).complete());
    const std::size_t envelope = one.write(world.ngoc_hoi()).size();
    const Outcome sent = world.sync(one);
    CHECK(sent.complete());
    MESSAGE("one change set of " << envelope << ": " << sent.octets() << " octets in all");
    CHECK(sent.octets() <= envelope + 324);
    CHECK(sent.caller.round_trips == 2);
    CHECK(sent.caller.sent.change_sets == 1);
    REQUIRE(world.sync(two).complete());
    CHECK(two.frontiers() == one.frontiers());
}

TEST_CASE("a device gets only the spaces that its certificate names") {
    World world;
    MemoryFeedStore other = world.device("dak-glei");
    MemoryFeedStore one = world.device("ngoc-hoi");
    MemoryFeedStore province = world.device("kon-tum");
    other.write(world.dak_glei());
    one.write(world.ngoc_hoi());
    province.write(world.kon_tum());
    REQUIRE(world.sync(other).complete());
    REQUIRE(world.sync(one).complete());
    REQUIRE(world.sync(province).complete());
    REQUIRE(world.sync(one).complete());
    CHECK(one.items(world.dak_glei()).empty());
    CHECK(one.items(world.kon_tum()).size() == 1);
    CHECK(province.size() == 3);
}

TEST_CASE("two devices that share a space sync without a hub, and only that space") {
    World world;
    MemoryFeedStore province = world.device("kon-tum");
    MemoryFeedStore one = world.device("ngoc-hoi");
    province.write(world.dak_glei());
    province.write(world.kon_tum());
    one.write(world.ngoc_hoi());
    for (int round = 0; round < 2; ++round) {
        SimNetwork network(1);
        network.connect(world.call(province, "ngoc-hoi"), world.serve(one));
        network.run();
        CHECK(outcome(network, 0).complete());
        CHECK((round == 0 || outcome(network, 0).octets() < 200));
    }
    CHECK(province.items(world.ngoc_hoi()).size() == 1);
    CHECK(one.items(world.kon_tum()).size() == 1);
    CHECK(one.items(world.dak_glei()).empty());
}

TEST_CASE("trust entries go first, whoever has more") {
    World world;
    const std::uint64_t old_position = world.province.trust.position();
    MemoryFeedStore writer = world.device("ngoc-hoi");
    writer.write(world.ngoc_hoi());
    world.province.enrol("ngoc-hoi-3", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    MemoryFeedStore fresh = world.device("ngoc-hoi-3");
    fresh.write(world.ngoc_hoi());

    SUBCASE("a device that the hub does not know hands over its own enrolment") {
        const Outcome first = world.sync(fresh);
        CHECK(first.complete());
        CHECK(first.caller.trust_sent == 1);
        CHECK(first.responder.trust_received == 1);
        CHECK(world.hub->trust().position() == old_position + 1);
        CHECK(first.caller.sent.change_sets == 1);
    }
    SUBCASE("a device that is behind gets the entries before what needs them") {
        REQUIRE(world.sync(fresh).complete());
        const Outcome second = world.sync(writer);
        CHECK(second.complete());
        CHECK(second.caller.trust_received == 1);
        CHECK(writer.items(world.ngoc_hoi()).size() == 2);
    }
    SUBCASE("a known device that is ahead hands them over") {
        MemoryFeedStore ahead = world.device("ngoc-hoi-2");
        ahead.write(world.ngoc_hoi());
        const Outcome ahead_first = world.sync(ahead);
        CHECK(ahead_first.complete());
        CHECK(ahead_first.responder.trust_received == 1);
        CHECK(world.sync(fresh).caller.trust_sent == 0);
    }
}

TEST_CASE("a device that nobody enrolled gets nothing but not_enrolled") {
    World world;
    TestProvince& province = world.province;
    MemoryFeedStore hub_device = world.device("ngoc-hoi");
    hub_device.write(world.ngoc_hoi());
    REQUIRE(world.sync(hub_device).complete());
    // The impostor's own trust state names it, at a position that the hub fills otherwise.
    TestProvince other = make_province();
    other.random.next();
    other.enrol("impostor", crypto::Role::province_officer, {}, true);
    province.enrol("honest", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    REQUIRE(world.hub->add_trust_entry(province.entries.back()));
    REQUIRE(world.hub->commit());
    MemoryFeedStore impostor(other, "impostor");
    const Outcome result = world.sync(impostor);
    REQUIRE(result.caller_error);
    CHECK(result.caller_error->code == ErrorCode::not_enrolled);
    CHECK(result.responder_error->code == ErrorCode::not_enrolled);
    CHECK(impostor.size() == 0);
}

TEST_CASE("two trust feeds that differ at the same position are named a fork") {
    World world;
    TestProvince other = make_province();
    other.enrol("same-key", crypto::Role::province_officer, {}, true);
    world.province.enrol("same-key", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    REQUIRE(world.hub->add_trust_entry(world.province.entries.back()));
    MemoryFeedStore device(other, "same-key");
    const Outcome result = world.sync(device);
    REQUIRE(result.caller_error);
    CHECK(result.caller_error->code == ErrorCode::forked_feed);
    CHECK(device.size() == 0);
}

TEST_CASE("a wrong hub key, a wrong root and a device without a province are refused by name") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    SimNetwork network(1);
    SUBCASE("the caller expects another key") {
        network.connect(world.call(one, "kon-tum"), world.serve());
        network.run();
        CHECK(network.caller(0).error()->code == ErrorCode::handshake_failed);
        CHECK(network.responder(0).error()->code == ErrorCode::handshake_failed);
    }
    SUBCASE("another root") {
        World elsewhere(7);
        MemoryFeedStore stranger = elsewhere.device("ngoc-hoi");
        auto session = sync::Session::call(options(stranger, stranger.keys(), world.random),
                                           elsewhere.keys("hub").agreement.public_key());
        network.connect(std::move(session), world.serve());
        network.run();
        CHECK(network.caller(0).error()->code == ErrorCode::handshake_failed);
    }
    SUBCASE("a key that is not in the trust feed") {
        const auto keys = crypto::DeviceKeys::generate(world.random);
        auto session =
            sync::Session::call(options(one, one.keys(), world.random), keys.agreement.public_key());
        session->start(0);
        CHECK(session->finished());
        CHECK(session->error()->code == ErrorCode::handshake_failed);
        CHECK(session->take_output().empty());
    }
    SUBCASE("a hub that has not joined") {
        auto store = World::take(sync::open_sqlite_hub_store(":memory:"));
        auto hub = World::take(sync::Hub::open(*store));
        network.connect(world.call(one),
                        sync::Session::answer(options(*hub, world.keys("hub"), world.random)));
        network.run();
        CHECK(network.responder(0).error()->code == ErrorCode::not_joined);
        CHECK(network.caller(0).error()->code == ErrorCode::handshake_failed);
    }
}

TEST_CASE("a confirmation that receiving causes travels in the same session") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    MemoryFeedStore province = world.device("kon-tum");
    one.write(world.ngoc_hoi());
    REQUIRE(world.sync(one).complete());
    province.confirm_in = world.ngoc_hoi();
    const Outcome first = world.sync(province);
    CHECK(first.complete());
    CHECK(first.caller.sent.change_sets == 1);
    CHECK(province.received_all_calls == 1);

    // The same where the store was cut off after it had received all: nothing is new, and yet it has to
    // react.
    province.confirm_in = world.ngoc_hoi();
    const Outcome second = world.sync(province);
    CHECK(second.complete());
    CHECK(second.caller.sent.change_sets == 1);
    CHECK(world.hub->frontier(world.ngoc_hoi()) == province.frontier(world.ngoc_hoi()));
}

TEST_CASE("the store learns what the peer holds, from lists and acknowledgements") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    one.write(world.ngoc_hoi());
    one.write(world.ngoc_hoi());
    REQUIRE(world.sync(one).complete());
    REQUIRE(one.told.size() == 1);
    CHECK(one.told[0].peer == world.province.member("hub").id);
    const DeviceIndex own = one.trust().find(world.province.member("ngoc-hoi").id)->index;
    CHECK(one.told[0].feeds == std::vector<std::pair<DeviceIndex, std::uint64_t>>{{own, 2}});
}
