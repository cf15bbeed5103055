#include <cotmoc/sync/snapshot_shelf.hpp>

#include <algorithm>
#include <numeric>

namespace cotmoc::sync {
namespace {

constexpr int schema_version = 1;

}  // namespace

std::uint64_t change_sets_covered(const crypto::SnapshotManifest& manifest) {
    return std::accumulate(
        manifest.places.begin(), manifest.places.end(), std::uint64_t{0},
        [](std::uint64_t sum, const crypto::SnapshotPlace& place) { return sum + place.seq; });
}

Result<std::unique_ptr<SnapshotShelf>> SnapshotShelf::open(const core::Database::Options& options,
                                                           AttachmentStore& bodies) {
    COTMOC_ASSIGN(core::Database database, core::Database::open(options));
    std::int64_t version = 0;
    {
        COTMOC_ASSIGN(core::Statement read, database.prepare("PRAGMA user_version"));
        COTMOC_ASSIGN(const bool row, read.step());
        version = row ? read.integer(0) : 0;
    }
    if (version > schema_version) {
        return fail(ErrorCode::newer_database, "snapshots");
    }
    if (version == 0) {
        COTMOC_ASSIGN(core::Transaction transaction, core::Transaction::begin(database));
        COTMOC_TRY(database.execute(
            "CREATE TABLE snapshot(id BLOB PRIMARY KEY, space BLOB NOT NULL, covered INTEGER NOT NULL, "
            "manifest BLOB NOT NULL) WITHOUT ROWID; CREATE TABLE delivered(id BLOB NOT NULL, peer BLOB NOT "
            "NULL, PRIMARY KEY(id, peer)) WITHOUT ROWID; PRAGMA user_version = 1"));
        COTMOC_TRY(transaction.commit());
    }
    return std::unique_ptr<SnapshotShelf>(new SnapshotShelf(std::move(database), bodies));
}

Result<std::vector<crypto::SnapshotManifest>> SnapshotShelf::all(const SpaceId& space) {
    std::vector<crypto::SnapshotManifest> found;
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT manifest FROM snapshot WHERE space = ? ORDER BY covered DESC, id"));
    read.bind_blob(1, space.view());
    for (;;) {
        COTMOC_ASSIGN(const bool row, read.step());
        if (!row) {
            return found;
        }
        COTMOC_ASSIGN(crypto::SnapshotManifest manifest, crypto::decode_snapshot(read.blob(0)));
        found.push_back(std::move(manifest));
    }
}

Result<bool> SnapshotShelf::keep(const crypto::SnapshotManifest& manifest) {
    COTMOC_ASSIGN(const std::vector<crypto::SnapshotManifest> known, all(manifest.space));
    const std::uint64_t covered = change_sets_covered(manifest);
    if (!known.empty() && change_sets_covered(known.front()) >= covered) {
        return false;
    }
    const Bytes bytes = crypto::encode_snapshot(manifest);
    COTMOC_ASSIGN(core::Statement insert,
                  database_.prepare("INSERT INTO snapshot(id, space, covered, manifest) VALUES(?, ?, ?, ?)"));
    COTMOC_TRY(insert.bind_blob(1, crypto::snapshot_id(manifest).view())
                   .bind_blob(2, manifest.space.view())
                   .bind(3, static_cast<std::int64_t>(covered))
                   .bind_blob(4, bytes)
                   .run());
    COTMOC_TRY(tidy(manifest.space));
    return true;
}

Result<std::optional<crypto::SnapshotManifest>> SnapshotShelf::newest(const SpaceId& space, bool whole) {
    COTMOC_ASSIGN(std::vector<crypto::SnapshotManifest> known, all(space));
    for (crypto::SnapshotManifest& manifest : known) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> body, bodies_.find(manifest.body));
        if (!whole || (body && body->chunks.whole())) {
            return std::optional(std::move(manifest));
        }
    }
    return std::nullopt;
}

Result<void> SnapshotShelf::remove(const crypto::SnapshotManifest& manifest) {
    const Hash256 id = crypto::snapshot_id(manifest);
    for (const char* sql : {"DELETE FROM delivered WHERE id = ?", "DELETE FROM snapshot WHERE id = ?"}) {
        COTMOC_ASSIGN(core::Statement forget, database_.prepare(sql));
        COTMOC_TRY(forget.bind_blob(1, id.view()).run());
    }
    return {};
}

Result<void> SnapshotShelf::note_delivered(const Hash256& id, const DeviceId& peer) {
    COTMOC_ASSIGN(core::Statement note,
                  database_.prepare("INSERT OR IGNORE INTO delivered(id, peer) VALUES(?, ?)"));
    return note.bind_blob(1, id.view()).bind_blob(2, peer.view()).run();
}

Result<bool> SnapshotShelf::delivered(const Hash256& id, const DeviceId& peer) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT 1 FROM delivered WHERE id = ? AND peer = ?"));
    read.bind_blob(1, id.view()).bind_blob(2, peer.view());
    return read.step();
}

Result<void> SnapshotShelf::tidy(const SpaceId& space) {
    COTMOC_ASSIGN(const std::vector<crypto::SnapshotManifest> known, all(space));
    COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> whole, newest(space, true));
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (i != 0 && !(whole && known[i] == *whole)) {
            COTMOC_TRY(remove(known[i]));
            COTMOC_TRY(bodies_.forget(known[i].body));
        }
    }
    return {};
}

Result<void> SnapshotShelf::forget(const SpaceId& space, bool bodies) {
    COTMOC_ASSIGN(const std::vector<crypto::SnapshotManifest> known, all(space));
    for (const crypto::SnapshotManifest& manifest : known) {
        COTMOC_TRY(remove(manifest));
        COTMOC_TRY(bodies ? bodies_.forget(manifest.body) : Result<void>());
    }
    return {};
}

}  // namespace cotmoc::sync
