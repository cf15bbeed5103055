#include <cotmoc/core/database.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/hub.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

/// Spaces get small numbers, so that the two indexes over envelopes stay narrow. The frontier is kept beside
/// them, so that opening a hub does not read every envelope's row.
constexpr std::string_view schema = R"(
CREATE TABLE IF NOT EXISTS meta (format INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS trust (position INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS space (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS envelope (position INTEGER PRIMARY KEY, space INTEGER NOT NULL,
    device INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS envelope_place ON envelope (space, device, seq);
CREATE INDEX IF NOT EXISTS envelope_order ON envelope (space);
CREATE TABLE IF NOT EXISTS frontier (space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,
    hash BLOB NOT NULL, PRIMARY KEY (space, device)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS side (space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,
    hash BLOB NOT NULL, previous BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (space, device, hash));
CREATE TABLE IF NOT EXISTS usage (device INTEGER PRIMARY KEY, bytes INTEGER NOT NULL,
    change_sets INTEGER NOT NULL, day INTEGER NOT NULL, day_bytes INTEGER NOT NULL,
    day_change_sets INTEGER NOT NULL, cut_bytes INTEGER NOT NULL, cut_change_sets INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS begun (device BLOB PRIMARY KEY, size INTEGER NOT NULL, part_check INTEGER NOT NULL,
    beginning BLOB NOT NULL, bytes BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS begun_beginning ON begun (beginning);
)";
constexpr std::int64_t format_1 = 1;

class SqliteHubStore final : public HubStore {
public:
    explicit SqliteHubStore(core::Database database) : database_(std::move(database)) {}

    Result<void> prepare();
    Result<std::vector<Bytes>> load_trust() override;
    Result<void> append_trust(std::uint64_t position, BytesView entry) override;
    Result<std::vector<std::pair<SpaceId, Frontier>>> load_frontiers() override;
    Result<void> append_envelope(const SpaceId& space, const FeedPosition& place,
                                 BytesView envelope) override;
    Result<std::optional<StoredEnvelope>> next_envelope(const SpaceId& space, std::int64_t position) override;
    Result<std::optional<Hash256>> find(const SpaceId& space, DeviceIndex device, std::uint64_t seq) override;
    Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex device,
                                         std::uint64_t seq) override;
    Result<std::vector<std::pair<SpaceId, core::SideEnvelope>>> load_sides() override;
    Result<void> keep_side(const SpaceId& space, const core::SideEnvelope& side, BytesView envelope) override;
    Result<std::optional<Bytes>> side_bytes(const SpaceId& space, DeviceIndex device,
                                            const Hash256& hash) override;
    Result<std::uint64_t> side_size(const SpaceId& space, DeviceIndex device) override;
    Result<std::vector<std::pair<DeviceIndex, HubUsage>>> load_usage() override;
    Result<void> save_usage(DeviceIndex device, const HubUsage& usage) override;
    Result<Bytes> load_partial(const DeviceId& device) override;
    Result<HeldPart> held_partial(const DeviceId& device) override;
    Result<void> save_partial(const DeviceId& device, const HeldPart& held, BytesView octets) override;
    Result<void> commit() override;
    Result<void> rollback() override;

private:
    Result<void> check_format();
    Result<void> load_spaces();
    Result<void> begin();
    Result<std::int64_t> space_number(const SpaceId& space);
    /// The envelope is kept whole: a begun one of the same head is of no use.
    Result<void> forget_begun(BytesView envelope);

    core::Database database_;
    std::map<SpaceId, std::int64_t> spaces_;
    std::optional<core::Statement> insert_;
    std::optional<core::Statement> move_frontier_;
    std::optional<core::Statement> next_;
    std::optional<core::Statement> find_;
    std::optional<core::Statement> forget_begun_;
};

/// The header of an envelope names its author, its place and what lies before it: no two are alike.
BytesView head_of(BytesView envelope) {
    return envelope.first(std::min(envelope.size(), crypto::envelope_header_size));
}

std::int64_t number(DeviceIndex device) { return static_cast<std::int64_t>(to_number(device)); }

Result<void> SqliteHubStore::prepare() {
    COTMOC_TRY(database_.execute(schema));
    COTMOC_TRY(check_format());
    // A hub from before there were quotas starts with what it holds.
    COTMOC_TRY(
        database_.execute("INSERT INTO usage SELECT device, sum(length(bytes)), count(*), 0, 0, 0, 0, 0 "
                          "FROM envelope WHERE NOT EXISTS (SELECT 1 FROM usage) GROUP BY device"));
    COTMOC_TRY(load_spaces());
    COTMOC_ASSIGN(insert_, database_.prepare("INSERT INTO envelope (space, device, seq, hash, bytes) "
                                             "VALUES (?1, ?2, ?3, ?4, ?5)"));
    COTMOC_ASSIGN(move_frontier_,
                  database_.prepare("INSERT INTO frontier (space, device, seq, hash) "
                                    "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (space, device) "
                                    "DO UPDATE SET seq = excluded.seq, hash = excluded.hash"));
    COTMOC_ASSIGN(next_, database_.prepare("SELECT position, device, seq, bytes FROM envelope "
                                           "WHERE space = ?1 AND position > ?2 ORDER BY position LIMIT 1"));
    COTMOC_ASSIGN(find_, database_.prepare("SELECT hash, position FROM envelope "
                                           "WHERE space = ?1 AND device = ?2 AND seq = ?3"));
    COTMOC_ASSIGN(forget_begun_, database_.prepare("DELETE FROM begun WHERE beginning = ?1"));
    return {};
}

Result<void> SqliteHubStore::check_format() {
    COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT format FROM meta"));
    COTMOC_ASSIGN(const bool there, read.step());
    if (!there) {
        return database_.execute("INSERT INTO meta (format) VALUES (1)");
    }
    return read.integer(0) > format_1 ? fail(ErrorCode::newer_database, "hub") : Result<void>{};
}

Result<void> SqliteHubStore::load_spaces() {
    spaces_.clear();
    COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT number, id FROM space"));
    while (true) {
        COTMOC_ASSIGN(const bool row, read.step());
        if (!row) {
            return {};
        }
        const std::optional<SpaceId> id = SpaceId::from(read.blob(1));
        if (!id) {
            return fail(ErrorCode::database_damaged, "space");
        }
        spaces_.emplace(*id, read.integer(0));
    }
}

Result<std::vector<Bytes>> SqliteHubStore::load_trust() {
    std::vector<Bytes> entries;
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT position, entry FROM trust ORDER BY position"));
    while (true) {
        COTMOC_ASSIGN(const bool row, read.step());
        if (!row) {
            return entries;
        }
        if (read.integer(0) != static_cast<std::int64_t>(entries.size()) + 1) {
            return fail(ErrorCode::database_damaged, "trust position");
        }
        const BytesView entry = read.blob(1);
        entries.emplace_back(entry.begin(), entry.end());
    }
}

Result<void> SqliteHubStore::append_trust(std::uint64_t position, BytesView entry) {
    COTMOC_TRY(begin());
    COTMOC_ASSIGN(core::Statement insert,
                  database_.prepare("INSERT INTO trust (position, entry) VALUES (?1, ?2)"));
    return insert.bind(1, static_cast<std::int64_t>(position)).bind_blob(2, entry).run();
}

Result<std::vector<std::pair<SpaceId, Frontier>>> SqliteHubStore::load_frontiers() {
    std::vector<std::pair<SpaceId, Frontier>> frontiers;
    for (const auto& [space, space_row] : spaces_) {
        COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT device, seq, hash FROM frontier "
                                                              "WHERE space = ?1 ORDER BY device"));
        read.bind(1, space_row);
        Frontier frontier;
        while (true) {
            COTMOC_ASSIGN(const bool row, read.step());
            if (!row) {
                break;
            }
            const std::optional<Hash256> hash = Hash256::from(read.blob(2));
            if (!hash) {
                return fail(ErrorCode::database_damaged, "frontier");
            }
            frontier.push_back({static_cast<DeviceIndex>(read.integer(0)),
                                static_cast<std::uint64_t>(read.integer(1)), *hash});
        }
        frontiers.emplace_back(space, std::move(frontier));
    }
    return frontiers;
}

Result<void> SqliteHubStore::append_envelope(const SpaceId& space, const FeedPosition& place,
                                             BytesView envelope) {
    COTMOC_TRY(begin());
    COTMOC_ASSIGN(const std::int64_t space_row, space_number(space));
    const auto seq = static_cast<std::int64_t>(place.seq);
    insert_->bind(1, space_row).bind(2, number(place.device)).bind(3, seq);
    COTMOC_TRY(insert_->bind_blob(4, place.hash.view()).bind_blob(5, envelope).run());
    move_frontier_->bind(1, space_row).bind(2, number(place.device)).bind(3, seq);
    COTMOC_TRY(move_frontier_->bind_blob(4, place.hash.view()).run());
    return forget_begun(envelope);
}

Result<std::optional<StoredEnvelope>> SqliteHubStore::next_envelope(const SpaceId& space,
                                                                    std::int64_t position) {
    const auto space_row = spaces_.find(space);
    if (space_row == spaces_.end()) {
        return std::nullopt;
    }
    next_->bind(1, space_row->second).bind(2, position);
    COTMOC_ASSIGN(const bool row, next_->step());
    if (!row) {
        return std::nullopt;
    }
    const BytesView bytes = next_->blob(3);
    StoredEnvelope envelope{next_->integer(0), static_cast<DeviceIndex>(next_->integer(1)),
                            static_cast<std::uint64_t>(next_->integer(2)), 0,
                            Bytes(bytes.begin(), bytes.end())};
    next_->reset();
    return envelope;
}

Result<std::optional<Hash256>> SqliteHubStore::find(const SpaceId& space, DeviceIndex device,
                                                    std::uint64_t seq) {
    const auto space_row = spaces_.find(space);
    if (space_row == spaces_.end()) {
        return std::nullopt;
    }
    find_->bind(1, space_row->second).bind(2, number(device)).bind(3, static_cast<std::int64_t>(seq));
    COTMOC_ASSIGN(const bool row, find_->step());
    const std::optional<Hash256> hash = row ? Hash256::from(find_->blob(0)) : std::nullopt;
    find_->reset();
    return hash;
}

Result<std::int64_t> SqliteHubStore::position_before(const SpaceId& space, DeviceIndex device,
                                                     std::uint64_t seq) {
    const auto space_row = spaces_.find(space);
    if (space_row == spaces_.end()) {
        return 0;
    }
    find_->bind(1, space_row->second).bind(2, number(device)).bind(3, static_cast<std::int64_t>(seq));
    COTMOC_ASSIGN(const bool row, find_->step());
    const std::int64_t position = row ? find_->integer(1) - 1 : 0;
    find_->reset();
    return position;
}

Result<std::vector<std::pair<SpaceId, core::SideEnvelope>>> SqliteHubStore::load_sides() {
    std::vector<std::pair<SpaceId, core::SideEnvelope>> all;
    for (const auto& [space, space_row] : spaces_) {
        COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT device, seq, hash, previous FROM side "
                                                              "WHERE space = ?1 ORDER BY device, seq, hash"));
        read.bind(1, space_row);
        while (true) {
            COTMOC_ASSIGN(const bool row, read.step());
            if (!row) {
                break;
            }
            const std::optional<Hash256> hash = Hash256::from(read.blob(2));
            const std::optional<Hash256> previous = Hash256::from(read.blob(3));
            if (!hash || !previous) {
                return fail(ErrorCode::database_damaged, "side");
            }
            all.emplace_back(
                space, core::SideEnvelope{static_cast<DeviceIndex>(read.integer(0)),
                                          static_cast<std::uint64_t>(read.integer(1)), *hash, *previous});
        }
    }
    return all;
}

Result<void> SqliteHubStore::keep_side(const SpaceId& space, const core::SideEnvelope& side,
                                       BytesView envelope) {
    COTMOC_TRY(begin());
    COTMOC_ASSIGN(const std::int64_t space_row, space_number(space));
    COTMOC_ASSIGN(core::Statement insert,
                  database_.prepare("INSERT INTO side (space, device, seq, hash, previous, bytes) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    insert.bind(1, space_row).bind(2, number(side.author)).bind(3, static_cast<std::int64_t>(side.seq));
    insert.bind_blob(4, side.hash.view()).bind_blob(5, side.previous.view());
    COTMOC_TRY(insert.bind_blob(6, envelope).run());
    return forget_begun(envelope);
}

Result<std::optional<Bytes>> SqliteHubStore::side_bytes(const SpaceId& space, DeviceIndex device,
                                                        const Hash256& hash) {
    const auto space_row = spaces_.find(space);
    if (space_row == spaces_.end()) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT bytes FROM side WHERE space = ?1 AND device = ?2 AND hash = ?3"));
    read.bind(1, space_row->second).bind(2, number(device)).bind_blob(3, hash.view());
    COTMOC_ASSIGN(const bool row, read.step());
    if (!row) {
        return std::nullopt;
    }
    const BytesView bytes = read.blob(0);
    return Bytes(bytes.begin(), bytes.end());
}

Result<std::uint64_t> SqliteHubStore::side_size(const SpaceId& space, DeviceIndex device) {
    COTMOC_ASSIGN(
        core::Statement read,
        database_.prepare("SELECT coalesce(sum(length(bytes)), 0) FROM side "
                          "WHERE space = (SELECT number FROM space WHERE id = ?1) AND device = ?2"));
    read.bind_blob(1, space.view()).bind(2, number(device));
    COTMOC_ASSIGN(const bool row, read.step());
    return row ? static_cast<std::uint64_t>(read.integer(0)) : 0;
}

Result<std::vector<std::pair<DeviceIndex, HubUsage>>> SqliteHubStore::load_usage() {
    std::vector<std::pair<DeviceIndex, HubUsage>> all;
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT device, bytes, change_sets, day, day_bytes, day_change_sets, "
                                    "cut_bytes, cut_change_sets FROM usage"));
    const auto allowance = [&](int column) {
        return HubAllowance{static_cast<std::uint64_t>(read.integer(column)),
                            static_cast<std::uint64_t>(read.integer(column + 1))};
    };
    while (true) {
        COTMOC_ASSIGN(const bool row, read.step());
        if (!row) {
            return all;
        }
        all.emplace_back(static_cast<DeviceIndex>(read.integer(0)),
                         HubUsage{allowance(1), read.integer(3), allowance(4), allowance(6)});
    }
}

Result<void> SqliteHubStore::save_usage(DeviceIndex device, const HubUsage& usage) {
    COTMOC_TRY(begin());
    COTMOC_ASSIGN(core::Statement put,
                  database_.prepare("INSERT OR REPLACE INTO usage (device, bytes, change_sets, day, "
                                    "day_bytes, day_change_sets, cut_bytes, cut_change_sets) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    int column = 2;
    const auto bind = [&](const HubAllowance& used) {
        put.bind(column++, static_cast<std::int64_t>(used.bytes));
        put.bind(column++, static_cast<std::int64_t>(used.change_sets));
    };
    put.bind(1, number(device));
    bind(usage.total);
    put.bind(column++, usage.day);
    bind(usage.today);
    bind(usage.after_cut);
    return put.run();
}

Result<Bytes> SqliteHubStore::load_partial(const DeviceId& device) {
    COTMOC_ASSIGN(core::Statement read, database_.prepare("SELECT bytes FROM begun WHERE device = ?1"));
    COTMOC_ASSIGN(const bool there, read.bind_blob(1, device.view()).step());
    const BytesView bytes = there ? read.blob(0) : BytesView();
    return Bytes(bytes.begin(), bytes.end());
}

Result<HeldPart> SqliteHubStore::held_partial(const DeviceId& device) {
    COTMOC_ASSIGN(core::Statement read,
                  database_.prepare("SELECT size, part_check FROM begun WHERE device = ?1"));
    COTMOC_ASSIGN(const bool there, read.bind_blob(1, device.view()).step());
    return there ? HeldPart{static_cast<std::uint64_t>(read.integer(0)),
                            static_cast<std::uint64_t>(read.integer(1))}
                 : HeldPart();
}

Result<void> SqliteHubStore::save_partial(const DeviceId& device, const HeldPart& held, BytesView octets) {
    if (octets.empty()) {
        COTMOC_ASSIGN(core::Statement remove, database_.prepare("DELETE FROM begun WHERE device = ?1"));
        return remove.bind_blob(1, device.view()).run();
    }
    COTMOC_ASSIGN(core::Statement put,
                  database_.prepare("INSERT OR REPLACE INTO begun VALUES (?1, ?2, ?3, ?4, ?5)"));
    put.bind_blob(1, device.view());
    put.bind(2, static_cast<std::int64_t>(held.size));
    put.bind(3, static_cast<std::int64_t>(held.check));
    return put.bind_blob(4, head_of(octets)).bind_blob(5, octets).run();
}

Result<void> SqliteHubStore::forget_begun(BytesView envelope) {
    return forget_begun_->bind_blob(1, head_of(envelope)).run();
}

Result<void> SqliteHubStore::begin() {
    return database_.in_transaction() ? Result<void>{} : database_.execute("BEGIN IMMEDIATE");
}

Result<void> SqliteHubStore::commit() {
    return database_.in_transaction() ? database_.execute("COMMIT") : Result<void>{};
}

Result<void> SqliteHubStore::rollback() {
    if (database_.in_transaction()) {
        COTMOC_TRY(database_.execute("ROLLBACK"));
    }
    return load_spaces();
}

Result<std::int64_t> SqliteHubStore::space_number(const SpaceId& space) {
    if (const auto found = spaces_.find(space); found != spaces_.end()) {
        return found->second;
    }
    COTMOC_ASSIGN(core::Statement insert, database_.prepare("INSERT INTO space (id) VALUES (?1)"));
    COTMOC_TRY(insert.bind_blob(1, space.view()).run());
    const std::int64_t space_row = database_.last_row();
    spaces_.emplace(space, space_row);
    return space_row;
}

}  // namespace

Result<std::unique_ptr<HubStore>> open_sqlite_hub_store(const std::string& path) {
    core::Database::Options options;
    options.path = path;
    COTMOC_ASSIGN(core::Database database, core::Database::open(options));
    auto store = std::make_unique<SqliteHubStore>(std::move(database));
    COTMOC_TRY(store->prepare());
    return store;
}

}  // namespace cotmoc::sync
