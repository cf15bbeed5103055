#include "authority/feed_terms.hpp"

#include <algorithm>

namespace cotmoc::sync {
namespace {

using Device = crypto::TrustState::Device;
using Term = crypto::RightsEntry::Term;

FeedTerms::Right right_of(const crypto::TrustState& trust, const Device& device, const SpaceId& space) {
    return trust.may_write(device, space) ? std::optional(device.role) : std::nullopt;
}

std::vector<Term> terms_of(const Device& device, const SpaceId& space) {
    const auto found = device.terms.find(space);
    return found == device.terms.end() ? std::vector<Term>() : found->second;
}

}  // namespace

FeedTerms FeedTerms::present(const crypto::TrustState& trust, const Device& device, const SpaceId& space) {
    return {terms_of(device, space), right_of(trust, device, space)};
}

FeedTerms FeedTerms::former(const crypto::TrustState& trust, const Device& device, const SpaceId& space) {
    const Device before = with_rights(device, trust.standing(device));
    if (const Right right = right_of(trust, before, space)) {
        return {terms_of(before, space), right};
    }
    std::vector<Term> terms = terms_of(device, space);
    Right last;
    for (const Term& term : terms) {
        last = term.role ? term.role : last;
    }
    return {std::move(terms), last};
}

FeedTerms::Right FeedTerms::at(std::uint64_t seq) const {
    const auto term = std::ranges::lower_bound(terms_, seq, {}, &Term::through_seq);
    return term != terms_.end() ? term->role : after_;
}

void FeedTerms::end_at(const FeedPosition& place, Right after) {
    const Right held = at(place.seq);
    std::erase_if(terms_, [&](const Term& term) { return term.through_seq >= place.seq; });
    if (place.seq > 0 && held != after) {
        terms_.push_back({place.seq, place.hash, held});
    }
    after_ = after;
}

void FeedTerms::name(const FeedPosition& place) {
    const Right held = at(place.seq);
    const auto term = std::ranges::lower_bound(terms_, place.seq, {}, &Term::through_seq);
    if (term != terms_.end() && term->through_seq == place.seq) {
        term->through_hash = place.hash;
    } else {
        terms_.insert(term, {place.seq, place.hash, held});
    }
}

void FeedTerms::set(const FeedPosition& before, const FeedPosition& place, Right right) {
    if (at(place.seq) == right) {
        return;
    }
    if (before.seq > 0) {
        name(before);
    }
    name(place);
    const auto term = std::ranges::lower_bound(terms_, place.seq, {}, &Term::through_seq);
    term->role = right;
    // Re-admitted one after the other they make one term; its hash commits to those before.
    if (term != terms_.begin() && std::prev(term)->role == right) {
        terms_.erase(std::prev(term));
    }
}

Device with_rights(Device device, const crypto::RightsEntry& rights) {
    device.role = rights.role;
    device.spaces = rights.spaces;
    device.all_spaces = rights.all_spaces;
    device.not_after_ms = rights.not_after_ms;
    device.revoked = rights.revoked;
    device.terms.clear();
    for (const crypto::RightsEntry::Feed& feed : rights.feeds) {
        device.terms.emplace(feed.space, feed.terms);
    }
    return device;
}

crypto::RightsEntry present_rights(const Device& device) {
    crypto::RightsEntry rights{device.id,
                               device.reason,
                               device.revoked,
                               device.role,
                               device.spaces,
                               device.all_spaces,
                               device.not_after_ms,
                               {},
                               {}};
    for (const auto& [space, terms] : device.terms) {
        rights.feeds.push_back({space, terms});
    }
    return rights;
}

void set_terms(crypto::RightsEntry& rights, const SpaceId& space, const FeedTerms& terms) {
    const auto feed = std::ranges::lower_bound(rights.feeds, space, {}, &crypto::RightsEntry::Feed::space);
    if (feed != rights.feeds.end() && feed->space == space) {
        feed->terms = terms.terms();
    } else {
        rights.feeds.insert(feed, {space, terms.terms()});
    }
}

}  // namespace cotmoc::sync
