// Envelopes in parts: what is resumed, what is refused (docs/spec/session.md).
#include "session/parts.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::sync;

namespace {

Bytes envelope_of(std::size_t size, std::uint8_t first = 1) {
    Bytes octets(size);
    for (std::size_t i = 0; i < size; ++i) {
        octets[i] = static_cast<std::uint8_t>(first + i * 31 + i / 256);
    }
    return octets;
}

/// All parts of the sender, until it is done or `count` have gone.
std::optional<Bytes> carry(PartSender& sender, PartReceiver& receiver, std::size_t size, int count = 1'000) {
    std::optional<Bytes> whole;
    while (sender.busy() && count-- > 0) {
        const Bytes body = encode_part(sender.next(size));
        const auto part = decode_part(body);
        REQUIRE(part);
        const auto got = receiver.add(*part);
        REQUIRE(got);
        whole = *got;
    }
    return whole;
}

/// What an earlier session left.
void keep(PartReceiver& receiver, BytesView octets) {
    receiver.found({octets.size(), part_check(octets)},
                   [kept = Bytes(octets.begin(), octets.end())]() -> Result<Bytes> { return kept; });
}

}  // namespace

TEST_CASE("an envelope in parts arrives whole, and one that was begun goes on where it was") {
    REQUIRE(crypto::initialise());
    const Bytes envelope = envelope_of(10'000);
    PartSender sender;
    PartReceiver receiver;
    sender.begin(envelope);
    CHECK(sender.goes_whole(10'000));
    CHECK(!sender.goes_whole(9'999));
    CHECK(!carry(sender, receiver, 3'000, 2));
    CHECK(receiver.unsaved());

    PartReceiver later;
    keep(later, receiver.octets());
    PartSender again;
    again.peer_holds(later.held());
    again.begin(envelope_of(20'000, 9));  // another one comes first, and is not mistaken for it
    CHECK(again.resumed() == 0);
    again.take_whole();
    again.begin(envelope);
    CHECK(again.resumed() == 6'000);
    CHECK(!again.goes_whole(10'000));
    CHECK(carry(again, later, 3'000) == envelope);
    CHECK(later.resumed() == 6'000);
    CHECK(later.octets().empty());
}

TEST_CASE("what somebody altered of the part that is held is not built upon") {
    REQUIRE(crypto::initialise());
    const Bytes envelope = envelope_of(10'000);
    Bytes held(envelope.begin(), envelope.begin() + 5'000);
    held[17] ^= 1;
    PartReceiver receiver;
    keep(receiver, held);
    PartSender sender;
    sender.peer_holds(receiver.held());
    sender.begin(envelope);
    CHECK(sender.resumed() == 0);
    CHECK(carry(sender, receiver, 4'000) == envelope);
    CHECK(receiver.resumed() == 0);
}

TEST_CASE("a part that neither goes on nor begins anew is refused; small parts are not announced") {
    PartReceiver receiver;
    const Bytes octets(100, 1);
    CHECK(receiver.add({5, 10, octets}).error().code == ErrorCode::protocol_error);
    REQUIRE(receiver.add({0, 1'000, octets}));
    CHECK(receiver.add({99, 901, octets}).error().code == ErrorCode::protocol_error);
    CHECK(receiver.add({101, 899, octets}).error().code == ErrorCode::protocol_error);
    CHECK(!receiver.held());
    REQUIRE(receiver.add({100, 900, octets}));
    CHECK(receiver.octets().size() == 200);
    receiver.drop();
    CHECK(receiver.octets().empty());
    CHECK(receiver.unsaved());
}

TEST_CASE("what is kept is loaded once, when it is gone on with, and has to be what was announced") {
    REQUIRE(crypto::initialise());
    const Bytes kept = envelope_of(2'000);
    const Bytes more(100, 1);
    for (const bool altered : {false, true}) {
        int loads = 0;
        PartReceiver receiver;
        receiver.found({kept.size(), part_check(kept)}, [&]() -> Result<Bytes> {
            ++loads;
            return altered ? envelope_of(2'000, 2) : kept;
        });
        CHECK(receiver.held() == HeldPart{2'000, part_check(kept)});
        CHECK(receiver.add({1'999, 10, more}).error().code == ErrorCode::protocol_error);
        CHECK(receiver.add({2'001, 10, more}).error().code == ErrorCode::protocol_error);
        CHECK(loads == 0);
        CHECK(!receiver.unsaved());
        CHECK(receiver.add({2'000, 10, more}).has_value() == !altered);
        CHECK(loads == 1);
        CHECK(receiver.octets().size() == (altered ? 0 : 2'100));
        CHECK(receiver.unsaved());  // altered: it goes, and is not announced again
    }
    PartReceiver receiver;
    receiver.found({2'000, 1}, []() -> Result<Bytes> { return fail(ErrorCode::internal); });
    REQUIRE(receiver.add({0, 10, more}));
    CHECK(receiver.octets().size() == 100);
}

TEST_CASE("a part is written anew when 64 KiB or a quarter more has come, not with each piece") {
    REQUIRE(crypto::initialise());
    const Bytes piece(1'000, 1);
    PartReceiver receiver;
    std::size_t size = 0;
    std::size_t written = 0;
    int writes = 0;
    for (; size < 1'000'000; size += piece.size()) {
        REQUIRE(receiver.add({size, 10, piece}));
        CHECK(
            receiver.save_is_due() ==
            (size + 1'000 >= held_part_min &&
             size + 1'000 - written >= std::min<std::size_t>(65'536, std::max<std::size_t>(1, written / 4))));
        if (receiver.save_is_due()) {
            receiver.saved();
            written = receiver.octets().size();
            ++writes;
        }
    }
    CHECK(writes < 40);
    REQUIRE(receiver.add({size, 0, piece}));
    CHECK(receiver.save_is_due());  // it is whole: what is kept of it goes
    receiver.saved();
    CHECK(!receiver.save_is_due());
}

TEST_CASE("the shortest first part is one that can be announced") {
    PartSender sender;
    sender.begin(envelope_of(10'000));
    CHECK(sender.shortest() == held_part_min);
    (void)sender.next(2'000);
    CHECK(sender.shortest() == 1);
    sender.begin(envelope_of(500));
    CHECK(sender.shortest() == 500);
}

TEST_CASE("the worked octets of parts, limits and held parts; what is too large or malformed is refused") {
    const Bytes two = {0xaa, 0xbb};
    CHECK(encode_part({300, 5, two}) == Bytes{0xac, 0x02, 0x05, 0xaa, 0xbb});
    CHECK(encode_limit(1'000) == Bytes{0xe8, 0x07});
    CHECK(*decode_limit(encode_limit(0)) == 0);
    CHECK(decode_limit(Bytes{0x01, 0x00}).error().code == ErrorCode::protocol_error);
    CHECK(decode_limit(encode_limit(seq_max + 1)).error().code == ErrorCode::protocol_error);
    const Bytes none;
    CHECK(decode_part(encode_part({0, 5, none})).error().code == ErrorCode::protocol_error);
    const std::uint64_t most = crypto::envelope_bytes_max;
    CHECK(decode_part(encode_part({most - 2, 0, two})));
    CHECK(decode_part(encode_part({most - 1, 0, two})).error().code == ErrorCode::protocol_error);
    CHECK(decode_part(encode_part({0, most - 1, two})).error().code == ErrorCode::protocol_error);
    CHECK(decode_part(encode_part({~std::uint64_t{0}, 1, two})).error().code == ErrorCode::protocol_error);
    CHECK(decode_part(Bytes{0x80}).error().code == ErrorCode::protocol_error);

    Lacks lacks{{}, 1, 0, HeldPart{2'000, 7}};
    CHECK(*decode_lacks(encode_lacks(lacks)) == lacks);
    CHECK(encode_lacks(lacks) ==
          Bytes{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xd0, 0x0f, 7, 0, 0, 0, 0, 0, 0, 0});
    lacks.held = HeldPart{held_part_min - 1, 7};
    CHECK(decode_lacks(encode_lacks(lacks)).error().code == ErrorCode::protocol_error);
    lacks.held = HeldPart{most, 7};
    CHECK(decode_lacks(encode_lacks(lacks)).error().code == ErrorCode::protocol_error);
    const Frontiers frontiers{{}, 3, HeldPart{2'000, 9}};
    CHECK(*decode_frontiers(encode_frontiers(frontiers)) == frontiers);
}
