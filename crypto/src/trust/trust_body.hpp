// The bodies of trust entries as bytes (docs/spec/trust.md); private to this module.
#pragma once

#include <cotmoc/base/binary.hpp>
#include <cotmoc/crypto/trust_entry.hpp>

namespace cotmoc::crypto::trust {

inline constexpr std::size_t entry_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t wraps_max = 4096;
inline constexpr std::size_t spaces_max = 1024;
inline constexpr std::size_t keys_max = 16;
inline constexpr std::size_t sealed_text_max = 64 * 1024;
inline constexpr std::size_t sealed_catalogue_max = 2 * 1024 * 1024;

enum class EntryType : std::uint8_t { root = 1, spaces = 2, epoch = 3, enrol = 4, catalogue = 5 };
EntryType type_of(const TrustBody& body);

void encode_body(BinaryWriter& writer, const TrustBody& body);

/// bad_trust_entry, unsupported_version (a role or bit of a later version), limit_exceeded. What is accepted
/// may still differ from its own encoding; the caller encodes again and compares.
Result<TrustBody> decode_body(EntryType type, BytesView bytes);

}  // namespace cotmoc::crypto::trust
