// Taking in attached files from a stick. Who carried them does not matter: their authors signed them.
#include "bundle/file_volume.hpp"
#include "session/attachments.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/file_bundle.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// A fault of the volume, not of this device: told, and the next volume is read.
bool is_of_volume(ErrorCode code) {
    switch (code) {
        case ErrorCode::bundle_damaged:
        case ErrorCode::limit_exceeded:
        case ErrorCode::bundle_incomplete:
        case ErrorCode::unsupported_version:
        case ErrorCode::cannot_read_file:
        case ErrorCode::wrong_root:
        case ErrorCode::quota_exceeded:
        case ErrorCode::unknown_author:
        case ErrorCode::bad_signature:
            return true;
        default:
            return false;
    }
}

/// Of all volumes together; what is claimed beyond it is carried once more.
constexpr std::size_t claims_max = 200'000;

bool by_id(const AttachmentStore::Missing& a, const AttachmentStore::Missing& b) { return a.id < b.id; }

class Reading {
public:
    Reading(const FileBundleImport& options, FileBundleRead& read) : options_(options), read_(read) {}

    Result<void> read_volume(VolumeSource& source) {
        file_.reset();
        COTMOC_ASSIGN(FileVolumeReader volume, FileVolumeReader::open(source));
        if (volume.root_fingerprint() != options_.trust.root_fingerprint()) {
            return fail(ErrorCode::wrong_root);
        }
        for (;;) {
            COTMOC_ASSIGN(const std::optional<FileVolumeItem> item, volume.next());
            if (!item) {
                return {};
            }
            COTMOC_TRY(read_item(item->type, item->body));
            if (options_.progress) {
                options_.progress(volume.offset(), volume.size());
            }
        }
    }

    /// After all volumes, which may bring the very files.
    Result<void> note_claims() {
        for (const auto& [id, device] : claims_) {
            COTMOC_ASSIGN(const std::optional<HeldAttachment> held, options_.files.find(id));
            if (held) {
                COTMOC_TRY(options_.files.note_delivered(id, device));
                read_.confirmed += 1;
            }
        }
        return {};
    }

private:
    struct File {
        Hash256 id;
        crypto::AttachmentManifest manifest;
        bool taken = false;
        ChunkSet held;
    };

    tl::unexpected<Error> damaged(const std::string& why) const {
        return fail(ErrorCode::bundle_damaged, why);
    }

    Result<void> read_item(FileItem type, BytesView body) {
        switch (type) {
            case FileItem::held:
                return read_held(body);
            case FileItem::manifest:
                return read_manifest(body);
            case FileItem::chunk:
                return read_chunk(body);
            case FileItem::end:
                break;
        }
        return damaged("an item that there is not");
    }

    /// Whoever says so signed it: else a finder of the stick could make files seem delivered.
    Result<void> read_held(BytesView body) {
        COTMOC_ASSIGN(const HeldList list, decode_held_list(body));
        const auto* writer = options_.trust.find(list.device);
        if (writer == nullptr) {
            return fail(ErrorCode::unknown_author, list.device.hex());
        }
        if (!crypto::verify(writer->keys.signing, held_hash(list.device, list.ids), list.signature) &&
            !switched_off("bundle-signature")) {
            return fail(ErrorCode::bad_signature, "a list of files");
        }
        // A hub tells in sessions what it holds: a stick of long ago may not say so in its name. And a hub
        // brings nothing to anybody, so it need not know.
        if (writer->revoked || writer->role == crypto::Role::hub || list.device == options_.own ||
            options_.as_hub) {
            return {};
        }
        for (std::size_t at = 0; at < list.ids.size() && claims_.size() < claims_max; at += Hash256::size) {
            claims_.insert({*Hash256::from(list.ids.subspan(at, Hash256::size)), list.device});
        }
        return {};
    }

    Result<bool> is_named(const Hash256& id, const crypto::AttachmentManifest& manifest) {
        if (options_.as_hub) {
            return true;
        }
        if (!missing_) {
            COTMOC_ASSIGN(missing_, options_.files.missing());
            std::ranges::sort(*missing_, by_id);
        }
        AttachmentStore::Missing wanted;
        wanted.id = id;
        const auto [first, last] = std::equal_range(missing_->begin(), missing_->end(), wanted, by_id);
        return std::any_of(first, last, [&](const AttachmentStore::Missing& each) {
            return each.space == manifest.space && each.size == manifest.size;
        });
    }

    Result<void> read_manifest(BytesView body) {
        file_.reset();
        Result<crypto::AttachmentManifest> decoded = crypto::decode_manifest(body);
        if (!decoded) {
            return damaged("a manifest");
        }
        File file;
        file.id = crypto::attachment_id(*decoded);
        file.manifest = std::move(*decoded);
        COTMOC_ASSIGN(const std::optional<HeldAttachment> known, options_.files.find(file.id));
        COTMOC_ASSIGN(const bool named, is_named(file.id, file.manifest));
        if (known && known->chunks.whole()) {
            file.taken = true;
            file.held = known->chunks;
        } else if (!named) {
            read_.not_named += 1;
        } else if (const Result<void> right = check(file.manifest); !right) {
            read_.refused += 1;
        } else {
            const Result<void> added = options_.files.add(file.manifest, file.manifest.author);
            if (!added && added.error().code != ErrorCode::quota_exceeded) {
                return added;
            }
            // What there is no room for is left, and what follows is taken.
            read_.refused += added ? 0 : 1;
            file.taken = added.has_value();
            file.held = known ? known->chunks : ChunkSet(file.manifest.chunks.size());
        }
        file_ = std::move(file);
        return {};
    }

    /// As of a manifest that a session gives to who asked for it, where nobody is there but this device; as a
    /// hub, as of one that its author brings.
    Result<void> check(const crypto::AttachmentManifest& manifest) const {
        return check_attachment(
            manifest, {options_.trust, options_.own, options_.as_hub ? manifest.author : options_.own},
            options_.as_hub ? AttachmentOrigin::brought : AttachmentOrigin::named);
    }

    Result<void> read_chunk(BytesView body) {
        if (!file_) {
            return damaged("a chunk of nothing");
        }
        COTMOC_ASSIGN(const ChunkItem item, decode_chunk_item(body, file_->manifest));
        if (!file_->taken) {
            return {};
        }
        if (file_->held.has(item.chunk)) {
            read_.known += 1;
            return {};
        }
        if (crypto::attachment_chunk_hash(item.sealed) != file_->manifest.chunks[item.chunk] &&
            !switched_off("attachment-chunk")) {
            return damaged("a chunk is not what its author signed");
        }
        const Result<void> kept = options_.files.keep_chunk(file_->id, item.chunk, item.sealed);
        if (!kept && kept.error().code == ErrorCode::disk_full) {
            file_->taken = false;  // the rest of the volumes may have smaller files
            read_.refused += 1;
            return {};
        }
        COTMOC_TRY(kept);
        file_->held.add(item.chunk);
        read_.chunks += 1;
        read_.files += file_->held.whole() ? 1 : 0;
        return {};
    }

    const FileBundleImport& options_;
    FileBundleRead& read_;
    std::optional<File> file_;
    std::set<std::pair<Hash256, DeviceId>> claims_;                 // who holds what
    std::optional<std::vector<AttachmentStore::Missing>> missing_;  // before anything was read
};

}  // namespace

Result<FileBundleRead> import_files(const FileBundleImport& options, std::span<VolumeSource* const> volumes) {
    if (options.trust.find(options.own) == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    FileBundleRead read;
    Reading reading(options, read);
    for (VolumeSource* volume : volumes) {
        const Result<void> done = reading.read_volume(*volume);
        if (done) {
            continue;
        }
        if (!is_of_volume(done.error().code)) {
            return tl::unexpected(done.error());
        }
        const std::string& why = done.error().detail;
        read.problems.push_back({done.error().code, volume->name() + (why.empty() ? "" : ": " + why)});
    }
    COTMOC_TRY(reading.note_claims());
    return read;
}

}  // namespace cotmoc::sync
