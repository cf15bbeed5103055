#include "crypto_support.hpp"

#include "dictionary.hpp"
#include "envelope_payload.hpp"
#include "envelope_seal.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
const SpaceId space = id<SpaceId>(counting(0xd0, 16));
/// The longest plaintext: the largest padding class that leaves room for header, tags and signature.
constexpr std::size_t plaintext_max = 63 * 16384;
constexpr std::size_t stored_max = plaintext_max - payload_head_size;

EpochKey epoch_key() { return {space, 7, Secret::copy_of(counting(0x40, 32))}; }

EnvelopePlace first_place() {
    EnvelopePlace place;
    place.space = space;
    place.seq = 1;
    place.frontier = id<Hash256>(counting(5, 32));
    return place;
}

Result<SealedEnvelope> sealed(BytesView content, int level = 3) {
    SeededRandom random(1);
    return seal(first_place(), device(0), epoch_key(), content, {level}, random);
}

void check_round_trip(BytesView content, int level = 3) {
    CAPTURE(content.size());
    const Result<SealedEnvelope> envelope = sealed(content, level);
    REQUIRE(error_of(envelope) == "accepted");
    const Result<EnvelopeHeader> header = parse_envelope(envelope->bytes);
    REQUIRE(error_of(header) == "accepted");
    CHECK(header->author == device(0).public_keys().id());
    CHECK(header->seq == 1);
    CHECK(header->frontier == first_place().frontier);
    CHECK(envelope_hash(envelope->bytes) == envelope->hash);
    CHECK(verify_envelope(envelope->bytes, envelope->hash, device(0).signing.public_key()));
    const Result<Bytes> opened = open_envelope(envelope->bytes, epoch_key());
    REQUIRE(error_of(opened) == "accepted");
    const bool same = std::ranges::equal(*opened, content);
    CHECK(same);
}

}  // namespace

TEST_CASE("what is sealed opens again, at every size where something changes") {
    for (const std::size_t size :
         {0u, 1u, 27u, 28u, 1000u, 65531u, 65532u, 65536u, 131067u, 131068u, 500000u}) {
        check_round_trip(noise(size, 1));
        check_round_trip(Bytes(size, 'x'));
        check_round_trip(Bytes(size, 'x'), 0);
        check_round_trip(counting(0, size), 19);
    }
}

TEST_CASE("the smaller form is kept, and level 0 stores") {
    const Bytes repeated(2000, 'x');
    CHECK(sealed(repeated)->bytes.size() < 400);
    CHECK(sealed(repeated, 0)->bytes.size() > 2000);
    const Bytes random = noise(2000, 3);
    CHECK(sealed(random, 19)->bytes.size() == sealed(random, 0)->bytes.size());
}

TEST_CASE("content that compresses better than 64 to 1 is sealed so that a receiver takes it") {
    for (const std::size_t size : {std::size_t{9000}, mebibyte, 8 * mebibyte}) {
        check_round_trip(Bytes(size, 0));
        // Close to the ratio: no more than a 64th, what the compressor made of the rest, and the padding.
        CHECK(sealed(Bytes(size, 0))->bytes.size() < size / 64 * 9 / 8 + 2000);
    }
    Bytes mixed = noise(3000, 1);
    mixed.resize(4 * mebibyte, 7);
    check_round_trip(mixed);
}

TEST_CASE("nothing is sealed that a receiver would refuse") {
    check_round_trip(noise(stored_max, 1));
    CHECK(sealed(noise(stored_max, 1))->bytes.size() <= envelope_bytes_max);
    CHECK(error_of(sealed(noise(stored_max + 1, 1))) == "limit_exceeded");
    CHECK(error_of(sealed(Bytes(stored_max + 1, 0), 0)) == "limit_exceeded");
    CHECK(error_of(sealed(Bytes(8 * mebibyte + 1, 0))) == "limit_exceeded");
}

TEST_CASE("a place that no receiver would take is not sealed") {
    SeededRandom random(1);
    const auto result = [&random](const EnvelopePlace& place, const EpochKey& key) {
        return error_of(seal(place, device(0), key, {}, {}, random));
    };
    EnvelopePlace place = first_place();
    CHECK(result(place, epoch_key()) == "accepted");
    place.seq = 0;
    CHECK(result(place, epoch_key()) == "bad_envelope");
    place.seq = 2;
    CHECK(result(place, epoch_key()) == "bad_envelope");
    place.previous = id<Hash256>(counting(1, 32));
    CHECK(result(place, epoch_key()) == "accepted");
    place.seq = 1;
    CHECK(result(place, epoch_key()) == "bad_envelope");
    CHECK(result(first_place(), {space, 0, epoch_key().key.clone()}) == "bad_envelope");
    CHECK(result(first_place(), {id<SpaceId>(counting(1, 16)), 7, epoch_key().key.clone()}) == "wrong_space");
}

TEST_CASE("no bit of a sealed envelope can be changed") {
    const Bytes good = sealed(counting('a', 20))->bytes;
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Bytes changed = good;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1u << bit % 8));
        CAPTURE(bit);
        if (!parse_envelope(changed)) {
            CHECK(bit / 8 < 200);
            continue;
        }
        CHECK_FALSE(verify_envelope(changed, envelope_hash(changed), device(0).signing.public_key()));
        const bool is_in_signature = bit / 8 >= good.size() - 64;
        CHECK(open_envelope(changed, epoch_key()).has_value() == is_in_signature);
    }
}

TEST_CASE("bytes that are no envelope are refused by every function that takes them unchecked") {
    SeededRandom random(1);
    for (std::size_t size = 0; size < 600; ++size) {
        Bytes bytes(size);
        random.fill(bytes);
        CHECK_FALSE(parse_envelope(bytes));
        CHECK_FALSE(open_envelope(bytes, epoch_key()));
        CHECK_FALSE(verify_envelope(bytes, Hash256{}, device(0).signing.public_key()));
    }
}

TEST_CASE("two envelopes of the same content share nothing but the header's fields") {
    SeededRandom random(1);
    const Bytes content = counting('a', 20);
    const auto one = seal(first_place(), device(0), epoch_key(), content, {}, random);
    const auto two = seal(first_place(), device(0), epoch_key(), content, {}, random);
    CHECK(one->hash != two->hash);
    CHECK_FALSE(std::equal(one->bytes.begin() + 200, one->bytes.begin() + 216, two->bytes.begin() + 200));
}

TEST_CASE("padding classes follow Padmé: few, monotone, and at most 12 % more") {
    CHECK(padded_length(0) == 32);
    CHECK(padded_length(32) == 32);
    CHECK(padded_length(33) == 36);
    CHECK(padded_length(64) == 64);
    CHECK(padded_length(65) == 72);
    CHECK(padded_length(65536) == 65536);
    CHECK(padded_length(65537) == 67584);
    std::set<std::size_t> classes;
    std::size_t previous = 0;
    for (std::size_t length = 0; length <= mebibyte; ++length) {
        const std::size_t padded = padded_length(length);
        const bool holds = padded >= length && padded >= previous && padded_length(padded) == padded &&
                           (length < 32 || (padded - length) * 100 <= length * 12);
        if (!holds) {
            FAIL("length ", length);
        }
        previous = padded;
        classes.insert(padded);
    }
    CHECK(classes.size() == 281);
}

TEST_CASE("random octets in place of a payload never pass, and never more than the limits are made of them") {
    SeededRandom random(1);
    for (int i = 0; i < 2000; ++i) {
        Bytes plaintext(padded_length(static_cast<std::size_t>(i) % 200));
        random.fill(plaintext);
        // A plausible frame with random contents: reaches the code behind the length checks.
        Bytes framed = frame_payload(Compression::zstd, plaintext);
        framed[5] = 0x28, framed[6] = 0xb5, framed[7] = 0x2f, framed[8] = 0xfd;
        const Result<Bytes> content = decode_payload(framed);
        CHECK((!content || content->size() <= 64 * plaintext.size()));
    }
}

TEST_CASE("dictionaries are kept for ever: the octets that envelopes name by this hash do not change") {
    CHECK(newest_dictionary().hash.hex() ==
          "08288dc18865b20b83d999ac7a56ef5d040c7a83f93284af9dc63bfc9d3b6379");
    CHECK(find_dictionary(newest_dictionary().hash) == &newest_dictionary());
    CHECK(find_dictionary(Hash256{}) == nullptr);
}

TEST_CASE("small content like a change set's goes with the dictionary, other content without it") {
    const auto compression = [](const Bytes& content) {
        const Bytes payload = encode_payload(content, 9).value();
        CHECK(decode_payload(payload).value() == content);
        return static_cast<Compression>(payload[4]);
    };
    const auto repeated = [](std::string_view text, std::size_t times) {
        Bytes content;
        for (std::size_t i = 0; i < times; ++i) {
            content.insert(content.end(), text.begin(), text.end());
        }
        return content;
    };
    const Bytes names(newest_dictionary().octets.end() - 400, newest_dictionary().octets.end() - 100);
    CHECK(compression(names) == Compression::zstd_with_dictionary);
    CHECK(compression(repeated("abc", 1)) == Compression::none);
    CHECK(compression(repeated("no word of the dictionary 0123456789 ", 40)) == Compression::zstd);
    CHECK(compression(repeated(as_text(names), 200)) == Compression::zstd);  // over 32 KiB
}
