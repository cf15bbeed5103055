// Forked feeds at a hub (S4, S17): all branches are kept beside the feed and served, within limits. Which one
// counts is for readers to say.
#include "forks/fork_tree.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/hub.hpp>

#include <algorithm>

namespace cotmoc::sync {

Hub::Hub(HubStore& store, const HubLimits& limits, Clock* clock)
    : store_(store), quota_(limits, clock), fork_limits_(std::make_unique<ForkLimits>()) {}
Hub::~Hub() = default;

void Hub::set_fork_limits(const ForkLimits& limits) { *fork_limits_ = limits; }

Result<void> Hub::load_sides() {
    COTMOC_ASSIGN(const auto all, store_.load_sides());
    sides_.clear();
    branches_.clear();
    for (const auto& [space, side] : all) {
        sides_[space][side.author].push_back(side);
    }
    return {};
}

const std::vector<core::SideEnvelope>& Hub::sides(const SpaceId& space, DeviceIndex device) {
    static const std::vector<core::SideEnvelope> none;
    const auto feeds = sides_.find(space);
    if (feeds == sides_.end()) {
        return none;
    }
    const auto feed = feeds->second.find(device);
    return feed == feeds->second.end() ? none : feed->second;
}

Frontier Hub::frontier(const SpaceId& space) {
    const auto found = frontiers_.find(space);
    if (found == frontiers_.end()) {
        return {};
    }
    Frontier frontier = found->second;
    if (!sides_.contains(space)) {
        return frontier;
    }
    for (FeedPosition& place : frontier) {
        const std::uint64_t first = first_forked(sides(space, place.device));
        if (first != 0 && first <= place.seq) {
            place.seq = first - 1;
            const auto hash = store_.find(space, place.device, place.seq);
            place.hash = hash && *hash ? **hash : Hash256{};
        }
    }
    std::erase_if(frontier, [](const FeedPosition& place) { return place.seq == 0; });
    return frontier;
}

Result<std::optional<Hash256>> Hub::hash_at(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
    return store_.find(space, device, seq);
}

Result<AcceptResult> Hub::accept_beside(BytesView envelope, const SpaceId& space, const FeedPosition& place,
                                        const Hash256& previous) {
    const std::vector<core::SideEnvelope>& beside = sides(space, place.device);
    if (std::ranges::find(beside, place.hash, &core::SideEnvelope::hash) != beside.end()) {
        return AcceptResult{Acceptance::known, 0, Error{ErrorCode::forked_feed, {}}};
    }
    bool continues = place.seq == 1 && previous.is_zero();
    if (place.seq > 1) {
        COTMOC_ASSIGN(const std::optional<Hash256> before, store_.find(space, place.device, place.seq - 1));
        continues = before == previous;
        for (const core::SideEnvelope& side : beside) {
            continues = continues || (side.hash == previous && side.seq + 1 == place.seq);
        }
    }
    if (!continues) {  // it may go on where a branch will stand that is not here yet
        return AcceptResult{Acceptance::waiting, 0, Error{ErrorCode::waiting_for_dependency, {}}};
    }
    COTMOC_ASSIGN(const std::uint64_t size, store_.side_size(space, place.device));
    if (const auto fits = check_fork_limits(*fork_limits_, beside, previous, size, envelope.size()); !fits) {
        return AcceptResult{Acceptance::refused, 0, fits.error()};
    }
    uncommitted_ = true;
    const core::SideEnvelope side{place.device, place.seq, place.hash, previous};
    COTMOC_TRY(store_.keep_side(space, side, envelope));
    sides_[space][place.device].push_back(side);
    branches_.erase(space);
    return AcceptResult{Acceptance::stored, 0, Error{ErrorCode::forked_feed, {}}};
}

Result<std::vector<ForkBranch>> Hub::branches(const SpaceId& space) {
    const auto forked = sides_.find(space);
    if (forked == sides_.end()) {
        return std::vector<ForkBranch>();
    }
    if (const auto known = branches_.find(space); known != branches_.end()) {
        return known->second;
    }
    std::vector<ForkBranch> all;
    for (const auto& [device, beside] : forked->second) {
        const std::uint64_t first = first_forked(beside);
        COTMOC_ASSIGN(const std::optional<Hash256> base, store_.find(space, device, first - 1));
        std::vector<Hash256> feed;
        for (std::uint64_t seq = first;; ++seq) {
            COTMOC_ASSIGN(const std::optional<Hash256> hash, store_.find(space, device, seq));
            if (!hash) {
                break;
            }
            feed.push_back(*hash);
        }
        ForkTree tree(first, base.value_or(Hash256{}), feed);
        for (const core::SideEnvelope& side : beside) {
            tree.add(side);
        }
        const std::vector<ForkBranch> branches = tree.branches(device);
        all.insert(all.end(), branches.begin(), branches.end());
    }
    branches_.emplace(space, all);
    return all;
}

Result<std::optional<StoredEnvelope>> Hub::branch_envelope(const SpaceId& space, const FeedPosition& place) {
    COTMOC_ASSIGN(std::optional<Bytes> side, store_.side_bytes(space, place.device, place.hash));
    if (side) {
        return StoredEnvelope{0, place.device, place.seq, 0, std::move(*side)};
    }
    COTMOC_ASSIGN(const std::optional<Hash256> there, store_.find(space, place.device, place.seq));
    if (there != place.hash) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(const std::int64_t before, store_.position_before(space, place.device, place.seq));
    return store_.next_envelope(space, before);
}

}  // namespace cotmoc::sync
