// Writing and applying, beside inserts of the same JSON in the same transactions.
#include "raw_store.hpp"
#include "rows.hpp"

#include <algorithm>
#include <functional>

namespace cotmoc::bench {
namespace {

constexpr std::size_t single_records_max = 2'000;
constexpr std::size_t turn_transactions = 10;

/// Ours and the floor do the same parts in turn, so that a disk or a processor that is busy for a while with
/// something else slows both.
struct Duel {
    double ours = 0;
    double floor = 0;
    Result<void> round(const std::function<Result<void>()>& own_part,
                       const std::function<Result<void>()>& floor_part) {
        COTMOC_ASSIGN(const double floor_time, milliseconds(floor_part));
        COTMOC_ASSIGN(const double own_time, milliseconds(own_part));
        ours += own_time;
        floor += floor_time;
        return {};
    }
};

Result<Duel> write_once(const Bench& bench, std::span<const BenchRecord> records, std::size_t size) {
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
    COTMOC_ASSIGN(const auto province, Province::make(directory, bench.workload));
    COTMOC_ASSIGN(RawStore raw, RawStore::open(directory + "/raw.db", bench.workload.indexed));
    Duel duel;
    const std::size_t part_size = size * turn_transactions;
    for (std::size_t first = 0; first < records.size(); first += part_size) {
        const auto part = records.subspan(first, std::min(part_size, records.size() - first));
        const auto own = [&] { return province->writer().write(bench.workload, part, size); };
        const auto floor = [&] { return raw.insert(part, size); };
        COTMOC_TRY(duel.round(own, floor));
    }
    return duel;
}

Row compared(std::string name, std::size_t records, const std::vector<Duel>& duels, double goal) {
    std::vector<double> ours;
    std::vector<double> floors;
    std::vector<double> ratios;
    for (const Duel& duel : duels) {
        ours.push_back(duel.ours);
        floors.push_back(duel.floor);
        ratios.push_back(duel.floor / duel.ours);
    }
    const double thousand_records = static_cast<double>(records) * 1000;
    Row row{std::move(name), "records/s", {}, {}, {}, goal, Goal::at_least, ""};
    row.with(thousand_records / median(std::move(ours)), thousand_records / median(std::move(floors)));
    row.ratio = median(std::move(ratios));
    return row;
}

Result<Row> measure_write(const Bench& bench, std::span<const BenchRecord> records, std::size_t size,
                          double goal) {
    std::vector<Duel> duels;
    for (std::size_t run = 0; run < bench.runs; ++run) {
        COTMOC_ASSIGN(const Duel duel, write_once(bench, records, size));
        duels.push_back(duel);
    }
    return compared("write-" + std::to_string(size), records.size(), duels, goal);
}

/// The writer's envelopes and how many records each one made.
struct Sent {
    std::vector<Bytes> envelopes;
    std::vector<std::size_t> sizes;
};

Result<Sent> envelopes_of(Post& writer, const Workload& workload) {
    COTMOC_TRY(writer.write(workload, workload.records, 100));
    COTMOC_TRY(writer.replica().seal());
    COTMOC_ASSIGN(const sync::SpaceInfo space, writer.space());
    Sent sent;
    std::size_t made = 0;
    for (std::int64_t position = 0;;) {
        COTMOC_ASSIGN(std::optional<sync::StoredEnvelope> envelope,
                      writer.replica().next_envelope(space.id, position));
        if (!envelope) {
            return sent;
        }
        position = envelope->position;
        std::size_t ops = 0;
        for (; ops < envelope->ops && made < workload.records.size(); ++made) {
            ops += 1 + workload.records[made].fields.size();
            sent.sizes.resize(sent.envelopes.size() + 1);
            ++sent.sizes.back();
        }
        sent.envelopes.push_back(std::move(envelope->bytes));
    }
}

Result<void> accept(sync::Replica& reader, const Bytes& envelope) {
    COTMOC_ASSIGN(const sync::AcceptResult accepted, reader.accept(envelope));
    if (accepted.acceptance != sync::Acceptance::stored || accepted.reason) {
        return fail(ErrorCode::internal, "an envelope was not applied");
    }
    return reader.commit();
}

Result<Duel> apply_once(const Bench& bench, std::size_t& change_sets) {
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
    COTMOC_ASSIGN(const auto province, Province::make(directory, bench.workload));
    COTMOC_ASSIGN(const Sent sent, envelopes_of(province->writer(), bench.workload));
    COTMOC_ASSIGN(RawStore raw, RawStore::open(directory + "/raw.db", bench.workload.indexed));
    sync::Replica& reader = province->reader().replica();
    const std::span<const BenchRecord> records = bench.workload.records;
    Duel duel;
    std::size_t first = 0;
    for (std::size_t i = 0; i < sent.envelopes.size(); ++i) {
        const auto part = records.subspan(first, sent.sizes[i]);
        const auto own = [&] { return accept(reader, sent.envelopes[i]); };
        const auto floor = [&] { return raw.insert(part, part.size()); };
        COTMOC_TRY(duel.round(own, floor));
        first += part.size();
    }
    change_sets = sent.envelopes.size();
    return duel;
}

}  // namespace

Result<std::vector<Row>> measure_writes(const Bench& bench) {
    const std::span<const BenchRecord> all = bench.workload.records;
    COTMOC_ASSIGN(Row hundred, measure_write(bench, all, 100, 0.5));
    COTMOC_ASSIGN(Row single,
                  measure_write(bench, all.first(std::min(all.size(), single_records_max)), 1, 0.8));
    return std::vector{std::move(hundred), std::move(single)};
}

Result<Row> measure_apply(const Bench& bench) {
    std::vector<Duel> duels;
    std::size_t change_sets = 0;
    for (std::size_t run = 0; run < bench.runs; ++run) {
        COTMOC_ASSIGN(const Duel duel, apply_once(bench, change_sets));
        duels.push_back(duel);
    }
    Row row = compared("apply", bench.workload.records.size(), duels, 0.35);
    row.note = std::to_string(change_sets) + " change sets, one transaction each";
    return row;
}

}  // namespace cotmoc::bench
