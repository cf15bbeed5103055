#include "crypto_support.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

TEST_CASE("a secret is empty after it was moved from, and equal only to the same octets") {
    Secret one = Secret::copy_of(counting(1, 32));
    const Secret same = one.clone();
    CHECK(one.equals(same));
    CHECK_FALSE(one.equals(Secret::copy_of(counting(1, 31))));
    CHECK_FALSE(one.equals(Secret::copy_of(counting(2, 32))));
    CHECK_FALSE(one.equals(Secret()));
    const Secret moved = std::move(one);
    CHECK(one.empty());
    CHECK(one.view(SecretAccess()).empty());
    CHECK(one.clone().empty());
    CHECK(Secret().equals(Secret()));
    CHECK(moved.equals(same));
}

TEST_CASE("secrets from one source of randomness differ") {
    SeededRandom random(1);
    CHECK_FALSE(Secret::random(32, random).equals(Secret::random(32, random)));
    SystemRandom system;
    CHECK_FALSE(Secret::random(32, system).equals(Secret::random(32, system)));
}

TEST_CASE("every signature on the edge of the standard is accepted or refused as the vectors say") {
    const nlohmann::json vectors = read_vectors("ed25519_edge.json");
    CHECK(vectors.size() >= 40);
    for (const nlohmann::json& each : vectors) {
        CAPTURE(each["name"]);
        CAPTURE(each["key"]);
        const bool accepted =
            verify(id<SigningPublicKey>(hex(each["key"])), id<Hash256>(hex(each["message"])),
                   id<Signature>(hex(each["signature"])));
        CHECK(accepted == each["accept"].get<bool>());
    }
}

TEST_CASE("a flipped bit in key, message or signature is refused") {
    const SigningKey key = SigningKey::from_seed(Secret::copy_of(counting(0, 32)));
    const auto message = id<Hash256>(counting(0x40, 32));
    const Signature signature = key.sign(message);
    CHECK(verify(key.public_key(), message, signature));
    for (std::size_t bit = 0; bit < 512; ++bit) {
        Signature changed = signature;
        changed.octets[bit / 8] = static_cast<std::uint8_t>(changed.octets[bit / 8] ^ (1u << bit % 8));
        CHECK_FALSE(verify(key.public_key(), message, changed));
    }
    for (std::size_t bit = 0; bit < 256; ++bit) {
        SigningPublicKey other_key = key.public_key();
        Hash256 other_message = message;
        other_key.octets[bit / 8] = static_cast<std::uint8_t>(other_key.octets[bit / 8] ^ (1u << bit % 8));
        other_message.octets[bit / 8] =
            static_cast<std::uint8_t>(other_message.octets[bit / 8] ^ (1u << bit % 8));
        CHECK_FALSE(verify(other_key, message, signature));
        CHECK_FALSE(verify(key.public_key(), other_message, signature));
    }
}

TEST_CASE("both sides agree on one secret; a point of low order gives none") {
    const DeviceKeys a = device(0x00);
    const DeviceKeys b = device(0x90);
    const auto ab = a.agreement.agree(b.agreement.public_key());
    const auto ba = b.agreement.agree(a.agreement.public_key());
    REQUIRE(ab);
    REQUIRE(ba);
    CHECK(ab->equals(*ba));
    AgreementPublicKey low;
    CHECK_FALSE(a.agreement.agree(low));
    low.octets[0] = 1;
    CHECK_FALSE(a.agreement.agree(low));
}

TEST_CASE("a device's id covers both keys, and a clone has the same") {
    const DeviceKeys a = device(0x00);
    CHECK(a.public_keys().id() == a.clone().public_keys().id());
    DevicePublicKeys mixed = a.public_keys();
    mixed.agreement = device(0x90).agreement.public_key();
    CHECK(mixed.id() != a.public_keys().id());
    SeededRandom random(1);
    CHECK(DeviceKeys::generate(random).public_keys() != DeviceKeys::generate(random).public_keys());
}
