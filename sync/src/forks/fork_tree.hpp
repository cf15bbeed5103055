// The change sets of one forked feed as a tree, from its first forked place on: which branches there are, and
// which of them counts (S17). Pure functions of what is held and of the trust feed.
#pragma once

#include <cotmoc/core/feed.hpp>
#include <cotmoc/sync/feed_store.hpp>

#include <map>
#include <set>

namespace cotmoc::sync {

/// What a feed may put beside itself. The oldest stays: who forks again and again gains nothing by it.
struct ForkLimits {
    std::size_t branches = 10;
    std::size_t change_sets = 4096;
    std::uint64_t bytes = 64ull * 1024 * 1024;
};

/// Whether one more envelope may stand beside the feed. quota_exceeded.
Result<void> check_fork_limits(const ForkLimits& limits, std::span<const core::SideEnvelope> sides,
                               const Hash256& previous, std::uint64_t bytes_held, std::size_t size);

/// The lowest place at which the published ones stand beside the feed; 0: nowhere.
std::uint64_t first_forked(std::span<const core::SideEnvelope> sides);

class ForkTree {
public:
    struct Node {
        std::uint64_t seq = 0;
        Hash256 previous;
    };
    /// `feed`: the feed's own hashes from `first` on, the one before being `base`.
    ForkTree(std::uint64_t first, const Hash256& base, std::span<const Hash256> feed);
    void add(const core::SideEnvelope& side) {
        nodes_.insert_or_assign(side.hash, Node{side.seq, side.previous});
    }

    std::uint64_t first() const { return first_; }
    const Node* find(const Hash256& hash) const {
        const auto found = nodes_.find(hash);
        return found == nodes_.end() ? nullptr : &found->second;
    }
    /// All branches, by last seq and last hash.
    std::vector<ForkBranch> branches(DeviceIndex device) const;

    /// What stays, and from where on nothing counts.
    struct Verdict {
        std::vector<Hash256> feed;  // from first() on
        std::uint64_t void_from = 0;
    };
    /// `named`: what the trust feed demands at some places; `confirmed`: what frontiers of the province
    /// commit to. At each fork the branch goes on that alone leads to something named, else to something
    /// confirmed; where none does, or several, nothing counts from there on, and the smallest hash stands for
    /// it.
    Verdict judge(const std::map<std::uint64_t, Hash256>& named, const std::set<Hash256>& confirmed) const;

private:
    std::set<Hash256> with_ancestors(const std::set<Hash256>& hashes) const;
    std::uint64_t first_;
    Hash256 base_;
    std::map<Hash256, Node> nodes_;
};

}  // namespace cotmoc::sync
