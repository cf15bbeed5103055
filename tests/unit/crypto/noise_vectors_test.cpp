// Runs public vectors of Noise_IK_25519_ChaChaPoly_BLAKE2b: the file that COTMOC_NOISE_VECTORS names, else
// the shared one beside the source tree, else the committed one.
#include "noise/handshake.hpp"

#include <cotmoc/crypto/hash.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using nlohmann::json;

constexpr std::string_view protocol = "Noise_IK_25519_ChaChaPoly_BLAKE2b";

std::string text_of(const json& vector, const char* name) {
    const auto found = vector.find(name);
    return found != vector.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Bytes octets(const json& vector, const char* name) {
    const std::optional<Bytes> bytes = from_hex(text_of(vector, name));
    REQUIRE_MESSAGE(bytes.has_value(), name);
    return *bytes;
}

AgreementKey secret_key(const json& vector, const char* name) {
    const Bytes seed = octets(vector, name);
    REQUIRE_MESSAGE(seed.size() == 32, name);
    return AgreementKey::from_seed(Secret::copy_of(seed));
}

void check_transport(const json& messages, NoiseChannel& initiator, NoiseChannel& responder) {
    for (std::size_t i = 2; i < messages.size(); ++i) {
        CAPTURE(i);
        const Bytes payload = octets(messages[i], "payload");
        const Bytes expected = octets(messages[i], "ciphertext");
        NoiseChannel& from = i % 2 == 0 ? initiator : responder;
        NoiseChannel& to = i % 2 == 0 ? responder : initiator;
        CHECK(from.send.encrypt(payload) == expected);
        const Result<Bytes> read = to.receive.decrypt(expected);
        REQUIRE(read);
        CHECK(*read == payload);
    }
}

void check_vector(const json& vector) {
    const json& messages = vector.at("messages");
    REQUIRE(messages.size() >= 2);
    const AgreementKey responder_key = secret_key(vector, "resp_static");
    if (!text_of(vector, "init_remote_static").empty()) {
        CHECK(octets(vector, "init_remote_static") ==
              Bytes(responder_key.public_key().octets.begin(), responder_key.public_key().octets.end()));
    }
    const AgreementKey initiator_key = secret_key(vector, "init_static");
    noise::InitiatorHandshake initiator(initiator_key, secret_key(vector, "init_ephemeral"),
                                        responder_key.public_key(), octets(vector, "init_prologue"));
    noise::ResponderHandshake responder(responder_key, secret_key(vector, "resp_ephemeral"),
                                        octets(vector, "resp_prologue"));

    const Bytes first = octets(messages[0], "ciphertext");
    CHECK(initiator.write_message_1(octets(messages[0], "payload")) == first);
    const Result<NoiseResponder::Call> call = responder.read_message_1(first);
    REQUIRE(call);
    CHECK(call->payload == octets(messages[0], "payload"));
    CHECK(call->initiator == initiator_key.public_key());

    const Bytes second = octets(messages[1], "ciphertext");
    NoiseResponder::Reply reply = responder.write_message_2(octets(messages[1], "payload"));
    CHECK(reply.message == second);
    Result<NoiseInitiator::Answer> answer = initiator.read_message_2(second);
    REQUIRE(answer);
    CHECK(answer->payload == octets(messages[1], "payload"));

    CHECK(answer->channel.handshake_hash == reply.channel.handshake_hash);
    if (!text_of(vector, "handshake_hash").empty()) {
        CHECK(answer->channel.handshake_hash == octets(vector, "handshake_hash"));
    }
    check_transport(messages, answer->channel, reply.channel);
}

std::filesystem::path vector_file() {
    if (const char* named = std::getenv("COTMOC_NOISE_VECTORS"); named != nullptr && *named != '\0') {
        return named;
    }
    const auto shared = std::filesystem::path(COTMOC_SOURCE_DIR) / "../shared/data/noise-vectors.json";
    return std::filesystem::exists(shared)
               ? shared
               : std::filesystem::path(COTMOC_TESTS_DIR) / "vectors/noise_ik.json";
}

/// Returns how many vectors of the protocol ran.
int run_file(const std::filesystem::path& path) {
    std::ifstream stream(path);
    REQUIRE_MESSAGE(stream.good(), path.string());
    const json document = json::parse(stream, nullptr, false);
    REQUIRE_MESSAGE(!document.is_discarded(), path.string());
    int run = 0;
    int skipped = 0;
    for (const json& vector : document.is_array() ? document : document.at("vectors")) {
        const std::string name = text_of(vector, vector.contains("protocol_name") ? "protocol_name" : "name");
        if (name != protocol) {
            ++skipped;
            continue;
        }
        CAPTURE(run);
        check_vector(vector);
        ++run;
    }
    std::cout << "noise vectors: " << run << " of " << protocol << " run, " << skipped
              << " of other patterns skipped, from " << path.filename().string() << "\n";
    return run;
}

}  // namespace

TEST_CASE("every public IK vector is reproduced by both sides, and a file without one fails") {
    REQUIRE(initialise());
    CHECK(run_file(vector_file()) > 0);
}

TEST_CASE("the committed vectors, made by another implementation, are reproduced") {
    REQUIRE(initialise());
    CHECK(run_file(std::filesystem::path(COTMOC_TESTS_DIR) / "vectors/noise_ik.json") == 4);
}
