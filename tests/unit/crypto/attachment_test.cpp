#include "crypto_support.hpp"

#include <cotmoc/crypto/attachment.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

namespace {

constexpr std::size_t chunk = attachment_chunk_size;

/// A sealed file and what its author signed of it.
struct Sealed {
    Bytes key = counting(0x40, 32);
    Bytes plaintext;
    AttachmentManifest manifest;
    std::vector<Bytes> chunks;

    AttachmentCipher cipher() const { return {key, manifest.space, manifest.size}; }
};

Sealed seal(std::size_t size, std::uint64_t seed = 1) {
    const DeviceKeys author = device(1);
    Sealed sealed;
    sealed.plaintext = noise(size, seed);
    sealed.manifest.space = id<SpaceId>(counting(0xd0, 16));
    sealed.manifest.author = author.public_keys().id();
    sealed.manifest.size = size;
    const AttachmentCipher cipher = sealed.cipher();
    sealed.manifest.commitment = cipher.commitment();
    for (std::size_t number = 0; number < attachment_chunk_count(size); ++number) {
        const BytesView part =
            BytesView(sealed.plaintext).subspan(number * chunk, attachment_chunk_length(size, number));
        sealed.chunks.push_back(cipher.seal(number, part));
        sealed.manifest.chunks.push_back(attachment_chunk_hash(sealed.chunks.back()));
    }
    sign_manifest(sealed.manifest, author.signing);
    return sealed;
}

}  // namespace

TEST_CASE("a file of any size comes back from its sealed chunks") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk}) {
        CAPTURE(size);
        const Sealed sealed = seal(size);
        CHECK(sealed.chunks.size() == std::max<std::size_t>(1, (size + chunk - 1) / chunk));
        const AttachmentCipher cipher = sealed.cipher();
        CHECK(cipher.check(sealed.manifest));
        Bytes opened;
        for (std::size_t number = 0; number < sealed.chunks.size(); ++number) {
            CHECK(sealed.chunks[number].size() == sealed.manifest.sealed_length(number));
            const Bytes part = cipher.open(number, sealed.chunks[number]).value();
            opened.insert(opened.end(), part.begin(), part.end());
        }
        CHECK(opened == sealed.plaintext);
    }
}

TEST_CASE("a chunk with any octet changed, cut short, made longer or at another place does not open") {
    const Sealed small = seal(300);
    for (std::size_t at = 0; at < small.chunks[0].size(); ++at) {
        Bytes changed = small.chunks[0];
        changed[at] ^= 1;
        CHECK(error_of(small.cipher().open(0, changed)) == "cannot_decrypt");
        CHECK(attachment_chunk_hash(changed) != small.manifest.chunks[0]);
    }
    Bytes longer = small.chunks[0];
    longer.push_back(0);
    CHECK(error_of(small.cipher().open(0, longer)) == "cannot_decrypt");
    longer.resize(longer.size() - 2);
    CHECK(error_of(small.cipher().open(0, longer)) == "cannot_decrypt");

    const Sealed large = seal(2 * chunk);
    CHECK(error_of(large.cipher().open(1, large.chunks[0])) == "cannot_decrypt");
    CHECK(error_of(large.cipher().open(0, large.chunks[1])) == "cannot_decrypt");
    CHECK(error_of(large.cipher().open(2, large.chunks[1])) == "cannot_decrypt");
    // The first chunk of a longer file is not the whole of a shorter one.
    const AttachmentCipher shorter(large.key, large.manifest.space, chunk);
    CHECK(error_of(shorter.open(0, large.chunks[0])) == "cannot_decrypt");
    CHECK(error_of(shorter.check(large.manifest)) == "wrong_commitment");
}

TEST_CASE("another key or another space opens nothing, and is noticed before a chunk is read") {
    const Sealed sealed = seal(100);
    Bytes other_key = sealed.key;
    other_key[0] ^= 1;
    const AttachmentCipher other(other_key, sealed.manifest.space, 100);
    CHECK(error_of(other.check(sealed.manifest)) == "wrong_commitment");
    CHECK(error_of(other.open(0, sealed.chunks[0])) == "cannot_decrypt");
    const AttachmentCipher elsewhere(sealed.key, id<SpaceId>(counting(0xd1, 16)), 100);
    CHECK(error_of(elsewhere.check(sealed.manifest)) == "wrong_commitment");
    CHECK(error_of(elsewhere.open(0, sealed.chunks[0])) == "cannot_decrypt");
}

TEST_CASE("a manifest has one encoding; with any octet changed it is refused or not signed") {
    const Sealed sealed = seal(chunk + 1);
    const Bytes bytes = encode_manifest(sealed.manifest);
    CHECK(decode_manifest(bytes).value() == sealed.manifest);
    CHECK(verify_manifest(sealed.manifest, device(1).signing.public_key()));
    CHECK(error_of(verify_manifest(sealed.manifest, device(2).signing.public_key())) == "bad_signature");
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        CAPTURE(at);
        Bytes changed = bytes;
        changed[at] ^= 0x80;
        const auto decoded = decode_manifest(changed);
        CHECK((!decoded || !verify_manifest(*decoded, device(1).signing.public_key())));
        // All but the signature itself is in the id, by which records name the file.
        CHECK((!decoded || at >= bytes.size() - Signature::size ||
               attachment_id(*decoded) != attachment_id(sealed.manifest)));
    }
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CHECK(error_of(decode_manifest(BytesView(bytes).first(length))) == "bad_attachment");
    }
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(error_of(decode_manifest(longer)) == "bad_attachment");
    longer = bytes;
    longer[0] = 2;
    CHECK(error_of(decode_manifest(longer)) == "unsupported_version");
}

TEST_CASE("a manifest that claims more than 2 GiB is refused before anything is allocated for it") {
    Sealed sealed = seal(1);
    sealed.manifest.size = attachment_size_max + 1;
    CHECK(error_of(decode_manifest(encode_manifest(sealed.manifest))) == "bad_attachment");
    sealed.manifest.size = ~std::uint64_t{0};
    CHECK(error_of(decode_manifest(encode_manifest(sealed.manifest))) == "bad_attachment");
    sealed.manifest.size = attachment_size_max;
    CHECK(error_of(decode_manifest(encode_manifest(sealed.manifest))) == "bad_attachment");  // hashes missing
    sealed.manifest.chunks.resize(attachment_chunks_max);
    const Bytes largest = encode_manifest(sealed.manifest);
    CHECK(largest.size() == attachment_manifest_bytes_max);
    CHECK(decode_manifest(largest));
}

TEST_CASE("the content's hash is that of the file, and not of where a part of it lies") {
    const auto content = [](const Bytes& file) {
        AttachmentContentHash hash;
        for (std::size_t number = 0; number < attachment_chunk_count(file.size()); ++number) {
            hash.take(BytesView(file).subspan(number * chunk, attachment_chunk_length(file.size(), number)));
        }
        return hash.finish(file.size());
    };
    const Bytes file = noise(chunk + 5, 1);
    Bytes changed = file;
    changed.back() ^= 1;
    Bytes swapped(file.begin() + 5, file.end());
    swapped.insert(swapped.end(), file.begin(), file.begin() + 5);
    CHECK(content(file) == content(noise(chunk + 5, 1)));
    CHECK(content(file) != content(changed));
    CHECK(content(file) != content(swapped));
    CHECK(content({}) != content({0}));
}

TEST_CASE("the key of the chunks' database is another one than that of the records") {
    const Secret records = Secret::copy_of(counting(1, 32));
    const Secret chunks = attachment_database_key(records);
    CHECK(chunks.size() == 32);
    CHECK_FALSE(chunks.equals(records));
    CHECK(chunks.equals(attachment_database_key(records)));
}
