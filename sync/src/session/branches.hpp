// Forks in a session (S17): how two sides notice that they hold different change sets at equal places, and
// what each sends then, so that both come to hold all branches.
#pragma once

#include "session/common_spaces.hpp"

namespace cotmoc::sync {

/// Over (space, device, seq, hash) of each listed feed at the last place that both sides hold. `lacks`: of
/// the listed feeds what the caller holds, where that is less.
Result<std::uint64_t> feeds_check(FeedStore& store, const FeedTable& list, const FeedTable& lacks);
/// Over the ends of all branches of forked feeds in these spaces; 0 if there are none.
Result<std::uint64_t> forks_check(FeedStore& store, const std::vector<SpaceId>& spaces);
/// Over what is held of one device's listed feeds. The caller's result differs from the answering side's if
/// its own feeds went on, or went another way, without this store.
Result<std::uint64_t> own_feeds_check(FeedStore& store, const std::vector<SpaceId>& spaces,
                                      const FeedTable& list, DeviceIndex device);

/// The ends of all branches of forked feeds; with `feeds` (device and last seq), of these feeds too.
Result<BranchTable> branch_offer(FeedStore& store, const std::vector<SpaceId>& spaces,
                                 const FeedTable& feeds);

/// What the other side lacks of branches.
struct BranchPlan {
    std::map<SpaceId, std::vector<FeedPosition>> send;  // in the order of each branch
    bool own_differs = false;  // the own feed is another one over there, somewhere: nothing of it is sent
};
/// `theirs`: what the other side offered; feeds that are forked here and absent there are sent whole.
Result<BranchPlan> plan_branches(FeedStore& store, const std::vector<SpaceId>& spaces,
                                 const BranchTable& theirs, DeviceIndex own);

}  // namespace cotmoc::sync
