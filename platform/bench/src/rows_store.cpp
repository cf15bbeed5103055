// Writing and applying, beside inserts of the same JSON in the same transactions.
#include "raw_store.hpp"
#include "rows.hpp"

#include <algorithm>

namespace cotmoc::bench {
namespace {

constexpr std::size_t single_records_max = 2'000;

Result<double> raw_inserts(const Bench& bench, std::span<const BenchRecord> records,
                           const std::vector<std::size_t>& sizes) {
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("raw"));
    COTMOC_ASSIGN(RawStore raw, RawStore::open(directory + "/raw.db", bench.workload.indexed));
    return milliseconds([&]() -> Result<void> {
        std::size_t first = 0;
        for (const std::size_t size : sizes) {
            COTMOC_TRY(raw.insert(records.subspan(first, size)));
            first += size;
        }
        return {};
    });
}

std::vector<std::size_t> equal_parts(std::size_t whole, std::size_t size) {
    std::vector<std::size_t> parts;
    for (std::size_t first = 0; first < whole; first += size) {
        parts.push_back(std::min(size, whole - first));
    }
    return parts;
}

Result<Row> measure_write(const Bench& bench, std::span<const BenchRecord> records, std::size_t size, double goal) {
    std::vector<double> ours;
    std::vector<double> floors;
    for (std::size_t run = 0; run < bench.runs; ++run) {
        COTMOC_ASSIGN(const double floor, raw_inserts(bench, records, equal_parts(records.size(), size)));
        COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
        COTMOC_ASSIGN(const auto province, Province::make(directory, bench.workload));
        COTMOC_ASSIGN(const double own,
                      milliseconds([&] { return province->writer().write(bench.workload, records, size); }));
        floors.push_back(floor);
        ours.push_back(own);
    }
    const double thousand_records = static_cast<double>(records.size()) * 1000;
    Row row{"write-" + std::to_string(size), "records/s", {}, {}, {}, goal, Goal::at_least, ""};
    return row.with(thousand_records / median(ours), thousand_records / median(floors));
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

Result<void> accept_all(sync::Replica& reader, const std::vector<Bytes>& envelopes) {
    for (const Bytes& envelope : envelopes) {
        COTMOC_ASSIGN(const sync::AcceptResult accepted, reader.accept(envelope));
        if (accepted.acceptance != sync::Acceptance::stored || accepted.reason) {
            return fail(ErrorCode::internal, "an envelope was not applied");
        }
        COTMOC_TRY(reader.commit());
    }
    return {};
}

}  // namespace

Result<std::vector<Row>> measure_writes(const Bench& bench) {
    const std::span<const BenchRecord> all = bench.workload.records;
    COTMOC_ASSIGN(Row hundred, measure_write(bench, all, 100, 0.5));
    COTMOC_ASSIGN(Row single, measure_write(bench, all.first(std::min(all.size(), single_records_max)), 1, 0.8));
    return std::vector{std::move(hundred), std::move(single)};
}

Result<Row> measure_apply(const Bench& bench) {
    std::vector<double> ours;
    std::vector<double> floors;
    std::size_t envelopes = 0;
    for (std::size_t run = 0; run < bench.runs; ++run) {
        COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
        COTMOC_ASSIGN(const auto province, Province::make(directory, bench.workload));
        COTMOC_ASSIGN(const Sent sent, envelopes_of(province->writer(), bench.workload));
        COTMOC_ASSIGN(const double floor, raw_inserts(bench, bench.workload.records, sent.sizes));
        COTMOC_ASSIGN(const double own,
                      milliseconds([&] { return accept_all(province->reader().replica(), sent.envelopes); }));
        floors.push_back(floor);
        ours.push_back(own);
        envelopes = sent.envelopes.size();
    }
    const double thousand_records = static_cast<double>(bench.workload.records.size()) * 1000;
    Row row{"apply", "records/s", {}, {}, {}, 0.35, Goal::at_least, ""};
    row.with(thousand_records / median(ours), thousand_records / median(floors));
    row.note = std::to_string(envelopes) + " change sets, one transaction each";
    return row;
}

}  // namespace cotmoc::bench
