// T15: every value of every octet that says which version, suite, type or flag something has is refused, but
// the one that this version writes. Nobody negotiates.
#include "support/test_province.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/key_file.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;

namespace {

/// The octet at `at` takes every value; `accepts` is asked about each that is not the good one.
template <class Accepts>
std::size_t accepted_values(const Bytes& good, std::size_t at, const Accepts& accepts) {
    std::size_t accepted = 0;
    for (unsigned value = 0; value < 256; ++value) {
        Bytes other = good;
        other[at] = static_cast<std::uint8_t>(value);
        accepted += accepts(other) ? 1 : 0;
    }
    return accepted;
}

}  // namespace

TEST_CASE("envelope: format, type, suite and flags have one accepted value") {
    test_support::TestProvince province;
    const auto& member = province.enrol("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    const SpaceId space = province.space("kon-tum/ngoc-hoi");
    const auto sealed = crypto::seal({space, 1, {}, {}}, member.keys, *province.keys.newest(space),
                                     Bytes(50, 3), {0}, province.random);
    REQUIRE(sealed);
    for (std::size_t at = 0; at < 12; ++at) {  // the magic too
        CAPTURE(at);
        CHECK(accepted_values(sealed->bytes, at, [](const Bytes& envelope) {
                  return crypto::parse_envelope(envelope).has_value();
              }) == 1);
    }
    // All 65,536 suites.
    std::size_t suites = 0;
    for (std::uint32_t suite = 0; suite < 65'536; ++suite) {
        Bytes other = sealed->bytes;
        other[6] = static_cast<std::uint8_t>(suite);
        other[7] = static_cast<std::uint8_t>(suite >> 8);
        suites += crypto::parse_envelope(other) ? 1 : 0;
    }
    CHECK(suites == 1);
}

TEST_CASE(
    "trust entries: magic, format, suite and flags have one accepted value, and no type takes another's "
    "body") {
    test_support::TestProvince province;
    province.enrol("hub", crypto::Role::hub);
    province.rotate(province.space("kon-tum/ngoc-hoi"));
    for (const Bytes& entry : province.entries) {
        const auto parsed = crypto::parse_trust_entry(entry);
        REQUIRE(parsed);
        for (const std::size_t at : {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11}) {
            CAPTURE(at);
            CHECK(accepted_values(entry, at, [](const Bytes& bytes) {
                      return crypto::parse_trust_entry(bytes).has_value();
                  }) == 1);
        }
        CHECK(accepted_values(entry, 5, [&](const Bytes& bytes) {
                  const auto other = crypto::parse_trust_entry(bytes);
                  // What parses under another type is under no valid signature: the type is signed.
                  crypto::TrustState state;
                  for (const Bytes& before : province.entries) {
                      if (before == entry) {
                          break;
                      }
                      REQUIRE(state.apply(before));
                  }
                  return other && state.apply(bytes).has_value();
              }) == 1);
    }
}

TEST_CASE("key file: magic, format and derivation have one accepted value") {
    test_support::SeededRandom random(2);
    REQUIRE(crypto::initialise());
    const auto phrase = [] { return crypto::Secret::copy_of(as_bytes("five words of good length")); };
    const Bytes good =
        crypto::seal_key_file(
            {crypto::DeviceKeys::generate(random), crypto::Secret::random(32, random), "aegis", {}}, phrase(),
            crypto::KdfPreset::low, random)
            .value();
    for (std::size_t at = 0; at < 6; ++at) {
        CAPTURE(at);
        CHECK(accepted_values(good, at, [&](Bytes file) {
                  const Hash256 sum =
                      crypto::hash("keyfile-checksum", {BytesView(file).first(file.size() - 32)});
                  std::ranges::copy(sum.octets, file.end() - 32);
                  return file != good && crypto::open_key_file(file, phrase()).has_value();
              }) == 0);
    }
    CHECK(crypto::open_key_file(good, phrase()).has_value());
}
