// What a Noise channel must refuse, and its limits.
#include "noise/handshake.hpp"
#include "support/seeded_random.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using test_support::SeededRandom;

AgreementKey key_of(Random& random) { return AgreementKey::from_seed(Secret::random(32, random)); }

Bytes prologue() { return {'p', 'r', 'o'}; }

std::uint64_t after_initialise(std::uint64_t seed) {
    REQUIRE(initialise());
    return seed;
}

/// Two ends, and what each has sent so far.
struct Pair {
    explicit Pair(std::uint64_t seed = 1)
        : random(after_initialise(seed)),
          initiator_key(key_of(random)),
          responder_key(key_of(random)),
          initiator(initiator_key, responder_key.public_key(), prologue(), random),
          responder(responder_key, prologue(), random) {}

    SeededRandom random;
    AgreementKey initiator_key;
    AgreementKey responder_key;
    NoiseInitiator initiator;
    NoiseResponder responder;

    struct Channels {
        NoiseChannel initiator;
        NoiseChannel responder;
    };
    Channels connect() {
        REQUIRE(responder.read_message_1(initiator.write_message_1({})));
        NoiseResponder::Reply reply = responder.write_message_2({});
        Result<NoiseInitiator::Answer> answer = initiator.read_message_2(reply.message);
        REQUIRE(answer);
        return {std::move(answer->channel), std::move(reply.channel)};
    }
};

template <class T>
bool failed_with(const Result<T>& result, ErrorCode code) {
    return !result && result.error().code == code;
}

/// Points whose multiples by a clamped scalar are all the neutral element (RFC 7748, section 7, speaks of
/// them), in canonical form and not.
const std::vector<AgreementPublicKey>& low_order_points() {
    static const auto points = [] {
        std::vector<AgreementPublicKey> list;
        for (const std::string_view hex :
             {"0000000000000000000000000000000000000000000000000000000000000000",
              "0100000000000000000000000000000000000000000000000000000000000000",
              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
              "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
              "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
              "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
            list.push_back(*AgreementPublicKey::from(*from_hex(hex)));
        }
        return list;
    }();
    return points;
}

[[noreturn]] void throwing_handler(std::string_view condition, std::string_view, int) {
    throw std::logic_error(std::string(condition));
}

}  // namespace

TEST_CASE("HMAC over BLAKE2b agrees with another implementation") {
    // Values from Python: hmac.new(key, data, hashlib.blake2b).
    noise::NoiseHash result;
    noise::hmac(as_bytes("key"), as_bytes("The quick brown fox jumps over the lazy dog"), result);
    CHECK(to_hex(result) ==
          "92294f92c0dfb9b00ec9ae8bd94d7e7d8a036b885a499f149dfe2fd2199394aa"
          "af6b8894a1730cccb2cd050f9bcf5062a38b51b0dab33207f8ef35ae2c9df51b");
    noise::hmac(Bytes(128, 0xaa), {}, result);
    CHECK(to_hex(result) ==
          "19689e66bac4656203de333b2e86d4ddbdec2c46b5d19159299e1125a4cd2ef7"
          "15e51e916cc34c739ba48c666a4e907366c93a56e60e244d2206db4ea449340b");
}

TEST_CASE("both ends agree on payloads, keys and the handshake hash") {
    Pair pair;
    const Bytes first = pair.initiator.write_message_1(as_bytes("question"));
    CHECK(first.size() == noise::message_1_overhead + 8);
    const Result<NoiseResponder::Call> call = pair.responder.read_message_1(first);
    REQUIRE(call);
    CHECK(as_text(call->payload) == "question");
    CHECK(call->initiator == pair.initiator_key.public_key());
    NoiseResponder::Reply reply = pair.responder.write_message_2(as_bytes("answer"));
    CHECK(reply.message.size() == noise::message_2_overhead + 6);
    Result<NoiseInitiator::Answer> answer = pair.initiator.read_message_2(reply.message);
    REQUIRE(answer);
    CHECK(as_text(answer->payload) == "answer");
    CHECK(answer->channel.handshake_hash.size() == 64);
    CHECK(answer->channel.handshake_hash == reply.channel.handshake_hash);
    for (int i = 0; i < 300; ++i) {
        const Bytes text(static_cast<std::size_t>(i), static_cast<std::uint8_t>(i));
        CHECK(reply.channel.receive.decrypt(answer->channel.send.encrypt(text)) == text);
        CHECK(answer->channel.receive.decrypt(reply.channel.send.encrypt(text)) == text);
    }
}

TEST_CASE("a flipped bit anywhere in message 1 is refused") {
    const Bytes good = Pair().initiator.write_message_1(as_bytes("payload"));
    for (std::size_t i = 0; i < good.size(); ++i) {
        CAPTURE(i);
        Bytes bad = good;
        bad[i] ^= 0x01;
        const Result<NoiseResponder::Call> call = Pair().responder.read_message_1(bad);
        REQUIRE(failed_with(call, ErrorCode::handshake_failed));
        // The static key is opened before the payload; a fault in it or in the ephemeral key shows there.
        CHECK(call.error().detail == (i < 80 ? "message 1" : "payload of message 1"));
    }
    CHECK(Pair().responder.read_message_1(good));
}

TEST_CASE("a flipped bit anywhere in message 2 is refused") {
    Pair honest;
    REQUIRE(honest.responder.read_message_1(honest.initiator.write_message_1({})));
    const Bytes good = honest.responder.write_message_2(as_bytes("payload")).message;
    for (std::size_t i = 0; i < good.size(); ++i) {
        CAPTURE(i);
        Pair pair;
        pair.initiator.write_message_1({});
        Bytes bad = good;
        bad[i] ^= 0x80;
        // X25519 ignores the top bit of a point; the hash of the handshake does not.
        CHECK(failed_with(pair.initiator.read_message_2(bad), ErrorCode::handshake_failed));
    }
    CHECK(honest.initiator.read_message_2(good));
}

TEST_CASE("truncated and over-long handshake messages are refused") {
    const Bytes first = Pair().initiator.write_message_1(as_bytes("payload"));
    for (std::size_t size = 0; size < first.size(); ++size) {
        CAPTURE(size);
        CHECK(failed_with(Pair().responder.read_message_1(BytesView(first).first(size)),
                          ErrorCode::handshake_failed));
    }
    Pair honest;
    REQUIRE(honest.responder.read_message_1(honest.initiator.write_message_1({})));
    const Bytes second = honest.responder.write_message_2({}).message;
    for (std::size_t size = 0; size < second.size(); ++size) {
        CAPTURE(size);
        Pair pair;
        pair.initiator.write_message_1({});
        CHECK(failed_with(pair.initiator.read_message_2(BytesView(second).first(size)),
                          ErrorCode::handshake_failed));
    }
    Pair pair;
    CHECK(failed_with(pair.responder.read_message_1(Bytes(noise_message_max + 1, 1)),
                      ErrorCode::handshake_failed));
    pair.initiator.write_message_1({});
    CHECK(failed_with(pair.initiator.read_message_2(Bytes(noise_message_max + 1, 1)),
                      ErrorCode::handshake_failed));
}

TEST_CASE("the longest payloads pass, one octet more is the caller's error") {
    Pair pair;
    const Bytes longest_1(noise_message_max - noise::message_1_overhead, 7);
    const Bytes first = pair.initiator.write_message_1(longest_1);
    CHECK(first.size() == noise_message_max);
    REQUIRE(pair.responder.read_message_1(first));
    const Bytes longest_2(noise_message_max - noise::message_2_overhead, 8);
    NoiseResponder::Reply reply = pair.responder.write_message_2(longest_2);
    CHECK(reply.message.size() == noise_message_max);
    Result<NoiseInitiator::Answer> answer = pair.initiator.read_message_2(reply.message);
    REQUIRE(answer);
    const Bytes longest_3(noise_payload_max, 9);
    CHECK(reply.channel.receive.decrypt(answer->channel.send.encrypt(longest_3)) == longest_3);

    set_check_handler(throwing_handler);
    CHECK_THROWS_AS(Pair().initiator.write_message_1(Bytes(longest_1.size() + 1)), std::logic_error);
    CHECK_THROWS_AS(answer->channel.send.encrypt(Bytes(noise_payload_max + 1)), std::logic_error);
    Pair other;
    REQUIRE(other.responder.read_message_1(other.initiator.write_message_1({})));
    CHECK_THROWS_AS(other.responder.write_message_2(Bytes(longest_2.size() + 1)), std::logic_error);
    noise::NoiseHash result;
    CHECK_THROWS_AS(noise::hmac(Bytes(noise::hash_block_size + 1), {}, result), std::logic_error);
    CHECK_THROWS_AS(noise::SymmetricState(std::string(noise::hash_size + 1, 'n')), std::logic_error);
    CHECK_THROWS_AS(NoiseCipher(Secret()).encrypt({}), std::logic_error);
    set_check_handler(nullptr);
    CHECK(failed_with(NoiseCipher(Secret()).decrypt(Bytes(noise_tag_size)), ErrorCode::cannot_decrypt));
}

TEST_CASE("another responder's key, another prologue: refused on both sides") {
    Pair pair;
    NoiseResponder stranger(key_of(pair.random), prologue(), pair.random);
    const Bytes first = pair.initiator.write_message_1({});
    CHECK(failed_with(stranger.read_message_1(first), ErrorCode::handshake_failed));
    NoiseResponder elsewhere(pair.responder_key, as_bytes("prO"), pair.random);
    CHECK(failed_with(elsewhere.read_message_1(first), ErrorCode::handshake_failed));

    // A responder that knows what the initiator sent but not the key cannot answer.
    Pair impostor(2);
    REQUIRE(impostor.responder.read_message_1(impostor.initiator.write_message_1({})));
    CHECK(failed_with(pair.initiator.read_message_2(impostor.responder.write_message_2({}).message),
                      ErrorCode::handshake_failed));
}

TEST_CASE("points of low order are refused wherever they may stand") {
    for (const AgreementPublicKey& point : low_order_points()) {
        CAPTURE(point.hex());
        Pair pair;
        NoiseInitiator caller(pair.initiator_key, point, prologue(), pair.random);
        CHECK(caller.write_message_1({}).empty());
        CHECK(failed_with(caller.read_message_2(Bytes(48, 0)), ErrorCode::handshake_failed));

        Bytes first = pair.initiator.write_message_1({});
        std::ranges::copy(point.octets, first.begin());
        const Result<NoiseResponder::Call> call = pair.responder.read_message_1(first);
        REQUIRE(failed_with(call, ErrorCode::handshake_failed));
        CHECK(call.error().detail == "key in message 1");

        Bytes second(48, 0);
        std::ranges::copy(point.octets, second.begin());
        const Result<NoiseInitiator::Answer> answer = pair.initiator.read_message_2(second);
        REQUIRE(failed_with(answer, ErrorCode::handshake_failed));
        CHECK(answer.error().detail == "key in message 2");
    }
}

TEST_CASE("a static key of low order is refused though its holder made the message correctly") {
    // Such a caller needs no private key: it seals the point under the key that e and the responder's s give.
    Pair pair;
    for (const AgreementPublicKey& point : low_order_points()) {
        CAPTURE(point.hex());
        const AgreementKey ephemeral = key_of(pair.random);
        noise::SymmetricState symmetric("Noise_IK_25519_ChaChaPoly_BLAKE2b");
        symmetric.mix_hash(prologue());
        symmetric.mix_hash(pair.responder_key.public_key().view());
        symmetric.mix_hash(ephemeral.public_key().view());
        symmetric.mix_key(*ephemeral.agree(pair.responder_key.public_key()));
        Bytes message(ephemeral.public_key().octets.begin(), ephemeral.public_key().octets.end());
        const Bytes sealed_point = symmetric.encrypt_and_hash(point.view());
        message.insert(message.end(), sealed_point.begin(), sealed_point.end());
        symmetric.mix_key(Secret::copy_of(Bytes(32, 0)));
        const Bytes sealed_payload = symmetric.encrypt_and_hash({});
        message.insert(message.end(), sealed_payload.begin(), sealed_payload.end());

        NoiseResponder responder(pair.responder_key, prologue(), pair.random);
        const Result<NoiseResponder::Call> call = responder.read_message_1(message);
        REQUIRE(failed_with(call, ErrorCode::handshake_failed));
        CHECK(call.error().detail == "static key in message 1");
    }
}

TEST_CASE("each side is one-shot: nothing is read before its turn, twice or after a failure") {
    const auto out_of_order = [](const auto& result) {
        return failed_with(result, ErrorCode::handshake_failed) &&
               result.error().detail.ends_with("out of order");
    };
    Pair pair;
    CHECK(out_of_order(pair.initiator.read_message_2(Bytes(48, 1))));

    Pair again;
    const Bytes first = again.initiator.write_message_1({});
    REQUIRE(again.responder.read_message_1(first));
    CHECK(out_of_order(again.responder.read_message_1(first)));

    Pair spoiled;
    const Bytes good = spoiled.initiator.write_message_1({});
    Bytes bad = good;
    bad.back() ^= 1;
    CHECK(failed_with(spoiled.responder.read_message_1(bad), ErrorCode::handshake_failed));
    CHECK(out_of_order(spoiled.responder.read_message_1(good)));

    Pair late;
    REQUIRE(late.responder.read_message_1(late.initiator.write_message_1({})));
    const Bytes answer = late.responder.write_message_2({}).message;
    Bytes bad_answer = answer;
    bad_answer.back() ^= 1;
    CHECK(failed_with(late.initiator.read_message_2(bad_answer), ErrorCode::handshake_failed));
    CHECK(out_of_order(late.initiator.read_message_2(answer)));

    set_check_handler(throwing_handler);
    CHECK_THROWS_AS(Pair().responder.write_message_2({}), std::logic_error);
    CHECK_THROWS_AS(spoiled.responder.write_message_2({}), std::logic_error);
    CHECK_THROWS_AS(late.initiator.write_message_1({}), std::logic_error);
    set_check_handler(nullptr);
}

TEST_CASE(
    "a transport message that is replayed, skipped, altered, cut or from the other direction ends the "
    "channel") {
    using Spoil = Bytes (*)(Pair::Channels&, Bytes);
    const std::vector<std::pair<std::string_view, Spoil>> ways = {
        {"replayed",
         [](Pair::Channels& ends, Bytes message) {
             REQUIRE(ends.responder.receive.decrypt(message));
             return message;
         }},
        {"skipped", [](Pair::Channels& ends, Bytes) { return ends.initiator.send.encrypt({}); }},
        {"altered",
         [](Pair::Channels&, Bytes message) {
             message[0] ^= 1;
             return message;
         }},
        {"cut",
         [](Pair::Channels&, Bytes message) {
             message.pop_back();
             return message;
         }},
        {"shorter than a tag", [](Pair::Channels&, Bytes) { return Bytes(noise_tag_size - 1, 0); }},
        {"empty", [](Pair::Channels&, Bytes) { return Bytes(); }},
        {"too long", [](Pair::Channels&, Bytes) { return Bytes(noise_message_max + 1, 0); }},
        {"reflected",
         [](Pair::Channels& ends, Bytes) { return ends.responder.send.encrypt(as_bytes("word")); }},
    };
    for (const auto& [name, spoil] : ways) {
        CAPTURE(name);
        Pair pair;
        Pair::Channels ends = pair.connect();
        const Bytes bad = spoil(ends, ends.initiator.send.encrypt(as_bytes("word")));
        CHECK(failed_with(ends.responder.receive.decrypt(bad), ErrorCode::cannot_decrypt));
        CHECK(failed_with(ends.responder.receive.decrypt(ends.initiator.send.encrypt({})),
                          ErrorCode::cannot_decrypt));
        // The other direction goes on.
        CHECK(ends.initiator.receive.decrypt(ends.responder.send.encrypt({})).has_value() ==
              (name != "reflected"));
    }
}

TEST_CASE("an unaltered message is still refused after a failure in its direction") {
    Pair pair;
    Pair::Channels ends = pair.connect();
    const Bytes good = ends.initiator.send.encrypt(as_bytes("word"));
    Bytes bad = good;
    bad.back() ^= 1;
    CHECK(failed_with(ends.responder.receive.decrypt(bad), ErrorCode::cannot_decrypt));
    CHECK(failed_with(ends.responder.receive.decrypt(good), ErrorCode::cannot_decrypt));
}
