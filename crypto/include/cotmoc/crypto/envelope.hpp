// A change set sealed for the wire: 200-octet cleartext header, ciphertext in chunks, signature.
// Layout and order of checks: docs/spec/envelope.md.
#pragma once

#include <cotmoc/crypto/epoch_key.hpp>

namespace cotmoc::crypto {

inline constexpr std::size_t envelope_header_size = 200;
inline constexpr std::size_t envelope_bytes_max = 1024 * 1024;
inline constexpr std::size_t envelope_inflated_max = 8 * 1024 * 1024;
inline constexpr std::size_t envelope_inflate_ratio_max = 64;
inline constexpr std::size_t envelope_chunk_size = 64 * 1024;
inline constexpr std::uint16_t suite_1 = 0x0001;

enum class EnvelopeType : std::uint8_t { change_set = 1 };

struct EnvelopeHeader {
    EnvelopeType type = EnvelopeType::change_set;
    std::uint32_t epoch = 0;
    SpaceId space;
    DeviceId author;
    std::uint64_t seq = 0;
    Hash256 previous;  // entry hash of seq - 1; zero for seq 1
    Hash256 frontier;  // what the author had seen
    std::uint32_t chunk_count = 0;
    std::uint32_t ciphertext_length = 0;
    FixedBytes<24, struct SaltTag> salt;
    Hash256 commitment;
};

/// What the author says about a change set; the rest of the header is computed by seal().
struct EnvelopePlace {
    SpaceId space;
    std::uint64_t seq = 0;
    Hash256 previous;
    Hash256 frontier;
};

struct SealedEnvelope {
    Bytes bytes;
    Hash256 hash;
};

/// How hard to compress: 0 stores, 1 to 19 are zstd levels.
struct SealOptions {
    int compression_level = 3;
};

/// Compresses (keeping the smaller form), pads by Padmé, encrypts and signs. limit_exceeded if the result or
/// the content is over what a receiver accepts.
Result<SealedEnvelope> seal(const EnvelopePlace& place, const DeviceKeys& author, const EpochKey& key,
                            BytesView content, SealOptions options, Random& random);

/// Checks length, magic, format, type, suite, flags, counts. Needs no key. bad_envelope, unsupported_version,
/// limit_exceeded.
Result<EnvelopeHeader> parse_envelope(BytesView envelope);
/// The identity of an envelope. Precondition: parse_envelope accepted it.
Hash256 envelope_hash(BytesView envelope);
/// bad_signature unless `author` signed `hash` in this envelope.
Result<void> verify_envelope(BytesView envelope, const Hash256& hash, const SigningPublicKey& author);
/// Commitment, tags, padding, bounded inflation; the content that was sealed. wrong_commitment,
/// cannot_decrypt, bad_encoding, bad_compression. Nothing is released before the last tag verified.
Result<Bytes> open_envelope(BytesView envelope, const EpochKey& key);

/// The padded length for `length` octets: Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted
/// Files", 2019), at most 12 % more.
std::size_t padded_length(std::size_t length);

}  // namespace cotmoc::crypto
