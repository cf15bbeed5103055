// What the records of each space name, so that a session knows what is missing without reading the records.
#include <cotmoc/base/check.hpp>
#include <cotmoc/sync/attachment_store.hpp>

namespace cotmoc::sync {

Result<void> AttachmentStore::set_references(const SpaceId& space, const Hash256& digest,
                                             const std::vector<Reference>& references) {
    return write(true, [&]() -> Result<void> {
        COTMOC_ASSIGN(core::Statement drop, database_.prepare("DELETE FROM reference WHERE space = ?1"));
        COTMOC_TRY(drop.bind_blob(1, space.view()).run());
        COTMOC_ASSIGN(
            core::Statement insert,
            database_.prepare("INSERT OR REPLACE INTO reference (id, space, size, thumbnail, content, "
                              "text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
        for (const Reference& each : references) {
            insert.bind_blob(1, each.file.id.view()).bind_blob(2, space.view());
            insert.bind(3, static_cast<std::int64_t>(each.file.size)).bind(4, each.thumbnail ? 1 : 0);
            insert.bind_blob(5, each.content.view()).bind(6, each.text);
            COTMOC_TRY(insert.run());
        }
        COTMOC_ASSIGN(core::Statement note,
                      database_.prepare("INSERT OR REPLACE INTO followed (space, digest) VALUES (?1, ?2)"));
        return note.bind_blob(1, space.view()).bind_blob(2, digest.view()).run();
    });
}

Result<std::optional<Hash256>> AttachmentStore::followed(const SpaceId& space) {
    COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT digest FROM followed WHERE space = ?1"));
    read.bind_blob(1, space.view());
    COTMOC_ASSIGN(const bool there, read.step());
    return there ? Hash256::from(read.blob(0)) : std::nullopt;
}

Result<std::optional<core::Attachment>> AttachmentStore::same_file(const SpaceId& space,
                                                                   const Hash256& content) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT r.text FROM reference AS r JOIN attachment AS a ON a.id = r.id "
                                    "JOIN chunks AS c ON c.attachment = a.number WHERE r.space = ?1 "
                                    "AND r.content = ?2 AND NOT r.thumbnail AND c.whole ORDER BY r.id"));
    read.bind_blob(1, space.view()).bind_blob(2, content.view());
    COTMOC_ASSIGN(const bool there, read.step());
    return there ? core::parse_attachment(read.text(0)) : std::nullopt;
}

Result<std::vector<AttachmentStore::Missing>> AttachmentStore::missing() {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT r.id, r.space, r.size, r.thumbnail FROM reference AS r WHERE NOT EXISTS "
                          "(SELECT 1 FROM attachment AS a JOIN chunks AS c ON c.attachment = a.number "
                          "WHERE a.id = r.id AND NOT a.draft AND c.whole) "
                          "ORDER BY NOT r.thumbnail, r.size, r.id"));
    std::vector<Missing> missing;
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return missing;
        }
        const auto id = Hash256::from(read.blob(0));
        const auto space = SpaceId::from(read.blob(1));
        if (!id || !space) {
            return fail(ErrorCode::database_damaged, "attachments");
        }
        missing.push_back({*id, *space, static_cast<std::uint64_t>(read.integer(2)), read.integer(3) != 0});
    }
}

}  // namespace cotmoc::sync
