#include "crypto_support.hpp"

#include <cotmoc/crypto/fork_proof.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

namespace {

Bytes envelope(const DeviceKeys& author, std::uint64_t seq, std::string_view content,
               std::uint64_t salt = 1) {
    const SpaceId space = id<SpaceId>(counting(0xd0, 16));
    const EpochKey key{space, 7, Secret::copy_of(counting(0x40, 32))};
    EnvelopePlace place;
    place.space = space;
    place.seq = seq;
    place.previous = seq == 1 ? Hash256{} : id<Hash256>(counting(9, 32));
    SeededRandom random(salt);
    return seal(place, author, key, as_bytes(content), {3}, random)->bytes;
}

}  // namespace

TEST_CASE("two change sets of one place are a proof of about 600 octets that anybody can check") {
    const DeviceKeys author = device(0);
    const Bytes one = envelope(author, 2, "một");
    const Bytes other = envelope(author, 2, "hai");
    const auto proof = make_fork_proof(one, other);
    REQUIRE(proof);
    CHECK(proof->size() == fork_proof_size);
    CHECK(fork_proof_size < 610);
    CHECK(*make_fork_proof(other, one) == *proof);
    const auto proved = verify_fork_proof(*proof, author.public_keys());
    REQUIRE(proved);
    CHECK(proved->author == author.public_keys().id());
    CHECK(proved->seq == 2);
    CHECK(proved->first < proved->second);
}

TEST_CASE("nobody is accused by what he did not sign twice") {
    const DeviceKeys author = device(0);
    const DeviceKeys other = device(1);
    const Bytes one = envelope(author, 2, "một");
    CHECK(error_of(make_fork_proof(one, one)) == "bad_envelope");
    CHECK(error_of(make_fork_proof(one, envelope(author, 3, "một"))) == "bad_envelope");
    CHECK(error_of(make_fork_proof(one, envelope(other, 2, "một"))) == "bad_envelope");
    const Bytes proof = *make_fork_proof(one, envelope(author, 2, "hai"));
    CHECK(error_of(verify_fork_proof(proof, other.public_keys())) == "unknown_author");
    for (std::size_t i = 0; i < proof.size(); ++i) {
        Bytes flipped = proof;
        flipped[i] ^= 0x10;
        CAPTURE(i);
        CHECK(!verify_fork_proof(flipped, author.public_keys()));
    }
    Bytes same = proof;  // one of them twice
    std::copy(same.begin() + 5, same.begin() + 301, same.begin() + 301);
    CHECK(error_of(verify_fork_proof(same, author.public_keys())) == "bad_envelope");
    // What a third signed in his name with a key of its own.
    Bytes forged = envelope(author, 2, "ba");
    const Signature signature = other.signing.sign(envelope_hash(forged));
    std::copy(signature.octets.begin(), signature.octets.end(), forged.end() - 64);
    const auto accusation = make_fork_proof(one, forged);
    REQUIRE(accusation);
    CHECK(error_of(verify_fork_proof(*accusation, author.public_keys())) == "bad_signature");
}
