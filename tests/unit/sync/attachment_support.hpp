// Sealed files from a seed, and stores for them.
#pragma once

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/sync/attachment_store.hpp>

#include "support/seeded_random.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

namespace cotmoc::sync_test {

/// A folder that goes away with the object.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "cotmoc-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::string file(std::string_view name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

inline Bytes random_octets(std::size_t size, std::uint64_t seed) {
    Bytes octets(size);
    test_support::SeededRandom(seed).fill(octets);
    return octets;
}

/// A file in memory with its sealed chunks, in a space and by an author that nobody enrolled.
struct SealedFile {
    explicit SealedFile(std::size_t size, std::uint64_t seed, std::uint8_t author = 1)
        : plaintext(random_octets(size, seed)) {
        REQUIRE(crypto::initialise());
        manifest.space.octets.fill(0xd0);
        manifest.author.octets.fill(author);
        seal(seed);
        id = crypto::attachment_id(manifest);
    }
    /// In a space of a province, signed by a device of it.
    SealedFile(std::size_t size, std::uint64_t seed, const SpaceId& space, const crypto::DeviceKeys& author)
        : plaintext(random_octets(size, seed)) {
        manifest.space = space;
        manifest.author = author.public_keys().id();
        seal(seed);
        crypto::sign_manifest(manifest, author.signing);
        id = crypto::attachment_id(manifest);
    }

    /// Puts it into the store of the device that made it.
    void put_into(sync::AttachmentStore& store) const {
        const auto draft = store.begin_sealing(manifest.space, manifest.author, manifest.size);
        REQUIRE(draft);
        for (std::size_t number = 0; number < chunks.size(); ++number) {
            REQUIRE(store.add_sealed(*draft, number, chunks[number]));
        }
        REQUIRE(store.finish_sealing(*draft, manifest));
    }
    /// What a record of a device that lacks it says.
    void name_in(sync::AttachmentStore& store) const {
        const sync::AttachmentStore::Reference named{{id, Hash256{}, manifest.size}, false, "", Hash256{}};
        REQUIRE(store.set_references(manifest.space, id, {named}));
    }
    bool is_whole_in(sync::AttachmentStore& store) const {
        const auto held = store.find(id).value();
        bool same = held && held->chunks.whole();
        for (std::size_t number = 0; same && number < chunks.size(); ++number) {
            same = store.chunk(id, number).value() == chunks[number];
        }
        return same;
    }

    Bytes plaintext;
    Hash256 key;
    crypto::AttachmentManifest manifest;
    std::vector<Bytes> chunks;
    Hash256 id;

private:
    void seal(std::uint64_t seed) {
        test_support::SeededRandom(seed + 1'000).fill(key.octets);
        manifest.size = plaintext.size();
        const crypto::AttachmentCipher cipher(key.view(), manifest.space, manifest.size);
        manifest.commitment = cipher.commitment();
        for (std::size_t number = 0; number < crypto::attachment_chunk_count(manifest.size); ++number) {
            const std::size_t length = crypto::attachment_chunk_length(manifest.size, number);
            const BytesView part =
                BytesView(plaintext).subspan(number * crypto::attachment_chunk_size, length);
            chunks.push_back(cipher.seal(number, part));
            manifest.chunks.push_back(crypto::attachment_chunk_hash(chunks.back()));
        }
    }
};

inline std::unique_ptr<sync::AttachmentStore> open_store(const std::string& path,
                                                         const sync::AttachmentLimits& limits = {}) {
    core::Database::Options options;
    options.path = path;
    auto store = sync::AttachmentStore::open(options, limits);
    REQUIRE(store);
    return std::move(*store);
}

}  // namespace cotmoc::sync_test
