#include "forks/fork_tree.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {

Result<void> check_fork_limits(const ForkLimits& limits, std::span<const core::SideEnvelope> sides,
                               const Hash256& previous, std::uint64_t bytes_held, std::size_t size) {
    if (switched_off("fork-limits")) {
        return {};
    }
    if (sides.size() >= limits.change_sets) {
        return fail(ErrorCode::quota_exceeded, "change sets beside a feed");
    }
    std::set<Hash256> leaves;
    for (const core::SideEnvelope& side : sides) {
        leaves.insert(side.hash);
    }
    for (const core::SideEnvelope& side : sides) {
        leaves.erase(side.previous);
    }
    const bool goes_on = leaves.contains(previous);
    if ((!goes_on && leaves.size() >= limits.branches) || bytes_held + size > limits.bytes) {
        return fail(ErrorCode::quota_exceeded, "branches of a forked feed");
    }
    return {};
}

std::uint64_t first_forked(std::span<const core::SideEnvelope> sides) {
    std::uint64_t first = 0;
    for (const core::SideEnvelope& side : sides) {
        if (first == 0 || side.seq < first) {
            first = side.seq;
        }
    }
    return first;
}

ForkTree::ForkTree(std::uint64_t first, const Hash256& base, std::span<const Hash256> feed)
    : first_(first), base_(base) {
    Hash256 previous = base;
    for (std::size_t i = 0; i < feed.size(); ++i) {
        nodes_.emplace(feed[i], Node{first + i, previous});
        previous = feed[i];
    }
}

std::vector<ForkBranch> ForkTree::branches(DeviceIndex device) const {
    std::set<Hash256> inner;
    for (const auto& [hash, node] : nodes_) {
        inner.insert(node.previous);
    }
    std::vector<ForkBranch> all;
    for (const auto& [hash, node] : nodes_) {
        if (inner.contains(hash)) {
            continue;
        }
        ForkBranch branch{device, first_, {}};
        Hash256 at = hash;
        for (const Node* each = find(at); each != nullptr && each->seq >= first_; each = find(at)) {
            branch.hashes.push_back(at);
            at = each->previous;
        }
        std::ranges::reverse(branch.hashes);
        all.push_back(std::move(branch));
    }
    std::ranges::sort(all, {},
                      [](const ForkBranch& branch) { return std::pair(branch.tip(), branch.hashes.back()); });
    return all;
}

std::set<Hash256> ForkTree::with_ancestors(const std::set<Hash256>& hashes) const {
    std::set<Hash256> all;
    for (Hash256 at : hashes) {
        for (const Node* node = find(at); node != nullptr && all.insert(at).second; node = find(at)) {
            at = node->previous;
        }
    }
    return all;
}

ForkTree::Verdict ForkTree::judge(const std::map<std::uint64_t, Hash256>& named,
                                  const std::set<Hash256>& confirmed) const {
    std::set<Hash256> named_here;
    for (const auto& [seq, hash] : named) {
        const Node* node = find(hash);
        if (node != nullptr && node->seq == seq) {
            named_here.insert(hash);
        }
    }
    const std::set<Hash256> chosen[] = {with_ancestors(named_here), with_ancestors(confirmed)};
    std::multimap<Hash256, Hash256> children;  // of one parent by rising hash: nodes_ is sorted
    for (const auto& [hash, node] : nodes_) {
        children.emplace(node.previous, hash);
    }
    Verdict verdict;
    Hash256 at = base_;
    for (std::uint64_t seq = first_;; ++seq) {
        const auto [begin, end] = children.equal_range(at);
        if (begin == end) {
            return verdict;
        }
        const auto choices = std::distance(begin, end);
        Hash256 next = begin->second;
        bool settled = choices == 1;
        for (const std::set<Hash256>& good : chosen) {
            const auto leads = [&](const auto& child) { return good.contains(child.second); };
            if (!settled && std::count_if(begin, end, leads) == 1) {
                next = std::find_if(begin, end, leads)->second;
                settled = true;
            }
        }
        const auto demanded = named.find(seq);
        settled = settled && (demanded == named.end() || demanded->second == next);
        if (!settled && verdict.void_from == 0 && !switched_off("fork-verdict")) {
            verdict.void_from = seq;
        }
        verdict.feed.push_back(next);
        at = next;
    }
}

}  // namespace cotmoc::sync
