// XChaCha20-Poly1305 (IETF) on spans whose sizes the caller has already matched.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include <array>

namespace cotmoc::crypto {

inline constexpr std::size_t aead_tag_size = 16;
using AeadNonce = std::array<std::uint8_t, 24>;

/// `out` is aead_tag_size longer than `plaintext`; `key` has 32 octets.
void aead_seal(std::span<std::uint8_t> out, BytesView key, const AeadNonce& nonce, BytesView plaintext,
               BytesView associated);
/// `out` is aead_tag_size shorter than `sealed`; false, and `out` zeroed, if the tag does not verify.
[[nodiscard]] bool aead_open(std::span<std::uint8_t> out, BytesView key, const AeadNonce& nonce,
                             BytesView sealed, BytesView associated);

}  // namespace cotmoc::crypto
