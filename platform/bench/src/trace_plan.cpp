#include "trace_plan.hpp"

#include <algorithm>
#include <numeric>
#include <queue>

namespace cotmoc::bench {
namespace {

constexpr unsigned in_held = 1;
constexpr unsigned in_past = 2;

/// Replicas while they are found: numbered as they come, agent by agent later.
struct Found {
    std::uint32_t agent = 0;
    std::uint32_t last = 0;  // transaction
};

}  // namespace

std::optional<std::vector<std::uint32_t>> missing_past(const Trace& trace, std::optional<std::uint32_t> held,
                                                       std::span<const std::uint32_t> parents) {
    // Both pasts from their ends backwards, the latest transaction first: parents have smaller numbers.
    std::priority_queue<std::pair<std::uint32_t, unsigned>> open;
    std::size_t only_past = 0;
    const auto push = [&](std::uint32_t transaction, unsigned sides) {
        open.emplace(transaction, sides);
        only_past += sides == in_past ? 1 : 0;
    };
    if (held) {
        push(*held, in_held);
    }
    for (const std::uint32_t parent : parents) {
        push(parent, in_past);
    }
    std::vector<std::uint32_t> missing;
    bool met = !held.has_value();
    while (only_past > 0) {
        const std::uint32_t transaction = open.top().first;
        unsigned sides = 0;
        while (!open.empty() && open.top().first == transaction) {
            sides |= open.top().second;
            only_past -= open.top().second == in_past ? 1 : 0;
            open.pop();
        }
        if (sides == in_held) {
            return std::nullopt;
        }
        met = met || transaction == held;
        if (sides == in_past) {
            missing.push_back(transaction);
        }
        for (const std::uint32_t parent : trace.transactions[transaction].parents) {
            push(parent, sides);
        }
    }
    if (!met) {
        return std::nullopt;
    }
    std::ranges::reverse(missing);
    return missing;
}

TracePlan plan_trace(const Trace& trace) {
    TracePlan plan;
    std::vector<Found> found;
    std::vector<std::vector<std::uint32_t>> of_agent(trace.agents);
    for (std::uint32_t number = 0; number < trace.transactions.size(); ++number) {
        const TraceTransaction& transaction = trace.transactions[number];
        std::vector<std::uint32_t>& candidates = of_agent[transaction.agent];
        const auto fits = [&](std::uint32_t replica) {
            return std::ranges::find(transaction.parents, found[replica].last) != transaction.parents.end();
        };
        auto chosen = std::ranges::find_if(candidates, fits);
        if (chosen == candidates.end()) {
            chosen = std::ranges::find_if(candidates, [&](std::uint32_t replica) {
                return missing_past(trace, found[replica].last, transaction.parents).has_value();
            });
        }
        if (chosen == candidates.end()) {
            candidates.push_back(static_cast<std::uint32_t>(found.size()));
            found.push_back({transaction.agent, 0});
            chosen = std::prev(candidates.end());
        }
        found[*chosen].last = number;
        plan.replica_of.push_back(*chosen);
    }
    std::vector<std::uint32_t> order(found.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t replica) { return found[replica].agent; });
    std::vector<std::uint32_t> place(found.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
    }
    std::ranges::transform(plan.replica_of, plan.replica_of.begin(),
                           [&](std::uint32_t replica) { return place[replica]; });
    plan.replicas = static_cast<std::uint32_t>(found.size());
    plan.sealed_after.resize(trace.transactions.size());
    for (std::uint32_t number = 0; number < trace.transactions.size(); ++number) {
        for (const std::uint32_t parent : trace.transactions[number].parents) {
            if (plan.replica_of[parent] != plan.replica_of[number]) {
                plan.sealed_after[parent] = true;
            }
        }
    }
    return plan;
}

}  // namespace cotmoc::bench
