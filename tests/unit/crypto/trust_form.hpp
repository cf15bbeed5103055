// What the tests of the trust entries' bytes share: entries that nobody honest would sign.
#pragma once

#include "support/test_province.hpp"
#include "trust/trust_body.hpp"

#include <doctest/doctest.h>

namespace cotmoc::crypto::test {

using test_support::TestProvince;

inline constexpr std::size_t header_size = 96;
inline constexpr std::size_t signer_at = 60;
inline constexpr std::size_t body_length_at = 92;

inline constexpr std::uint8_t root_type = 1;
inline constexpr std::size_t one_root_signature = 1 + SigningPublicKey::size + Signature::size;

/// What follows the body: a signature, or of a root entry a count, a key and a signature.
inline std::size_t trailer_size(BytesView bytes) {
    return bytes[5] == root_type ? one_root_signature : Signature::size;
}

/// Signs what may not be an entry at all, as a wicked or broken issuer could.
inline Bytes sign_again(Bytes bytes, const SigningKey& signer) {
    const BytesView signed_part = BytesView(bytes).first(bytes.size() - trailer_size(bytes));
    const Signature signature = signer.sign(hash("trust", {signed_part}));
    std::ranges::copy(signature.octets, bytes.end() - static_cast<std::ptrdiff_t>(Signature::size));
    if (bytes[5] == root_type) {
        std::ranges::copy(signer.public_key().octets,
                          bytes.end() - static_cast<std::ptrdiff_t>(one_root_signature - 1));
    }
    return bytes;
}

/// An entry with this body, whatever it is, and the right length and signature.
inline Bytes with_body(const TestProvince& province, trust::EntryType type, BytesView body) {
    const SignedTrustEntry frame = province.sign(CatalogueEntry{});
    Bytes bytes(frame.bytes.begin(), frame.bytes.begin() + header_size);
    bytes[5] = static_cast<std::uint8_t>(type);
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[body_length_at + i] = static_cast<std::uint8_t>(body.size() >> (8 * i));
    }
    bytes.insert(bytes.end(), body.begin(), body.end());
    bytes.resize(bytes.size() + trailer_size(bytes));
    if (type == trust::EntryType::root) {
        std::fill_n(bytes.begin() + signer_at, SigningPublicKey::size, std::uint8_t{0});
        bytes[bytes.size() - one_root_signature] = 1;
    }
    return sign_again(std::move(bytes), province.issuer_key);
}

inline std::optional<ErrorCode> parse_error(BytesView bytes) {
    const Result<ParsedTrustEntry> parsed = parse_trust_entry(bytes);
    return parsed ? std::nullopt : std::optional(parsed.error().code);
}

/// One entry of each type.
inline TestProvince province_of_all_types() {
    TestProvince province(5, {"a", "a/b"});
    province.rotate(province.space("a/b"));
    province.enrol("post", Role::border_post, {"a/b"});
    RightsEntry rights = province.rights("post");
    rights.feeds = {{province.space("a/b"), {{3, {}, Role::border_post}, {5, {}, std::nullopt}}}};
    province.append(rights);
    RootEntry root = province.trust.root();
    ++root.version;
    root.recovery_key.octets[0] = 9;
    province.append(root);
    province.publish_catalogue("{}");
    return province;
}

inline Bytes body_of(const TrustBody& body) {
    BinaryWriter writer;
    trust::encode_body(writer, body);
    return writer.take();
}

}  // namespace cotmoc::crypto::test
