// What an envelope encrypts: u32 true length, u8 compression, content, zero padding up to a padding class.
#pragma once

#include <cotmoc/base/result.hpp>

#include <cotmoc/base/bytes.hpp>

namespace cotmoc::crypto {

/// The length field and the compression octet: the least that a plaintext holds.
inline constexpr std::size_t payload_head_size = 5;

enum class Compression : std::uint8_t { none = 0, zstd = 1, zstd_with_dictionary = 2 };

/// The shortest of raw content, compressed and, up to 32 KiB, compressed with the newest dictionary, padded.
/// Level 0 stores.
Result<Bytes> encode_payload(BytesView content, int compression_level);
/// A frame with the stored octets as given; for encode_payload and for tests.
Bytes frame_payload(Compression compression, BytesView stored);
/// bad_encoding, bad_compression, unsupported_version.
Result<Bytes> decode_payload(BytesView plaintext);

}  // namespace cotmoc::crypto
