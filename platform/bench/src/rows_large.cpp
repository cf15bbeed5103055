// What must not grow with the number of records: the time a record takes, and memory.
#include "peak.hpp"
#include "rows.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace cotmoc::bench {
namespace {

constexpr std::size_t fresh_records_at_a_time = 10'000;

Result<double> time_writing(Province& province, const Workload& part) {
    return milliseconds([&] { return province.writer().write(part, part.records, 100); });
}

Result<double> time_sync(Province& province) {
    return milliseconds([&]() -> Result<void> {
        COTMOC_TRY(province.writer().sync(province.port()));
        COTMOC_TRY(province.reader().sync(province.port()));
        return {};
    });
}

/// Runs this program again for the reader's part; its peak and the one it had before the session, in KiB.
Result<std::pair<double, double>> reader_in_another_process(Province& province) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    const std::string command =
        "'" + program + "' reader-peak '" + province.reader().path() + "' " + std::to_string(province.port());
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) {
        return fail(ErrorCode::internal, "popen");
    }
    double before = 0;
    double peak = 0;
    const int read = std::fscanf(pipe, "%lf %lf", &before, &peak);
    const int status = pclose(pipe);
    if (read != 2 || status != 0) {
        return fail(ErrorCode::internal, "the reading process failed");
    }
    return std::pair(before, peak);
}

}  // namespace

Result<Row> measure_growth(const Bench& bench) {
    if (bench.growth_records == 0) {
        return not_measured("growth", "ratio", 1.3, "run with --growth RECORDS");
    }
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
    std::vector<double> writes;
    std::vector<double> syncs;
    std::unique_ptr<Province> province;
    for (std::uint64_t made = 0; made < bench.growth_records; made += fresh_records_at_a_time) {
        COTMOC_ASSIGN(const Workload part, generate_workload(fresh_records_at_a_time, bench.seed + made + 1));
        if (province == nullptr) {
            COTMOC_ASSIGN(province, Province::make(directory, part));
        }
        COTMOC_ASSIGN(const double writing, time_writing(*province, part));
        COTMOC_ASSIGN(const double syncing, time_sync(*province));
        writes.push_back(writing);
        syncs.push_back(syncing);
    }
    // The medians of the first and the last few windows, since single windows are noisy.
    const std::size_t some = std::min<std::size_t>(3, writes.size());
    const auto grown = [&](const std::vector<double>& times) {
        const auto count = static_cast<std::ptrdiff_t>(some);
        return median({times.end() - count, times.end()}) / median({times.begin(), times.begin() + count});
    };
    char note[120];
    std::snprintf(note, sizeof note, "to %llu records: write %.2f, sync with apply %.2f",
                  static_cast<unsigned long long>(bench.growth_records), grown(writes), grown(syncs));
    Row row{"growth", "ratio", std::max(grown(writes), grown(syncs)), {}, {}, 1.3, Goal::at_most, note};
    return row;
}

Result<Row> measure_memory(const Bench& bench) {
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
    COTMOC_ASSIGN(const auto province, Province::make(directory, bench.workload));
    COTMOC_TRY(province->writer().write(bench.workload, bench.workload.records, 100));
    COTMOC_TRY(province->writer().sync(province->port()));
    province->reader().close();
    COTMOC_ASSIGN(const auto peaks, reader_in_another_process(*province));
    char note[120];
    std::snprintf(note, sizeof note,
                  "peak of the receiving process, %zu records; %.1f MiB before the session",
                  bench.workload.records.size(), peaks.first / 1024);
    return Row{"memory", "MiB", peaks.second / 1024, {}, {}, 64, Goal::at_most, note};
}

Result<void> sync_and_print_peak(const std::string& path, std::uint16_t port) {
    COTMOC_TRY(crypto::initialise());
    Post reader(path, Province::reader_seed);
    COTMOC_TRY(reader.open());
    const std::int64_t before = peak_kib();
    COTMOC_TRY(reader.sync(port));
    std::printf("%lld %lld\n", static_cast<long long>(before), static_cast<long long>(peak_kib()));
    return {};
}

}  // namespace cotmoc::bench
