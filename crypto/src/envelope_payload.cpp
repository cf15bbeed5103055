#include "envelope_payload.hpp"

#include "compression.hpp"
#include "dictionary.hpp"
#include "envelope_chunks.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>

#include <algorithm>
#include <bit>

namespace cotmoc::crypto {
namespace {

constexpr std::size_t padded_length_min = 32;
constexpr InflateLimits inflate_limits{envelope_inflated_max, envelope_inflate_ratio_max};

/// Longer content finds its repetitions within itself.
constexpr std::size_t dictionary_content_max = 32 * 1024;

/// Hash of the dictionary, then the frame.
Bytes compress_with_dictionary(BytesView content, int level) {
    const Dictionary& dictionary = newest_dictionary();
    BinaryWriter writer;
    writer.raw(dictionary.hash.view());
    writer.raw(compress_within(content, level, inflate_limits, dictionary.octets));
    return writer.take();
}

Result<Bytes> inflate_with_dictionary(BytesView stored) {
    BinaryReader reader(stored);
    const BytesView name = reader.raw(Hash256::size);
    if (!reader.ok()) {
        return fail(ErrorCode::bad_compression, "dictionary");
    }
    const Dictionary* dictionary = find_dictionary(*Hash256::from(name));
    if (dictionary == nullptr) {
        return fail(ErrorCode::unsupported_version, "dictionary");
    }
    return inflate(reader.rest(), inflate_limits, dictionary->octets);
}

bool fits_envelope(std::size_t stored_size) {
    const std::size_t padded = padded_length(payload_head_size + stored_size);
    return envelope_header_size + ciphertext_length(padded) + Signature::size <= envelope_bytes_max;
}

}  // namespace

std::size_t padded_length(std::size_t length) {
    const std::size_t at_least = std::max(length, padded_length_min);
    if (switched_off("padding")) {
        return at_least;
    }
    // Padmé: of the E + 1 significant bits only the first few, as many as E itself has, may be set.
    const std::size_t exponent = static_cast<std::size_t>(std::bit_width(at_least)) - 1;
    const std::size_t kept_bits = static_cast<std::size_t>(std::bit_width(exponent));
    const std::size_t mask = (std::size_t{1} << (exponent - kept_bits)) - 1;
    return (at_least + mask) & ~mask;
}

Bytes frame_payload(Compression compression, BytesView stored) {
    BinaryWriter writer;
    writer.u32(static_cast<std::uint32_t>(1 + stored.size()));
    writer.u8(static_cast<std::uint8_t>(compression));
    writer.raw(stored);
    Bytes plaintext = writer.take();
    plaintext.resize(padded_length(plaintext.size()), 0);
    return plaintext;
}

Result<Bytes> encode_payload(BytesView content, int compression_level) {
    if (content.size() > envelope_inflated_max) {
        return fail(ErrorCode::limit_exceeded, "content of more than 8 MiB");
    }
    if (compression_level > 0) {
        const Bytes compressed = compress_within(content, compression_level, inflate_limits);
        if (content.size() <= dictionary_content_max) {
            const Bytes by_dictionary = compress_with_dictionary(content, compression_level);
            if (by_dictionary.size() < std::min(compressed.size(), content.size())) {
                return frame_payload(Compression::zstd_with_dictionary, by_dictionary);
            }
        }
        if (compressed.size() < content.size() && fits_envelope(compressed.size())) {
            return frame_payload(Compression::zstd, compressed);
        }
    }
    if (!fits_envelope(content.size())) {
        return fail(ErrorCode::limit_exceeded, "an envelope of more than 1 MiB");
    }
    return frame_payload(Compression::none, content);
}

Result<Bytes> decode_payload(BytesView plaintext) {
    BinaryReader reader(plaintext);
    const std::size_t true_length = reader.u32();
    if (!reader.ok() || true_length < 1 || true_length > reader.remaining()) {
        return fail(ErrorCode::bad_encoding, "true length");
    }
    if (padded_length(4 + true_length) != plaintext.size()) {
        return fail(ErrorCode::bad_encoding, "padding class");
    }
    const std::uint8_t compression = reader.u8();
    const BytesView stored = reader.raw(true_length - 1);
    if (!std::ranges::all_of(reader.rest(), [](std::uint8_t octet) { return octet == 0; })) {
        return fail(ErrorCode::bad_encoding, "padding is not zero");
    }
    switch (static_cast<Compression>(compression)) {
        case Compression::none:
            return Bytes(stored.begin(), stored.end());
        case Compression::zstd:
            return inflate(stored, inflate_limits);
        case Compression::zstd_with_dictionary:
            return inflate_with_dictionary(stored);
    }
    return fail(ErrorCode::unsupported_version, "compression");
}

}  // namespace cotmoc::crypto
