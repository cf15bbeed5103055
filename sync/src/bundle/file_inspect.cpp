// What a volume of files shows to whoever finds it.
#include "bundle/file_volume.hpp"

#include <cotmoc/sync/file_bundle.hpp>

#include <algorithm>
#include <set>

namespace cotmoc::sync {
namespace {

void count(BundleVolumeInfo::Amount& amount, std::uint64_t octets) {
    amount.count += 1;
    amount.bytes += octets;
}

/// Whoever made the volume may have put in anything; what is told of it stays small.
constexpr std::size_t names_max = 10'000;

class Inspection {
public:
    Result<void> take(const FileVolumeItem& item) {
        switch (item.type) {
            case FileItem::held: {
                COTMOC_ASSIGN(const HeldList list, decode_held_list(item.body));
                info.held[list.device] += list.ids.size() / Hash256::size;
                return check_names();
            }
            case FileItem::manifest:
                return take_manifest(item.body);
            case FileItem::chunk:
                return take_chunk(item.body);
            case FileItem::end:
                break;
        }
        return {};
    }

    FileVolumeInfo info;

private:
    Result<void> take_manifest(BytesView body) {
        const Result<crypto::AttachmentManifest> manifest = crypto::decode_manifest(body);
        if (!manifest) {
            return fail(ErrorCode::bundle_damaged, "a manifest");
        }
        manifest_ = *manifest;
        if (seen_.insert(crypto::attachment_id(manifest_)).second) {
            count(info.files, manifest_.size);
        }
        return {};
    }

    Result<void> take_chunk(BytesView body) {
        COTMOC_ASSIGN(const ChunkItem item, decode_chunk_item(body, manifest_));
        if (crypto::attachment_chunk_hash(item.sealed) != manifest_.chunks[item.chunk]) {
            return fail(ErrorCode::bundle_damaged, "a chunk is not what its author signed");
        }
        count(info.chunks, item.sealed.size());
        count(info.by_space[manifest_.space], item.sealed.size());
        count(info.by_author[manifest_.author], item.sealed.size());
        return check_names();
    }

    Result<void> check_names() const {
        const std::size_t names = std::max({info.held.size(), info.by_space.size(), info.by_author.size()});
        return names <= names_max ? Result<void>() : fail(ErrorCode::limit_exceeded, "devices and spaces");
    }

    crypto::AttachmentManifest manifest_;  // of the chunks that follow; at first of none
    std::set<Hash256> seen_;
};

}  // namespace

Result<FileVolumeInfo> inspect_file_volume(VolumeSource& source) {
    const auto named = [&](const Error& error) {
        return fail(error.code, source.name() + (error.detail.empty() ? "" : ": " + error.detail));
    };
    Result<FileVolumeReader> volume = FileVolumeReader::open(source);
    if (!volume) {
        return named(volume.error());
    }
    Inspection inspection;
    inspection.info.root_fingerprint = volume->root_fingerprint();
    inspection.info.bytes = volume->size();
    for (;;) {
        const Result<std::optional<FileVolumeItem>> item = volume->next();
        if (!item) {
            return named(item.error());
        }
        if (!*item) {
            return std::move(inspection.info);
        }
        if (const Result<void> taken = inspection.take(**item); !taken) {
            return named(taken.error());
        }
    }
}

}  // namespace cotmoc::sync
