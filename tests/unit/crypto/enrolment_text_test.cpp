// Requests, grants and fingerprints: texts that people carry.
#include "support/test_province.hpp"

#include <doctest/doctest.h>

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using test_support::SeededRandom;
using test_support::TestProvince;

template <class T>
std::string code_of(const Result<T>& result) {
    return result ? "accepted" : std::string(error_name(result.error().code));
}

constexpr std::string_view prefix = "cotmoc-request-1 ";

/// The request's octets with a proof of possession over them, whatever they are.
std::string signed_request(Bytes octets, const SigningKey& key,
                           std::string_view label = "enrolment-request") {
    const Signature signature = key.sign(hash(label, {octets}));
    octets.insert(octets.end(), signature.octets.begin(), signature.octets.end());
    return std::string(prefix) + to_base64url(octets);
}

Bytes request_octets(std::string_view name, const DevicePublicKeys& keys, std::size_t nonce_size = 16) {
    Bytes octets{static_cast<std::uint8_t>(name.size())};
    for (const BytesView part : {as_bytes(name), keys.signing.view(), keys.agreement.view()}) {
        octets.insert(octets.end(), part.begin(), part.end());
    }
    octets.resize(octets.size() + nonce_size);
    return octets;
}

}  // namespace

TEST_CASE("a request says the name and keys and fits a QR code") {
    TestProvince province;
    const DeviceKeys keys = DeviceKeys::generate(province.random);
    for (const std::string& name : {std::string("a"), std::string("don-bo-y"), std::string(63, 'z')}) {
        const std::string text = encode_request(name, keys, province.random);
        CHECK(text.size() < 400);
        CHECK(text.find('\n') == std::string::npos);
        const auto request = parse_request(text);
        REQUIRE(request);
        CHECK(request->name == name);
        CHECK(request->keys == keys.public_keys());
        CHECK(code_of(parse_request(" " + text + "\r\n")) == "accepted");
        CHECK(encode_request(name, keys, province.random) != text);  // the nonce
    }
}

TEST_CASE("an altered request is refused, at every character") {
    TestProvince province;
    const std::string good =
        encode_request("don-bo-y", DeviceKeys::generate(province.random), province.random);
    for (std::size_t i = 0; i < good.size(); ++i) {
        CAPTURE(i);
        std::string bad = good;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        CHECK(code_of(parse_request(bad)) == "bad_request");
        CHECK(code_of(parse_request(good.substr(0, i))) == "bad_request");
    }
    CHECK(code_of(parse_request(good + "A")) == "bad_request");
    CHECK(code_of(parse_request(good + "AAAA")) == "bad_request");
}

TEST_CASE("a request has its form, a proper name and a proof by its own signing key") {
    TestProvince province;
    const DeviceKeys keys = DeviceKeys::generate(province.random);
    const DevicePublicKeys own = keys.public_keys();
    const auto named = [&](std::string_view name) {
        return code_of(parse_request(signed_request(request_octets(name, own), keys.signing)));
    };
    CHECK(named("don-bo-y") == "accepted");
    CHECK(named("0") == "accepted");
    for (const std::string& name :
         {std::string(), std::string("-a"), std::string("Don"), std::string("a b"), std::string("a_b"),
          std::string("đồn"), std::string("a\n"), std::string(64, 'a')}) {
        CAPTURE(name);
        CHECK(named(name) == "bad_request");
    }
    const SigningKey& other = province.issuer_key;
    CHECK(code_of(parse_request(signed_request(request_octets("a", own), other))) == "bad_request");
    CHECK(code_of(parse_request(signed_request(request_octets("a", own), keys.signing, "trust"))) ==
          "bad_request");
    CHECK(code_of(parse_request(signed_request(request_octets("a", own, 15), keys.signing))) ==
          "bad_request");
    CHECK(code_of(parse_request(signed_request(request_octets("a", own, 17), keys.signing))) ==
          "bad_request");
    CHECK(code_of(parse_request("cotmoc-request-2" +
                                encode_request("a", keys, province.random).substr(16))) == "bad_request");
    CHECK(code_of(parse_request("")) == "bad_request");
    CHECK(code_of(parse_request(prefix)) == "bad_request");
    CHECK(code_of(parse_request(std::string(prefix) + std::string(4000, 'A'))) == "bad_request");
}

TEST_CASE("a grant carries the feed to the device enrolled last") {
    TestProvince province;
    province.publish_catalogue("{}");
    const DeviceId post = province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"}).id;
    const std::string text = encode_grant(province.entries);
    const auto grant = parse_grant(text);
    REQUIRE(grant);
    CHECK(grant->entries == province.entries);
    CHECK(grant->device == post);
    CHECK(grant->root_fingerprint == province.trust.root_fingerprint());

    std::string windows;
    for (const char c : text) {
        windows += c == '\n' ? "\r\n" : std::string(1, c);
    }
    CHECK(code_of(parse_grant(windows)) == "accepted");
    CHECK(code_of(parse_grant(text + "\n\n")) == "accepted");
}

TEST_CASE("a grant that is altered, incomplete, out of order or enrols nobody is refused") {
    TestProvince province;
    province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
    const std::vector<Bytes>& entries = province.entries;
    const std::string good = encode_grant(entries);
    for (std::size_t i = 0; i < good.size(); i += 7) {
        CAPTURE(i);
        std::string bad = good;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        CHECK(code_of(parse_grant(bad)) == "bad_grant");
    }
    CHECK(code_of(parse_grant("")) == "bad_grant");
    CHECK(code_of(parse_grant("cotmoc-grant-1\n")) == "bad_grant");
    CHECK(code_of(parse_grant("cotmoc-grant-2" + good.substr(14))) == "bad_grant");
    CHECK(code_of(parse_grant(encode_grant(std::span(entries).subspan(1)))) == "bad_grant");
    CHECK(code_of(parse_grant(encode_grant(std::span(entries).first(3)))) == "bad_grant");  // no device
    CHECK(code_of(parse_grant(good.substr(0, good.size() - 2))) == "bad_grant");
    std::vector<Bytes> changed = entries;
    std::swap(changed[3], changed[4]);
    CHECK(code_of(parse_grant(encode_grant(changed))) == "bad_grant");
    changed = entries;
    changed.insert(changed.begin() + 2, changed[1]);
    CHECK(code_of(parse_grant(encode_grant(changed))) == "bad_grant");
    changed = entries;
    changed.erase(changed.begin() + 3);
    CHECK(code_of(parse_grant(encode_grant(changed))) == "bad_grant");
}

TEST_CASE("a fingerprint reads back in any grouping and case, and nothing else does") {
    SeededRandom random(9);
    Hash256 fingerprint;
    random.fill(fingerprint.octets);
    const std::string text = fingerprint_text(fingerprint);
    CHECK(text.size() == 64 + 7);
    CHECK(std::ranges::count(text, '-') == 7);
    CHECK(text[8] == '-');
    CHECK(parse_fingerprint(text) == fingerprint);
    CHECK(parse_fingerprint(fingerprint.hex()) == fingerprint);
    std::string shouted = " ";
    for (const char c : fingerprint.hex()) {
        shouted += static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
        shouted += ' ';
    }
    CHECK(parse_fingerprint(shouted + "\n") == fingerprint);
    CHECK(!parse_fingerprint(text.substr(1)));
    CHECK(!parse_fingerprint(text + "0"));
    CHECK(!parse_fingerprint(text + "00"));
    CHECK(!parse_fingerprint(""));
    std::string wrong = text;
    wrong[0] = 'g';
    CHECK(!parse_fingerprint(wrong));
}
