#include "crypto_support.hpp"

#include <cotmoc/crypto/key_file.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

namespace {

Secret phrase(std::string_view text) { return Secret::copy_of(as_bytes(text)); }

KeyFileContents contents() {
    KeyFileContents result{device(0), Secret::copy_of(counting(0x60, 32)), "aegis", {}};
    result.extra.push_back({"root", Secret::copy_of(counting(0x70, 32))});
    result.extra.push_back({"issuer", Secret::copy_of(counting(0x80, 32))});
    return result;
}

/// One file for all cases: stretching the passphrase is slow on purpose.
const Bytes& good_file() {
    static const Bytes file = [] {
        SeededRandom random(1);
        return seal_key_file(contents(), phrase("five words of good length"), KdfPreset::low, random).value();
    }();
    return file;
}

std::string open(BytesView file, std::string_view passphrase = "five words of good length") {
    return error_of(open_key_file(file, phrase(passphrase)));
}

/// As an attacker would: the checksum is no secret.
Bytes with_checksum(Bytes file) {
    const Hash256 sum = hash("keyfile-checksum", {BytesView(file).first(file.size() - 32)});
    std::ranges::copy(sum.octets, file.end() - 32);
    return file;
}

Bytes changed(std::size_t at, std::uint8_t bits) {
    Bytes file = good_file();
    file[at] = static_cast<std::uint8_t>(file[at] ^ bits);
    return with_checksum(std::move(file));
}

Bytes with_cost(std::uint64_t passes, std::uint64_t memory) {
    Bytes file = good_file();
    for (std::size_t i = 0; i < 8; ++i) {
        file[6 + i] = static_cast<std::uint8_t>(passes >> (8 * i));
        file[14 + i] = static_cast<std::uint8_t>(memory >> (8 * i));
    }
    return with_checksum(std::move(file));
}

}  // namespace

TEST_CASE("a key file gives back what was put in") {
    const auto opened = open_key_file(good_file(), phrase("five words of good length"));
    REQUIRE(error_of(opened) == "accepted");
    CHECK(opened->device.public_keys() == device(0).public_keys());
    CHECK(opened->device.signing.seed().equals(device(0).signing.seed()));
    CHECK(opened->database_key.equals(contents().database_key));
    CHECK(opened->cipher == "aegis");
    REQUIRE(opened->find("root") != nullptr);
    CHECK(opened->find("root")->equals(Secret::copy_of(counting(0x70, 32))));
    CHECK(opened->find("issuer")->equals(Secret::copy_of(counting(0x80, 32))));
    CHECK(opened->find("other") == nullptr);
}

TEST_CASE("a wrong passphrase is told from a damaged file") {
    CHECK(open(good_file(), "five words of good lengtH") == "wrong_passphrase");
    CHECK(open(good_file(), "") == "wrong_passphrase");
}

TEST_CASE("every octet of a key file is checked, and every shorter or longer file refused") {
    for (std::size_t at = 0; at < good_file().size(); ++at) {
        CAPTURE(at);
        Bytes file = good_file();
        file[at] = static_cast<std::uint8_t>(file[at] ^ (1u << at % 8));
        CHECK(open(file) == "key_file_damaged");
        CHECK(open(BytesView(good_file()).first(at)) == "key_file_damaged");
    }
    Bytes longer = good_file();
    longer.push_back(0);
    CHECK(open(longer) == "key_file_damaged");
    CHECK(open(Bytes(100000, 0)) == "key_file_damaged");
}

TEST_CASE("a change with a right checksum meets the next check") {
    CHECK(open(with_checksum(good_file())) == "accepted");
    CHECK(open(changed(0, 1)) == "key_file_damaged");
    CHECK(open(changed(4, 2)) == "unsupported_version");
    CHECK(open(changed(5, 1)) == "unsupported_version");  // derivation 0
    CHECK(open(changed(5, 4)) == "unsupported_version");
    CHECK(open(changed(5, 2)) == "no_key_custody");
    CHECK(open(changed(22, 1)) == "wrong_passphrase");  // salt
    CHECK(open(changed(37, 0x80)) == "wrong_passphrase");
    CHECK(open(changed(38, 1)) == "wrong_passphrase");  // commitment
    CHECK(open(changed(70, 1)) == "key_file_damaged");  // nonce
    CHECK(open(changed(94, 1)) == "key_file_damaged");  // length
    CHECK(open(changed(97, 0x80)) == "key_file_damaged");
    CHECK(open(changed(98, 1)) == "key_file_damaged");  // box
    CHECK(open(changed(good_file().size() - 33, 1)) == "key_file_damaged");
}

TEST_CASE("a file cannot make the reader cheaper or dearer than the bounds") {
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    CHECK(open(with_cost(1, 19 * mebibyte)) == "weak_key_parameters");
    CHECK(open(with_cost(2, 19 * mebibyte - 1)) == "weak_key_parameters");
    CHECK(open(with_cost(17, 19 * mebibyte)) == "weak_key_parameters");
    CHECK(open(with_cost(2, 1024 * mebibyte + 1)) == "weak_key_parameters");
    CHECK(open(with_cost(0, 0)) == "weak_key_parameters");
    CHECK(open(with_cost(~0ull, ~0ull)) == "weak_key_parameters");
    // Within the bounds, but not what it was made with.
    CHECK(open(with_cost(3, 19 * mebibyte)) == "wrong_passphrase");
    CHECK(open(with_cost(2, 20 * mebibyte)) == "wrong_passphrase");
}

TEST_CASE("a hardware secret is needed as well as the passphrase") {
    const Secret hardware = Secret::copy_of(counting(0x90, 32));
    const std::string_view words = "five words of good length";
    SeededRandom random(2);
    const Bytes file = seal_key_file(contents(), phrase(words), KdfPreset::low, random, hardware).value();
    CHECK(error_of(open_key_file(file, phrase(words), hardware)) == "accepted");
    CHECK(error_of(open_key_file(file, phrase(words))) == "no_key_custody");
    CHECK(error_of(open_key_file(file, phrase(words), Secret::copy_of(counting(0x91, 32)))) ==
          "wrong_passphrase");
    CHECK(error_of(open_key_file(file, phrase("another passphrase"), hardware)) == "wrong_passphrase");
    CHECK(key_file_needs(file)->hardware);
    CHECK_FALSE(key_file_needs(file)->limited_tries);
    // Told that none was used, the reader derives another key.
    Bytes told = file;
    told[5] = 1;
    CHECK(error_of(open_key_file(with_checksum(told), phrase(words))) == "wrong_passphrase");
    // A device that has one still opens a file that was made without.
    CHECK(error_of(open_key_file(good_file(), phrase(words), hardware)) == "accepted");
    CHECK_FALSE(key_file_needs(good_file())->hardware);
    CHECK(key_file_needs(good_file())->preset == KdfPreset::low);

    const Bytes with_pin =
        seal_key_file(contents(), phrase("246810"), KdfPreset::low, random, hardware).value();
    CHECK(key_file_needs(with_pin)->limited_tries);
    CHECK(error_of(open_key_file(with_pin, phrase("246810"), hardware)) == "accepted");
}

TEST_CASE("a short passphrase is refused, a PIN only without a hardware secret") {
    const auto judged = [](std::string_view text, bool hardware = false) {
        return error_of(check_passphrase(phrase(text), hardware));
    };
    CHECK(judged("twelve chars") == "accepted");
    CHECK(judged("eleven char") == "weak_passphrase");
    CHECK(judged("mười hai chữ") == "accepted");        // 12 letters in more octets
    CHECK(judged("mười một ch") == "weak_passphrase");  // 11 letters in 15 octets
    CHECK(judged("ba cá lá ổi xe") == "accepted");
    CHECK(judged("ba cá lá ổi") == "weak_passphrase");
    CHECK(judged("a b c d e") == "weak_passphrase");
    CHECK(judged("") == "weak_passphrase");
    CHECK(judged("246810") == "weak_passphrase");
    CHECK(judged("246810", true) == "accepted");
    CHECK(judged("24681", true) == "weak_passphrase");
    SeededRandom random(2);
    CHECK(error_of(seal_key_file(contents(), phrase("eleven char"), KdfPreset::low, random)) ==
          "weak_passphrase");
}

TEST_CASE("two files of the same contents share nothing after their parameters") {
    SeededRandom random(9);
    const Bytes other =
        seal_key_file(contents(), phrase("five words of good length"), KdfPreset::low, random).value();
    CHECK(std::equal(other.begin(), other.begin() + 22, good_file().begin()));
    CHECK_FALSE(std::equal(other.begin() + 22, other.begin() + 38, good_file().begin() + 22));
    CHECK_FALSE(std::equal(other.begin() + 98, other.begin() + 130, good_file().begin() + 98));
}

TEST_CASE("no seed stands in the file in clear") {
    const std::string_view file = as_text(good_file());
    for (const unsigned first : {0x00u, 0x20u, 0x60u, 0x70u, 0x80u}) {
        const Bytes seed = counting(first, 32);
        CHECK(file.find(as_text(BytesView(seed).first(8))) == std::string_view::npos);
    }
}

TEST_CASE("presets are known by name") {
    CHECK(parse_kdf_preset("desktop") == KdfPreset::desktop);
    CHECK(parse_kdf_preset("phone") == KdfPreset::phone);
    CHECK(parse_kdf_preset("low") == KdfPreset::low);
    CHECK_FALSE(parse_kdf_preset("Low"));
    CHECK_FALSE(parse_kdf_preset(""));
}

TEST_CASE("the file that the vectors hold opens") {
    const nlohmann::json vector = read_vectors("key_file.json");
    const auto opened = open_key_file(hex(vector["file"]), phrase(vector["passphrase"].get<std::string>()));
    REQUIRE(error_of(opened) == "accepted");
    CHECK(opened->device.signing.seed().equals(Secret::copy_of(hex(vector["signing_seed"]))));
    CHECK(opened->device.agreement.seed().equals(Secret::copy_of(hex(vector["agreement_seed"]))));
    CHECK(opened->database_key.equals(Secret::copy_of(hex(vector["database_key"]))));
    CHECK(opened->cipher == vector["cipher"]);
    REQUIRE(opened->find("root") != nullptr);
    CHECK(opened->find("root")->equals(Secret::copy_of(hex(vector["root"]))));
}
