// The authority's word about a forked feed (S17): which branch stays.
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

/// All that the device has now, in the words of an entry.
crypto::RightsEntry present_rights(const crypto::TrustState::Device& device) {
    crypto::RightsEntry rights;
    rights.device = device.id;
    rights.revoked = device.revoked;
    rights.role = device.role;
    rights.spaces = device.spaces;
    rights.all_spaces = device.all_spaces;
    rights.not_after_ms = device.not_after_ms;
    for (const auto& [space, terms] : device.terms) {
        rights.feeds.push_back({space, terms});
    }
    return rights;
}

}  // namespace

Result<void> Authority::settle(std::string_view name, const SpaceId& space, std::uint64_t seq,
                               std::string_view digits) {
    COTMOC_ASSIGN(const crypto::TrustState::Device* device, find_device(name));
    COTMOC_ASSIGN(const Hash256 hash, find_branch(*replica_, space, device->index, seq, digits));
    const crypto::TrustState& trust = replica_->trust();
    crypto::RightsEntry rights = present_rights(*device);
    rights.reason = crypto::RightsReason::fork;
    auto feed = std::ranges::lower_bound(rights.feeds, space, {}, &crypto::RightsEntry::Feed::space);
    if (feed == rights.feeds.end() || feed->space != space) {
        feed = rights.feeds.insert(feed, {space, {}});
    }
    const crypto::RightsEntry::Term term{seq, hash, trust.right_at(*device, space, seq)};
    const auto place =
        std::ranges::lower_bound(feed->terms, seq, {}, &crypto::RightsEntry::Term::through_seq);
    if (place != feed->terms.end() && place->through_seq == seq) {
        *place = term;
    } else {
        feed->terms.insert(place, term);
    }
    const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(clock_->wall_ms(), 0));
    const crypto::SignedTrustEntry entry =
        crypto::sign_trust_entry({trust.position() + 1, trust.head(), now, std::move(rights)}, issuer_);
    return replica_->take_trust(std::span(&entry.bytes, 1));
}

}  // namespace cotmoc::sync
