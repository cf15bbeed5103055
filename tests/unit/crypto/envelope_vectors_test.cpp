// Every vector of tests/vectors/envelope.json; decode.py checks the same file in another language.
#include "crypto_support.hpp"

#include "envelope_seal.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;
using nlohmann::json;

namespace {

void put(Bytes& envelope, std::size_t at, const Bytes& octets, bool exclusive_or) {
    for (std::size_t i = 0; i < octets.size(); ++i) {
        std::uint8_t& target = envelope.at(at + i);
        target = static_cast<std::uint8_t>(exclusive_or ? target ^ octets[i] : octets[i]);
    }
}

void apply_edit(Bytes& envelope, const json& edit) {
    const std::string operation = edit["op"];
    if (operation == "xor" || operation == "set") {
        put(envelope, edit["at"], hex(edit["hex"]), operation == "xor");
    } else if (operation == "swap") {
        const auto a = envelope.begin() + edit["a"].get<std::ptrdiff_t>();
        const auto b = envelope.begin() + edit["b"].get<std::ptrdiff_t>();
        std::swap_ranges(a, a + edit["size"].get<std::ptrdiff_t>(), b);
    } else if (operation == "cut") {
        envelope.resize(edit["to"]);
    } else if (operation == "add") {
        const Bytes more = hex(edit["hex"]);
        envelope.insert(envelope.end(), more.begin(), more.end());
    } else {
        REQUIRE(operation == "zeros");
        envelope.resize(envelope.size() + edit["count"].get<std::size_t>(), 0);
    }
}

struct Question {
    SigningPublicKey signing_key;
    EpochKey epoch_key;
};

/// The file's keys, unless the case names others.
Question question_of(const json& keys, const json& each) {
    const auto field = [&](const char* name) { return each.contains(name) ? each[name] : keys[name]; };
    return {id<SigningPublicKey>(hex(field("signing_key"))),
            {id<SpaceId>(hex(field("space"))), field("epoch").get<std::uint32_t>(),
             Secret::copy_of(hex(field("epoch_key")))}};
}

Result<Bytes> read(BytesView envelope, const Question& question) {
    COTMOC_TRY(parse_envelope(envelope));
    COTMOC_TRY(verify_envelope(envelope, envelope_hash(envelope), question.signing_key));
    return open_envelope(envelope, question.epoch_key);
}

}  // namespace

TEST_CASE("every envelope of the vectors is accepted with its content, or refused with its error") {
    const json vectors = read_vectors("envelope.json");
    std::map<std::string, Bytes> by_name;
    for (const json& each : vectors["accepted"]) {
        CAPTURE(each["name"]);
        const Bytes& envelope = by_name[each["name"]] = hex(each["envelope"]);
        const Result<Bytes> content = read(envelope, question_of(vectors["keys"], each));
        REQUIRE(error_of(content) == "accepted");
        CHECK(content->size() == each["size"].get<std::size_t>());
        CHECK(hash("content", {*content}).hex() == each["content_hash"]);
        CHECK(envelope_hash(envelope).hex() == each["hash"]);
    }
    std::size_t refused = 0;
    for (const json& each : vectors["refused"]) {
        CAPTURE(each["name"]);
        Bytes envelope = each.contains("envelope") ? hex(each["envelope"]) : by_name.at(each["base"]);
        for (const json& edit : each.value("edits", json::array())) {
            apply_edit(envelope, edit);
        }
        CHECK(error_of(read(envelope, question_of(vectors["keys"], each))) == each["error"]);
        ++refused;
    }
    CHECK(by_name.size() >= 13);
    CHECK(refused >= 500);
}

TEST_CASE("the worked example of the specification is what seal makes of its inputs") {
    const json example = read_vectors("envelope.json")["worked_example"];
    const DeviceKeys author{SigningKey::from_seed(Secret::copy_of(hex(example["signing_seed"]))),
                            AgreementKey::from_seed(Secret::copy_of(hex(example["agreement_seed"])))};
    CHECK(author.signing.public_key().hex() == example["signing_key"]);
    CHECK(author.agreement.public_key().hex() == example["agreement_key"]);
    CHECK(author.public_keys().id().hex() == example["device_id"]);
    const EpochKey key{id<SpaceId>(hex(example["space"])), 7, Secret::copy_of(hex(example["epoch_key"]))};
    CHECK(key.check().hex() == example["epoch_check"]);

    EnvelopePlace place;
    place.space = key.space;
    place.seq = 1;
    place.frontier = hash("frontier", {BytesView{}});
    CHECK(place.frontier.hex() == example["frontier"]);
    const SealedEnvelope sealed =
        seal_plaintext(place, author, key, hex(example["plaintext"]), id<EnvelopeSalt>(hex(example["salt"])));
    const std::string expected = example["header"].get<std::string>() +
                                 example["ciphertext"].get<std::string>() +
                                 example["signature"].get<std::string>();
    CHECK(to_hex(sealed.bytes) == expected);
    CHECK(sealed.hash.hex() == example["entry_hash"]);

    const json& wrapped = example["wrap"];
    const EpochWrap known{id<AgreementPublicKey>(hex(wrapped["ephemeral"])),
                          id<Hash256>(hex(wrapped["commitment"])),
                          id<decltype(EpochWrap::box)>(hex(wrapped["box"]))};
    const auto opened = unwrap(known, key.space, 7, key.check(), author.public_keys().id(), author.agreement);
    REQUIRE(opened);
    CHECK(opened->key.equals(key.key));
}
