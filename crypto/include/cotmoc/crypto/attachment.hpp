// Attachments: a file in sealed chunks of 256 KiB, and the signed manifest by which anybody can check each
// chunk without a key. Format: docs/spec/attachment.md. Files may be larger than the memory: everything here
// works on one chunk at a time. Any thread; no I/O.
#pragma once

#include <cotmoc/crypto/keys.hpp>

#include <vector>

namespace cotmoc::crypto {

inline constexpr std::size_t attachment_chunk_size = 256 * 1024;  // octets of the file in a chunk
inline constexpr std::uint64_t attachment_size_max = 2ULL << 30;  // octets of the file
inline constexpr std::size_t attachment_chunks_max = 8 * 1024;
inline constexpr std::size_t attachment_seal_overhead = 16;  // octets that sealing adds to a chunk
inline constexpr std::size_t attachment_manifest_bytes_max = 154 + 32 * attachment_chunks_max;

/// How many chunks a file of this size has; an empty file has one, empty chunk.
std::size_t attachment_chunk_count(std::uint64_t file_size);
/// Octets of the file in that chunk. Precondition: number < attachment_chunk_count(file_size).
std::size_t attachment_chunk_length(std::uint64_t file_size, std::size_t number);

/// What the author signs. It names no key and nothing of the content but its size.
struct AttachmentManifest {
    SpaceId space;
    DeviceId author;
    std::uint64_t size = 0;       // of the file, in octets
    Hash256 commitment;           // to the attachment's key
    std::vector<Hash256> chunks;  // H("attachment-chunk", sealed chunk)
    Signature signature;

    std::size_t sealed_length(std::size_t number) const {
        return attachment_chunk_length(size, number) + attachment_seal_overhead;
    }
    friend bool operator==(const AttachmentManifest&, const AttachmentManifest&) = default;
};

/// The attachment's name everywhere: H("attachment", the manifest without its signature).
Hash256 attachment_id(const AttachmentManifest& manifest);
/// Signs the id. Precondition: `key` is the author's.
void sign_manifest(AttachmentManifest& manifest, const SigningKey& key);
Bytes encode_manifest(const AttachmentManifest& manifest);
/// bad_attachment unless it is in the one accepted encoding; unsupported_version for another suite. Says
/// nothing of the signature.
Result<AttachmentManifest> decode_manifest(BytesView bytes);
/// bad_signature.
Result<void> verify_manifest(const AttachmentManifest& manifest, const SigningPublicKey& author);
Hash256 attachment_chunk_hash(BytesView sealed);

/// Seals and opens the chunks of one attachment. The key is the attachment's own (32 random octets) and is
/// used for nothing else.
class AttachmentCipher {
public:
    /// `size` is that of the file: it is bound into every chunk.
    AttachmentCipher(BytesView key, const SpaceId& space, std::uint64_t size);
    ~AttachmentCipher();
    AttachmentCipher(AttachmentCipher&&) noexcept;
    AttachmentCipher& operator=(AttachmentCipher&&) noexcept;

    /// To be put into the manifest.
    Hash256 commitment() const;
    /// Precondition: the plaintext has the length of that chunk.
    Bytes seal(std::size_t number, BytesView plaintext) const;
    /// wrong_commitment if the manifest was made with another key.
    Result<void> check(const AttachmentManifest& manifest) const;
    /// cannot_decrypt for anything but the sealed chunk of that number.
    Result<Bytes> open(std::size_t number, BytesView sealed) const;

private:
    struct Keys;
    std::unique_ptr<Keys> keys_;
};

/// What tells that two files are the same, without keeping either: take() gets the chunks in order.
class AttachmentContentHash {
public:
    void take(BytesView chunk);
    /// H("attachment-content", u64 size, hash of each chunk).
    Hash256 finish(std::uint64_t size) const;

private:
    Bytes hashes_;
};

/// The key of the database in which a device keeps its sealed chunks, from that of its records.
Secret attachment_database_key(const Secret& database_key);

}  // namespace cotmoc::crypto
