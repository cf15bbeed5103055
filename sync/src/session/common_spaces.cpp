#include "session/branches.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <algorithm>

namespace cotmoc::sync {

std::vector<SpaceId> common_spaces(const crypto::TrustState& trust, const crypto::TrustState::Device& one,
                                   const crypto::TrustState::Device& other) {
    std::vector<SpaceId> first = trust.carried(one);
    std::vector<SpaceId> second = trust.carried(other);
    std::ranges::sort(first);
    std::ranges::sort(second);
    std::vector<SpaceId> both;
    std::ranges::set_intersection(first, second, std::back_inserter(both));
    return both;
}

std::vector<SpaceId> handed_over_spaces(const crypto::TrustState& trust,
                                        const crypto::TrustState::Device& giver,
                                        const crypto::TrustState::Device& taker) {
    const std::vector<SpaceId> withdrawn = trust.withdrawn(giver);
    std::vector<SpaceId> carried = trust.carried(taker);
    std::ranges::sort(carried);
    std::vector<SpaceId> both;
    std::ranges::set_intersection(withdrawn, carried, std::back_inserter(both));
    return both;
}

Result<void> check_not_revoked(const crypto::TrustState::Device& responder) {
    const bool refused = responder.revoked && responder.role != crypto::Role::hub;
    return refused && !switched_off("revoked-responder")
               ? fail(ErrorCode::revoked, "the device that is called")
               : Result<void>();
}

Result<std::vector<HandOver>> owed_feeds(FeedStore& store, const crypto::TrustState::Device& giver,
                                         const crypto::TrustState::Device& taker) {
    const std::vector<SpaceId> spaces = handed_over_spaces(store.trust(), giver, taker);
    COTMOC_ASSIGN(std::vector<HandOver> owed, store.hand_over(taker));
    std::erase_if(owed,
                  [&](const HandOver& each) { return !std::ranges::binary_search(spaces, each.space); });
    return owed;
}

Result<Hash256> hello_hash(FeedStore& store, const std::vector<SpaceId>& spaces) {
    const crypto::TrustState& trust = store.trust();
    COTMOC_ASSIGN(const std::uint64_t forks, forks_check(store, spaces));
    BinaryWriter position;
    position.u64(trust.position());
    BinaryWriter frontiers;
    for (const SpaceId& space : spaces) {
        frontiers.id(space);
        frontiers.id(frontier_hash(trust, space, store.frontier(space)));
    }
    if (forks != 0) {
        BinaryWriter branches;
        branches.u64(forks);
        return crypto::hash("hello",
                            {position.bytes(), trust.head().view(), frontiers.bytes(), branches.bytes()});
    }
    return crypto::hash("hello", {position.bytes(), trust.head().view(), frontiers.bytes()});
}

FeedTable feed_table(FeedStore& store, const std::vector<SpaceId>& spaces) {
    FeedTable table;
    for (const SpaceId& space : spaces) {
        const std::optional<std::uint32_t> place = space_place(store.trust(), space);
        COTMOC_CHECK(place.has_value());
        FeedList list;
        for (const FeedPosition& feed : store.frontier(space)) {
            list.emplace_back(feed.device, feed.seq);
        }
        if (!list.empty()) {
            table.emplace(*place, std::move(list));
        }
    }
    return table;
}

std::optional<std::uint32_t> space_place(const crypto::TrustState& trust, const SpaceId& space) {
    const auto& spaces = trust.spaces();
    const auto found = std::ranges::find(spaces, space, &crypto::TrustState::Space::id);
    if (found == spaces.end()) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(found - spaces.begin());
}

namespace {

template <class Table>
Result<void> check_places(const crypto::TrustState& trust, const std::vector<SpaceId>& spaces,
                          const Table& table) {
    for (const auto& [place, feeds] : table) {
        if (place >= trust.spaces().size() || !std::ranges::binary_search(spaces, trust.spaces()[place].id)) {
            return fail(ErrorCode::protocol_error, "frontier of a space that is not common");
        }
        for (const auto& [device, said] : feeds) {
            if (trust.find(device) == nullptr) {
                return fail(ErrorCode::protocol_error, "frontier of an unknown device");
            }
        }
    }
    return {};
}

}  // namespace

Result<void> check_table(const crypto::TrustState& trust, const std::vector<SpaceId>& spaces,
                         const FeedTable& table) {
    return check_places(trust, spaces, table);
}

Result<void> check_table(const crypto::TrustState& trust, const std::vector<SpaceId>& spaces,
                         const BranchTable& table) {
    return check_places(trust, spaces, table);
}

std::optional<std::uint64_t> find_seq(const FeedList& list, DeviceIndex device) {
    const auto feed = std::ranges::lower_bound(list, device, {}, &FeedList::value_type::first);
    return feed != list.end() && feed->first == device ? std::optional(feed->second) : std::nullopt;
}

std::uint64_t seq_of(const FeedTable& table, std::uint32_t space, DeviceIndex device) {
    const auto list = table.find(space);
    return list == table.end() ? 0 : find_seq(list->second, device).value_or(0);
}

}  // namespace cotmoc::sync
