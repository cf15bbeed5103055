// Replays a trace as replicas that type, seal, receive and sync.
#pragma once

#include "trace.hpp"
#include "trace_fleet.hpp"

namespace cotmoc::bench {

struct TraceFigures {
    std::uint64_t edits = 0;  // patches, one op each
    std::uint32_t replicas = 0;
    double replaying_s = 0;  // typing, sealing and what is received on the way
    double sync_s = 0;       // the sessions at the end
    StoredSizes stored;      // of the first replica
};

/// Checks that all replicas end with the trace's text and with equal digests; internal with what differs
/// otherwise.
Result<TraceFigures> replay_trace(const Trace& trace, const std::string& directory);

}  // namespace cotmoc::bench
