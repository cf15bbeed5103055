// Which files others are known to hold, and which have to be brought to them.
#include "attachments/device_list.hpp"

#include <cotmoc/sync/attachment_store.hpp>

namespace cotmoc::sync {
namespace {

/// What some record names; nobody waits for anything else.
constexpr std::string_view is_named =
    "EXISTS (SELECT 1 FROM reference AS r WHERE r.id = a.id AND r.space = a.space AND r.size = a.size)";

}  // namespace

Result<void> AttachmentStore::note_delivered(const Hash256& id, const DeviceId& peer) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    // Lost with the power, it is asked for once more.
    return write(false, [&]() -> Result<void> {
        COTMOC_ASSIGN(core::Statement insert,
                      database_.prepare("INSERT OR REPLACE INTO delivered (attachment, peer, told) VALUES "
                                        "(?1, ?2, (SELECT coalesce(max(told), 0) + 1 FROM delivered "
                                        "WHERE peer = ?2))"));
        return insert.bind(1, found.number).bind_blob(2, peer.view()).run();
    });
}

Result<bool> AttachmentStore::delivered(const Hash256& id, const DeviceId& peer) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT 1 FROM delivered AS d JOIN attachment AS a ON a.number = "
                                    "d.attachment WHERE a.id = ?1 AND d.peer = ?2"));
    return read.bind_blob(1, id.view()).bind_blob(2, peer.view()).step();
}

Result<void> AttachmentStore::note_lost(const Hash256& id, const DeviceId& peer) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    return write(false, [&]() -> Result<void> {
        COTMOC_ASSIGN(core::Statement drop,
                      database_.prepare("DELETE FROM delivered WHERE attachment = ?1 AND peer = ?2"));
        return drop.bind(1, found.number).bind_blob(2, peer.view()).run();
    });
}

Result<void> AttachmentStore::note_went_back(std::int64_t at_ms) {
    {
        COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT at_ms FROM went_back"));
        COTMOC_ASSIGN(const bool there, read.step());
        if (there && read.integer(0) == at_ms) {
            return {};
        }
    }
    return write(true, [&]() -> Result<void> {
        COTMOC_TRY(database_.execute("DELETE FROM delivered; DELETE FROM went_back"));
        COTMOC_ASSIGN(core::Statement note, database_.prepare("INSERT INTO went_back (at_ms) VALUES (?1)"));
        return note.bind(1, at_ms).run();
    });
}

Result<std::vector<Hash256>> AttachmentStore::undelivered(const DeviceId& peer) {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT a.id FROM attachment AS a JOIN chunks AS c ON c.attachment = a.number "
                          "WHERE NOT a.draft AND c.whole AND " +
                          std::string(is_named) +
                          " AND NOT EXISTS (SELECT 1 FROM delivered AS d WHERE d.attachment = a.number AND "
                          "d.peer = ?1) ORDER BY NOT EXISTS (SELECT 1 FROM reference AS r WHERE "
                          "r.id = a.id AND r.thumbnail), a.number"));
    return ids(read.bind_blob(1, peer.view()));
}

Result<std::vector<Hash256>> AttachmentStore::longest_delivered(const DeviceId& peer, std::size_t count) {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT a.id FROM delivered AS d JOIN attachment AS a ON a.number = d.attachment "
                          "JOIN chunks AS c ON c.attachment = a.number WHERE d.peer = ?1 AND NOT a.draft "
                          "AND c.whole AND " +
                          std::string(is_named) + " ORDER BY d.told LIMIT ?2"));
    return ids(read.bind_blob(1, peer.view()).bind(2, static_cast<std::int64_t>(count)));
}

Result<std::uint64_t> AttachmentStore::unsent(const DeviceId& author, const std::vector<DeviceId>& keepers) {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT count(*) FROM attachment AS a WHERE a.author = ?1 AND NOT a.draft "
                          "AND " +
                          std::string(is_named) +
                          " AND NOT EXISTS (SELECT 1 FROM delivered AS d WHERE "
                          "d.attachment = a.number AND d.peer IN (" +
                          device_list(keepers) + "))"));
    COTMOC_ASSIGN(const bool there, read.bind_blob(1, author.view()).step());
    return there ? static_cast<std::uint64_t>(read.integer(0)) : 0;
}

std::string device_list(const std::vector<DeviceId>& devices) {
    std::string list = "NULL";
    for (const DeviceId& device : devices) {
        list += ", x'" + device.hex() + "'";
    }
    return list;
}

}  // namespace cotmoc::sync
