// A space as blocks. What is read stands still meanwhile: nothing else has the database open.
#include "codec/int_column.hpp"
#include "store/journal.hpp"
#include "store/snapshot_blocks.hpp"
#include "store/snapshot_cells.hpp"
#include "store/snapshot_records.hpp"
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/core/snapshot.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

/// A block of several records ends before a reader would need more than this, of the cells_max it may take.
constexpr std::uint64_t block_cells = std::uint64_t{1} << 21;

class Writer {
public:
    Writer(StoreImpl& impl, const SpaceEntry& space, const SnapshotSink& sink)
        : impl_(impl), space_(space), sink_(sink) {}

    Result<SnapshotContents> run() {
        contents_.feeds = space_.feeds;
        contents_.digest = space_.digest;
        COTMOC_TRY(feeds());
        for (const FeedState& feed : space_.feeds) {
            COTMOC_TRY(hashes(feed));
        }
        COTMOC_TRY(stamps());
        COTMOC_TRY(each_record([&](const LoadedRecord& record, RecordState state) {
            return add_record(record, std::move(state));
        }));
        COTMOC_TRY(flush_records());
        COTMOC_TRY(void_ops());
        return std::move(contents_);
    }

private:
    Result<void> feeds();
    Result<void> hashes(const FeedState& feed);
    Result<void> stamps();
    using EachRecord = std::function<Result<void>(const LoadedRecord& record, RecordState state)>;
    Result<void> each_record(const EachRecord& each);
    Result<void> add_record(const LoadedRecord& record, RecordState state);
    Result<void> flush_records();
    Result<void> void_ops();

    StoreImpl& impl_;
    const SpaceEntry& space_;
    const SnapshotSink& sink_;
    SnapshotContents contents_;
    CoveredSets sets_;
    std::vector<SnapshotRecord> block_;
    std::size_t block_octets_ = 0;
    BlockCells cells_;
};

Result<void> Writer::feeds() {
    BinaryWriter out = begin_block(SnapshotBlock::feeds);
    out.u8(snapshot_body_version);
    out.varint(space_.feeds.size());
    COTMOC_ASSIGN(Statement * query, impl_.statements.get("SELECT device, seq, trust_position, seen FROM "
                                                          "_feed WHERE space = ? ORDER BY device"));
    query->bind(1, space_.number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return sink_(out.bytes(), {{out.size()}, {"feeds"}});
        }
        sets_.add_feed(static_cast<DeviceIndex>(query->integer(0)),
                       static_cast<std::uint64_t>(query->integer(1)));
        out.varint(static_cast<std::uint64_t>(query->integer(0)));
        out.varint(static_cast<std::uint64_t>(query->integer(1)));
        out.varint(static_cast<std::uint64_t>(query->integer(2)));
        COTMOC_ASSIGN(const std::vector<std::uint64_t> seen, decode_seen(query->blob(3)));
        out.varint(seen.size());
        std::ranges::for_each(seen, [&](std::uint64_t seq) { out.varint(seq); });
    }
}

Result<void> Writer::hashes(const FeedState& feed) {
    for (std::uint64_t first = 1; first <= feed.seq; first += snapshot_hashes_each) {
        const std::uint64_t last = std::min<std::uint64_t>(feed.seq, first + snapshot_hashes_each - 1);
        BinaryWriter out = begin_block(SnapshotBlock::hashes);
        out.varint(last - first + 1);
        BinaryWriter quarantined;
        std::size_t in_quarantine = 0;
        COTMOC_ASSIGN(Statement * query,
                      impl_.statements.get("SELECT seq, hash, status, reason FROM _envelope WHERE space = ? "
                                           "AND device = ? AND seq BETWEEN ? AND ? ORDER BY seq"));
        query->bind(1, space_.number)
            .bind(2, static_cast<std::int64_t>(to_number(feed.device)))
            .bind(3, static_cast<std::int64_t>(first))
            .bind(4, static_cast<std::int64_t>(last));
        for (std::uint64_t seq = first; seq <= last; ++seq) {
            COTMOC_ASSIGN(const bool row, query->step());
            if (!row || static_cast<std::uint64_t>(query->integer(0)) != seq) {
                return fail(ErrorCode::database_damaged, "feed");
            }
            out.raw(query->blob(1));
            if (query->integer(2) != 0) {
                quarantined.varint(seq - first);
                quarantined.string(query->text(3));
                ++in_quarantine;
            }
        }
        query->reset();
        out.varint(in_quarantine);
        out.raw(quarantined.bytes());
        COTMOC_TRY(sink_(out.bytes(), {{out.size()}, {"hashes"}}));
    }
    return {};
}

/// Reads all records once more than the records themselves need: what their ops' stamps are told by has to
/// stand before them.
Result<void> Writer::stamps() {
    StampBases bases(sets_);
    bool covered = true;
    COTMOC_TRY(each_record([&](const LoadedRecord&, const RecordState& state) -> Result<void> {
        for (const Creation& creation : state.creations) {
            covered = bases.note(creation.dot, creation.at) && covered;
        }
        for (const Deletion& deletion : state.deletions) {
            covered = bases.note(deletion.dot, deletion.at) && covered;
        }
        for_each_op(state, [&](const Dot& dot, const Hlc* at) {
            covered = (at == nullptr || bases.note(dot, *at)) && covered;
        });
        for (const Visit& visit : state.visits) {
            covered = sets_.number(visit.device, visit.seq) && covered;
        }
        return covered ? Result<void>() : fail(ErrorCode::database_damaged, "op beyond the frontier");
    }));
    bases.finish();
    for (std::size_t first = 0; first < sets_.bases.size(); first += snapshot_stamps_each) {
        const std::size_t count = std::min(snapshot_stamps_each, sets_.bases.size() - first);
        Integers walls;
        Integers counters;
        for (const Hlc& base : std::span(sets_.bases).subspan(first, count)) {
            walls.push_back(static_cast<std::int64_t>(base.wall_ms));
            counters.push_back(base.counter);
        }
        BinaryWriter out = begin_block(SnapshotBlock::stamps);
        out.varint(count);
        write_integers(out, walls);
        write_integers(out, counters);
        COTMOC_TRY(sink_(out.bytes(), {{out.size()}, {"stamps of change sets"}}));
    }
    return {};
}

/// In the order of the creating dots, so that those make short columns.
Result<void> Writer::each_record(const EachRecord& each) {
    COTMOC_ASSIGN(Statement runs,
                  impl_.database.prepare("SELECT device, seq, row, count FROM _creation WHERE space = ? "
                                         "ORDER BY device, seq, first"));
    runs.bind(1, space_.number);
    for (;;) {
        COTMOC_ASSIGN(const bool more, runs.step());
        if (!more) {
            return {};
        }
        for (std::int64_t nth = 0; nth < runs.integer(3); ++nth) {
            COTMOC_ASSIGN(const LoadedRecord record, impl_.records.get(runs.integer(2) + nth));
            COTMOC_ASSIGN(RecordState state, impl_.records.decode(record));
            const Dot& primary = state.creations.front().dot;
            if (to_number(primary.device) != static_cast<std::uint64_t>(runs.integer(0)) ||
                primary.seq != static_cast<std::uint64_t>(runs.integer(1))) {
                continue;  // it comes with its first creation
            }
            COTMOC_TRY(each(record, std::move(state)));
        }
    }
}

Result<void> Writer::add_record(const LoadedRecord& record, RecordState state) {
    cells_.add(state);
    if (!block_.empty() && cells_.total() > block_cells) {
        COTMOC_TRY(flush_records());
        cells_.add(state);
    }
    if (cells_.total() > cells_max) {
        return fail(ErrorCode::limit_exceeded, "record of a snapshot");  // no reader would take it
    }
    block_octets_ += record.body.size() + record.state.size();
    block_.push_back({record.id, std::move(state)});
    const bool full = block_.size() == snapshot_block_records || block_octets_ >= snapshot_block_octets;
    return full ? flush_records() : Result<void>();
}

Result<void> Writer::flush_records() {
    if (block_.empty()) {
        return {};
    }
    ColumnWriter to;
    to.out = begin_block(SnapshotBlock::records);
    encode_records(to, block_, sets_, impl_.hasher);
    contents_.records += block_.size();
    block_.clear();
    cells_ = {};
    block_octets_ = 0;
    return to.out.size() <= snapshot_block_max ? sink_(to.out.bytes(), to.parts)
                                               : fail(ErrorCode::limit_exceeded, "block of a snapshot");
}

Result<void> Writer::void_ops() {
    COTMOC_ASSIGN(Statement query,
                  impl_.database.prepare("SELECT v.device, v.seq, v.position, v.reason, r.id, n.name FROM "
                                         "_void_op AS v LEFT JOIN _record AS r ON r.row = v.row LEFT JOIN "
                                         "_name AS n ON n.number = r.kind WHERE v.space = ? ORDER BY "
                                         "v.device, v.seq, v.position"));
    query.bind(1, space_.number);
    BinaryWriter body;
    std::size_t count = 0;
    const auto flush = [&]() -> Result<void> {
        if (count == 0) {
            return {};
        }
        BinaryWriter out = begin_block(SnapshotBlock::void_ops);
        out.varint(count);
        out.raw(body.bytes());
        body.clear();
        contents_.void_ops += std::exchange(count, 0);
        return sink_(out.bytes(), {{out.size()}, {"void ops"}});
    };
    for (;;) {
        COTMOC_ASSIGN(const bool more, query.step());
        if (!more) {
            return flush();
        }
        body.varint(static_cast<std::uint64_t>(query.integer(0)));
        body.varint(static_cast<std::uint64_t>(query.integer(1)));
        body.varint(static_cast<std::uint64_t>(query.integer(2)));
        body.string(query.text(3));
        body.string(query.is_null(4) ? std::string_view() : query.text(5));
        if (!query.is_null(4)) {
            body.raw(query.blob(4));
        }
        if (++count == snapshot_void_ops_each) {
            COTMOC_TRY(flush());
        }
    }
}

}  // namespace

Result<SnapshotContents> StoreSnapshots::write(const SpaceId& id, const SnapshotSink& sink) {
    const SpaceEntry* space = impl_.spaces.find(id);
    if (space == nullptr || space->feeds.empty()) {
        return fail(ErrorCode::unknown_space, id.hex());
    }
    COTMOC_ASSIGN(const bool pending, impl_.journal.any(*space));
    COTMOC_CHECK(!pending);
    return Writer(impl_, *space, sink).run();
}

}  // namespace cotmoc::core
