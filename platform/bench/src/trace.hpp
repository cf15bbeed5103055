// Editing traces: records of people typing, as published for comparing text CRDTs. Both public formats.
#pragma once

#include <cotmoc/base/result.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cotmoc::bench {

/// In code points of the text as the patches before it left it.
struct TracePatch {
    std::uint64_t position = 0;
    std::uint64_t deleted = 0;
    std::string inserted;  // UTF-8
};

struct TraceTransaction {
    std::uint32_t agent = 0;
    std::vector<std::uint32_t> parents;  // earlier transactions; of a sequential trace: the one before
    std::size_t first_patch = 0;
    std::size_t patch_count = 0;
};

struct Trace {
    std::string start;
    std::string end;
    bool concurrent = false;  // its transactions name parents and agents
    std::uint32_t agents = 1;
    std::vector<TraceTransaction> transactions;
    std::vector<TracePatch> patches;

    std::span<const TracePatch> patches_of(const TraceTransaction& transaction) const {
        return std::span(patches).subspan(transaction.first_patch, transaction.patch_count);
    }
};

/// bad_json, with what is wrong and where: a transaction's number, counted from 0.
Result<Trace> parse_trace(std::string_view json);
/// The file's name without folder and extensions: automerge-paper of a/automerge-paper.json.gz.
std::string trace_name(std::string_view path);

}  // namespace cotmoc::bench
