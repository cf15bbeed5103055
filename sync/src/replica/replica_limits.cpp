// What a replica keeps of others at most (docs/spec/limits.md).
#include "replica/arriving.hpp"

#include <cotmoc/base/test_switch.hpp>

namespace cotmoc::sync {

/// Whether the feed has as much in quarantine as is kept. What is there is never evicted (S14), so that later
/// ones are refused; they come again with each session. What is held already and applied again stays.
Result<bool> Replica::quarantine_is_full(const Arriving& arriving) {
    if (arriving.position != 0 || switched_off("quarantine-limit")) {
        return false;
    }
    const std::pair feed(arriving.header.space, arriving.author->index);
    const auto [count, is_new] = quarantine_counts_.try_emplace(feed, 0);
    if (is_new) {
        COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> rows, store_->quarantined());
        for (const core::EnvelopeRow& row : rows) {
            count->second += row.space == feed.first && row.author == feed.second ? 1 : 0;
        }
    }
    if (count->second >= environment_.quarantine_max) {
        return true;
    }
    ++count->second;
    return false;
}

}  // namespace cotmoc::sync
