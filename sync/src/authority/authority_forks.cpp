// The authority's word about a forked feed (S17): which branch stays.
#include "authority/feed_terms.hpp"

#include <cotmoc/sync/authority.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// The change set of the feed at this place whose hash begins so, on whichever branch.
Result<Hash256> find_branch(Replica& replica, const SpaceId& space, DeviceIndex device, std::uint64_t seq,
                            std::string_view digits) {
    std::vector<Hash256> hashes;
    COTMOC_ASSIGN(const std::optional<Hash256> feed, replica.store().envelope_hash(space, device, seq));
    if (feed) {
        hashes.push_back(*feed);
    }
    COTMOC_ASSIGN(const std::vector<core::SideEnvelope> sides, replica.store().sides(space));
    for (const core::SideEnvelope& side : sides) {
        if (side.author == device && side.seq == seq) {
            hashes.push_back(side.hash);
        }
    }
    std::erase_if(hashes, [&](const Hash256& hash) { return !hash.hex().starts_with(digits); });
    if (hashes.empty()) {
        return fail(ErrorCode::unknown_change, std::string(digits));
    }
    return hashes.size() == 1 ? Result<Hash256>(hashes.front())
                              : fail(ErrorCode::ambiguous_change, std::string(digits));
}

/// Words for other branches than this one stand against each other, and nothing would count: places before
/// are named as they are on its way, and what is held beyond it on another way is named no more.
Result<FeedTerms> on_this_way(Replica& replica, const SpaceId& space, const FeedTerms& terms,
                              const FeedPosition& named) {
    COTMOC_ASSIGN(const std::vector<ForkBranch> branches, replica.branches(space));
    const auto holds = [](const ForkBranch& branch, std::uint64_t seq, const Hash256& hash) {
        return seq >= branch.first && seq - branch.first < branch.hashes.size() &&
               branch.hashes[static_cast<std::size_t>(seq - branch.first)] == hash;
    };
    std::vector<FeedTerms::Term> kept;
    for (FeedTerms::Term term : terms.terms()) {
        bool held = false;
        bool beyond = false;
        for (const ForkBranch& branch : branches) {
            if (branch.device != named.device) {
                continue;
            }
            const bool on_way = holds(branch, named.seq, named.hash);
            held = held || holds(branch, term.through_seq, term.through_hash);
            beyond = beyond || (on_way && holds(branch, term.through_seq, term.through_hash));
            if (on_way && term.through_seq >= branch.first && term.through_seq < named.seq) {
                term.through_hash = branch.hashes[static_cast<std::size_t>(term.through_seq - branch.first)];
            }
        }
        if (term.through_seq <= named.seq || beyond || !held) {
            kept.push_back(term);
        }
    }
    FeedTerms result(std::move(kept), terms.after());
    result.name(named);
    return result;
}

}  // namespace

Result<void> Authority::settle(std::string_view name, const SpaceId& space, std::uint64_t seq,
                               std::string_view digits) {
    COTMOC_ASSIGN(const crypto::TrustState::Device* device, find_device(name));
    COTMOC_ASSIGN(const Hash256 hash, find_branch(*replica_, space, device->index, seq, digits));
    const crypto::TrustState& trust = replica_->trust();
    crypto::RightsEntry rights = present_rights(*device);
    if (!rights.revoked) {
        rights.reason = crypto::RightsReason::fork;
    }
    COTMOC_ASSIGN(
        const FeedTerms terms,
        on_this_way(*replica_, space, FeedTerms::present(trust, *device, space), {device->index, seq, hash}));
    set_terms(rights, space, terms);
    const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(clock_->wall_ms(), 0));
    const crypto::SignedTrustEntry entry =
        crypto::sign_trust_entry({trust.position() + 1, trust.head(), now, std::move(rights)}, issuer_);
    return replica_->take_trust(std::span(&entry.bytes, 1));
}

}  // namespace cotmoc::sync
