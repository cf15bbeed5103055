// The rows of the table, each measured beside its floor in the same run.
#pragma once

#include "province.hpp"
#include "temporary_directory.hpp"

#include <chrono>

namespace cotmoc::bench {

enum class Goal : std::uint8_t { at_least, at_most };

struct Row {
    std::string name;
    std::string unit;
    std::optional<double> value;
    std::optional<double> floor;
    std::optional<double> ratio;
    std::optional<double> goal;  // of the ratio, or of the value where there is no floor
    Goal direction = Goal::at_most;
    std::string note;

    bool met() const;
    /// Sets the ratio of value to floor.
    Row& with(std::optional<double> new_value, std::optional<double> new_floor);
};

struct Bench {
    const Workload& workload;
    const TemporaryDirectory& directory;
    std::size_t runs = 5;  // of the small rows; slow ones take at most three
    std::uint64_t seed = 1;
    std::uint64_t growth_records = 0;  // 0: not measured
};

double median(std::vector<double> values);
/// Milliseconds of one run of `work`.
template <class Work>
Result<double> milliseconds(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    COTMOC_TRY(work());
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// write-100, write-1.
Result<std::vector<Row>> measure_writes(const Bench& bench);
/// apply.
Result<Row> measure_apply(const Bench& bench);
/// first-sync, wire-first, wire-delta, wire-edit, wire-idle, size, open: one province's life, several times.
Result<std::vector<Row>> measure_province(const Bench& bench);
/// history, resolve.
Result<Row> measure_history(const Bench& bench);
Result<Row> measure_resolve(const Bench& bench);
/// growth, text, library, memory.
Result<Row> measure_growth(const Bench& bench);
Result<Row> measure_memory(const Bench& bench);
Row not_measured(std::string name, std::string unit, double goal, std::string why);

/// What another process does for the memory row: opens the reader, syncs, prints its peak in KiB.
Result<void> sync_and_print_peak(const std::string& path, std::uint16_t port);

}  // namespace cotmoc::bench
