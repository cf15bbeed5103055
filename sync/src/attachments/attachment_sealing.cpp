// A file of this device on its way into the store: its chunks stand under a draft until the last is there.
#include <cotmoc/base/check.hpp>
#include <cotmoc/sync/attachment_store.hpp>

namespace cotmoc::sync {

Result<std::int64_t> AttachmentStore::begin_sealing(const SpaceId& space, const DeviceId& author,
                                                    std::uint64_t size) {
    crypto::AttachmentManifest draft;
    draft.space = space;
    draft.author = author;
    draft.size = size;
    std::int64_t number = 0;
    const Result<void> begun = write(false, [&]() -> Result<void> {
        {
            COTMOC_ASSIGN(core::Statement read,
                          database_.prepare("SELECT coalesce(max(number), 0) + 1 FROM attachment"));
            COTMOC_ASSIGN(const bool there, read.step());
            COTMOC_CHECK(there);
            number = read.integer(0);
        }
        // No id that a hash could be: the number, and zeros.
        Hash256 name;
        for (std::size_t octet = 0; octet < 8; ++octet) {
            name.octets[octet] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * octet));
        }
        return insert(name, draft, true);
    });
    return begun ? Result<std::int64_t>(number) : Result<std::int64_t>(tl::unexpected(begun.error()));
}

Result<void> AttachmentStore::add_sealed(std::int64_t draft, std::size_t number, BytesView sealed) {
    return write(false, [&] { return add_piece(draft, number, sealed, 0); });
}

Result<void> AttachmentStore::finish_sealing(std::int64_t draft, const crypto::AttachmentManifest& manifest) {
    const Hash256 id = crypto::attachment_id(manifest);
    const Bytes bytes = crypto::encode_manifest(manifest);
    return write(true, [&]() -> Result<void> {
        COTMOC_ASSIGN(core::Statement update,
                      database_.prepare("UPDATE attachment SET id = ?2, manifest = ?3, draft = 0 "
                                        "WHERE number = ?1 AND draft"));
        COTMOC_TRY(update.bind(1, draft).bind_blob(2, id.view()).bind_blob(3, bytes).run());
        return set_chunks(draft, ChunkSet::all_of(manifest.chunks.size()));
    });
}

Result<void> AttachmentStore::drop_sealing(std::int64_t draft) {
    return write(true, [&] { return remove(draft); });
}

}  // namespace cotmoc::sync
