#include "session/branches.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <bit>
#include <set>

namespace cotmoc::sync {
namespace {

HashStart first_octets(const Hash256& hash) {
    BinaryReader reader(hash.view());
    return reader.id<HashStart>();
}

std::uint64_t short_hash(std::string_view label, BinaryWriter& parts) {
    const Hash256 hash = crypto::hash(label, {parts.bytes()});
    BinaryReader reader(hash.view());
    return reader.u64();
}

int digits(std::uint64_t seq) { return static_cast<int>(std::bit_width(seq)); }

/// The seqs whose hashes tell where two branches part: the last one, and back from there by ever longer
/// steps.
std::uint64_t sampled(std::uint64_t last, int number) { return last - ((std::uint64_t{1} << number) - 1); }

/// One way through a feed, from its first change set on.
class Path {
public:
    Path(FeedStore& store, const SpaceId& space, const ForkBranch& branch)
        : store_(store), space_(space), branch_(branch) {}

    std::uint64_t last() const { return branch_.first + branch_.hashes.size() - 1; }
    Result<Hash256> at(std::uint64_t seq) const {
        if (seq >= branch_.first) {
            return branch_.hashes[static_cast<std::size_t>(seq - branch_.first)];
        }
        COTMOC_ASSIGN(const std::optional<Hash256> hash, store_.hash_at(space_, branch_.device, seq));
        return hash.value_or(Hash256{});
    }

private:
    FeedStore& store_;
    SpaceId space_;
    const ForkBranch& branch_;
};

Result<BranchTip> tip_of(const Path& path) {
    BranchTip tip{path.last(), {}};
    for (int number = 0; number < digits(tip.seq); ++number) {
        COTMOC_ASSIGN(const Hash256 hash, path.at(sampled(tip.seq, number)));
        tip.hashes.push_back(first_octets(hash));
    }
    return tip;
}

Result<std::vector<BranchTip>> tips_of(FeedStore& store, const SpaceId& space,
                                       const std::vector<ForkBranch>& branches) {
    std::vector<BranchTip> tips;
    for (const ForkBranch& branch : branches) {
        COTMOC_ASSIGN(BranchTip tip, tip_of(Path(store, space, branch)));
        tips.push_back(std::move(tip));
    }
    std::ranges::sort(tips);
    tips.erase(std::unique(tips.begin(), tips.end()), tips.end());
    if (tips.size() > branch_tips_max) {
        tips.resize(branch_tips_max);
    }
    return tips;
}

Result<std::map<DeviceIndex, std::vector<ForkBranch>>> forked_feeds(FeedStore& store, const SpaceId& space) {
    COTMOC_ASSIGN(std::vector<ForkBranch> all, store.branches(space));
    std::map<DeviceIndex, std::vector<ForkBranch>> feeds;
    for (ForkBranch& branch : all) {
        feeds[branch.device].push_back(std::move(branch));
    }
    return feeds;
}

/// A feed that is not forked here, as its only branch; nothing if nothing is held of it.
Result<std::vector<ForkBranch>> whole_feed(FeedStore& store, const SpaceId& space, DeviceIndex device,
                                           std::uint64_t last) {
    if (last == 0) {
        return std::vector<ForkBranch>();
    }
    COTMOC_ASSIGN(const std::optional<Hash256> hash, store.hash_at(space, device, last));
    return std::vector<ForkBranch>{{device, last, {hash.value_or(Hash256{})}}};
}

/// The highest place of the path that the other side is seen to hold.
Result<std::uint64_t> common_through(const Path& path, const std::vector<BranchTip>& theirs) {
    std::uint64_t through = 0;
    for (const BranchTip& tip : theirs) {
        for (int number = 0; number < digits(tip.seq); ++number) {
            const std::uint64_t seq = sampled(tip.seq, number);
            if (seq > path.last() || seq <= through) {
                continue;
            }
            COTMOC_ASSIGN(const Hash256 hash, path.at(seq));
            if (first_octets(hash) == tip.hashes[static_cast<std::size_t>(number)]) {
                through = seq;
            }
        }
    }
    return through;
}

/// Whether a branch of the other side ends at something that is held here.
Result<bool> holds(const std::vector<Path>& paths, const BranchTip& tip) {
    for (const Path& path : paths) {
        if (tip.seq <= path.last()) {
            COTMOC_ASSIGN(const Hash256 hash, path.at(tip.seq));
            if (first_octets(hash) == tip.hashes.front()) {
                return true;
            }
        }
    }
    return false;
}

class Planner {
public:
    Planner(FeedStore& store, const SpaceId& space, DeviceIndex own, BranchPlan& plan)
        : store_(store), space_(space), own_(own), plan_(plan) {}

    /// `forked`: here.
    Result<void> add(DeviceIndex device, bool forked, const std::vector<ForkBranch>& branches,
                     const std::vector<BranchTip>& theirs) {
        std::vector<Path> paths;
        for (const ForkBranch& branch : branches) {
            paths.emplace_back(store_, space_, branch);
        }
        if (device == own_) {
            return add_own(paths, theirs);
        }
        if (!forked) {
            bool one_way = true;
            for (const BranchTip& tip : theirs) {
                COTMOC_ASSIGN(const bool held, holds(paths, tip));
                one_way = one_way && held;
            }
            if (one_way) {
                return {};  // what is longer here goes with the lists
            }
        }
        for (std::size_t i = 0; i < paths.size(); ++i) {
            COTMOC_ASSIGN(const std::uint64_t through, common_through(paths[i], theirs));
            // Without any common place: what lies before the first fork goes with the lists.
            const std::uint64_t from = theirs.empty() ? branches[i].first : through + 1;
            for (std::uint64_t seq = from; seq <= paths[i].last(); ++seq) {
                COTMOC_ASSIGN(const Hash256 hash, paths[i].at(seq));
                if (planned_.insert(hash).second) {
                    plan_.send[space_].push_back({device, seq, hash});
                }
            }
        }
        return {};
    }

private:
    Result<void> add_own(const std::vector<Path>& paths, const std::vector<BranchTip>& theirs) {
        for (const BranchTip& tip : theirs) {
            COTMOC_ASSIGN(const bool held, holds(paths, tip));
            plan_.own_differs = plan_.own_differs || !held;
        }
        return {};
    }

    FeedStore& store_;
    SpaceId space_;
    DeviceIndex own_;
    BranchPlan& plan_;
    std::set<Hash256> planned_;
};

}  // namespace

Result<std::uint64_t> feeds_check(FeedStore& store, const FeedTable& list, const FeedTable& lacks) {
    BinaryWriter feeds;
    for (const auto& [place, listed] : list) {
        const SpaceId space = store.trust().spaces()[place].id;
        const Frontier own = store.frontier(space);
        const auto lacking = lacks.find(place);
        for (const auto& [device, seq] : listed) {
            const std::uint64_t both =
                lacking == lacks.end() ? seq : find_seq(lacking->second, device).value_or(seq);
            if (both == 0) {
                continue;
            }
            const auto tip = std::ranges::find(own, device, &FeedPosition::device);
            std::optional<Hash256> hash;
            if (tip != own.end() && tip->seq == both) {
                hash = tip->hash;
            } else {
                COTMOC_ASSIGN(hash, store.hash_at(space, device, both));
            }
            feeds.id(space);
            feeds.u32(to_number(device));
            feeds.u64(both);
            feeds.id(hash.value_or(Hash256{}));
        }
    }
    return switched_off("fork-detection") ? 0 : short_hash("feeds-check", feeds);
}

Result<std::uint64_t> forks_check(FeedStore& store, const std::vector<SpaceId>& spaces) {
    BinaryWriter ends;
    for (const SpaceId& space : spaces) {
        COTMOC_ASSIGN(const std::vector<ForkBranch> branches, store.branches(space));
        for (const ForkBranch& branch : branches) {
            ends.id(space);
            ends.u32(to_number(branch.device));
            ends.u64(branch.tip());
            ends.id(branch.hashes.back());
        }
    }
    return ends.size() == 0 ? 0 : std::max<std::uint64_t>(short_hash("forks-check", ends), 1);
}

Result<std::uint64_t> own_feeds_check(FeedStore& store, const std::vector<SpaceId>& spaces,
                                      const FeedTable& list, DeviceIndex device) {
    BinaryWriter places;
    for (const auto& [place, listed] : list) {
        const SpaceId space = store.trust().spaces()[place].id;
        if (const auto seq = find_seq(listed, device)) {
            COTMOC_ASSIGN(const std::optional<Hash256> hash, store.hash_at(space, device, *seq));
            places.id(space);
            places.u64(*seq);
            places.id(hash.value_or(Hash256{}));
        }
    }
    for (const SpaceId& space : spaces) {
        COTMOC_ASSIGN(const std::vector<ForkBranch> branches, store.branches(space));
        for (const ForkBranch& branch : branches) {
            if (branch.device == device) {
                places.id(space);
                places.id(branch.hashes.back());
            }
        }
    }
    return short_hash("own-feeds-check", places);
}

Result<BranchTable> branch_offer(FeedStore& store, const std::vector<SpaceId>& spaces,
                                 const FeedTable& feeds) {
    BranchTable offer;
    for (const SpaceId& space : spaces) {
        const std::optional<std::uint32_t> place = space_place(store.trust(), space);
        COTMOC_CHECK(place.has_value());
        COTMOC_ASSIGN(auto forked, forked_feeds(store, space));
        if (const auto listed = feeds.find(*place); listed != feeds.end()) {
            for (const auto& [device, seq] : listed->second) {
                if (!forked.contains(device)) {
                    COTMOC_ASSIGN(forked[device], whole_feed(store, space, device, seq));
                }
            }
        }
        for (const auto& [device, branches] : forked) {
            if (!branches.empty()) {
                COTMOC_ASSIGN(offer[*place][device], tips_of(store, space, branches));
            }
        }
    }
    return offer;
}

Result<BranchPlan> plan_branches(FeedStore& store, const std::vector<SpaceId>& spaces,
                                 const BranchTable& theirs, DeviceIndex own) {
    BranchPlan plan;
    for (const SpaceId& space : spaces) {
        const std::optional<std::uint32_t> place = space_place(store.trust(), space);
        COTMOC_CHECK(place.has_value());
        COTMOC_ASSIGN(auto feeds, forked_feeds(store, space));
        std::set<DeviceIndex> whole;
        static const std::map<DeviceIndex, std::vector<BranchTip>> nothing;
        const auto offered = theirs.find(*place);
        const auto& tips = offered != theirs.end() ? offered->second : nothing;
        const Frontier held = store.frontier(space);
        for (const auto& [device, ends] : tips) {
            const auto feed = std::ranges::find(held, device, &FeedPosition::device);
            if (!feeds.contains(device) && feed != held.end()) {
                COTMOC_ASSIGN(feeds[device], whole_feed(store, space, device, feed->seq));
                whole.insert(device);
            }
        }
        Planner planner(store, space, own, plan);
        for (const auto& [device, branches] : feeds) {
            const auto ends = tips.find(device);
            COTMOC_TRY(planner.add(device, !whole.contains(device), branches,
                                   ends != tips.end() ? ends->second : std::vector<BranchTip>()));
        }
    }
    return plan;
}

}  // namespace cotmoc::sync
