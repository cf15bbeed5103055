#include "store/space_table.hpp"

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

/// 48 bits of milliseconds and 16 of counter are one integer of SQLite.
std::int64_t pack_stamp(Hlc stamp) {
    return static_cast<std::int64_t>((stamp.wall_ms << 16) | stamp.counter);
}

Hlc unpack_stamp(std::int64_t packed) {
    const auto bits = static_cast<std::uint64_t>(packed);
    return {bits >> 16, static_cast<std::uint16_t>(bits & 0xffff)};
}

}  // namespace

const FeedState* SpaceEntry::feed(DeviceIndex device) const {
    const auto found = std::ranges::lower_bound(feeds, device, {}, &FeedState::device);
    return found == feeds.end() || found->device != device ? nullptr : &*found;
}

std::vector<std::uint64_t> SpaceEntry::seen() const {
    std::vector<std::uint64_t> seqs;
    for (const FeedState& held : feeds) {
        seqs.resize(to_number(held.device) + std::size_t{1});
        seqs[to_number(held.device)] = held.seq;
    }
    return seqs;
}

Bytes encode_seen(std::span<const std::uint64_t> seen) {
    BinaryWriter writer;
    for (const std::uint64_t seq : seen) {
        writer.varint(seq);
    }
    return writer.take();
}

Result<std::vector<std::uint64_t>> decode_seen(BytesView bytes) {
    BinaryReader reader(bytes);
    std::vector<std::uint64_t> seen;
    while (reader.remaining() > 0) {
        seen.push_back(reader.varint());
    }
    if (!reader.ok()) {
        return fail(ErrorCode::database_damaged, "feed");
    }
    return seen;
}

Result<void> SpaceTable::load(std::optional<DeviceIndex> self) {
    spaces_.clear();
    COTMOC_ASSIGN(Statement query,
                  database_.prepare("SELECT number, id, name, digest, stamp FROM _space ORDER BY number"));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query.step());
        if (!row) {
            break;
        }
        auto space = std::make_unique<SpaceEntry>();
        space->number = query.integer(0);
        space->id = SpaceId::from(query.blob(1)).value_or(SpaceId{});
        space->name = query.text(2);
        space->digest = Hash256::from(query.blob(3)).value_or(Hash256{});
        space->stamp = unpack_stamp(query.integer(4));
        spaces_.push_back(std::move(space));
    }
    for (const auto& space : spaces_) {
        COTMOC_TRY(load_feeds(*space));
        COTMOC_TRY(load_journal(*space, self));
        space->loaded_seq = space->open_seq;
        space->loaded_index = space->next_index;
    }
    return {};
}

Result<void> SpaceTable::load_feeds(SpaceEntry& space) {
    COTMOC_ASSIGN(Statement query,
                  database_.prepare("SELECT device, seq, hash FROM _feed WHERE space = ? ORDER BY device"));
    query.bind(1, space.number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query.step());
        if (!row) {
            return {};
        }
        space.feeds.push_back({static_cast<DeviceIndex>(query.integer(0)),
                               static_cast<std::uint64_t>(query.integer(1)),
                               Hash256::from(query.blob(2)).value_or(Hash256{})});
    }
}

Result<void> SpaceTable::load_journal(SpaceEntry& space, std::optional<DeviceIndex> self) {
    const FeedState* own = self ? space.feed(*self) : nullptr;
    space.open_seq = own != nullptr ? own->seq + 1 : 1;
    COTMOC_ASSIGN(Statement last, database_.prepare("SELECT seq, position, kind, field FROM _pending WHERE "
                                                    "space = ? ORDER BY seq DESC, position DESC LIMIT 1"));
    last.bind(1, space.number);
    COTMOC_ASSIGN(const bool pending, last.step());
    if (!pending) {
        return {};
    }
    space.open_seq = static_cast<std::uint64_t>(last.integer(0));
    const bool create = last.integer(2) == static_cast<std::int64_t>(OpKind::create);
    // A create's `field` column holds how many fields it set; each took an index.
    space.next_index = static_cast<std::uint32_t>(last.integer(1) + 1 + (create ? last.integer(3) : 0));
    COTMOC_ASSIGN(
        Statement size,
        database_.prepare(
            "SELECT total(coalesce(length(p.payload), 0) + 32 + CASE p.kind WHEN 0 THEN length(r.body) ELSE "
            "0 END) "
            "FROM _pending AS p JOIN _record AS r ON r.row = p.row WHERE p.space = ? AND p.seq = ?"));
    size.bind(1, space.number).bind(2, static_cast<std::int64_t>(space.open_seq));
    COTMOC_ASSIGN(const bool row, size.step());
    space.gathered = row ? static_cast<std::size_t>(size.real(0)) : 0;
    return {};
}

SpaceEntry* SpaceTable::find(const SpaceId& id) {
    for (const auto& space : spaces_) {
        if (space->id == id) {
            return space.get();
        }
    }
    return nullptr;
}

SpaceEntry* SpaceTable::find(std::int64_t number) {
    for (const auto& space : spaces_) {
        if (space->number == number) {
            return space.get();
        }
    }
    return nullptr;
}

Result<SpaceEntry*> SpaceTable::get(const SpaceId& id) {
    if (SpaceEntry* known = find(id)) {
        return known;
    }
    auto space = std::make_unique<SpaceEntry>();
    space->id = id;
    COTMOC_ASSIGN(Statement * insert,
                  statements_.get("INSERT INTO _space(id, name, digest) VALUES(?, '', ?)"));
    COTMOC_TRY(insert->bind_blob(1, id.view()).bind_blob(2, space->digest.view()).run());
    space->number = database_.last_row();
    spaces_.push_back(std::move(space));
    return spaces_.back().get();
}

Result<void> SpaceTable::rename(const SpaceId& id, std::string_view name) {
    COTMOC_ASSIGN(SpaceEntry * space, get(id));
    if (space->name == name) {
        return {};
    }
    COTMOC_ASSIGN(Statement * update, statements_.get("UPDATE _space SET name = ? WHERE number = ?"));
    COTMOC_TRY(update->bind(1, name).bind(2, space->number).run());
    space->name = name;
    return {};
}

Result<void> SpaceTable::set_feed(SpaceEntry& space, const FeedState& feed,
                                  std::span<const std::uint64_t> seen, std::uint64_t trust_position) {
    const Bytes encoded = encode_seen(seen);
    COTMOC_ASSIGN(Statement * put, statements_.get("INSERT OR REPLACE INTO _feed(space, device, seq, hash, "
                                                   "trust_position, seen) VALUES(?, ?, ?, ?, ?, ?)"));
    COTMOC_TRY(put->bind(1, space.number)
                   .bind(2, static_cast<std::int64_t>(to_number(feed.device)))
                   .bind(3, static_cast<std::int64_t>(feed.seq))
                   .bind_blob(4, feed.hash.view())
                   .bind(5, static_cast<std::int64_t>(trust_position))
                   .bind_blob(6, encoded)
                   .run());
    const auto place = std::ranges::lower_bound(space.feeds, feed.device, {}, &FeedState::device);
    if (place != space.feeds.end() && place->device == feed.device) {
        *place = feed;
    } else {
        space.feeds.insert(place, feed);
    }
    return {};
}

Result<void> SpaceTable::set_seen(const SpaceEntry& space, DeviceIndex author, std::uint64_t seq,
                                  std::span<const std::uint64_t> seen) {
    const Bytes encoded = encode_seen(seen);
    COTMOC_ASSIGN(
        Statement * put,
        statements_.get("INSERT OR REPLACE INTO _seen(space, device, seq, seen) VALUES(?, ?, ?, ?)"));
    return put->bind(1, space.number)
        .bind(2, static_cast<std::int64_t>(to_number(author)))
        .bind(3, static_cast<std::int64_t>(seq))
        .bind_blob(4, encoded)
        .run();
}

Result<std::optional<std::vector<std::uint64_t>>> SpaceTable::seen_by(const SpaceEntry& space,
                                                                      DeviceIndex author, std::uint64_t seq) {
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT seen FROM _seen WHERE space = ? AND device = ? AND seq = ?"));
    query->bind(1, space.number)
        .bind(2, static_cast<std::int64_t>(to_number(author)))
        .bind(3, static_cast<std::int64_t>(seq));
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return std::nullopt;
    }
    auto seen = decode_seen(query->blob(0));
    query->reset();
    COTMOC_TRY(seen);
    return std::optional(std::move(*seen));
}

Result<bool> SpaceTable::flush(Hlc clock) {
    bool written = false;
    for (const auto& space : spaces_) {
        if (space->digest_changed) {
            COTMOC_ASSIGN(Statement * update,
                          statements_.get("UPDATE _space SET digest = ?, stamp = ? WHERE number = ?"));
            COTMOC_TRY(update->bind_blob(1, space->digest.view())
                           .bind(2, pack_stamp(clock))
                           .bind(3, space->number)
                           .run());
            space->digest_changed = false;
            space->stamp = clock;
            written = true;
        }
    }
    return written;
}

Hlc SpaceTable::newest_stamp() const {
    Hlc newest;
    for (const auto& space : spaces_) {
        newest = std::max(newest, space->stamp);
    }
    return newest;
}

}  // namespace cotmoc::core
