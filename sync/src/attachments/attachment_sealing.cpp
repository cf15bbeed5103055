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
        Hash256 nameless;
        nameless.octets.back() = 1;  // no id that a hash could be, until the number is known
        COTMOC_TRY(insert(nameless, draft, author, true));
        COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT max(number) FROM attachment"));
        COTMOC_ASSIGN(const bool there, read.step());
        COTMOC_CHECK(there);
        number = read.integer(0);
        COTMOC_ASSIGN(core::Statement rename, database_.prepare("UPDATE attachment SET id = ?2 WHERE number = ?1"));
        const Hash256 name = draft_name(number);
        return rename.bind(1, number).bind_blob(2, name.view()).run();
    });
    COTMOC_TRY(begun);
    return number;
}

Result<void> AttachmentStore::add_sealed(std::int64_t draft, std::size_t number, BytesView sealed) {
    return write(false, [&] { return add_piece(draft, number, 0, sealed); });
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
    return remove(draft);
}

}  // namespace cotmoc::sync
