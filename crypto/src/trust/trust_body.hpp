// The bodies of trust entries as bytes (docs/spec/trust.md); private to this module.
#pragma once

#include <cotmoc/base/binary.hpp>
#include <cotmoc/crypto/trust_entry.hpp>

namespace cotmoc::crypto::trust {

inline constexpr std::size_t entry_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t wraps_max = 4096;
inline constexpr std::size_t spaces_max = 1024;
inline constexpr std::size_t keys_max = 16;
inline constexpr std::size_t issuers_max = 256;                   // dismissed ones stay listed
inline constexpr std::size_t terms_max = 1024;                    // of a feed: re-admissions one by one
inline constexpr std::uint8_t no_role = 0xff;                     // of a term whose ops are void
inline constexpr std::size_t root_signatures_max = 2 * keys_max;  // of the old root and the new one
inline constexpr std::size_t sealed_text_max = 64 * 1024;
inline constexpr std::size_t sealed_catalogue_max = 2 * 1024 * 1024;

enum class EntryType : std::uint8_t { root = 1, spaces = 2, epoch = 3, enrol = 4, catalogue = 5, rights = 6 };
EntryType type_of(const TrustBody& body);

void encode_body(BinaryWriter& writer, const TrustBody& body);

/// bad_trust_entry, unsupported_version (a role or bit of a later version), limit_exceeded. What is accepted
/// may still differ from its own encoding; the caller encodes again and compares.
Result<TrustBody> decode_body(EntryType type, BytesView bytes);

}  // namespace cotmoc::crypto::trust
