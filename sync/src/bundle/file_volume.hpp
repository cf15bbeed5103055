// The form of a volume of files: docs/spec/file-bundle.md.
#pragma once

#include <cotmoc/base/binary.hpp>
#include <cotmoc/crypto/attachment.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/keys.hpp>
#include <cotmoc/sync/bundle.hpp>

#include <array>

namespace cotmoc::sync {

inline constexpr std::array<std::uint8_t, 4> file_volume_magic = {'C', 'M', 'F', '1'};
inline constexpr std::uint8_t file_volume_format = 1;
inline constexpr std::size_t file_volume_header_size = 4 + 1 + 32;
inline constexpr std::size_t file_item_head_size = 1 + 4;
inline constexpr std::size_t held_ids_max = 1'000;  // of one item

enum class FileItem : std::uint8_t { held = 1, manifest = 2, chunk = 3, end = 4 };

/// The longest body of an item; 0 for one that has none or does not exist.
inline std::size_t file_item_max(std::uint8_t type) {
    switch (static_cast<FileItem>(type)) {
        case FileItem::held:
            return 32 + 64 + 32 * held_ids_max;
        case FileItem::manifest:
            return 154 + 32 * crypto::attachment_chunk_count(crypto::attachment_size_max);
        case FileItem::chunk:
            return 4 + crypto::attachment_chunk_size + crypto::attachment_seal_overhead;
        case FileItem::end:
            break;
    }
    return 0;
}

/// What a device signs that says which files it holds.
inline Hash256 held_hash(const DeviceId& device, BytesView ids) {
    return crypto::hash("files-held", {device.view(), ids});
}

struct FileVolumeItem {
    FileItem type{};
    Bytes body;
};

struct HeldList {
    DeviceId device;
    crypto::Signature signature;
    BytesView ids;  // as they are signed; of Hash256::size each, at least one
};
/// bundle_damaged.
Result<HeldList> decode_held_list(BytesView body);

struct ChunkItem {
    std::size_t chunk = 0;
    BytesView sealed;
};
/// bundle_damaged for what is no chunk of this file by its number and length.
Result<ChunkItem> decode_chunk_item(BytesView body, const crypto::AttachmentManifest& manifest);

/// Reads a volume from its beginning. Memory: one item.
class FileVolumeReader {
public:
    /// The header. bundle_damaged, bundle_incomplete, unsupported_version, limit_exceeded, cannot_read_file.
    static Result<FileVolumeReader> open(VolumeSource& source);
    const Hash256& root_fingerprint() const { return root_; }
    /// The next item; nothing after the end. bundle_incomplete where a copy was cut, bundle_damaged.
    Result<std::optional<FileVolumeItem>> next();
    std::uint64_t offset() const { return offset_; }
    std::uint64_t size() const { return size_; }

private:
    explicit FileVolumeReader(VolumeSource& source) : source_(&source) {}
    Result<void> read_header();
    Result<Bytes> take(std::size_t length);

    VolumeSource* source_;
    Hash256 root_;
    std::uint64_t offset_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace cotmoc::sync
