#include "crypto_support.hpp"

#include <cotmoc/crypto/recovery.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

namespace {

AgreementKey key(unsigned first) { return AgreementKey::from_seed(Secret::copy_of(counting(first, 32))); }
const AgreementKey& office() {
    static const AgreementKey made = key(0x10);
    return made;
}
Secret data_key() { return Secret::copy_of(counting(0xa0, 32)); }
Secret phrase(std::string_view text) { return Secret::copy_of(as_bytes(text)); }

RecoveryHeader header(unsigned device = 0xc0) {
    return {id<Hash256>(counting(0xe0, 32)), id<DeviceId>(counting(device, 32)), office().public_key()};
}

Bytes wrap(unsigned device = 0xc0) {
    SeededRandom random(1);
    return seal_recovery(header(device), data_key(), "aegis", random);
}

RecoveryRequest request(BytesView from, const AgreementKey& session) {
    return parse_recovery_request(encode_recovery_request(from, session.public_key())).value();
}

std::string answered(BytesView from, const AgreementKey& session, const AgreementKey& by = office()) {
    SeededRandom random(2);
    return error_of(answer_recovery(request(from, session), by, random));
}

}  // namespace

TEST_CASE("the data key goes to the office and back, to the session that asked") {
    const AgreementKey session = key(0x30);
    const RecoveryRequest asked = request(wrap(), session);
    CHECK(asked.header == header());
    SeededRandom random(2);
    const auto answer = answer_recovery(asked, office(), random);
    REQUIRE(answer);
    const auto data = take_recovery_answer(*answer, wrap(), session);
    REQUIRE(data);
    CHECK(data->key.equals(data_key()));
    CHECK(data->cipher == "aegis");
    CHECK(take_recovery_answer("\n " + *answer + "\r\n", wrap(), session));
    CHECK(answer->find('\n') == std::string::npos);
}

TEST_CASE("a wrap opens for the recovery key and the device that it was made for alone") {
    const AgreementKey session = key(0x30);
    CHECK(answered(wrap(), session) == "accepted");
    CHECK(answered(wrap(), session, key(0x11)) == "bad_recovery");
    // Every octet is bound: another device's id in the header, to get the answer under its name, too.
    const Bytes good = wrap();
    for (std::size_t at = 0; at < good.size(); ++at) {
        CAPTURE(at);
        Bytes bad = good;
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1u << at % 8));
        const auto parsed = parse_recovery_request(encode_recovery_request(bad, session.public_key()));
        if (parsed) {
            CHECK(answered(bad, session) == "bad_recovery");
        }
        CHECK_FALSE(parse_recovery_request(
            encode_recovery_request(BytesView(good).first(std::min<std::size_t>(at, 200)), {})));
    }
    Bytes longer = good;
    longer.insert(longer.end(), 40, 0);
    CHECK_FALSE(parse_recovery_request(encode_recovery_request(longer, {})));
}

TEST_CASE("an answer serves its device and session alone, and no altered one is taken") {
    const AgreementKey session = key(0x30);
    SeededRandom random(2);
    const std::string answer = answer_recovery(request(wrap(), session), office(), random).value();
    CHECK(error_of(take_recovery_answer(answer, wrap(), key(0x31))) == "bad_recovery");
    CHECK(error_of(take_recovery_answer(answer, wrap(0xc1), session)) == "bad_recovery");
    CHECK(error_of(take_recovery_answer("", wrap(), session)) == "bad_recovery");
    CHECK(error_of(take_recovery_answer(encode_recovery_request(wrap(), session.public_key()), wrap(),
                                        session)) == "bad_recovery");
    const std::string word = "cotmoc-recovery-answer-1 ";
    const Bytes good = from_base64url(answer.substr(word.size())).value();
    for (std::size_t at = 0; at < good.size(); ++at) {
        CAPTURE(at);
        Bytes bad = good;
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1u << at % 8));
        CHECK_FALSE(take_recovery_answer(word + to_base64url(bad), wrap(), session));
    }
    // The wrap to the office is no answer, even for somebody who holds the office's key.
    CHECK(error_of(take_recovery_answer(word + to_base64url(wrap()), wrap(), office())) == "bad_recovery");
}

TEST_CASE("who swaps the session's key on the way is seen by the code") {
    const RecoveryRequest own = request(wrap(), key(0x30));
    CHECK(own.code().size() == 19);
    CHECK(own.code() == request(wrap(), key(0x30)).code());
    CHECK(own.code() != request(wrap(), key(0x31)).code());
    CHECK(own.code() != request(wrap(0xc1), key(0x30)).code());
}

TEST_CASE("a recovery key of low order gives a wrap that nobody opens") {
    RecoveryHeader weak = header();
    weak.recipient = {};
    SeededRandom random(3);
    const Bytes made = seal_recovery(weak, data_key(), "aegis", random);
    CHECK(as_text(made).find(as_text(counting(0xa0, 32))) == std::string_view::npos);
}

TEST_CASE("the session waits for its answer under the new passphrase") {
    SeededRandom random(4);
    const AgreementKey session = key(0x30);
    CHECK(error_of(seal_recovery_session(session, phrase("short"), KdfPreset::low, random)) ==
          "weak_passphrase");
    const Bytes file =
        seal_recovery_session(session, phrase("a new long passphrase"), KdfPreset::low, random).value();
    const auto opened = open_recovery_session(file, phrase("a new long passphrase"));
    REQUIRE(opened);
    CHECK(opened->public_key() == session.public_key());
    CHECK(error_of(open_recovery_session(file, phrase("another passphrase"))) == "wrong_passphrase");
    CHECK(error_of(open_key_file(file, phrase("a new long passphrase"))) == "key_file_damaged");
}
