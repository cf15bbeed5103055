// Which replica makes which transaction of a trace, and when it must seal.
#pragma once

#include "trace.hpp"

#include <optional>

namespace cotmoc::bench {

/// The transactions in the causal past that `parents` end, without those in the past that `held` ends (itself
/// included; nothing: an empty past), by rising number. Nothing if `held` is not in the past of `parents`.
std::optional<std::vector<std::uint32_t>> missing_past(const Trace& trace, std::optional<std::uint32_t> held,
                                                       std::span<const std::uint32_t> parents);

struct TracePlan {
    std::vector<std::uint32_t> replica_of;  // by transaction; replicas of one agent are numbered in a row
    std::uint32_t replicas = 0;
    /// By transaction: another replica's transaction names it as a parent, so nothing made later may travel
    /// with it.
    std::vector<bool> sealed_after;
};

/// A replica is used again if what it holds, which is the past of its last transaction, lies in the past of
/// the next one; an agent with concurrent transactions of its own gets more than one.
TracePlan plan_trace(const Trace& trace);

}  // namespace cotmoc::bench
