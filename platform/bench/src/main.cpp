// cotmoc-bench: what the library costs beside what the same work costs without it.
#include "floors_output.hpp"
#include "trace_command.hpp"

#include <cotmoc/system/process.hpp>

#include <CLI/CLI.hpp>

#include <iostream>

namespace cotmoc::bench {
namespace {

struct FloorsOptions {
    std::size_t records = 0;  // 0: all of --data, or 10,000 generated ones
    std::string data;
    std::size_t runs = 5;
    std::uint64_t seed = 1;
    std::uint64_t growth = 0;
    std::vector<std::string> only;
    bool json = false;
};

bool wanted(const FloorsOptions& options, std::initializer_list<const char*> names) {
    return options.only.empty() || std::ranges::any_of(names, [&](const char* name) {
               return std::ranges::find(options.only, name) != options.only.end();
           });
}

Result<void> say(const char* what) {
    if (system::stderr_is_terminal()) {
        std::cerr << "measuring " << what << " ...\n";
    }
    return {};
}

Result<std::vector<Row>> measure(const FloorsOptions& options, const Bench& bench) {
    std::vector<Row> rows;
    if (wanted(options, {"write-100", "write-1"})) {
        COTMOC_TRY(say("writing"));
        COTMOC_ASSIGN(rows, measure_writes(bench));
    }
    if (wanted(options, {"apply"})) {
        COTMOC_TRY(say("applying"));
        COTMOC_ASSIGN(Row apply, measure_apply(bench));
        rows.push_back(std::move(apply));
    }
    if (wanted(options,
               {"first-sync", "wire-first", "wire-delta", "wire-edit", "wire-idle", "size", "open"})) {
        COTMOC_TRY(say("sessions, size and opening"));
        COTMOC_ASSIGN(const std::vector<Row> more, measure_province(bench));
        rows.insert(rows.end(), more.begin(), more.end());
    }
    if (wanted(options, {"growth"})) {
        COTMOC_TRY(say("growth"));
        COTMOC_ASSIGN(Row growth, measure_growth(bench));
        rows.push_back(std::move(growth));
    }
    if (wanted(options, {"text"})) {
        rows.push_back(not_measured("text", "s", 1, "see cotmoc-bench trace; no peer runs here"));
    }
    if (wanted(options, {"library"})) {
        rows.push_back(not_measured("library", "KiB", 900, "tests/size/report.sh measures it; docs/size.md"));
    }
    if (wanted(options, {"memory"})) {
        COTMOC_TRY(say("memory"));
        COTMOC_ASSIGN(Row memory, measure_memory(bench));
        rows.push_back(std::move(memory));
    }
    if (wanted(options, {"history"})) {
        COTMOC_TRY(say("history"));
        COTMOC_ASSIGN(Row history, measure_history(bench));
        rows.push_back(std::move(history));
    }
    if (wanted(options, {"resolve"})) {
        COTMOC_TRY(say("resolving"));
        COTMOC_ASSIGN(Row resolve, measure_resolve(bench));
        rows.push_back(std::move(resolve));
    }
    return rows;
}

Result<void> floors(const FloorsOptions& options) {
    COTMOC_TRY(crypto::initialise());
    const std::size_t all = static_cast<std::size_t>(-1);
    COTMOC_ASSIGN(const Workload workload,
                  options.data.empty()
                      ? generate_workload(options.records != 0 ? options.records : 10'000, options.seed)
                      : read_workload(options.data, options.records != 0 ? options.records : all));
    if (workload.records.empty()) {
        return fail(ErrorCode::cannot_read_file, options.data + ": no records");
    }
    COTMOC_ASSIGN(const TemporaryDirectory directory, TemporaryDirectory::make());
    COTMOC_ASSIGN(const std::vector<Row> rows,
                  measure(options, {workload, directory, options.runs, options.seed, options.growth}));
    std::cout << (options.json ? to_json(workload, rows) : to_table(workload, rows));
    return {};
}

int finish(const Result<void>& done) {
    if (done) {
        return 0;
    }
    std::cerr << "cotmoc: " << describe(done.error()) << "\n";
    return done.error().code == ErrorCode::not_available_yet ? 2 : 1;
}

int run(int count, char** arguments) {
    CLI::App app{"Measures cotmoc beside floors: plain SQLite with the same cipher and settings, plain zstd"};
    app.require_subcommand(1);
    FloorsOptions options;
    CLI::App* measured =
        app.add_subcommand("floors", "prints a row for each figure, with its floor, ratio and goal");
    measured
        ->add_option("--records", options.records,
                     "how many records (10,000 generated ones, or all of --data)")
        ->check(CLI::Range(1, 10'000'000));
    measured->add_option("--data", options.data,
                         "folder with records.jsonl, w2.jsonl (or .zst), catalogue.json");
    measured->add_option("--runs", options.runs, "of each small row; the median counts")
        ->check(CLI::Range(1, 99));
    measured->add_option("--seed", options.seed, "of the generated records");
    measured->add_option("--growth", options.growth, "measures growth up to so many generated records");
    measured->add_option("--only", options.only, "these rows only")->delimiter(',');
    measured->add_flag("--json", options.json, "one JSON document");
    std::string path;
    std::uint16_t port = 0;
    CLI::App* reader = app.add_subcommand("reader-peak", "")->group("");
    reader->add_option("path", path)->required();
    reader->add_option("port", port)->required();
    std::string trace;
    CLI::App* replay =
        app.add_subcommand("trace", "replays an editing trace as replicas that type, receive and sync");
    replay->add_option("FILE", trace, "of either public format; .json or .json.gz")->required();
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (measured->parsed()) {
        return finish(floors(options));
    }
    if (reader->parsed()) {
        return finish(sync_and_print_peak(path, port));
    }
    return run_trace(trace);
}

}  // namespace
}  // namespace cotmoc::bench

int main(int count, char** arguments) { return cotmoc::bench::run(count, arguments); }
