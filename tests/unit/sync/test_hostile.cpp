#include "hand_caller.hpp"
#include "session/branches.hpp"
#include "support/environment_number.hpp"

#include <cotmoc/base/binary.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::MessageType;
using test_support::times_shorter;

namespace {

/// The caller says to hold all that was listed.
Bytes lacks_nothing(World& world, const sync::FeedTable& list) {
    return sync::encode_lacks({{}, World::take(sync::feeds_check(*world.hub, list, {})), 0});
}

bool has(const std::vector<sync::Message>& messages, MessageType type) {
    return std::ranges::count(messages, type, &sync::Message::type) > 0;
}

void check_protocol_error(const sync::Session& session) {
    REQUIRE(session.finished());
    REQUIRE(session.error());
    CHECK(session.error()->code == ErrorCode::protocol_error);
    CHECK(!session.report().complete);
}

/// The hub holds one change set of each of two spaces.
void fill(World& world) {
    MemoryFeedStore one = world.device("ngoc-hoi");
    MemoryFeedStore other = world.device("dak-glei");
    one.write(world.ngoc_hoi());
    other.write(world.dak_glei());
    REQUIRE(world.sync(one).complete());
    REQUIRE(world.sync(other).complete());
}

}  // namespace

TEST_CASE("lists name common spaces only, and asking for another space yields nothing") {
    World world;
    fill(world);
    const auto responder = world.serve();
    HandCaller caller(world, "ngoc-hoi-2", *responder);
    REQUIRE(caller.reply.status == sync::Reply::Status::differs);
    const auto foreign = sync::space_place(world.province.trust, world.dak_glei());
    const auto own = sync::space_place(world.province.trust, world.ngoc_hoi());
    CHECK(caller.reply.feeds.size() == 1);
    CHECK(caller.reply.feeds.contains(*own));
    const DeviceIndex author = world.province.trust.find(world.province.member("dak-glei").id)->index;
    caller.say(MessageType::lacks, sync::encode_lacks({{{*foreign, {{author, 0}}}}, 0, 0}));
    CHECK(!has(caller.hear(), MessageType::envelope));
    check_protocol_error(*responder);
}

TEST_CASE("an envelope of a space that the peer does not carry is refused, and the session goes on") {
    World world;
    MemoryFeedStore foreign = world.device("dak-glei");
    MemoryFeedStore own = world.device("ngoc-hoi");
    const auto responder = world.serve();
    HandCaller caller(world, "ngoc-hoi", *responder);
    caller.say(MessageType::lacks, lacks_nothing(world, caller.reply.feeds));
    caller.say(MessageType::envelope, foreign.make(world.dak_glei()));
    caller.say(MessageType::envelope, own.make(world.ngoc_hoi()));
    caller.say(MessageType::envelope, Bytes(300, 7));
    caller.say(MessageType::done);
    caller.hear();
    caller.say(MessageType::bye);
    CHECK(responder->report().refused == 2);
    CHECK(responder->report().received.change_sets == 1);
    CHECK(responder->report().complete);
    CHECK(world.hub->frontier(world.dak_glei()).empty());
}

TEST_CASE("message 1 sent again by somebody else records nothing and gets no list that can be read") {
    World world;
    fill(world);
    MemoryFeedStore device = world.device("ngoc-hoi");
    device.write(world.ngoc_hoi());
    MemoryFeedStore served = world.device("kon-tum");
    served.write(world.kon_tum());
    auto caller = world.call(device, "kon-tum");
    caller->start(0);
    const Bytes message_1 = caller->take_output();
    const int commits = served.commits;
    const auto responder = world.serve(served);
    responder->start(0);
    responder->on_bytes(message_1, 0);
    CHECK(!responder->take_output().empty());
    responder->on_closed(1);
    CHECK(served.told.empty());
    CHECK(served.received_all_calls == 0);
    CHECK(served.commits <= commits + 1);
    CHECK(!responder->report().complete);
}

TEST_CASE("each message out of its turn, and each malformed one, ends the session") {
    World world;
    fill(world);
    const Bytes envelope = world.device("ngoc-hoi").make(world.ngoc_hoi());
    struct Case {
        const char* what;
        MessageType type;
        Bytes body;
        bool after_lacks;
    };
    const Bytes no_lacks = sync::encode_lacks({});
    const std::vector<Case> cases = {
        {"envelope before lacks", MessageType::envelope, envelope, false},
        {"branches unasked", MessageType::branches, sync::encode_branches({}), true},
        {"done before lacks", MessageType::done, {}, false},
        {"bye before lacks", MessageType::bye, {}, false},
        {"bye before done", MessageType::bye, {}, true},
        {"lacks twice", MessageType::lacks, no_lacks, true},
        {"frontiers from the caller", MessageType::frontiers, no_lacks, true},
        {"trust when level", MessageType::trust, sync::encode_trust({1, {world.province.entries[0]}}), true},
        {"ack of nothing", MessageType::ack, sync::encode_ack({1, {}}), true},
        {"ack of zero", MessageType::ack, sync::encode_ack({0, {}}), true},
        {"octets after lacks", MessageType::lacks, Bytes{0, 0}, false},
        {"truncated lacks", MessageType::lacks, Bytes{1, 0, 1, 0}, false},
        {"empty space in lacks", MessageType::lacks, Bytes{1, 0, 0, 0}, false},
        {"unknown type", static_cast<MessageType>(99), {}, true},
        {"type zero", static_cast<MessageType>(0), {}, true},
        {"body of done", MessageType::done, Bytes{1}, true},
        {"envelope too long", MessageType::envelope, Bytes(crypto::envelope_bytes_max + 1), true},
        {"short error", MessageType::error, Bytes{1}, true},
    };
    for (const Case& wrong : cases) {
        CAPTURE(wrong.what);
        const auto responder = world.serve();
        HandCaller caller(world, "ngoc-hoi-2", *responder);
        if (wrong.after_lacks) {
            caller.say(MessageType::lacks, lacks_nothing(world, caller.reply.feeds));
            REQUIRE(!responder->finished());
        }
        caller.say(wrong.type, wrong.body);
        check_protocol_error(*responder);
        CHECK(has(caller.hear(), MessageType::error));
    }
}

TEST_CASE("a device that is not known may hand over trust entries and say nothing else") {
    World world;
    world.province.enrol("fresh", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    MemoryFeedStore fresh = world.device("fresh");
    const std::uint64_t position = world.province.trust.position();
    const auto responder = world.serve();
    HandCaller caller(world, "fresh", *responder);
    CHECK(caller.reply.status == sync::Reply::Status::unknown_device);
    CHECK(caller.reply.trust_position == position - 1);
    SUBCASE("an envelope") {
        caller.say(MessageType::envelope, fresh.make(world.ngoc_hoi()));
        check_protocol_error(*responder);
    }
    SUBCASE("lacks") {
        caller.say(MessageType::lacks, lacks_nothing(world, caller.reply.feeds));
        check_protocol_error(*responder);
    }
    SUBCASE("an entry at another position") {
        caller.say(MessageType::trust, sync::encode_trust({position - 1, {world.province.entries.back()}}));
        check_protocol_error(*responder);
    }
    SUBCASE("more entries than it announced") {
        const Bytes& entry = world.province.entries.back();
        caller.say(MessageType::trust, sync::encode_trust({position, {entry, entry}}));
        check_protocol_error(*responder);
    }
    SUBCASE("an entry that is not signed by the authority") {
        Bytes entry = world.province.entries.back();
        entry.back() ^= 1;
        caller.say(MessageType::trust, sync::encode_trust({position, {entry}}));
        CHECK(responder->finished());
        CHECK(responder->error()->code == ErrorCode::bad_signature);
    }
    if (responder->finished()) {
        CHECK(world.hub->trust().position() == position - 1);
        CHECK(world.hub->frontier(world.ngoc_hoi()).empty());
    }
}

TEST_CASE("every flipped bit of a session ends it or is noticed, and the next session is complete") {
    for (const Way way : {Way::up, Way::down}) {
        for (std::uint64_t offset = 0; offset < 900; offset += 7 * times_shorter()) {
            World world;
            fill(world);
            MemoryFeedStore device = world.device("ngoc-hoi-2");
            device.write(world.ngoc_hoi());
            const auto flip = [&](Way piece_way, std::uint64_t start, std::span<std::uint8_t> piece) {
                if (piece_way == way && offset >= start && offset < start + piece.size()) {
                    piece[static_cast<std::size_t>(offset - start)] ^= 0x10;
                }
            };
            const Outcome bad = world.sync(device, {}, flip);
            CAPTURE(offset);
            const std::uint64_t length = way == Way::up ? bad.responder.bytes_down : bad.caller.bytes_down;
            CHECK((offset >= length || bad.caller_error || bad.responder_error));
            CHECK(world.sync(device).complete());
            CHECK(device.frontier(world.ngoc_hoi()) == world.hub->frontier(world.ngoc_hoi()));
        }
    }
}

TEST_CASE("garbage instead of a handshake or after it is an error, never more") {
    World world;
    test_support::SeededRandom noise(5);
    for (int i = 0; i < 200; ++i) {
        MemoryFeedStore device = world.device("ngoc-hoi");
        const auto responder = world.serve();
        const auto caller = world.call(device);
        responder->start(0);
        caller->start(0);
        if (i % 2 == 1) {
            responder->on_bytes(caller->take_output(), 0);
            caller->on_bytes(responder->take_output(), 0);
        }
        Bytes garbage(1 + noise.below(3'000));
        noise.fill(garbage);
        garbage[garbage.size() > 1 ? 1 : 0] = 1;
        responder->on_bytes(garbage, 0);
        caller->on_bytes(garbage, 0);
        responder->on_closed(1);
        caller->on_closed(1);
        CHECK(responder->finished());
        CHECK(caller->finished());
        CHECK(world.hub->frontier(world.ngoc_hoi()).empty());
    }
}

TEST_CASE("envelopes out of order wait and are stored when what they need has come") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    std::vector<Bytes> envelopes;
    for (int i = 0; i < 6; ++i) {
        envelopes.push_back(device.write(world.ngoc_hoi()));
    }
    const auto responder = world.serve();
    HandCaller caller(world, "ngoc-hoi", *responder);
    caller.say(MessageType::lacks, lacks_nothing(world, caller.reply.feeds));
    for (const std::size_t i : {5, 3, 1, 0, 2}) {
        caller.say(MessageType::envelope, envelopes[i]);
    }
    caller.say(MessageType::done);
    // 1 to 4 are held; 6 waited for 5, which never came, and is dropped.
    CHECK(world.hub->frontier(world.ngoc_hoi())[0].seq == 4);
    CHECK(responder->report().received.change_sets == 4);
    std::uint64_t not_held = 0;
    for (const sync::Message& message : caller.hear()) {
        if (message.type == MessageType::ack) {
            BinaryReader reader(message.body);
            reader.varint();
            not_held += reader.varint();
        }
    }
    CHECK(not_held == 3);
    CHECK(world.sync(device).complete());
    CHECK(world.hub->frontier(world.ngoc_hoi())[0].seq == 6);
}

TEST_CASE("an envelope that the store refuses does not end the session") {
    World world;
    fill(world);
    MemoryFeedStore device = world.device("kon-tum");
    device.refuse.insert(world.hub->frontier(world.dak_glei())[0].hash);
    const Outcome outcome = world.sync(device);
    CHECK(outcome.complete());
    CHECK(outcome.caller.refused == 1);
    CHECK(outcome.caller.received.change_sets == 1);
    CHECK(outcome.responder.sent.change_sets == 1);
}

TEST_CASE("a failing disk ends its own session only, and nothing is acknowledged that was not kept") {
    World world;
    MemoryFeedStore one = world.device("ngoc-hoi");
    one.write(world.ngoc_hoi());
    one.write(world.ngoc_hoi());
    MemoryFeedStore served = world.device("kon-tum");
    served.write(world.ngoc_hoi());
    SimNetwork network(3);
    ErrorCode expected{};
    SUBCASE("at the second envelope") {
        served.fail_accept_after = 1;
        expected = ErrorCode::disk_full;
    }
    SUBCASE("at the first") {
        served.fail_accept_after = 0;
        expected = ErrorCode::disk_full;
    }
    const std::size_t first = network.connect(world.call(one, "kon-tum"), world.serve(served));
    network.run();
    CHECK(network.responder(first).error()->code == expected);
    CHECK(network.caller(first).error()->code == expected);
    CHECK(network.caller(first).report().sent.change_sets == 0);
    CHECK(served.size() == 1);
    const std::size_t second = network.connect(world.call(one, "kon-tum"), world.serve(served));
    network.run();
    CHECK(outcome(network, second).complete());
    CHECK(served.frontiers() == one.frontiers());
}
