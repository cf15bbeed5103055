#include <cotmoc/base/check.hpp>
#include <cotmoc/sync/attachment_store.hpp>
#include "attachments/device_list.hpp"

#include <bit>

namespace cotmoc::sync {
namespace {

/// A chunk stands in one piece, or in several as they came. What is held whole is in `chunks.bits`.
constexpr std::string_view schema = R"(
CREATE TABLE IF NOT EXISTS meta (format INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS attachment (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
    space BLOB NOT NULL, author BLOB NOT NULL, payer BLOB NOT NULL, size INTEGER NOT NULL,
    charge INTEGER NOT NULL, draft INTEGER NOT NULL, manifest BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS attachment_payer ON attachment (payer, draft, charge);
CREATE INDEX IF NOT EXISTS attachment_space ON attachment (space);
CREATE TABLE IF NOT EXISTS chunks (attachment INTEGER PRIMARY KEY, whole INTEGER NOT NULL,
    part_chunk INTEGER NOT NULL, part_octets INTEGER NOT NULL, bits BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS piece (attachment INTEGER NOT NULL, chunk INTEGER NOT NULL,
    start INTEGER NOT NULL, octets BLOB NOT NULL, UNIQUE (attachment, chunk, start));
CREATE TABLE IF NOT EXISTS delivered (attachment INTEGER NOT NULL, peer BLOB NOT NULL, told INTEGER NOT NULL,
    PRIMARY KEY (attachment, peer)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS delivered_told ON delivered (peer, told);
CREATE TABLE IF NOT EXISTS went_back (at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS reference (id BLOB NOT NULL, space BLOB NOT NULL, size INTEGER NOT NULL,
    thumbnail INTEGER NOT NULL, content BLOB NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (space, id, size, thumbnail, text));
CREATE INDEX IF NOT EXISTS reference_id ON reference (id);
CREATE INDEX IF NOT EXISTS reference_content ON reference (space, content);
CREATE TABLE IF NOT EXISTS followed (space BLOB PRIMARY KEY, digest BLOB NOT NULL);
)";
constexpr std::int64_t format_1 = 1;

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

tl::unexpected<Error> damaged() { return fail(ErrorCode::database_damaged, "attachments"); }

}  // namespace

void ChunkSet::add(std::size_t chunk) {
    COTMOC_CHECK(chunk < size_);
    bits_[chunk / 8] |= static_cast<std::uint8_t>(1u << (chunk % 8));
}

void ChunkSet::remove(std::size_t chunk) {
    COTMOC_CHECK(chunk < size_);
    bits_[chunk / 8] &= static_cast<std::uint8_t>(~(1u << (chunk % 8)));
}

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
    // What is deleted here was sealed: to write zeros over it first would need room, and hide nothing.
    COTMOC_TRY(database_.execute("PRAGMA secure_delete = OFF"));
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
        COTMOC_ASSIGN(drafts, numbers(read));
    }
    for (const std::int64_t draft : drafts) {
        if (!remove(draft)) {
            break;  // a full disk, say: they are in nobody's way, and the next start tries again
        }
    }
    return {};
}

Hash256 AttachmentStore::draft_name(std::int64_t number) {
    Hash256 name;
    for (std::size_t octet = 0; octet < 8; ++octet) {
        name.octets[octet] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * octet));
    }
    return name;
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
        database_.prepare("SELECT a.number, a.space, a.author, a.size, c.bits, c.part_chunk, c.part_octets "
                          "FROM attachment AS a JOIN chunks AS c ON c.attachment = a.number "
                          "WHERE a.id = ?1 AND NOT draft"));
    read.bind_blob(1, id.view());
    COTMOC_ASSIGN(const bool there, read.step());
    if (!there) {
        return std::nullopt;
    }
    const auto space = SpaceId::from(read.blob(1));
    const auto author = DeviceId::from(read.blob(2));
    const auto size = static_cast<std::uint64_t>(read.integer(3));
    if (!space || !author || size > crypto::attachment_size_max) {
        return damaged();
    }
    auto chunks = ChunkSet::from(read.blob(4), crypto::attachment_chunk_count(size));
    const auto part_chunk = static_cast<std::size_t>(read.integer(5));
    const auto part_octets = static_cast<std::size_t>(read.integer(6));
    constexpr std::size_t sealed_max = crypto::attachment_chunk_size + crypto::attachment_seal_overhead;
    const bool part_fits =
        chunks && (part_octets == 0 ||
                   (part_chunk < chunks->size() && !chunks->has(part_chunk) && part_octets <= sealed_max));
    if (!part_fits) {
        return damaged();
    }
    return Row{read.integer(0), {*space, *author, size, std::move(*chunks), part_chunk, part_octets}};
}

Result<AttachmentStore::Row> AttachmentStore::known_row(const Hash256& id) {
    COTMOC_ASSIGN(std::optional<Row> found, row(id));
    return found ? Result<Row>(std::move(*found))
                 : Result<Row>(fail(ErrorCode::unknown_attachment, id.hex()));
}

Result<std::optional<HeldAttachment>> AttachmentStore::find(const Hash256& id) {
    COTMOC_ASSIGN(std::optional<Row> found, row(id));
    return found ? std::optional(std::move(found->held)) : std::nullopt;
}

Result<crypto::AttachmentManifest> AttachmentStore::manifest(const Hash256& id) {
    Bytes octets;
    {
        COTMOC_ASSIGN(core::Statement read,
                      database_.prepare("SELECT manifest FROM attachment WHERE id = ?1 AND NOT draft"));
        read.bind_blob(1, id.view());
        COTMOC_ASSIGN(const bool there, read.step());
        if (!there) {
            return fail(ErrorCode::unknown_attachment, id.hex());
        }
        octets.assign(read.blob(0).begin(), read.blob(0).end());
    }
    Result<crypto::AttachmentManifest> manifest = crypto::decode_manifest(octets);
    if (!manifest || crypto::attachment_id(*manifest) != id) {
        // Without it no chunk can be checked: it is as if it had never come.
        COTMOC_TRY(forget(id));
        return fail(ErrorCode::unknown_attachment, id.hex() + ": its manifest was damaged");
    }
    return manifest;
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
    room_is_counted_ = false;
    const Result<void> hidden = write(true, [&]() -> Result<void> {
        COTMOC_ASSIGN(core::Statement hide,
                      database_.prepare("UPDATE attachment SET id = ?2, draft = 1 WHERE number = ?1"));
        const Hash256 name = draft_name(attachment);
        return hide.bind(1, attachment).bind_blob(2, name.view()).run();
    });
    COTMOC_TRY(hidden);
    // A transaction for each few pieces, so that little room is needed to make much.
    for (bool more = true; more;) {
        const Result<void> deleted = write(false, [&]() -> Result<void> {
            COTMOC_TRY(
                run("DELETE FROM piece WHERE rowid IN (SELECT rowid FROM piece WHERE attachment = ?1 "
                    "LIMIT 16)",
                    attachment));
            more = database_.changed_rows() != 0;
            return {};
        });
        COTMOC_TRY(deleted);
    }
    return write(false, [&]() -> Result<void> {
        COTMOC_TRY(run("DELETE FROM chunks WHERE attachment = ?1", attachment));
        COTMOC_TRY(run("DELETE FROM delivered WHERE attachment = ?1", attachment));
        return run("DELETE FROM attachment WHERE number = ?1", attachment);
    });
}

Result<void> AttachmentStore::forget(const Hash256& id) {
    std::vector<std::int64_t> found;
    {
        COTMOC_ASSIGN(core::Statement read,
                      database_.prepare("SELECT number FROM attachment WHERE id = ?1 AND NOT draft"));
        COTMOC_ASSIGN(found, numbers(read.bind_blob(1, id.view())));
    }
    return found.empty() ? Result<void>() : remove(found.front());
}

Result<void> AttachmentStore::forget_space(const SpaceId& space, const DeviceId& author,
                                           const std::vector<DeviceId>& keepers) {
    std::vector<std::int64_t> found;
    {
        COTMOC_ASSIGN(core::Statement read,
                      database_.prepare("SELECT a.number FROM attachment AS a WHERE a.space = ?1 AND NOT "
                                        "(a.author = ?2 AND NOT EXISTS (SELECT 1 FROM delivered AS d "
                                        "WHERE d.attachment = a.number AND d.peer IN (" +
                                        device_list(keepers) + ")))"));
        COTMOC_ASSIGN(found, numbers(read.bind_blob(1, space.view()).bind_blob(2, author.view())));
    }
    for (const std::int64_t number : found) {
        COTMOC_TRY(remove(number));
    }
    return write(true, [&]() -> Result<void> {
        COTMOC_ASSIGN(core::Statement drop,
                      database_.prepare("DELETE FROM reference WHERE space = ?1 AND NOT EXISTS "
                                        "(SELECT 1 FROM attachment AS a WHERE a.id = reference.id)"));
        COTMOC_TRY(drop.bind_blob(1, space.view()).run());
        COTMOC_ASSIGN(core::Statement follow, database_.prepare("DELETE FROM followed WHERE space = ?1"));
        return follow.bind_blob(1, space.view()).run();
    });
}

Result<std::vector<std::int64_t>> AttachmentStore::numbers(core::Statement& read) {
    std::vector<std::int64_t> found;
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return found;
        }
        found.push_back(read.integer(0));
    }
}

Result<std::vector<Hash256>> AttachmentStore::ids(core::Statement& read) {
    std::vector<Hash256> found;
    for (;;) {
        COTMOC_ASSIGN(const bool more, read.step());
        if (!more) {
            return found;
        }
        const auto id = Hash256::from(read.blob(0));
        if (!id) {
            return damaged();
        }
        found.push_back(*id);
    }
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

}  // namespace cotmoc::sync
