// The rights in one feed, change set by change set: the terms of a RightsEntry and what holds after them.
#pragma once

#include <cotmoc/sync/feed_store.hpp>

namespace cotmoc::sync {

class FeedTerms {
public:
    using Term = crypto::RightsEntry::Term;
    using Right = std::optional<crypto::Role>;  // nothing: what is written is void

    FeedTerms(std::vector<Term> terms, Right after) : terms_(std::move(terms)), after_(after) {}
    /// As the trust feed says it now.
    static FeedTerms present(const crypto::TrustState& trust, const crypto::TrustState::Device& device,
                             const SpaceId& space);
    /// As if nothing had been taken away: by the last word that did not revoke the device, and where that
    /// gives no right any more, by the last right that it had there.
    static FeedTerms former(const crypto::TrustState& trust, const crypto::TrustState::Device& device,
                            const SpaceId& space);

    Right at(std::uint64_t seq) const;
    Right after() const { return after_; }
    /// The place that the last term names; 0 without terms.
    std::uint64_t last() const { return terms_.empty() ? 0 : terms_.back().through_seq; }
    /// Everything up to the place stays as it is, and `after` holds from there on. Seq 0: from the beginning.
    void end_at(const FeedPosition& place, Right after);
    /// Names the hash of a place; no right changes.
    void name(const FeedPosition& place);
    /// The one change set at `place` counts under `right`; `before` is the place before it.
    void set(const FeedPosition& before, const FeedPosition& place, Right right);
    const std::vector<Term>& terms() const { return terms_; }

private:
    std::vector<Term> terms_;  // rising
    Right after_;
};

/// The device as it would be with these rights.
crypto::TrustState::Device with_rights(crypto::TrustState::Device device, const crypto::RightsEntry& rights);
/// All present rights of a device, as the entry that would give them; without wraps.
crypto::RightsEntry present_rights(const crypto::TrustState::Device& device);
/// Puts the terms of a feed in the place of those that the entry has.
void set_terms(crypto::RightsEntry& rights, const SpaceId& space, const FeedTerms& terms);

}  // namespace cotmoc::sync
