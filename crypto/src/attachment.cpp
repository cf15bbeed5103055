#include <cotmoc/crypto/attachment.hpp>

#include "aead.hpp"
#include "derive.hpp"
#include "labels.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/envelope.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

/// Everything that the author signs.
Bytes encode_body(const AttachmentManifest& manifest) {
    BinaryWriter writer;
    writer.u16(suite_1);
    writer.id(manifest.space);
    writer.id(manifest.author);
    writer.u64(manifest.size);
    writer.id(manifest.commitment);
    for (const Hash256& chunk : manifest.chunks) {
        writer.id(chunk);
    }
    return writer.take();
}

AeadNonce chunk_nonce(std::size_t number, bool is_last) {
    AeadNonce nonce{};
    std::ranges::copy(little_endian_64(number), nonce.begin());
    nonce[8] = is_last ? 1 : 0;
    return nonce;
}

}  // namespace

std::size_t attachment_chunk_count(std::uint64_t file_size) {
    const std::uint64_t chunks = (file_size + attachment_chunk_size - 1) / attachment_chunk_size;
    return static_cast<std::size_t>(std::max<std::uint64_t>(1, chunks));
}

std::size_t attachment_chunk_length(std::uint64_t file_size, std::size_t number) {
    COTMOC_CHECK(number < attachment_chunk_count(file_size));
    const std::uint64_t left = file_size - std::uint64_t{number} * attachment_chunk_size;
    return static_cast<std::size_t>(std::min<std::uint64_t>(left, attachment_chunk_size));
}

Hash256 attachment_id(const AttachmentManifest& manifest) {
    return hash(label::attachment, {encode_body(manifest)});
}

void sign_manifest(AttachmentManifest& manifest, const SigningKey& key) {
    manifest.signature = key.sign(attachment_id(manifest));
}

Bytes encode_manifest(const AttachmentManifest& manifest) {
    Bytes bytes = encode_body(manifest);
    bytes.insert(bytes.end(), manifest.signature.octets.begin(), manifest.signature.octets.end());
    return bytes;
}

Result<AttachmentManifest> decode_manifest(BytesView bytes) {
    BinaryReader reader(bytes);
    const std::uint16_t suite = reader.u16();
    if (reader.ok() && suite != suite_1) {
        return fail(ErrorCode::unsupported_version, "attachment");
    }
    AttachmentManifest manifest;
    manifest.space = reader.id<SpaceId>();
    manifest.author = reader.id<DeviceId>();
    manifest.size = reader.u64();
    manifest.commitment = reader.id<Hash256>();
    if (!reader.ok() || manifest.size > attachment_size_max) {
        return fail(ErrorCode::bad_attachment, "manifest");
    }
    // The count follows from the size, and is compared before anything is allocated.
    const std::size_t count = attachment_chunk_count(manifest.size);
    if (reader.remaining() != count * Hash256::size + Signature::size) {
        return fail(ErrorCode::bad_attachment, "manifest");
    }
    manifest.chunks.reserve(count);
    for (std::size_t number = 0; number < count; ++number) {
        manifest.chunks.push_back(reader.id<Hash256>());
    }
    manifest.signature = reader.id<Signature>();
    return manifest;
}

Result<void> verify_manifest(const AttachmentManifest& manifest, const SigningPublicKey& author) {
    return verify(author, attachment_id(manifest), manifest.signature)
               ? Result<void>()
               : Result<void>(fail(ErrorCode::bad_signature, "attachment"));
}

Hash256 attachment_chunk_hash(BytesView sealed) { return hash(label::attachment_chunk, {sealed}); }

struct AttachmentCipher::Keys {
    CommittingKey key;
    std::uint64_t size = 0;
};

AttachmentCipher::AttachmentCipher(BytesView key, const SpaceId& space, std::uint64_t size)
    : keys_(std::make_unique<Keys>()) {
    COTMOC_CHECK(key.size() == 32);
    keys_->size = size;
    derive(keys_->key.octets.span(), key, label::attachment_key, {space.view(), little_endian_64(size)});
}

AttachmentCipher::~AttachmentCipher() = default;
AttachmentCipher::AttachmentCipher(AttachmentCipher&&) noexcept = default;
AttachmentCipher& AttachmentCipher::operator=(AttachmentCipher&&) noexcept = default;

Hash256 AttachmentCipher::commitment() const { return keys_->key.commitment(); }

Bytes AttachmentCipher::seal(std::size_t number, BytesView plaintext) const {
    COTMOC_CHECK(plaintext.size() == attachment_chunk_length(keys_->size, number));
    Bytes sealed(plaintext.size() + aead_tag_size);
    const bool is_last = number + 1 == attachment_chunk_count(keys_->size);
    aead_seal(sealed, keys_->key.key(), chunk_nonce(number, is_last), plaintext, commitment().view());
    return sealed;
}

Result<void> AttachmentCipher::check(const AttachmentManifest& manifest) const {
    return manifest.size == keys_->size && keys_->key.commits_to(manifest.commitment)
               ? Result<void>()
               : Result<void>(fail(ErrorCode::wrong_commitment, "attachment"));
}

Result<Bytes> AttachmentCipher::open(std::size_t number, BytesView sealed) const {
    const std::size_t count = attachment_chunk_count(keys_->size);
    if (number >= count || sealed.size() != attachment_chunk_length(keys_->size, number) + aead_tag_size) {
        return fail(ErrorCode::cannot_decrypt, "attachment");
    }
    Bytes plaintext(sealed.size() - aead_tag_size);
    if (!aead_open(plaintext, keys_->key.key(), chunk_nonce(number, number + 1 == count), sealed,
                   commitment().view())) {
        return fail(ErrorCode::cannot_decrypt, "attachment");
    }
    return plaintext;
}

void AttachmentContentHash::take(BytesView chunk) {
    const Hash256 chunk_hash = hash(label::attachment_content, {chunk});
    hashes_.insert(hashes_.end(), chunk_hash.octets.begin(), chunk_hash.octets.end());
}

Hash256 AttachmentContentHash::finish(std::uint64_t size) const {
    return hash(label::attachment_content, {little_endian_64(size), hashes_});
}

Secret attachment_database_key(const Secret& database_key) {
    Wiped<32> key;
    derive(key.span(), database_key.view(SecretAccess{}), label::attachment_database, {});
    return Secret::copy_of(key.view());
}

}  // namespace cotmoc::crypto
