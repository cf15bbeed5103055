// The ciphertext of an envelope: the padded plaintext in chunks of 64 KiB, each with its own tag.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include <optional>

namespace cotmoc::crypto {

std::size_t chunk_count(std::size_t plaintext_length);
std::size_t ciphertext_length(std::size_t plaintext_length);
/// What ciphertext_length() was called with; nothing if no plaintext has this length in this many chunks.
std::optional<std::size_t> plaintext_length(std::size_t ciphertext_length, std::size_t chunk_count);

/// Encrypts chunk by chunk: nonce u64le(index) || final flag || zeros, `header` as associated data. The key
/// must not be used for anything else.
void seal_chunks(std::span<std::uint8_t> out, BytesView key, BytesView header, BytesView plaintext);
/// Nothing unless every tag verifies. `count` was checked against the ciphertext's length.
std::optional<Bytes> open_chunks(BytesView key, BytesView header, BytesView ciphertext, std::size_t count);

}  // namespace cotmoc::crypto
