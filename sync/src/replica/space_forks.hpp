// The forked feeds of a space as a replica keeps them in memory.
#pragma once

#include "forks/fork_tree.hpp"

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

struct FeedFork {
    std::vector<core::SideEnvelope> sides;  // by seq and hash
    std::uint64_t first = 0;                // the first forked place; 0: nothing stands beside the feed
    std::uint64_t void_from = 0;            // as it was judged last; 0: all of the feed counts
    bool judged = false;
};

struct Replica::SpaceForks {
    std::map<DeviceIndex, FeedFork> feeds;
    bool stale = false;  // to be judged anew
    bool grown = false;  // a branch has grown since

    const FeedFork* find(DeviceIndex device) const {
        const auto found = feeds.find(device);
        return found == feeds.end() ? nullptr : &found->second;
    }
};

struct Replica::Forks {
    ForkLimits limits;
    std::map<SpaceId, SpaceForks> spaces;
};

}  // namespace cotmoc::sync
