// Blocks of a snapshot on their way into an empty space. Nothing of them is trusted to be well formed.
#include "codec/int_column.hpp"
#include "codec/limits.hpp"
#include "store/covered_sets.hpp"
#include "store/digest_sum.hpp"
#include "store/journal.hpp"
#include "store/snapshot_blocks.hpp"
#include "store/snapshot_records.hpp"
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/core/snapshot.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_encoding, what); }

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= field_name_max && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// Each create made one record: those of this block, and of the blocks before.
Result<void> check_creations(Statements& statements, const SpaceEntry& space,
                             std::span<const SnapshotRecord> records) {
    std::vector<Dot> dots;
    for (const SnapshotRecord& record : records) {
        for (const Creation& creation : record.state.creations) {
            if (creation.dot.index >= op_count_max) {
                return malformed("index of a create");
            }
            dots.push_back(creation.dot);
        }
    }
    std::ranges::sort(dots);
    if (std::ranges::adjacent_find(dots) != dots.end()) {
        return malformed("create of two records");
    }
    for (const Dot& dot : dots) {
        COTMOC_ASSIGN(const auto row, CreationRuns::find(statements, space, dot));
        if (row) {
            return malformed("create of two records");
        }
    }
    return {};
}

}  // namespace

StoreSnapshots::Installation::Installation(StoreImpl& impl, const SpaceId& space)
    : impl_(impl), id_(space), sets_(std::make_shared<CoveredSets>()) {}

Result<void> StoreSnapshots::Installation::take(BytesView block) {
    COTMOC_CHECK(impl_.writing);
    if (block.empty() || block.size() > snapshot_block_max) {
        return fail(ErrorCode::limit_exceeded, "block of a snapshot");
    }
    const std::uint8_t kind = block[0];
    const BytesView body = block.subspan(1);
    const bool first = last_block_ == 0;
    const bool is_feeds = kind == static_cast<std::uint8_t>(SnapshotBlock::feeds);
    if (kind < last_block_ || is_feeds != first) {
        return malformed("order of blocks");
    }
    last_block_ = kind;
    const bool hashes_due = feed_ < feeds_.size();
    if (!is_feeds && hashes_due != (kind == static_cast<std::uint8_t>(SnapshotBlock::hashes))) {
        return malformed("hashes of feeds");
    }
    const bool stamps_due = !is_feeds && !hashes_due && sets_->bases.size() < sets_->size();
    if (stamps_due != (kind == static_cast<std::uint8_t>(SnapshotBlock::stamps))) {
        return malformed("stamps of change sets");
    }
    switch (static_cast<SnapshotBlock>(kind)) {
        case SnapshotBlock::feeds:
            return take_feeds(body);
        case SnapshotBlock::hashes:
            return take_hashes(body);
        case SnapshotBlock::stamps:
            return take_stamps(body);
        case SnapshotBlock::records:
            return take_records(body);
        case SnapshotBlock::void_ops:
            return take_void_ops(body);
    }
    return malformed("kind of a block");
}

Result<void> StoreSnapshots::Installation::take_feeds(BytesView body) {
    BinaryReader reader(body);
    if (reader.u8() != snapshot_body_version) {
        return fail(ErrorCode::unsupported_version, "body of a snapshot");
    }
    std::optional<std::uint64_t> before;
    for (std::size_t left = reader.count(4); left > 0; --left) {
        Open feed;
        const std::uint64_t device = reader.varint();
        feed.seq = reader.varint();
        feed.trust_position = reader.varint();
        const std::size_t seen = reader.count();
        for (std::size_t i = 0; i < seen && reader.ok(); ++i) {
            feed.seen.push_back(reader.varint());
        }
        if (!reader.ok() || device >= impl_.devices.ids.size() || (before && device <= *before) ||
            feed.seq == 0 || feed.seq > snapshot_change_sets_max - sets_->size() ||
            feed.seen.size() > impl_.devices.ids.size()) {
            return malformed("feeds");
        }
        before = device;
        feed.device = static_cast<DeviceIndex>(device);
        sets_->add_feed(feed.device, feed.seq);
        feeds_.push_back(std::move(feed));
    }
    if (!reader.finished() || feeds_.empty()) {
        return malformed("feeds");
    }
    return {};
}

Result<void> StoreSnapshots::Installation::take_hashes(BytesView body) {
    BinaryReader reader(body);
    const Open& feed = feeds_[feed_];
    const std::size_t count = reader.count(Hash256::size);
    const std::uint64_t due = std::min<std::uint64_t>(snapshot_hashes_each, feed.seq - next_ + 1);
    if (count != due) {
        return malformed("hashes of a feed");
    }
    const BytesView hashes = reader.raw(count * Hash256::size);
    std::map<std::uint64_t, std::string_view> quarantined;
    std::uint64_t least = 0;
    for (std::size_t left = reader.count(2); left > 0; --left) {
        const std::uint64_t offset = reader.varint();
        const std::string_view reason = reader.string();
        if (offset < least || offset >= count || !is_word(reason)) {
            return malformed("quarantine");
        }
        least = offset + 1;
        quarantined.emplace(offset, reason);
    }
    if (!reader.finished()) {
        return malformed("hashes of a feed");
    }
    COTMOC_ASSIGN(SpaceEntry * space, impl_.spaces.get(id_));
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto reason = quarantined.find(i);
        COTMOC_ASSIGN(Statement * insert,
                      impl_.statements.get("INSERT INTO _envelope(space, device, seq, hash, ops, status, "
                                           "reason, bytes) VALUES(?, ?, ?, ?, 0, ?, ?, x'')"));
        COTMOC_TRY(
            insert->bind(1, space->number)
                .bind(2, static_cast<std::int64_t>(to_number(feed.device)))
                .bind(3, static_cast<std::int64_t>(next_ + i))
                .bind_blob(4, hashes.subspan(static_cast<std::size_t>(i) * Hash256::size, Hash256::size))
                .bind(5, std::int64_t{reason != quarantined.end() ? 1 : 0})
                .bind(6, reason != quarantined.end() ? reason->second : std::string_view())
                .run());
    }
    next_ += count;
    return next_ > feed.seq ? finish_feed(Hash256::from(hashes.last(Hash256::size)).value_or(Hash256{}))
                            : Result<void>();
}

Result<void> StoreSnapshots::Installation::finish_feed(const Hash256& hash) {
    const Open& feed = feeds_[feed_];
    const FeedState state{feed.device, feed.seq, hash};
    COTMOC_ASSIGN(SpaceEntry * space, impl_.spaces.get(id_));
    COTMOC_TRY(impl_.spaces.set_feed(*space, state, feed.seen, feed.trust_position));
    COTMOC_TRY(impl_.spaces.set_seen(*space, feed.device, feed.seq, feed.seen));
    if (impl_.devices.self == feed.device) {
        space->open_seq = feed.seq + 1;
        space->next_index = 0;
        space->gathered = 0;
    }
    contents_.feeds.push_back(state);
    ++feed_;
    next_ = 1;
    return {};
}

/// All hashes are there by then, so memory is taken for no more change sets than octets have come for.
Result<void> StoreSnapshots::Installation::take_stamps(BytesView body) {
    BinaryReader reader(body);
    const std::uint64_t count = reader.varint();
    if (count != std::min<std::uint64_t>(snapshot_stamps_each, sets_->size() - sets_->bases.size())) {
        return malformed("stamps of change sets");
    }
    COTMOC_ASSIGN(const Integers walls, read_integers(reader, static_cast<std::size_t>(count), 0,
                                                      static_cast<std::int64_t>(hlc_wall_max)));
    COTMOC_ASSIGN(const Integers counters,
                  read_integers(reader, static_cast<std::size_t>(count), 0, UINT16_MAX));
    if (!reader.finished()) {
        return malformed("stamps of change sets");
    }
    for (std::size_t i = 0; i < walls.size(); ++i) {
        sets_->bases.push_back(
            {static_cast<std::uint64_t>(walls[i]), static_cast<std::uint16_t>(counters[i])});
    }
    return {};
}

bool StoreSnapshots::Installation::covers(const Dot& dot) const {
    return sets_->number(dot.device, dot.seq).has_value();
}

Result<std::int64_t> StoreSnapshots::Installation::install(const SnapshotRecord& record) {
    const RecordState& state = record.state;
    bool covered = true;
    const auto check = [&](const Dot& dot) { covered = covered && covers(dot); };
    for_each_op(state, [&](const Dot& dot, const Hlc* at) {
        check(dot);
        newest_ = at != nullptr ? std::max(newest_, *at) : newest_;
    });
    for (const Creation& creation : state.creations) {
        check(creation.dot);
        for (const Dot& text : creation.texts) {
            covered = covered && (text == Dot() || text.device == content_device);
        }
        newest_ = std::max(newest_, creation.at);
    }
    for (const Deletion& deletion : state.deletions) {
        check(deletion.dot);
        newest_ = std::max(newest_, deletion.at);
    }
    for (const Visit& visit : state.visits) {
        check({visit.device, visit.seq, 0});
    }
    if (!covered) {
        return malformed("op beyond the frontier");
    }
    COTMOC_ASSIGN(SpaceEntry * space, impl_.spaces.get(id_));
    COTMOC_ASSIGN(const std::optional<std::int64_t> row,
                  impl_.records.insert_whole(*space, record.id, state));
    if (!row) {
        return malformed("record twice");
    }
    for (const Creation& creation : std::span(state.creations).subspan(1)) {
        CreationRuns run;
        run.add(creation.dot.index, *row);
        COTMOC_TRY(run.store(impl_.statements, *space, creation.dot.device, creation.dot.seq));
    }
    return *row;
}

Result<void> StoreSnapshots::Installation::take_records(BytesView body) {
    COTMOC_ASSIGN(const std::vector<SnapshotRecord> records,
                  decode_records(body, impl_.interning, *sets_, impl_.hasher));
    COTMOC_ASSIGN(const SpaceEntry* here, impl_.spaces.get(id_));
    COTMOC_TRY(check_creations(impl_.statements, *here, records));
    contents_.records += records.size();
    // First creations stand in the order of their dots, so that one row of _creation tells of many.
    CreationRuns runs;
    const Dot* last = nullptr;
    const auto store = [&]() -> Result<void> {
        COTMOC_ASSIGN(const SpaceEntry* space, impl_.spaces.get(id_));
        COTMOC_TRY(last == nullptr ? Result<void>()
                                   : runs.store(impl_.statements, *space, last->device, last->seq));
        runs = {};
        return {};
    };
    std::uint32_t next = 0;  // the index right after the last create's
    for (const SnapshotRecord& record : records) {
        const Creation& first = record.state.creations.front();
        const Dot& dot = first.dot;
        // Only creates that follow each other: a run must not reach over another record's later creation.
        if (last != nullptr && (last->device != dot.device || last->seq != dot.seq || dot.index != next)) {
            COTMOC_TRY(store());
        }
        COTMOC_ASSIGN(const std::int64_t row, install(record));
        runs.add(dot.index, row);
        last = &dot;
        next = dot.index + 1 + static_cast<std::uint32_t>(first.layout->layout.entries.size());
    }
    return store();
}

Result<void> StoreSnapshots::Installation::take_void_ops(BytesView body) {
    BinaryReader reader(body);
    COTMOC_ASSIGN(SpaceEntry * space, impl_.spaces.get(id_));
    const std::size_t count = reader.count(5);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t device = reader.varint();
        const std::uint64_t seq = reader.varint();
        const std::uint64_t index = reader.varint();
        const std::string_view reason = reader.string();
        const std::string_view kind = reader.string();
        const std::optional<RecordId> id = kind.empty() ? std::nullopt : std::optional(reader.id<RecordId>());
        if (!reader.ok() || device >= snapshot_devices_max || index >= op_count_max || !is_word(reason) ||
            !(kind.empty() || is_word(kind))) {
            return malformed("void op");
        }
        const Dot dot{static_cast<DeviceIndex>(device), seq, static_cast<std::uint32_t>(index)};
        std::optional<LoadedRecord> record;
        if (id) {
            COTMOC_ASSIGN(record, impl_.records.find(*id, *space, kind));
        }
        if (!covers(dot) || (id && !record)) {
            return malformed("void op");
        }
        COTMOC_ASSIGN(Statement * insert,
                      impl_.statements.get("INSERT INTO _void_op(space, device, seq, position, reason, row) "
                                           "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"));
        insert->bind(1, space->number)
            .bind(2, static_cast<std::int64_t>(device))
            .bind(3, static_cast<std::int64_t>(seq))
            .bind(4, static_cast<std::int64_t>(index))
            .bind(5, reason);
        record ? insert->bind(6, record->row) : insert->bind_null(6);
        COTMOC_TRY(insert->run());
        if (impl_.database.changed_rows() == 0) {
            return malformed("void op twice");
        }
        digest_add(space->digest, void_op_digest(impl_.hasher, dot));
        space->digest_changed = true;
    }
    contents_.void_ops += count;
    return reader.finished() && count != 0 ? Result<void>() : malformed("void ops");
}

Result<SnapshotContents> StoreSnapshots::Installation::finish() {
    if (feeds_.empty() || feed_ < feeds_.size() || sets_->bases.size() < sets_->size()) {
        return malformed("snapshot without its end");
    }
    COTMOC_ASSIGN(SpaceEntry * space, impl_.spaces.get(id_));
    COTMOC_TRY(impl_.records.settle_joins(*space));
    impl_.records.changes().note_everything();
    impl_.clock->observe(newest_);
    contents_.digest = space->digest;
    return contents_;
}

}  // namespace cotmoc::core
