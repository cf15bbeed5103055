#include "bundle/file_volume.hpp"

#include <cotmoc/sync/file_bundle.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

tl::unexpected<Error> damaged(const std::string& why) { return fail(ErrorCode::bundle_damaged, why); }

}  // namespace

Result<bool> is_file_volume(VolumeSource& volume) {
    Bytes head(file_volume_magic.size());
    COTMOC_ASSIGN(const std::size_t got, volume.read(0, head));
    return got == head.size() && std::ranges::equal(head, file_volume_magic);
}

Result<HeldList> decode_held_list(BytesView body) {
    BinaryReader reader(body);
    HeldList list;
    list.device = reader.id<DeviceId>();
    list.signature = reader.id<crypto::Signature>();
    list.ids = reader.rest();
    const bool right = reader.ok() && !list.ids.empty() && list.ids.size() % Hash256::size == 0;
    return right ? Result<HeldList>(list) : damaged("a list of files");
}

Result<ChunkItem> decode_chunk_item(BytesView body, const crypto::AttachmentManifest& manifest) {
    BinaryReader reader(body);
    ChunkItem item;
    item.chunk = reader.u32();
    item.sealed = reader.rest();
    const bool right = reader.ok() && item.chunk < manifest.chunks.size() &&
                       item.sealed.size() == manifest.sealed_length(item.chunk);
    return right ? Result<ChunkItem>(item) : damaged("a chunk of nothing");
}

Result<FileVolumeReader> FileVolumeReader::open(VolumeSource& source) {
    FileVolumeReader reader(source);
    COTMOC_TRY(reader.read_header());
    return reader;
}

Result<void> FileVolumeReader::read_header() {
    COTMOC_ASSIGN(size_, source_->size());
    if (size_ > bundle_volume_max) {
        return fail(ErrorCode::limit_exceeded, "a volume of " + std::to_string(size_) + " octets");
    }
    COTMOC_ASSIGN(const Bytes header, take(file_volume_header_size));
    BinaryReader reader(header);
    if (!std::ranges::equal(reader.raw(file_volume_magic.size()), file_volume_magic)) {
        return damaged("not a volume of files");
    }
    const std::uint8_t format = reader.u8();
    if (format != file_volume_format) {
        return fail(ErrorCode::unsupported_version, "format " + std::to_string(format));
    }
    root_ = reader.id<Hash256>();
    return {};
}

Result<std::optional<FileVolumeItem>> FileVolumeReader::next() {
    COTMOC_ASSIGN(const Bytes head, take(file_item_head_size));
    BinaryReader reader(head);
    const std::uint8_t type = reader.u8();
    const std::uint32_t length = reader.u32();
    if (type == static_cast<std::uint8_t>(FileItem::end)) {
        return length == 0 && offset_ == size_ ? Result<std::optional<FileVolumeItem>>(std::nullopt)
                                               : damaged("after its end");
    }
    if (length == 0 || length > file_item_max(type)) {
        return damaged("an item of " + std::to_string(length) + " octets");
    }
    COTMOC_ASSIGN(Bytes body, take(length));
    return std::optional(FileVolumeItem{static_cast<FileItem>(type), std::move(body)});
}

Result<Bytes> FileVolumeReader::take(std::size_t length) {
    if (length > size_ - offset_) {
        return fail(ErrorCode::bundle_incomplete, "it ends too early");
    }
    Bytes octets(length);
    COTMOC_ASSIGN(const std::size_t got, source_->read(offset_, octets));
    if (got != length) {
        return fail(ErrorCode::bundle_incomplete, "it ends too early");
    }
    offset_ += length;
    return octets;
}

}  // namespace cotmoc::sync
