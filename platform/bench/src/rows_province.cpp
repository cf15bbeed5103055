// A province's life: the first sync of all records over loopback, a delta, one edit, nothing new; then what
// is on disk.
#include "raw_store.hpp"
#include "rows.hpp"
#include "zstd_file.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace cotmoc::bench {
namespace {

constexpr std::size_t slow_runs_max = 3;
constexpr std::size_t query_limit = 20;

/// Figures of one life; times in milliseconds.
struct Life {
    double floor_insert = 0, seal = 0, up = 0, down = 0;
    double wire_first = 0, wire_delta = 0, wire_edit = 0, wire_idle = 0, trips_idle = 0;
    double size = 0, floor_size = 0, open = 0, floor_open = 0;
};

double larger(const sync::SessionReport& a, const sync::SessionReport& b) {
    return static_cast<double>(std::max(a.bytes_up + a.bytes_down, b.bytes_up + b.bytes_down));
}

Result<double> sync_both(Province& province) {
    COTMOC_ASSIGN(const sync::SessionReport up, province.writer().sync(province.port()));
    COTMOC_ASSIGN(const sync::SessionReport down, province.reader().sync(province.port()));
    return larger(up, down);
}

Result<void> first_sync(Province& province, Life& life) {
    COTMOC_ASSIGN(life.seal, milliseconds([&] { return province.writer().replica().seal(); }));
    sync::SessionReport sent;
    sync::SessionReport received;
    COTMOC_ASSIGN(life.up, milliseconds([&]() -> Result<void> {
                      COTMOC_ASSIGN(sent, province.writer().sync(province.port()));
                      return {};
                  }));
    COTMOC_ASSIGN(life.down, milliseconds([&]() -> Result<void> {
                      COTMOC_ASSIGN(received, province.reader().sync(province.port()));
                      return {};
                  }));
    life.wire_first = larger(sent, received);
    COTMOC_ASSIGN(const sync::SpaceInfo space, province.writer().space());
    COTMOC_ASSIGN(const Hash256 here, province.writer().replica().store().digest(space.id));
    COTMOC_ASSIGN(const Hash256 there, province.reader().replica().store().digest(space.id));
    return here == there ? Result<void>() : fail(ErrorCode::internal, "the digests differ");
}

/// The workload's edits, one call a record, a hundred calls a transaction.
Result<void> make_edits(Post& writer, std::span<const BenchEdit> edits) {
    std::size_t next = 0;
    while (next < edits.size()) {
        const auto edit_some = [&]() -> Result<void> {
            for (int calls = 0; calls < 100 && next < edits.size(); ++calls) {
                std::vector<core::FieldEdit> changes;
                const RecordId id = edits[next].id;
                for (; next < edits.size() && edits[next].id == id; ++next) {
                    changes.push_back(
                        {core::FieldEdit::Kind::set, edits[next].change.field, edits[next].change.value});
                }
                COTMOC_TRY(writer.replica().edit(id, changes));
            }
            return {};
        };
        COTMOC_TRY(writer.replica().batch(edit_some));
    }
    return {};
}

Result<void> later_syncs(Province& province, const Workload& workload, Life& life) {
    COTMOC_TRY(make_edits(province.writer(), workload.edits));
    COTMOC_ASSIGN(life.wire_delta, sync_both(province));
    const BenchRecord& record = workload.records.back();
    const auto text = std::ranges::find_if(record.fields, [](const core::FieldValue& field) {
        return core::type_of(field.value) == core::ValueType::text;
    });
    if (text == record.fields.end()) {
        return fail(ErrorCode::bad_catalogue, "no text field");
    }
    const core::FieldEdit edit{core::FieldEdit::Kind::set, text->field, std::string("kiểm tra cột mốc")};
    COTMOC_TRY(province.writer().replica().edit(record.id, std::span(&edit, 1)));
    COTMOC_ASSIGN(life.wire_edit, sync_both(province));
    COTMOC_ASSIGN(const sync::SessionReport idle, province.writer().sync(province.port()));
    life.wire_idle = static_cast<double>(idle.bytes_up + idle.bytes_down);
    life.trips_idle = static_cast<double>(idle.round_trips);
    return {};
}

/// Opening and the first query, of the reader and of the floor's table.
Result<void> open_again(Province& province, const Workload& workload, const std::string& raw_path,
                        Life& life) {
    const auto& fields = workload.records.front().fields;
    const auto indexed = std::ranges::find_if(fields, [&](const core::FieldValue& field) {
        return !workload.indexed.empty() && field.field == workload.indexed.front();
    });
    if (indexed == fields.end()) {
        return fail(ErrorCode::bad_catalogue, "no indexed field");
    }
    const core::FieldValue& wanted = *indexed;
    const std::string text = core::to_text(wanted.value);
    std::size_t rows = 0;
    COTMOC_ASSIGN(life.floor_open, milliseconds([&]() -> Result<void> {
                      COTMOC_ASSIGN(RawStore raw, RawStore::open(raw_path, workload.indexed));
                      COTMOC_ASSIGN(rows, raw.query(wanted.field, text, query_limit));
                      return {};
                  }));
    std::size_t own_rows = 0;
    crypto::KeyFileContents unlocked = province.reader().keys();
    COTMOC_ASSIGN(life.open, milliseconds([&]() -> Result<void> {
                      COTMOC_TRY(province.reader().open(std::move(unlocked)));
                      core::ListQuery query;
                      query.kind = workload.kind;
                      query.where = {wanted};
                      query.limit = query_limit;
                      return province.reader().replica().store().list(query, [&](const core::RecordView&) {
                          ++own_rows;
                          return true;
                      });
                  }));
    return rows == own_rows ? Result<void>() : fail(ErrorCode::internal, "the two queries differ");
}

Result<Life> live(const Bench& bench) {
    const Workload& workload = bench.workload;
    Life life;
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
    const std::string raw_path = directory + "/raw.db";
    {
        COTMOC_ASSIGN(RawStore raw, RawStore::open(raw_path, workload.indexed));
        COTMOC_ASSIGN(life.floor_insert, milliseconds([&] { return raw.insert(workload.records, 100); }));
    }
    life.floor_size = static_cast<double>(std::filesystem::file_size(raw_path));
    COTMOC_ASSIGN(const auto province, Province::make(directory, workload));
    COTMOC_TRY(province->writer().write(workload, workload.records, 100));
    COTMOC_TRY(first_sync(*province, life));
    province->reader().close();
    life.size = static_cast<double>(std::filesystem::file_size(province->reader().path()));
    COTMOC_TRY(open_again(*province, workload, raw_path, life));
    COTMOC_TRY(later_syncs(*province, workload, life));
    province->writer().close();
    life.size =
        std::max(life.size, static_cast<double>(std::filesystem::file_size(province->writer().path())));
    return life;
}

double median_of(const std::vector<Life>& lives, double Life::*figure) {
    std::vector<double> values;
    for (const Life& life : lives) {
        values.push_back(life.*figure);
    }
    return median(std::move(values));
}

std::string phases(const std::vector<Life>& lives) {
    char text[96];
    std::snprintf(text, sizeof text, "sealing %.0f ms, to the hub %.0f ms, from the hub %.0f ms",
                  median_of(lives, &Life::seal), median_of(lives, &Life::up), median_of(lives, &Life::down));
    return text;
}

}  // namespace

Result<std::vector<Row>> measure_province(const Bench& bench) {
    std::vector<Life> lives;
    for (std::size_t run = 0; run < std::min(bench.runs, slow_runs_max); ++run) {
        COTMOC_ASSIGN(const Life life, live(bench));
        lives.push_back(life);
    }
    COTMOC_ASSIGN(const std::size_t packed, zstd_19_size(bench.workload.record_lines));
    COTMOC_ASSIGN(const std::size_t packed_edits, zstd_19_size(bench.workload.edit_lines));
    std::vector<double> wholes;
    for (const Life& life : lives) {
        wholes.push_back(life.seal + life.up + life.down);
    }
    std::vector<Row> rows;
    const auto add = [&](const char* name, const char* unit, double value, std::optional<double> floor,
                         double goal, std::string note) {
        Row row{name, unit, {}, {}, {}, goal, Goal::at_most, std::move(note)};
        rows.push_back(row.with(value, floor));
    };
    add("first-sync", "ms", median(wholes), median_of(lives, &Life::floor_insert), 4, phases(lives));
    add("wire-first", "bytes", median_of(lives, &Life::wire_first), static_cast<double>(packed), 1.12, "");
    add("wire-delta", "bytes", median_of(lives, &Life::wire_delta), static_cast<double>(packed_edits), 0.75,
        std::to_string(bench.workload.edits.size()) + " edits");
    add("wire-edit", "bytes", median_of(lives, &Life::wire_edit), std::nullopt, 700, "");
    const double trips = median_of(lives, &Life::trips_idle);
    add("wire-idle", "bytes", median_of(lives, &Life::wire_idle), std::nullopt, trips <= 2 ? 600 : 0,
        std::to_string(static_cast<int>(trips)) + " round trips, of 2 allowed");
    add("size", "bytes", median_of(lives, &Life::size), median_of(lives, &Life::floor_size), 1.6,
        "the larger of both ends, edits included");
    add("open", "ms", median_of(lives, &Life::open), median_of(lives, &Life::floor_open), 1.5,
        std::to_string(bench.workload.records.size()) + " records");
    return rows;
}

}  // namespace cotmoc::bench
