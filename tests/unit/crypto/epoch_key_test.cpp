#include "crypto_support.hpp"

#include "derive.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

namespace {

const SpaceId space = id<SpaceId>(counting(0xd0, 16));

EpochKey epoch_key(std::uint32_t epoch = 7) { return {space, epoch, Secret::copy_of(counting(0x40, 32))}; }

std::string open_wrap(const EpochWrap& wrap, const DeviceKeys& recipient, std::uint32_t epoch = 7,
                      const SpaceId& of = space) {
    return error_of(
        unwrap(wrap, of, epoch, epoch_key().check(), recipient.public_keys().id(), recipient.agreement));
}

template <std::size_t N, class Tag>
FixedBytes<N, Tag> flipped(FixedBytes<N, Tag> bytes, std::size_t at) {
    bytes.octets[at] ^= 1;
    return bytes;
}

}  // namespace

TEST_CASE("a wrap opens for its recipient, space and epoch only") {
    SeededRandom random(1);
    const DeviceKeys recipient = device(0);
    const EpochWrap made =
        wrap(epoch_key(), recipient.public_keys().id(), recipient.agreement.public_key(), random);
    const auto opened =
        unwrap(made, space, 7, epoch_key().check(), recipient.public_keys().id(), recipient.agreement);
    REQUIRE(opened);
    CHECK(opened->key.equals(epoch_key().key));
    CHECK(opened->epoch == 7);
    CHECK(opened->space == space);
    CHECK(open_wrap(made, device(0x90)) == "wrong_commitment");
    CHECK(open_wrap(made, recipient, 8) == "wrong_commitment");
    CHECK(open_wrap(made, recipient, 7, id<SpaceId>(counting(0xd1, 16))) == "wrong_commitment");
}

TEST_CASE("every octet of a wrap matters") {
    SeededRandom random(1);
    const DeviceKeys recipient = device(0);
    const EpochWrap made =
        wrap(epoch_key(), recipient.public_keys().id(), recipient.agreement.public_key(), random);
    for (std::size_t at = 0; at < 32; ++at) {
        CHECK(open_wrap({flipped(made.ephemeral, at), made.commitment, made.box}, recipient) ==
              "wrong_commitment");
        CHECK(open_wrap({made.ephemeral, flipped(made.commitment, at), made.box}, recipient) ==
              "wrong_commitment");
    }
    for (std::size_t at = 0; at < 48; ++at) {
        CHECK(open_wrap({made.ephemeral, made.commitment, flipped(made.box, at)}, recipient) ==
              "cannot_decrypt");
    }
    CHECK(open_wrap({AgreementPublicKey{}, made.commitment, made.box}, recipient) == "cannot_decrypt");
}

TEST_CASE("a member notices a key that is not the one the epoch names") {
    SeededRandom random(1);
    const DeviceKeys recipient = device(0);
    const EpochKey split = EpochKey::generate(space, 7, random);
    const EpochWrap made =
        wrap(split, recipient.public_keys().id(), recipient.agreement.public_key(), random);
    CHECK(open_wrap(made, recipient) == "wrong_commitment");
    CHECK(split.check() != epoch_key().check());
    CHECK(epoch_key(8).check() != epoch_key().check());
}

TEST_CASE("a public key of low order gets a wrap that nobody opens") {
    SeededRandom random(1);
    const DeviceId recipient = device(0).public_keys().id();
    const AgreementPublicKey low;
    const EpochWrap made = wrap(epoch_key(), recipient, low, random);
    // Its X25519 result is zeros, so without a guard anybody could derive the wrap's key like this.
    const Hash256 guess = hash("wrap-ss", {Bytes(32, 0), made.ephemeral.view(), low.view()});
    const Bytes epoch = {7, 0, 0, 0};
    CommittingKey guessed;
    derive(guessed.octets.span(), guess.view(), "epoch-wrap", {space.view(), epoch, recipient.view()});
    CHECK_FALSE(guessed.commits_to(made.commitment));
}

TEST_CASE("the key of a wrap is derived as the guess above assumes") {
    SeededRandom random(1);
    const DeviceKeys recipient = device(0);
    const DeviceId name = recipient.public_keys().id();
    const EpochWrap made = wrap(epoch_key(), name, recipient.agreement.public_key(), random);
    const auto shared = recipient.agreement.agree(made.ephemeral);
    REQUIRE(shared);
    const Hash256 known = hash("wrap-ss", {shared->view(SecretAccess()), made.ephemeral.view(),
                                           recipient.agreement.public_key().view()});
    const Bytes epoch = {7, 0, 0, 0};
    CommittingKey derived;
    derive(derived.octets.span(), known.view(), "epoch-wrap", {space.view(), epoch, name.view()});
    CHECK(derived.commits_to(made.commitment));
}

TEST_CASE("a sealed text opens under its key, label and place only") {
    SeededRandom random(1);
    const EpochKey key = epoch_key();
    const Bytes place = counting(1, 32);
    const Bytes text = counting(0x20, 40);
    const Bytes sealed = seal_text(key, "text device-name", place, text, random);
    CHECK(sealed.size() == 32 + 24 + text.size() + 16);
    CHECK(open_text(key, "text device-name", place, sealed).value_or(Bytes{}) == text);
    CHECK(sealed != seal_text(key, "text device-name", place, text, random));
    CHECK(error_of(open_text(key, "text space-name", place, sealed)) == "wrong_commitment");
    CHECK(error_of(open_text(key, "text device-name", counting(2, 32), sealed)) == "wrong_commitment");
    CHECK(error_of(open_text(epoch_key(8), "text device-name", place, sealed)) == "wrong_commitment");
    const Bytes empty = seal_text(key, "text device-name", {}, {}, random);
    CHECK(open_text(key, "text device-name", {}, empty).value_or(Bytes{1}).empty());
}

TEST_CASE("every octet and every length of a sealed text matters") {
    SeededRandom random(1);
    const EpochKey key = epoch_key();
    const Bytes sealed = seal_text(key, "text catalogue", {}, counting(0, 20), random);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        Bytes changed = sealed;
        changed[at] ^= 0x40;
        CHECK(error_of(open_text(key, "text catalogue", {}, changed)) ==
              (at < 56 ? "wrong_commitment" : "cannot_decrypt"));
        CHECK(error_of(open_text(key, "text catalogue", {}, BytesView(sealed).first(at))) ==
              "cannot_decrypt");
    }
}
