#include <cotmoc/base/check.hpp>
#include <cotmoc/sync/attachment_store.hpp>

#include <bit>

namespace cotmoc::sync {
namespace {

/// A chunk stands in one piece, or in several as they came. What is held whole is in `chunks.bits`.
constexpr std::string_view schema = R"(
CREATE TABLE IF NOT EXISTS meta (format INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS attachment (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
    space BLOB NOT NULL, author BLOB NOT NULL, size INTEGER NOT NULL, draft INTEGER NOT NULL,
    manifest BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS attachment_author ON attachment (author, size);
CREATE INDEX IF NOT EXISTS attachment_space ON attachment (space);
CREATE TABLE IF NOT EXISTS chunks (attachment INTEGER PRIMARY KEY, whole INTEGER NOT NULL,
    bits BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS piece (attachment INTEGER NOT NULL, chunk INTEGER NOT NULL,
    start INTEGER NOT NULL, octets BLOB NOT NULL, UNIQUE (attachment, chunk, start));
CREATE TABLE IF NOT EXISTS delivered (attachment INTEGER NOT NULL, peer BLOB NOT NULL,
    PRIMARY KEY (attachment, peer)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reference (id BLOB NOT NULL, space BLOB NOT NULL, size INTEGER NOT NULL,
    thumbnail INTEGER NOT NULL, content BLOB NOT NULL, text TEXT NOT NULL, PRIMARY KEY (space, id));
CREATE INDEX IF NOT EXISTS reference_content ON reference (space, content);
CREATE TABLE IF NOT EXISTS followed (space BLOB PRIMARY KEY, digest BLOB NOT NULL);
)";
constexpr std::int64_t format_1 = 1;

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

tl::unexpected<Error> damaged() { return fail(ErrorCode::database_damaged, "attachments"); }

}  // namespace

std::optional<ChunkSet> ChunkSet::from(BytesView bits, std::size_t size) {
    ChunkSet set(size);
    if (bits.size() != set.bits_.size()) {
        return std::nullopt;
    }
    set.bits_.assign(bits.begin(), bits.end());
    const bool unused_bits = size % 8 != 0 && bits.back() >> (size % 8) != 0;
    return unused_bits ? std::nullopt : std::optional(std::move(set));
}

ChunkSet ChunkSet::all_of(std::size_t size) {
    ChunkSet set(size);
    for (std::size_t chunk = 0; chunk < size; ++chunk) {
        set.add(chunk);
    }
    return set;
}

std::size_t ChunkSet::count() const {
    std::size_t count = 0;
    for (const std::uint8_t octet : bits_) {
        count += static_cast<std::size_t>(std::popcount(octet));
    }
    return count;
}

Result<std::unique_ptr<AttachmentStore>> AttachmentStore::open(const core::Database::Options& options,
                                                               const AttachmentLimits& limits) {
    COTMOC_ASSIGN(core::Database database, core::Database::open(options));
    std::unique_ptr<AttachmentStore> store(new AttachmentStore(std::move(database), limits));
    COTMOC_TRY(store->prepare());
    return store;
}

Result<void> AttachmentStore::prepare() {
    COTMOC_TRY(database_.execute(schema));
    {
        COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT format FROM meta"));
        COTMOC_ASSIGN(const bool there, read.step());
        if (there && read.integer(0) > format_1) {
            return fail(ErrorCode::newer_database, "attachments");
        }
        if (!there) {
            COTMOC_TRY(database_.execute("INSERT INTO meta (format) VALUES (1)"));
        }
    }
    std::vector<std::int64_t> drafts;
    {
        COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT number FROM attachment WHERE draft"));
        for (;;) {
            COTMOC_ASSIGN(const bool row, read.step());
            if (!row) {
                break;
            }
            drafts.push_back(read.integer(0));
        }
    }
    for (const std::int64_t draft : drafts) {
        COTMOC_TRY(drop_sealing(draft));
    }
    return {};
}

Result<void> AttachmentStore::write(bool durable, const std::function<Result<void>()>& work) {
    if (durable != durable_) {
        // With NORMAL a commit is handed to the system and not waited for: it survives the process. The next
        // durable one waits for all before it too.
        COTMOC_TRY(database_.execute(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
        durable_ = durable;
    }
    COTMOC_ASSIGN(core::Transaction transaction, core::Transaction::begin(database_));
    COTMOC_TRY(work());
    return transaction.commit();
}

Result<void> AttachmentStore::run(std::string_view sql, std::int64_t first) {
    COTMOC_ASSIGN(core::Statement statement, database_.prepare(sql));
    return statement.bind(1, first).run();
}

Result<std::optional<AttachmentStore::Row>> AttachmentStore::row(const Hash256& id) {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT a.number, a.space, a.author, a.size, c.bits FROM attachment AS a "
                          "JOIN chunks AS c ON c.attachment = a.number WHERE a.id = ?1 AND NOT draft"));
    read.bind_blob(1, id.view());
    COTMOC_ASSIGN(const bool there, read.step());
    if (!there) {
        return std::nullopt;
    }
    const auto space = SpaceId::from(read.blob(1));
    const auto author = DeviceId::from(read.blob(2));
    const auto size = static_cast<std::uint64_t>(read.integer(3));
    auto chunks = ChunkSet::from(read.blob(4), crypto::attachment_chunk_count(size));
    if (!space || !author || !chunks || size > crypto::attachment_size_max) {
        return damaged();
    }
    return Row{read.integer(0), {*space, *author, size, std::move(*chunks), 0, 0}};
}

Result<AttachmentStore::Row> AttachmentStore::known_row(const Hash256& id) {
    COTMOC_ASSIGN(std::optional<Row> found, row(id));
    return found ? Result<Row>(std::move(*found))
                 : Result<Row>(fail(ErrorCode::unknown_attachment, id.hex()));
}

Result<std::optional<HeldAttachment>> AttachmentStore::find(const Hash256& id) {
    COTMOC_ASSIGN(std::optional<Row> found, row(id));
    if (!found) {
        return std::nullopt;
    }
    HeldAttachment& held = found->held;
    if (held.chunks.whole()) {
        return std::move(held);
    }
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT chunk, sum(length(octets)) AS octets FROM piece "
                                    "WHERE attachment = ?1 GROUP BY chunk ORDER BY octets DESC, chunk"));
    read.bind(1, found->number);
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return std::move(held);
        }
        const auto chunk = static_cast<std::size_t>(read.integer(0));
        if (chunk < held.chunks.size() && !held.chunks.has(chunk)) {
            held.part_chunk = chunk;
            held.part_octets = static_cast<std::size_t>(read.integer(1));
            return std::move(held);
        }
    }
}

Result<crypto::AttachmentManifest> AttachmentStore::manifest(const Hash256& id) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT manifest FROM attachment WHERE id = ?1 AND NOT draft"));
    read.bind_blob(1, id.view());
    COTMOC_ASSIGN(const bool there, read.step());
    return there ? crypto::decode_manifest(read.blob(0))
                 : Result<crypto::AttachmentManifest>(fail(ErrorCode::unknown_attachment, id.hex()));
}

Result<Bytes> AttachmentStore::pieces(std::int64_t attachment, std::size_t number) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT start, octets FROM piece WHERE attachment = ?1 AND chunk = ?2 "
                                    "ORDER BY start"));
    read.bind(1, attachment).bind(2, signed_of(number));
    Bytes octets;
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return octets;
        }
        if (read.integer(0) != signed_of(octets.size())) {
            return damaged();
        }
        const BytesView piece = read.blob(1);
        octets.insert(octets.end(), piece.begin(), piece.end());
    }
}

Result<Bytes> AttachmentStore::chunk(const Hash256& id, std::size_t number) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    if (number >= found.held.chunks.size() || !found.held.chunks.has(number)) {
        return fail(ErrorCode::attachment_not_here, "chunk " + std::to_string(number));
    }
    return pieces(found.number, number);
}

Result<Bytes> AttachmentStore::part(const Hash256& id, std::size_t number) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    return pieces(found.number, number);
}

Result<void> AttachmentStore::remove(std::int64_t attachment) {
    COTMOC_TRY(run("DELETE FROM piece WHERE attachment = ?1", attachment));
    COTMOC_TRY(run("DELETE FROM chunks WHERE attachment = ?1", attachment));
    COTMOC_TRY(run("DELETE FROM delivered WHERE attachment = ?1", attachment));
    return run("DELETE FROM attachment WHERE number = ?1", attachment);
}

Result<void> AttachmentStore::forget(const Hash256& id) {
    COTMOC_ASSIGN(const std::optional<Row> found, row(id));
    return found ? write(true, [&] { return remove(found->number); }) : Result<void>();
}

Result<void> AttachmentStore::forget_space(const SpaceId& space) {
    std::vector<std::int64_t> numbers;
    COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT number FROM attachment WHERE space = ?1"));
    read.bind_blob(1, space.view());
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            break;
        }
        numbers.push_back(read.integer(0));
    }
    return write(true, [&]() -> Result<void> {
        for (const std::int64_t number : numbers) {
            COTMOC_TRY(remove(number));
        }
        for (const char* table : {"reference", "followed"}) {
            COTMOC_ASSIGN(core::Statement drop,
                          database_.prepare("DELETE FROM " + std::string(table) + " WHERE space = ?1"));
            COTMOC_TRY(drop.bind_blob(1, space.view()).run());
        }
        return {};
    });
}

Result<std::vector<SpaceId>> AttachmentStore::spaces() {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT space FROM attachment UNION SELECT space FROM reference ORDER BY 1"));
    std::vector<SpaceId> spaces;
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return spaces;
        }
        const auto space = SpaceId::from(read.blob(0));
        if (!space) {
            return damaged();
        }
        spaces.push_back(*space);
    }
}

Result<void> AttachmentStore::insert(const Hash256& id, const crypto::AttachmentManifest& manifest,
                                     bool draft) {
    const Bytes bytes = draft ? Bytes() : crypto::encode_manifest(manifest);
    COTMOC_ASSIGN(core::Statement insert,
                  database_.prepare("INSERT INTO attachment (id, space, author, size, draft, manifest) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    insert.bind_blob(1, id.view()).bind_blob(2, manifest.space.view()).bind_blob(3, manifest.author.view());
    insert.bind(4, signed_of(manifest.size)).bind(5, draft ? 1 : 0).bind_blob(6, bytes);
    COTMOC_TRY(insert.run());
    return set_chunks(database_.last_row(), ChunkSet(crypto::attachment_chunk_count(manifest.size)));
}

Result<void> AttachmentStore::check_quota(const crypto::AttachmentManifest& manifest) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT count(*), total(size) FROM attachment WHERE author = ?1"));
    read.bind_blob(1, manifest.author.view());
    COTMOC_ASSIGN(const bool there, read.step());
    if (!there) {
        return damaged();
    }
    const auto count = static_cast<std::uint64_t>(read.integer(0));
    const auto used = static_cast<std::uint64_t>(read.real(1));
    const bool fits = count < limits_.count && used <= limits_.bytes && manifest.size <= limits_.bytes - used;
    return fits ? Result<void>() : Result<void>(fail(ErrorCode::quota_exceeded, "attachments"));
}

Result<void> AttachmentStore::add(const crypto::AttachmentManifest& manifest) {
    const Hash256 id = crypto::attachment_id(manifest);
    COTMOC_ASSIGN(const std::optional<Row> known, row(id));
    if (known) {
        return {};
    }
    COTMOC_TRY(check_quota(manifest));
    return write(true, [&] { return insert(id, manifest, false); });
}

Result<void> AttachmentStore::add_piece(std::int64_t attachment, std::size_t number, BytesView octets,
                                        std::size_t kept) {
    {
        COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT total(length(octets)) FROM piece "
                                                              "WHERE attachment = ?1 AND chunk = ?2"));
        read.bind(1, attachment).bind(2, signed_of(number));
        COTMOC_ASSIGN(const bool there, read.step());
        const auto held = there ? static_cast<std::size_t>(read.real(0)) : 0;
        if (held != kept) {
            // Another session brought octets of the same chunk: what this one has takes their place.
            COTMOC_ASSIGN(core::Statement drop,
                          database_.prepare("DELETE FROM piece WHERE attachment = ?1 AND chunk = ?2"));
            COTMOC_TRY(drop.bind(1, attachment).bind(2, signed_of(number)).run());
            kept = 0;
        }
    }
    if (kept == octets.size()) {
        return {};
    }
    COTMOC_ASSIGN(core::Statement insert,
                  database_.prepare("INSERT INTO piece (attachment, chunk, start, octets) "
                                    "VALUES (?1, ?2, ?3, ?4)"));
    return insert.bind(1, attachment)
        .bind(2, signed_of(number))
        .bind(3, signed_of(kept))
        .bind_blob(4, octets.subspan(kept))
        .run();
}

Result<void> AttachmentStore::keep_part(const Hash256& id, std::size_t number, BytesView octets,
                                        std::size_t kept) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    COTMOC_CHECK(number < found.held.chunks.size());
    if (found.held.chunks.has(number)) {
        return {};
    }
    return write(false, [&] { return add_piece(found.number, number, octets, kept); });
}

Result<void> AttachmentStore::keep_chunk(const Hash256& id, std::size_t number, BytesView octets,
                                         std::size_t kept) {
    COTMOC_ASSIGN(Row found, known_row(id));
    COTMOC_CHECK(number < found.held.chunks.size());
    if (found.held.chunks.has(number)) {
        return {};
    }
    found.held.chunks.add(number);
    return write(true, [&]() -> Result<void> {
        COTMOC_TRY(add_piece(found.number, number, octets, kept));
        return set_chunks(found.number, found.held.chunks);
    });
}

Result<void> AttachmentStore::drop_part(const Hash256& id, std::size_t number) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    if (number >= found.held.chunks.size() || found.held.chunks.has(number)) {
        return {};
    }
    return write(true, [&]() -> Result<void> {
        COTMOC_ASSIGN(core::Statement drop,
                      database_.prepare("DELETE FROM piece WHERE attachment = ?1 AND chunk = ?2"));
        return drop.bind(1, found.number).bind(2, signed_of(number)).run();
    });
}

Result<void> AttachmentStore::drop_chunk(const Hash256& id, std::size_t number) {
    COTMOC_ASSIGN(Row found, known_row(id));
    found.held.chunks.remove(number);
    COTMOC_TRY(write(true, [&] { return set_chunks(found.number, found.held.chunks); }));
    return drop_part(id, number);
}

Result<void> AttachmentStore::set_chunks(std::int64_t attachment, const ChunkSet& chunks) {
    COTMOC_ASSIGN(core::Statement set,
                  database_.prepare("INSERT INTO chunks (attachment, whole, bits) VALUES (?1, ?2, ?3) "
                                    "ON CONFLICT (attachment) DO UPDATE SET whole = excluded.whole, "
                                    "bits = excluded.bits"));
    return set.bind(1, attachment).bind(2, chunks.whole() ? 1 : 0).bind_blob(3, chunks.bits()).run();
}

Result<void> AttachmentStore::note_delivered(const Hash256& id, const DeviceId& peer) {
    COTMOC_ASSIGN(const Row found, known_row(id));
    return write(true, [&]() -> Result<void> {
        COTMOC_ASSIGN(
            core::Statement insert,
            database_.prepare("INSERT OR IGNORE INTO delivered (attachment, peer) VALUES (?1, ?2)"));
        return insert.bind(1, found.number).bind_blob(2, peer.view()).run();
    });
}

Result<std::vector<Hash256>> AttachmentStore::undelivered(const DeviceId& author, const DeviceId& peer) {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT a.id FROM attachment AS a JOIN chunks AS c ON c.attachment = a.number "
                          "WHERE a.author = ?1 AND NOT a.draft AND c.whole AND NOT EXISTS (SELECT 1 FROM "
                          "delivered AS d WHERE d.attachment = a.number AND d.peer = ?2) "
                          "ORDER BY NOT EXISTS (SELECT 1 FROM reference AS r WHERE r.space = a.space AND "
                          "r.id = a.id AND r.thumbnail), a.number"));
    read.bind_blob(1, author.view()).bind_blob(2, peer.view());
    std::vector<Hash256> ids;
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return ids;
        }
        const auto id = Hash256::from(read.blob(0));
        if (!id) {
            return damaged();
        }
        ids.push_back(*id);
    }
}

}  // namespace cotmoc::sync
