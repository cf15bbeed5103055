// Writing attached files for a stick.
#include "bundle/file_volume.hpp"
#include "session/attachments.hpp"

#include <cotmoc/sync/file_bundle.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

struct CarriedFile {
    Hash256 id;
    crypto::AttachmentManifest manifest;
};

/// Some chunks of a file, after its manifest.
struct Slice {
    std::size_t file = 0;
    std::size_t first = 0;
    std::size_t until = 0;
};

std::size_t manifest_item_size(const crypto::AttachmentManifest& manifest) {
    return file_item_head_size + 154 + 32 * manifest.chunks.size();
}

std::size_t chunk_item_size(const crypto::AttachmentManifest& manifest, std::size_t chunk) {
    return file_item_head_size + 4 + manifest.sealed_length(chunk);
}

/// Which slices go into which volume; the last one has room for what is held. Each can be read without the
/// others.
std::vector<std::vector<Slice>> cut(const std::vector<CarriedFile>& files, std::uint64_t held_size,
                                    std::uint64_t volume_size) {
    constexpr std::uint64_t frame = file_volume_header_size + file_item_head_size;  // and the end
    std::vector<std::vector<Slice>> volumes(1);
    std::uint64_t used = frame;
    for (std::size_t file = 0; file < files.size(); ++file) {
        const crypto::AttachmentManifest& manifest = files[file].manifest;
        bool named = false;
        for (std::size_t chunk = 0; chunk < manifest.chunks.size(); ++chunk) {
            const std::size_t size = chunk_item_size(manifest, chunk);
            if (used + size + (named ? 0 : manifest_item_size(manifest)) > volume_size) {
                volumes.emplace_back();
                used = frame;
                named = false;
            }
            if (!named) {
                volumes.back().push_back({file, chunk, chunk});
                used += manifest_item_size(manifest);
                named = true;
            }
            volumes.back().back().until = chunk + 1;
            used += size;
        }
    }
    if (used + held_size > volume_size && used > frame) {
        volumes.emplace_back();
    }
    return volumes;
}

class Writer {
public:
    Writer(const FileBundleExport& options, VolumeSink& sink) : options_(options), sink_(sink) {}

    Result<void> begin(std::uint32_t number, std::uint32_t count) {
        COTMOC_TRY(sink_.begin(number, count));
        BinaryWriter header;
        header.raw(file_volume_magic);
        header.u8(file_volume_format);
        header.id(options_.trust.root_fingerprint());
        return write(header.bytes());
    }
    Result<void> put(FileItem type, BytesView first, BytesView second = {}) {
        BinaryWriter head;
        head.u8(static_cast<std::uint8_t>(type));
        head.u32(static_cast<std::uint32_t>(first.size() + second.size()));
        COTMOC_TRY(write(head.bytes()));
        COTMOC_TRY(write(first));
        return write(second);
    }
    Result<void> end() {
        COTMOC_TRY(put(FileItem::end, {}));
        return sink_.end();
    }
    Result<void> put_held(const std::vector<Hash256>& ids) {
        const DeviceId own = options_.keys.public_keys().id();
        for (std::size_t from = 0; from < ids.size(); from += held_ids_max) {
            BinaryWriter list;
            for (std::size_t at = from; at < std::min(ids.size(), from + held_ids_max); ++at) {
                list.id(ids[at]);
            }
            BinaryWriter head;
            head.id(own);
            head.id(options_.keys.signing.sign(held_hash(own, list.bytes())));
            COTMOC_TRY(put(FileItem::held, head.bytes(), list.bytes()));
        }
        return {};
    }
    Result<void> put_slice(const CarriedFile& file, const Slice& slice) {
        COTMOC_TRY(put(FileItem::manifest, crypto::encode_manifest(file.manifest)));
        for (std::size_t chunk = slice.first; chunk < slice.until; ++chunk) {
            COTMOC_TRY(put_chunk(file, chunk));
        }
        return {};
    }

    FileBundleWritten written;
    std::uint64_t total = 0;  // octets, as planned

private:
    /// The disk may have changed it: then nobody is given it, and it is fetched again.
    Result<void> put_chunk(const CarriedFile& file, std::size_t chunk) {
        const Result<Bytes> sealed = options_.files.chunk(file.id, chunk);
        const bool gone = !sealed && (sealed.error().code == ErrorCode::attachment_not_here ||
                                      sealed.error().code == ErrorCode::database_damaged);
        if (!sealed && !gone) {
            return tl::unexpected(sealed.error());
        }
        if (gone || crypto::attachment_chunk_hash(*sealed) != file.manifest.chunks[chunk]) {
            written.damaged += 1;
            return options_.files.drop_chunk(file.id, chunk);
        }
        BinaryWriter number;
        number.u32(static_cast<std::uint32_t>(chunk));
        return put(FileItem::chunk, number.bytes(), *sealed);
    }
    Result<void> write(BytesView octets) {
        written.bytes += octets.size();
        if (options_.progress) {
            options_.progress(written.bytes, std::max(total, written.bytes));
        }
        return octets.empty() ? Result<void>() : sink_.write(octets);
    }

    const FileBundleExport& options_;
    VolumeSink& sink_;
};

Result<std::vector<DeviceId>> readers_of(const FileBundleExport& options, const DeviceId& own) {
    if (options.trust.find(own) == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    std::vector<DeviceId> readers = options.readers;
    for (const DeviceId& reader : readers) {
        if (options.trust.find(reader) == nullptr) {
            return fail(ErrorCode::unknown_device, reader.hex());
        }
    }
    if (readers.empty()) {
        for (const auto& device : options.trust.devices()) {
            if (!device.revoked && device.id != own) {
                readers.push_back(device.id);
            }
        }
    }
    return readers;
}

/// What a reader carries, in the order of the store.
Result<std::vector<Hash256>> held_for(const FileBundleExport& options, const DeviceId& own,
                                      const std::vector<DeviceId>& readers, bool lacking) {
    // Nobody has this id, so that nothing counts as delivered to it.
    COTMOC_ASSIGN(std::vector<Hash256> all, options.files.undelivered(DeviceId{}));
    std::set<Hash256> chosen;
    for (const DeviceId& reader : readers) {
        const AttachmentParties parties{options.trust, own, reader};
        COTMOC_ASSIGN(const std::vector<Hash256> candidates,
                      options.files.undelivered(lacking ? reader : DeviceId{}));
        for (const Hash256& id : candidates) {
            COTMOC_ASSIGN(const std::optional<HeldAttachment> held, options.files.find(id));
            // Its author has it.
            if (held && parties.share(held->space) && !(lacking && held->author == reader)) {
                chosen.insert(id);
            }
        }
    }
    std::erase_if(all, [&](const Hash256& id) { return !chosen.contains(id); });
    return all;
}

Result<std::vector<CarriedFile>> carried_files(const FileBundleExport& options,
                                               const std::vector<Hash256>& ids) {
    std::vector<CarriedFile> files;
    for (const Hash256& id : ids) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> held, options.files.find(id));
        const bool small =
            held && (held->size <= core::attachment_thumbnail_max || held->size <= options.size_max);
        if (!small) {
            continue;
        }
        Result<crypto::AttachmentManifest> manifest = options.files.manifest(id);
        if (manifest) {
            files.push_back({id, std::move(*manifest)});
        } else if (manifest.error().code != ErrorCode::unknown_attachment) {
            return tl::unexpected(manifest.error());
        }
    }
    return files;
}

}  // namespace

Result<FileBundleWritten> export_files(const FileBundleExport& options, VolumeSink& sink) {
    if (options.volume_size < file_volume_min || options.volume_size > bundle_volume_max) {
        return fail(ErrorCode::out_of_bounds, "a volume of files has 1 MiB to 256 MiB");
    }
    const DeviceId own = options.keys.public_keys().id();
    COTMOC_ASSIGN(const std::vector<DeviceId> readers, readers_of(options, own));
    COTMOC_ASSIGN(const std::vector<Hash256> held, held_for(options, own, readers, false));
    std::vector<CarriedFile> files;
    if (!options.held_only) {
        COTMOC_ASSIGN(const std::vector<Hash256> lacking,
                      held_for(options, own, readers, !options.everything));
        COTMOC_ASSIGN(files, carried_files(options, lacking));
    }
    Writer writer(options, sink);
    if (held.empty()) {
        return writer.written;
    }
    const std::size_t lists = (held.size() + held_ids_max - 1) / held_ids_max;
    const std::uint64_t held_size = lists * (file_item_head_size + 96) + 32 * std::uint64_t{held.size()};
    const auto volumes = cut(files, held_size, options.volume_size);
    if (volumes.size() > bundle_volumes_max) {
        return fail(ErrorCode::out_of_bounds, std::to_string(volumes.size()) + " volumes; make them larger");
    }
    for (const CarriedFile& file : files) {
        writer.total += file.manifest.size;
    }
    for (std::size_t number = 0; number < volumes.size(); ++number) {
        COTMOC_TRY(
            writer.begin(static_cast<std::uint32_t>(number + 1), static_cast<std::uint32_t>(volumes.size())));
        for (const Slice& slice : volumes[number]) {
            COTMOC_TRY(writer.put_slice(files[slice.file], slice));
        }
        if (number + 1 == volumes.size()) {
            // In the end: what turned out to be damaged is held no more.
            COTMOC_ASSIGN(const std::vector<Hash256> still, held_for(options, own, readers, false));
            COTMOC_TRY(writer.put_held(still));
        }
        COTMOC_TRY(writer.end());
    }
    writer.written.volumes = static_cast<std::uint32_t>(volumes.size());
    writer.written.files = files.size();
    return writer.written;
}

}  // namespace cotmoc::sync
