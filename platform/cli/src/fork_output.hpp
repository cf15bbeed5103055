// What `sync` and `status` say of forked feeds.
#pragma once

#include "program.hpp"

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::cli {

/// A feed that is forked, or in which the trust feed names another change set than is held.
struct ForkedFeed {
    std::string space;
    DeviceIndex device{};
    std::uint64_t from = 0;       // the first place at which it is forked
    std::uint64_t void_from = 0;  // nothing counts from here on; 0: one branch stays
};

Result<std::vector<ForkedFeed>> forked_feeds(sync::Replica& replica);
/// [{"space","device","name","from","void_from":N or null}]
std::string forks_json(const sync::Replica& replica, const std::vector<ForkedFeed>& feeds);
/// What is forked and what to do; of feeds with a verdict, nothing.
void put_fork_notice(const Common& common, const sync::Replica& replica,
                     const std::vector<ForkedFeed>& feeds);

}  // namespace cotmoc::cli
