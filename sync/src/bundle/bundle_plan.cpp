#include "bundle/bundle_plan.hpp"

#include "session/common_spaces.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>
#include <set>

namespace cotmoc::sync {
namespace {

using Device = crypto::TrustState::Device;

/// What all of some readers hold.
class Readers {
public:
    static Result<Readers> of(const BundleExport& options, const Device& own,
                              const std::vector<const Device*>& devices) {
        Readers readers;
        for (const Device* device : devices) {
            COTMOC_ASSIGN(KnownHoldings known, options.peers.known(*device));
            if (options.everything) {
                known.trust_position = 0;
                known.spaces.clear();
            }
            const crypto::TrustState& trust = options.store.trust();
            for (const SpaceId& space : common_spaces(trust, own, *device)) {
                readers.spaces_.insert(space);
            }
            readers.all_.push_back({trust.carried(*device), std::move(known)});
        }
        return readers;
    }

    const std::set<SpaceId>& spaces() const { return spaces_; }
    std::uint64_t trust_position() const {
        std::uint64_t held = UINT64_MAX;
        for (const Reader& reader : all_) {
            held = std::min(held, reader.known.trust_position);
        }
        return held == UINT64_MAX ? 0 : held;
    }
    std::uint64_t seq(const SpaceId& space, DeviceIndex device) const {
        std::uint64_t held = UINT64_MAX;
        for (const Reader& reader : all_) {
            if (std::ranges::count(reader.carried, space) != 0) {
                held = std::min(held, reader.known.seq(space, device));
            }
        }
        return held == UINT64_MAX ? 0 : held;
    }

    /// Some reader said that it holds another feed of the device, or more of it, than there is here.
    bool differs(const SpaceId& space, DeviceIndex device) const {
        return std::ranges::any_of(all_, [&](const Reader& reader) {
            return reader.known.differ.contains({space, device});
        });
    }

private:
    struct Reader {
        std::vector<SpaceId> carried;
        KnownHoldings known;
    };
    std::vector<Reader> all_;
    std::set<SpaceId> spaces_;
};

Result<void> add_ranges(FeedStore& store, BundlePlan& plan, const SpaceId& id,
                        std::map<DeviceIndex, BundlePlan::Range> ranges) {
    BundlePlan::Space space{id, 0, 0, {}};
    std::optional<std::int64_t> start;
    for (const auto& [device, range] : ranges) {
        if (range.after >= range.until) {
            continue;
        }
        COTMOC_ASSIGN(const std::int64_t before, store.position_before(id, device, range.after + 1));
        start = std::min(start.value_or(before), before);
        space.count += range.until - range.after;
        space.ranges.emplace(device, range);
    }
    if (start) {
        space.start = *start;
        plan.spaces.push_back(std::move(space));
    }
    return {};
}

/// Of a forked feed everything from the first forked place on: readers know a change set that they hold.
Result<void> add_branches(FeedStore& store, BundlePlan& plan, const SpaceId& space) {
    COTMOC_ASSIGN(const std::vector<ForkBranch> branches, store.branches(space));
    std::set<Hash256> planned;
    for (const ForkBranch& branch : branches) {
        for (std::size_t i = 0; i < branch.hashes.size(); ++i) {
            if (planned.insert(branch.hashes[i]).second) {
                plan.branches.push_back({space, {branch.device, branch.first + i, branch.hashes[i]}});
            }
        }
    }
    return {};
}

/// What this store holds of feeds in spaces that their authors read no more: they wait for that word.
void add_handed_over(FeedStore& store, BundlePlan& plan, const Device& own,
                     const std::vector<const Device*>& readers) {
    for (const Device* reader : readers) {
        for (const SpaceId& space : handed_over_spaces(store.trust(), *reader, own)) {
            const Frontier held = store.frontier(space);
            const auto feed = std::ranges::find(held, reader->index, &FeedPosition::device);
            Frontier& said = plan.holdings.spaces[space];
            const auto place = std::ranges::lower_bound(said, reader->index, {}, &FeedPosition::device);
            if (feed != held.end() && (place == said.end() || place->device != reader->index)) {
                said.insert(place, *feed);
            }
        }
    }
}

/// What this device reads no more, some reader may still lack.
Result<void> add_hand_over(FeedStore& store, BundlePlan& plan, const Device& own,
                           const std::vector<const Device*>& readers) {
    std::map<std::pair<SpaceId, DeviceIndex>, BundlePlan::Range> owed;
    for (const Device* reader : readers) {
        const std::vector<SpaceId> spaces = handed_over_spaces(store.trust(), own, *reader);
        COTMOC_ASSIGN(const std::vector<HandOver> all, store.hand_over(*reader));
        for (const HandOver& each : all) {
            if (std::ranges::binary_search(spaces, each.space)) {
                const auto [place, is_new] =
                    owed.try_emplace({each.space, each.device}, BundlePlan::Range{each.after, each.until});
                place->second.after = std::min(place->second.after, each.after);
            }
        }
    }
    for (const auto& [feed, range] : owed) {
        COTMOC_TRY(add_ranges(store, plan, feed.first, {{feed.second, range}}));
    }
    return {};
}

}  // namespace

std::uint64_t BundlePlan::change_sets() const {
    std::uint64_t count = branches.size();
    for (const Space& space : spaces) {
        count += space.count;
    }
    return count;
}

Result<std::vector<const Device*>> bundle_readers(const BundleExport& options, const Device& own) {
    const crypto::TrustState& trust = options.store.trust();
    std::vector<const Device*> readers;
    for (const DeviceId& id : options.readers) {
        const Device* reader = trust.find(id);
        if (reader == nullptr) {
            return fail(ErrorCode::unknown_device, id.hex());
        }
        readers.push_back(reader);
    }
    if (options.readers.empty()) {
        for (const Device& device : trust.devices()) {
            if (!device.revoked && device.id != own.id) {
                readers.push_back(&device);
            }
        }
    }
    return readers;
}

Result<BundlePlan> plan_bundle(const BundleExport& options, const Device& own,
                               const std::vector<const Device*>& readers) {
    FeedStore& store = options.store;
    BundlePlan plan;
    plan.holdings.trust_position = store.trust().position();
    plan.holdings.trust_head = store.trust().head();
    COTMOC_ASSIGN(const Readers known, Readers::of(options, own, readers));
    plan.trust_first = std::min(known.trust_position(), plan.holdings.trust_position) + 1;
    for (const SpaceId& space : known.spaces()) {
        Frontier& held = plan.holdings.spaces[space];
        held = store.frontier(space);
        std::map<DeviceIndex, BundlePlan::Range> ranges;
        for (const FeedPosition& feed : held) {
            // A restored or copied replica sends nothing of its own feed, or it would fork it. What is over
            // there comes with the reader's answer, and tells.
            const bool kept_back = feed.device == own.index && known.differs(space, feed.device) &&
                                   !switched_off("own-feed-check");
            ranges[feed.device] = {kept_back ? feed.seq : known.seq(space, feed.device), feed.seq};
        }
        COTMOC_TRY(add_ranges(store, plan, space, std::move(ranges)));
        COTMOC_TRY(add_branches(store, plan, space));
    }
    add_handed_over(store, plan, own, readers);
    COTMOC_TRY(add_hand_over(store, plan, own, readers));
    return plan;
}

Result<std::optional<StoredEnvelope>> PlannedEnvelopes::next() {
    while (space_ < plan_.spaces.size()) {
        const BundlePlan::Space& space = plan_.spaces[space_];
        if (!std::exchange(begun_, true)) {
            position_ = space.start;
            left_ = space.count;
        }
        std::optional<StoredEnvelope> envelope;
        if (left_ != 0) {
            COTMOC_ASSIGN(envelope, store_.next_envelope(space.id, position_));
        }
        if (!envelope) {
            ++space_;
            begun_ = false;
            continue;
        }
        position_ = envelope->position;
        const auto range = space.ranges.find(envelope->author);
        if (range != space.ranges.end() && envelope->seq > range->second.after &&
            envelope->seq <= range->second.until) {
            --left_;
            return envelope;
        }
    }
    while (branch_ < plan_.branches.size()) {
        const auto& [space, place] = plan_.branches[branch_++];
        COTMOC_ASSIGN(std::optional<StoredEnvelope> envelope, store_.branch_envelope(space, place));
        if (envelope) {
            return envelope;
        }
    }
    return std::nullopt;
}

}  // namespace cotmoc::sync
