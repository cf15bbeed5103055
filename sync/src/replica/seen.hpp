// Conversions between what the store and what the wire say of feeds.
#pragma once

#include <cotmoc/core/store.hpp>
#include <cotmoc/sync/feed_store.hpp>

namespace cotmoc::sync {

inline Frontier to_frontier(const std::vector<core::FeedState>& held) {
    Frontier frontier;
    frontier.reserve(held.size());
    for (const core::FeedState& feed : held) {
        frontier.push_back({feed.device, feed.seq, feed.hash});
    }
    return frontier;
}

inline std::vector<std::uint64_t> seqs_by_device(const Frontier& held) {
    std::vector<std::uint64_t> seqs;
    for (const FeedPosition& feed : held) {
        seqs.resize(to_number(feed.device) + std::size_t{1});
        seqs.back() = feed.seq;
    }
    return seqs;
}

}  // namespace cotmoc::sync
