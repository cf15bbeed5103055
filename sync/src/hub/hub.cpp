#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/hub.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

AcceptResult refused(Error reason) { return {Acceptance::refused, 0, std::move(reason)}; }
AcceptResult refused(ErrorCode code, std::string detail = {}) {
    return refused(Error{code, std::move(detail)});
}

Frontier::iterator find_feed(Frontier& frontier, DeviceIndex device) {
    return std::ranges::lower_bound(frontier, device, {}, &FeedPosition::device);
}

}  // namespace

Result<std::unique_ptr<Hub>> Hub::open(HubStore& store, const HubLimits& limits, Clock* clock) {
    std::unique_ptr<Hub> hub(new Hub(store, limits, clock));
    COTMOC_ASSIGN(auto usage, store.load_usage());
    hub->quota_.load(std::move(usage));
    COTMOC_ASSIGN(hub->trust_entries_, store.load_trust());
    for (const Bytes& entry : hub->trust_entries_) {
        COTMOC_TRY(hub->trust_.apply(entry));
    }
    COTMOC_ASSIGN(auto frontiers, store.load_frontiers());
    for (auto& [space, frontier] : frontiers) {
        const bool known = std::ranges::all_of(
            frontier, [&](const FeedPosition& feed) { return hub->trust_.find(feed.device) != nullptr; });
        if (!known) {
            return fail(ErrorCode::database_damaged, "a feed without a device");
        }
        std::ranges::sort(frontier, {}, &FeedPosition::device);
        hub->frontiers_.emplace(space, std::move(frontier));
    }
    COTMOC_TRY(hub->load_sides());
    return hub;
}

Result<Bytes> Hub::trust_entry(std::uint64_t position) {
    if (position == 0 || position > trust_entries_.size()) {
        return fail(ErrorCode::internal, "trust position " + std::to_string(position));
    }
    return trust_entries_[static_cast<std::size_t>(position - 1)];
}

Result<void> Hub::add_trust_entry(BytesView entry) {
    std::optional<crypto::TrustState> before;
    if (!committed_trust_) {
        before = trust_;
    }
    const std::uint64_t position = trust_.position();
    COTMOC_TRY(trust_.apply(entry));
    if (trust_.position() == position) {
        return {};
    }
    if (before) {
        committed_trust_ = std::move(before);
    }
    uncommitted_ = true;
    trust_entries_.emplace_back(entry.begin(), entry.end());
    if (Result<void> stored = store_.append_trust(trust_.position(), entry); !stored) {
        return roll_back(std::move(stored).error());
    }
    if (Result<void> forgotten = forget_begun(entry); !forgotten) {
        return roll_back(std::move(forgotten).error());
    }
    return {};
}

Result<void> Hub::forget_begun(BytesView trust_entry) {
    COTMOC_ASSIGN(const crypto::ParsedTrustEntry parsed, crypto::parse_trust_entry(trust_entry));
    const auto* rights = std::get_if<crypto::RightsEntry>(&parsed.entry.body);
    return rights != nullptr && rights->revoked ? store_.save_partial(rights->device, {}, {})
                                                : Result<void>();
}

Result<std::optional<StoredEnvelope>> Hub::next_envelope(const SpaceId& space, std::int64_t position) {
    return store_.next_envelope(space, position);
}

Result<std::int64_t> Hub::position_before(const SpaceId& space, DeviceIndex author, std::uint64_t seq) {
    return store_.position_before(space, author, seq);
}

Result<AcceptResult> Hub::accept(BytesView envelope) {
    const Result<crypto::EnvelopeHeader> header = crypto::parse_envelope(envelope);
    if (!header) {
        return refused(header.error());
    }
    if (trust_.find_space(header->space) == nullptr) {
        return refused(ErrorCode::wrong_space);
    }
    const crypto::TrustState::Device* author = trust_.find(header->author);
    if (author == nullptr) {
        return refused(ErrorCode::unknown_author);
    }
    // Whether it had the right at that very place is for readers to say, who hold the cuts: what lies after
    // one is kept for a re-admission (S4, S14).
    if (!trust_.ever_wrote(*author, header->space)) {
        return refused(ErrorCode::not_allowed);
    }
    const Hash256 hash = crypto::envelope_hash(envelope);
    if (const Result<void> signed_by = crypto::verify_envelope(envelope, hash, author->keys.signing);
        !signed_by) {
        return refused(signed_by.error());
    }
    Result<AcceptResult> result =
        check_place(envelope, header->space, {author->index, header->seq, hash}, header->previous);
    if (!result) {
        return roll_back(std::move(result).error());
    }
    return result;
}

Result<AcceptResult> Hub::check_place(BytesView envelope, const SpaceId& space, const FeedPosition& place,
                                      const Hash256& previous) {
    Frontier& frontier = frontiers_[space];
    const auto feed = find_feed(frontier, place.device);
    const bool begun = feed != frontier.end() && feed->device == place.device;
    const std::uint64_t held = begun ? feed->seq : 0;
    if (place.seq == 0) {
        return refused(ErrorCode::bad_envelope, "seq 0");
    }
    if (place.seq <= held) {
        COTMOC_ASSIGN(const std::optional<Hash256> there, store_.find(space, place.device, place.seq));
        if (there == place.hash) {
            return AcceptResult{Acceptance::known, 0, std::nullopt};
        }
    }
    const auto* author = trust_.find(place.device);
    const bool after_cut = author == nullptr || !trust_.right_at(*author, space, place.seq);
    if (Result<void> allowed = quota_.check(place.device, envelope.size(), after_cut); !allowed) {
        return refused(std::move(allowed).error());
    }
    const bool goes_on = previous == (begun ? feed->hash : Hash256{}) || switched_off("chain-continuity");
    if (place.seq != held + 1 || !goes_on) {
        COTMOC_ASSIGN(AcceptResult result, accept_beside(envelope, space, place, previous));
        if (result.acceptance == Acceptance::stored) {
            quota_.charge(place.device, envelope.size(), after_cut);
        }
        return result;
    }
    COTMOC_TRY(append(envelope, space, place));
    quota_.charge(place.device, envelope.size(), after_cut);
    return AcceptResult{Acceptance::stored, 0, std::nullopt};
}

Result<void> Hub::append(BytesView envelope, const SpaceId& space, const FeedPosition& place) {
    uncommitted_ = true;
    Frontier& frontier = frontiers_[space];
    committed_frontiers_.emplace(space, frontier);
    branches_.erase(space);
    COTMOC_TRY(store_.append_envelope(space, place, envelope));
    const auto feed = find_feed(frontier, place.device);
    if (feed != frontier.end() && feed->device == place.device) {
        *feed = place;
    } else {
        frontier.insert(feed, place);
    }
    return {};
}

Result<void> Hub::commit() {
    if (uncommitted_) {
        for (const auto& [device, usage] : quota_.uncommitted()) {
            if (Result<void> saved = store_.save_usage(device, usage); !saved) {
                return roll_back(std::move(saved).error());
            }
        }
        if (Result<void> committed = store_.commit(); !committed) {
            return roll_back(std::move(committed).error());
        }
        quota_.commit();
        uncommitted_ = false;
        committed_trust_.reset();
        committed_frontiers_.clear();
    }
    return {};
}

tl::unexpected<Error> Hub::roll_back(Error error) {
    // The store has failed already, and the first reason is the one to report.
    (void)store_.rollback();
    (void)load_sides();
    quota_.roll_back();
    if (committed_trust_) {
        trust_ = std::move(*committed_trust_);
        trust_entries_.resize(static_cast<std::size_t>(trust_.position()));
        committed_trust_.reset();
    }
    for (auto& [space, frontier] : committed_frontiers_) {
        frontiers_[space] = std::move(frontier);
    }
    committed_frontiers_.clear();
    uncommitted_ = false;
    return tl::unexpected(std::move(error));
}

}  // namespace cotmoc::sync
