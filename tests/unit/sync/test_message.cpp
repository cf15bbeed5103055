// The worked bytes of docs/spec/session.md, and what a reader of them must refuse.
#include "session/framing.hpp"

#include "support/seeded_random.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace cotmoc;
using namespace cotmoc::sync;

namespace {

Hash256 counting(std::uint8_t first) {
    Hash256 hash;
    std::iota(hash.octets.begin(), hash.octets.end(), first);
    return hash;
}

const FeedTable example{{0, {{DeviceIndex{1}, 5}, {DeviceIndex{4}, 300}}}, {2, {{DeviceIndex{3}, 1}}}};

HashStart start(std::uint8_t octet) { return {{octet}}; }

}  // namespace

TEST_CASE("the worked bytes of the session's specification") {
    CHECK(to_hex(encode_greeting({9, counting(0x20)})) == "0109" + counting(0x20).hex());
    CHECK(to_hex(encode_reply({Reply::Status::equal, 0x018cc251f400, 9, {}, {}, 0})) == "0000f451c28c01");
    CHECK(to_hex(encode_reply({Reply::Status::unknown_device, 0, 9, {}, {}, 0})) == "0200000000000009");
    CHECK(to_hex(encode_reply({Reply::Status::list_follows, 0, 9, counting(0x40), {}, 0})) ==
          "0300000000000009" + counting(0x40).hex());
    CHECK(to_hex(encode_frontiers({example, 0x0807060504030201})) ==
          "020002010502ac02010103010102030405060708");
    CHECK(to_hex(encode_lacks({{{0, {{DeviceIndex{4}, 290}}}}, 1, 0})) == "01000104a2020100000000000000");
    CHECK(to_hex(encode_lacks({{}, 1, 2})) == "0001000000000000000200000000000000");
    CHECK(to_hex(encode_branches({{0, {{DeviceIndex{4}, {{3, {start(1), start(2)}}}}}}})) ==
          "010001040103" + start(1).hex() + start(2).hex());
    CHECK(to_hex(encode_ack({5, {2, 4}})) == "05020201");
    CHECK(to_hex(encode_error(ErrorCode::protocol_error)) == "5c02");
}

TEST_CASE("every message reads back as it was written") {
    CHECK(decode_frontiers(encode_frontiers({example, 5})) == Frontiers{example, 5});
    const BranchTable branches{
        {1, {{DeviceIndex{4}, {{1, {start(7)}}, {3, {start(1), start(2)}}, {3, {start(1), start(3)}}}}}}};
    CHECK(decode_branches(encode_branches(branches)) == branches);
    CHECK(!decode_branches(
        encode_branches({{1, {{DeviceIndex{4}, {{3, {start(1), start(3)}}, {3, {start(1), start(2)}}}}}}})));
    CHECK(!decode_branches(encode_branches({{1, {{DeviceIndex{4}, {}}}}})));
    const auto reply = decode_reply(encode_reply({Reply::Status::differs, 77, 9, counting(1), example, 6}));
    REQUIRE(reply);
    CHECK(reply->feeds == example);
    CHECK(reply->wall_ms == 77);
    CHECK(reply->trust_head == counting(1));
    const auto batch = decode_trust(encode_trust({7, {{1, 2}, {3}}}));
    REQUIRE(batch);
    CHECK(batch->first == 7);
    CHECK(batch->entries == std::vector<Bytes>{{1, 2}, {3}});
    const auto ack = decode_ack(encode_ack({5, {2, 4}}), 1);
    REQUIRE(ack);
    CHECK(ack->not_held == std::vector<std::uint64_t>{2, 4});
    CHECK(decode_error(encode_error(ErrorCode::not_enrolled))->code == ErrorCode::not_enrolled);
    CHECK(decode_error(Bytes{0xff, 0xff})->code == ErrorCode::protocol_error);
}

TEST_CASE("tables with a zero seq, an empty space, octets too many or too few are refused") {
    CHECK(!decode_frontiers(Bytes{1, 0, 1, 4, 0, 1, 1, 1, 1, 1, 1, 1, 1}));
    CHECK(decode_lacks(Bytes{1, 0, 1, 4, 0, 1, 1, 1, 1, 1, 1, 1, 1}));
    CHECK(!decode_frontiers(Bytes{1, 0, 0}));
    const Bytes good = encode_frontiers({example, 5});
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK(!decode_frontiers(BytesView(good).subspan(0, size)));
    }
    Bytes longer = good;
    longer.push_back(0);
    CHECK(!decode_frontiers(longer));
    // The second device's number would be above 2^32 - 1; a seq above 2^48.
    CHECK(!decode_frontiers(Bytes{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0, 1}));
    CHECK(!decode_frontiers(Bytes{1, 0, 1, 0, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40}));
}

TEST_CASE("an ack must go forward, and name only what it newly counts") {
    CHECK(!decode_ack(encode_ack({5, {}}), 5));
    CHECK(!decode_ack(encode_ack({5, {}}), 6));
    CHECK(!decode_ack(encode_ack({5, {3}}), 3));
    CHECK(decode_ack(encode_ack({5, {4}}), 3));
    CHECK(!decode_ack(encode_ack({5, {6}}), 3));
    CHECK(!decode_ack(encode_ack({5, {0}}), 0));
}

TEST_CASE("a table that claims more than its octets can hold allocates nothing of that size") {
    CHECK(!decode_frontiers(Bytes{0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1, 1, 1}));
    CHECK(!decode_frontiers(Bytes{1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1}));
    CHECK(!decode_trust(Bytes{1, 0xff, 0xff, 0xff, 0xff, 0x0f}));
    CHECK(!decode_trust(Bytes{1, 0}));
}

TEST_CASE("random octets are read without harm, and what is accepted is the one encoding") {
    test_support::SeededRandom random(11);
    for (int i = 0; i < 20'000; ++i) {
        Bytes bytes(random.below(24));
        for (auto& octet : bytes) {
            octet = static_cast<std::uint8_t>(random.below(i % 2 == 0 ? 5 : 256));
        }
        if (const auto table = decode_lacks(bytes)) {
            CHECK(encode_lacks(*table) == bytes);
        }
        if (const auto branches = decode_branches(bytes)) {
            CHECK(encode_branches(*branches) == bytes);
        }
        if (const auto ack = decode_ack(bytes, 0)) {
            CHECK(encode_ack(*ack) == bytes);
        }
        if (const auto reply = decode_reply(bytes)) {
            CHECK(encode_reply(*reply) == bytes);
        }
        if (const auto batch = decode_trust(bytes)) {
            CHECK(encode_trust(*batch) == bytes);
        }
    }
}
