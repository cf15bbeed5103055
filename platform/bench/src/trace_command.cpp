#include "trace_command.hpp"

#include "peak.hpp"
#include "temporary_directory.hpp"
#include "trace_replay.hpp"
#include "zstd_file.hpp"

#include <algorithm>
#include <cstdio>

namespace cotmoc::bench {
namespace {

Result<TraceFigures> replay_file(const std::string& path) {
    COTMOC_ASSIGN(std::string json, read_text(path));
    COTMOC_ASSIGN(const Trace trace, parse_trace(json));
    json = {};
    COTMOC_ASSIGN(const TemporaryDirectory directory, TemporaryDirectory::make());
    return replay_trace(trace, directory.path());
}

}  // namespace

int run_trace(const std::string& path) {
    const std::string name = trace_name(path);
    const auto figures = replay_file(path);
    if (!figures) {
        std::string why = std::string(error_name(figures.error().code)) + ": " + describe(figures.error());
        std::ranges::replace(why, '\n', ' ');
        std::printf("FAILED %s %s\n", name.c_str(), why.c_str());
        return 1;
    }
    const StoredSizes& stored = figures->stored;
    std::printf("replicas=%u replaying=%.2f s sessions=%.2f s envelopes=%llu envelope_bytes=%llu\n",
                figures->replicas, figures->replaying_s, figures->sync_s,
                static_cast<unsigned long long>(stored.envelope_count),
                static_cast<unsigned long long>(stored.envelopes));
    std::printf("ok %s edits=%llu seconds=%.2f stored_bytes=%llu peak_mib=%.1f\n", name.c_str(),
                static_cast<unsigned long long>(figures->edits), figures->replaying_s + figures->sync_s,
                static_cast<unsigned long long>(stored.row), static_cast<double>(peak_kib()) / 1024);
    return 0;
}

}  // namespace cotmoc::bench
