// The worked examples of docs/spec/trust.md and docs/spec/handshake.md: made by
// tests/vectors/make_trust_vectors.py, made again here, and the ones that the texts print.
#include "noise/handshake.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/key_ring.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using nlohmann::json;

constexpr std::uint64_t issued_ms = 1'700'000'000'000;
constexpr std::uint64_t expires_ms = 1'800'000'000'000;

Bytes run_of(std::uint8_t first, std::size_t count = 32) {
    Bytes bytes;
    for (std::size_t i = 0; i < count; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(first + i));
    }
    return bytes;
}

/// What is drawn at random: runs of octets from a given first one.
class RunRandom final : public Random {
public:
    explicit RunRandom(std::uint8_t first) : first_(first) {}
    void fill(std::span<std::uint8_t> bytes) override {
        std::ranges::copy(run_of(first_, bytes.size()), bytes.begin());
    }

private:
    std::uint8_t first_;
};

SigningKey signing_key(std::uint8_t first) { return SigningKey::from_seed(Secret::copy_of(run_of(first))); }
AgreementKey agreement_key(std::uint8_t first) {
    return AgreementKey::from_seed(Secret::copy_of(run_of(first)));
}
EpochKey epoch_key(const SpaceId& space, std::uint8_t first) {
    return {space, 1, Secret::copy_of(run_of(first))};
}

std::string file_text(const std::string& path) {
    std::ifstream stream(path);
    REQUIRE_MESSAGE(stream.good(), path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

json vectors() {
    const json document =
        json::parse(file_text(std::string(COTMOC_TESTS_DIR) + "/vectors/trust.json"), nullptr, false);
    REQUIRE(!document.is_discarded());
    return document;
}

/// The specification's text without white space, so that a long value may be broken over lines.
std::string specification(std::string_view name) {
    std::string text = file_text(std::string(COTMOC_SOURCE_DIR) + "/docs/spec/" + std::string(name));
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

struct Example {
    SigningKey root_key = signing_key(0x00);
    SigningKey second_root_key = signing_key(0x08);
    SigningKey issuer = signing_key(0x20);
    DeviceKeys device{signing_key(0x40), agreement_key(0x60)};
    RootEntry root{1, expires_ms, 1, {root_key.public_key()}, {{issuer.public_key(), true, {}, 0}}, {}, {1}};
    Hash256 fingerprint = root_fingerprint(root);
    SpaceId directory = space_id(fingerprint, "");
    SpaceId space = space_id(fingerprint, "kon-tum");
    EpochKey directory_key = epoch_key(directory, 0x80);
    EpochKey space_key = epoch_key(space, 0xa0);

    std::vector<TrustBody> bodies() const {
        RunRandom space_nonce(0x10);
        const Bytes space_name =
            seal_space_name(directory_key, fingerprint, space, {"kon-tum", "Toàn tỉnh"}, space_nonce);
        return {root,
                EpochEntry{directory, 1, directory_key.check(), {}, {}},
                SpacesEntry{{{space, 8, space_name}}},
                EpochEntry{space, 1, space_key.check(), {}, {}},
                enrolment(),
                revocation(),
                second_root()};
    }
    RightsEntry revocation() const {
        RightsEntry entry;
        entry.device = device.public_keys().id();
        entry.reason = RightsReason::lost;
        entry.revoked = true;
        entry.role = Role::border_post;
        entry.not_after_ms = expires_ms;
        entry.feeds = {{space,
                        {{7, *Hash256::from(run_of(0x11)), Role::border_post},
                         {9, *Hash256::from(run_of(0x12)), std::nullopt}}}};
        return entry;
    }
    /// The issuer is dismissed and its last word, the revocation, void.
    RootEntry second_root() const {
        RootEntry next = root;
        next.version = 2;
        next.threshold = 2;
        next.root_keys.push_back(second_root_key.public_key());
        next.issuers.front().last_position = 5;
        next.issuers.push_back({signing_key(0x18).public_key(), false, {space}, 0});
        next.issuers.push_back({signing_key(0x28).public_key(), true, {}, 0});
        next.recovery_key = agreement_key(0x70).public_key();
        return next;
    }
    SignedTrustEntry sign(const TrustEntry& entry) const {
        if (!std::holds_alternative<RootEntry>(entry.body)) {
            return sign_trust_entry(entry, issuer);
        }
        Bytes draft = *add_root_signature(draft_root_entry(entry), root_key);
        if (entry.position > 1) {
            draft = *add_root_signature(draft, second_root_key);
        }
        return {draft, parse_trust_entry(draft)->hash};
    }
    EnrolEntry enrolment() const {
        RunRandom name_nonce(0x30);
        RunRandom directory_ephemeral(0xc0);
        RunRandom space_ephemeral(0xe0);
        const DeviceId id = device.public_keys().id();
        const AgreementPublicKey& agreement = device.agreement.public_key();
        EnrolEntry entry{
            device.public_keys(), Role::border_post, {space}, false, issued_ms, expires_ms, {}, {}};
        entry.sealed_name = seal_device_name(directory_key, fingerprint, id, "don-bo-y", name_nonce);
        entry.wraps = {{directory, 1, wrap(directory_key, id, agreement, directory_ephemeral)},
                       {space, 1, wrap(space_key, id, agreement, space_ephemeral)}};
        std::ranges::sort(entry.wraps, {}, &EnrolEntry::Wrap::space);
        return entry;
    }
};

}  // namespace

TEST_CASE("the example feed of the specification is made octet for octet, and applies") {
    REQUIRE(initialise());
    const json expected = vectors().at("trust");
    const Example example;
    CHECK(example.fingerprint.hex() == expected.at("root_fingerprint"));
    CHECK(example.directory.hex() == expected.at("directory_id"));
    CHECK(example.space.hex() == expected.at("space_id"));
    CHECK(example.device.public_keys().id().hex() == expected.at("device_id"));

    TrustState state;
    const std::vector<TrustBody> bodies = example.bodies();
    REQUIRE(expected.at("entries").size() == bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        CAPTURE(i);
        const TrustEntry entry{i + 1, state.head(), issued_ms + i + 1, bodies[i]};
        const SignedTrustEntry made = example.sign(entry);
        CHECK(to_hex(made.bytes) == expected.at("entries")[i].at("bytes"));
        CHECK(made.hash.hex() == expected.at("entries")[i].at("hash"));
        REQUIRE(state.apply(*from_hex(expected.at("entries")[i].at("bytes").get<std::string>())));
        CHECK((!state.devices().empty() && state.devices().front().revoked) == (i == 5));
    }
    CHECK(state.root().recovery_key == agreement_key(0x70).public_key());
    KeyRing ring;
    CHECK(ring.update(state, example.device).empty());
    CHECK(ring.device_name(state, state.devices().front()) == "don-bo-y");
    CHECK(ring.space_name(state, state.spaces().front())->label == "Toàn tỉnh");
    RunRandom nonce(0x50);
    CHECK(encode_request("don-bo-y", example.device, nonce) == expected.at("request"));
}

TEST_CASE("the example handshake of the specification is made octet for octet") {
    REQUIRE(initialise());
    const json expected = vectors().at("handshake");
    BinaryWriter prologue;
    prologue.string("cotmoc/v1");
    prologue.id(Example().fingerprint);
    prologue.u16(1);
    prologue.u16(1);
    CHECK(to_hex(prologue.bytes()) == expected.at("prologue"));
    const AgreementKey responder_key = agreement_key(0x62);
    noise::InitiatorHandshake initiator(agreement_key(0x60), agreement_key(0x61), responder_key.public_key(),
                                        prologue.bytes());
    noise::ResponderHandshake responder(responder_key, agreement_key(0x63), prologue.bytes());
    const Bytes first = initiator.write_message_1(as_bytes("question"));
    REQUIRE(responder.read_message_1(first));
    NoiseResponder::Reply reply = responder.write_message_2(as_bytes("answer"));
    auto answer = initiator.read_message_2(reply.message);
    REQUIRE(answer);
    const json made = {to_hex(first), to_hex(reply.message),
                       to_hex(answer->channel.send.encrypt(as_bytes("first"))),
                       to_hex(reply.channel.send.encrypt(as_bytes("second")))};
    CHECK(made == expected.at("messages"));
    CHECK(to_hex(reply.channel.handshake_hash) == expected.at("handshake_hash"));
}

TEST_CASE("the specifications print the examples as they are") {
    const json document = vectors();
    const std::string trust = specification("trust.md");
    for (const char* name : {"root_fingerprint", "directory_id", "space_id", "device_id"}) {
        CAPTURE(name);
        CHECK(trust.find(document.at("trust").at(name).get<std::string>()) != std::string::npos);
    }
    for (const json& entry : document.at("trust").at("entries")) {
        CHECK(trust.find(entry.at("hash").get<std::string>()) != std::string::npos);
    }
    for (const std::size_t entry : {0u, 1u, 5u, 6u}) {
        CHECK(trust.find(document.at("trust").at("entries")[entry].at("bytes").get<std::string>()) !=
              std::string::npos);
    }
    std::string request = document.at("trust").at("request");
    std::erase(request, ' ');
    CHECK(trust.find(request) != std::string::npos);

    const std::string handshake = specification("handshake.md");
    CHECK(handshake.find(document.at("handshake").at("prologue").get<std::string>()) != std::string::npos);
    CHECK(handshake.find(document.at("handshake").at("handshake_hash").get<std::string>()) !=
          std::string::npos);
    for (const json& message : document.at("handshake").at("messages")) {
        CHECK(handshake.find(message.get<std::string>()) != std::string::npos);
    }
}
