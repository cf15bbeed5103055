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

/// `feed`: all hashes of the feed.
inline ForkTree fork_tree(const FeedFork& fork, std::span<const Hash256> feed) {
    const std::size_t stem = static_cast<std::size_t>(fork.first - 1);
    ForkTree tree(fork.first, stem == 0 ? Hash256{} : feed[stem - 1], feed.subspan(stem));
    for (const core::SideEnvelope& side : fork.sides) {
        tree.add(side);
    }
    return tree;
}

/// What became of a feed that is forked, or of which the trust feed names another hash than is held.
struct Replica::Judged {
    DeviceIndex device{};
    std::uint64_t first = 0;    // the first forked place; 0: it is not forked
    std::vector<Hash256> feed;  // what stays from there on
    std::uint64_t void_from = 0;
};

struct Replica::Forks {
    ForkLimits limits;
    std::map<SpaceId, SpaceForks> spaces;
};

}  // namespace cotmoc::sync
