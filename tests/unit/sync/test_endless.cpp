// Sessions that the other side tries to keep open for ever, and the bytes of a session that say which version
// it is.
#include "hand_responder.hpp"

#include <cotmoc/base/binary.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::MessageType;

namespace {

constexpr std::int64_t minute_ms = 60 * 1000;

/// Lets `act` happen each `every_ms` until the session is over; when that was.
std::int64_t run(sync::Session& session, std::int64_t every_ms, std::int64_t until_ms,
                 const std::function<void(std::int64_t)>& act) {
    for (std::int64_t now = every_ms; now <= until_ms; now += every_ms) {
        act(now);
        session.on_tick(now);
        session.take_output();
        session.on_writable(now);
        if (session.finished()) {
            return now;
        }
    }
    return until_ms;
}

}  // namespace

TEST_CASE("a reply that drips octet by octet ends the session after the time of a stall") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    const auto caller = world.call(device);
    const auto responder = world.serve();
    caller->start(0);
    responder->start(0);
    responder->on_bytes(caller->take_output(), 0);
    const Bytes reply = responder->take_output();
    const std::int64_t end = run(*caller, 9'000, 60 * minute_ms, [&](std::int64_t now) {
        const auto at = static_cast<std::size_t>(now / 9'000 - 1);
        if (at + 1 < reply.size()) {
            caller->on_bytes(BytesView(reply).subspan(at, 1), now);
        }
    });
    CHECK(end <= 5 * minute_ms + 20'000);
    REQUIRE(caller->error());
    CHECK(caller->error()->code == ErrorCode::no_answer);
}

TEST_CASE("an answering side that says no more than that it is there ends the session in the same time") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    HandResponder hub(world, device);
    hub.reply_with_list_to_come();
    SUBCASE("as often as an honest side") {
        const std::int64_t end = run(*hub.caller, 3'000, 60 * minute_ms,
                                     [&](std::int64_t now) { hub.say(MessageType::alive, {}, now); });
        CHECK(end <= 5 * minute_ms + 20'000);
        REQUIRE(hub.caller->error());
        CHECK(hub.caller->error()->code == ErrorCode::no_answer);
    }
    SUBCASE("so often that it adds up") {
        const std::int64_t end = run(*hub.caller, 100, 60 * minute_ms,
                                     [&](std::int64_t now) { hub.say(MessageType::alive, {}, now); });
        CHECK(end <= minute_ms);
        REQUIRE(hub.caller->error());
        CHECK(hub.caller->error()->code == ErrorCode::protocol_error);
    }
}

TEST_CASE("an answering side that sends for ever what nobody can keep is left in the end") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    HandResponder hub(world, device);
    hub.reply_with_list_to_come();
    const DeviceIndex other = world.province.trust.find(world.province.member("ngoc-hoi-2").id)->index;
    const auto place = sync::space_place(world.province.trust, world.ngoc_hoi());
    hub.say(MessageType::frontiers, sync::encode_frontiers({{{*place, {{other, sync::seq_max}}}}, 0}), 1);
    const Bytes garbage(20'000, 9);
    const std::int64_t end = run(*hub.caller, 9'000, 24 * 60 * minute_ms,
                                 [&](std::int64_t now) { hub.say(MessageType::envelope, garbage, now); });
    CHECK(end <= 61 * minute_ms);
    CHECK(end > 50 * minute_ms);
    REQUIRE(hub.caller->error());
    CHECK(hub.caller->error()->code == ErrorCode::no_answer);
    CHECK(device.size() == 0);
}

TEST_CASE("a slow line is no stall") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    device.write(world.ngoc_hoi(), 700'000);
    LinkModel link;
    link.octets_per_second = 1'000;
    link.latency_ms = 600;
    link.piece_max = 2'000;
    const Outcome outcome = world.sync(device, link);
    CHECK(!outcome.caller_error);
    CHECK(!outcome.responder_error);
    CHECK(outcome.complete());
}

TEST_CASE("every other version of message 1, suite and protocol version of the prologue is refused") {
    World world;
    const crypto::TrustState& trust = world.province.trust;
    SUBCASE("message 1") {
        for (int version = 0; version < 256; ++version) {
            Bytes greeting = sync::encode_greeting({trust.position(), Hash256{}});
            greeting[0] = static_cast<std::uint8_t>(version);
            CHECK(sync::decode_greeting(greeting).has_value() == (version == sync::session_version));
        }
    }
    SUBCASE("status of message 2") {
        for (int status = 0; status < 256; ++status) {
            sync::Reply reply;
            reply.trust_position = 1;
            Bytes payload = sync::encode_reply(reply);
            payload[0] = static_cast<std::uint8_t>(status);
            // `equal` is the only status that may stand before these octets.
            CHECK(sync::decode_reply(payload).has_value() == (status == 0));
        }
    }
    SUBCASE("message types") {
        for (int type = 0; type < 256; ++type) {
            const bool listed = type >= 1 && type <= 24;
            CHECK(sync::body_size_max(static_cast<std::uint8_t>(type)).has_value() == listed);
        }
    }
    SUBCASE("prologue") {
        const Bytes good = sync::session_prologue(trust.root_fingerprint());
        const std::size_t suite_at = good.size() - 4;
        test_support::SeededRandom random(3);
        const auto answers = [&](const Bytes& prologue) {
            crypto::NoiseInitiator caller(world.keys("ngoc-hoi").agreement,
                                          world.keys("hub").agreement.public_key(), prologue, random);
            crypto::NoiseResponder responder(world.keys("hub").agreement, good, random);
            return responder.read_message_1(caller.write_message_1(Bytes{1})).has_value();
        };
        CHECK(answers(good));
        for (std::size_t at = suite_at; at < good.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                Bytes other = good;
                other[at] = static_cast<std::uint8_t>(value);
                CHECK(answers(other) == (other == good));
            }
        }
    }
}
