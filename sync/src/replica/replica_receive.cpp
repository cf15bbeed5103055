// The receiving side of a replica, in the order of checks of docs/spec/envelope.md.
#include "replica/arriving.hpp"
#include "replica/hub_memory.hpp"
#include "replica/octets.hpp"
#include "replica/seen.hpp"
#include "replica/space_forks.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

AcceptResult refused(Error error) { return {Acceptance::refused, 0, std::move(error)}; }
AcceptResult waiting(ErrorCode code) { return {Acceptance::waiting, 0, Error{code, ""}}; }

bool is_local(ErrorCode code) {
    switch (code) {
        case ErrorCode::busy:
        case ErrorCode::disk_full:
        case ErrorCode::io_error:
        case ErrorCode::database_damaged:
        case ErrorCode::out_of_memory:
        case ErrorCode::internal:
            return true;
        default:
            return false;
    }
}

}  // namespace

Result<void> Replica::begin_receiving() {
    if (receiving_) {
        return {};
    }
    COTMOC_TRY(follow_trust());
    COTMOC_TRY(seal());
    COTMOC_TRY(store_->begin());
    receiving_ = true;
    return {};
}

Result<void> Replica::end_receiving() {
    if (!receiving_) {
        return {};
    }
    receiving_ = false;
    const auto committed = store_->commit();
    if (!committed) {
        store_->rollback();
        COTMOC_TRY(load_forks());
        return committed;
    }
    return settle_forks();
}

Result<void> Replica::begin_session() {
    COTMOC_TRY(end_receiving());
    COTMOC_TRY(follow_trust());
    notes_ = {};
    hub_session_.reset();
    quarantine_counts_.clear();
    hub_lists_ = false;
    own_listed_.clear();
    store_->notify();
    return seal();
}

Result<void> Replica::commit() {
    COTMOC_TRY(end_receiving());
    COTMOC_TRY(follow_trust());
    COTMOC_TRY(purge_withdrawn());
    store_->notify();
    return {};
}

Result<Bytes> Replica::trust_entry(std::uint64_t position) { return store_->trust_entry(position); }

Result<void> Replica::add_trust_entry(BytesView entry) {
    const Bytes copy(entry.begin(), entry.end());
    return store_trust(std::span(&copy, 1));  // followed when the next envelope or question comes
}

Result<std::optional<StoredEnvelope>> Replica::next_envelope(const SpaceId& space, std::int64_t position) {
    COTMOC_ASSIGN(std::optional<core::EnvelopeRow> row, store_->next_envelope(space, position));
    while (row && row->bytes.empty()) {  // known by its hash only: others have it
        COTMOC_ASSIGN(row, store_->next_envelope(space, row->position));
    }
    if (!row) {
        return std::nullopt;
    }
    if (row->seq > marked_[space] && device_id(row->author) == id() && !restored_ &&
        environment_.high_water_mark != nullptr) {
        COTMOC_TRY(raise_high_water());
    }
    return StoredEnvelope{row->position, row->author, row->seq, row->ops, std::move(row->bytes)};
}

Result<void> Replica::peer_holds(const crypto::TrustState::Device& peer, const SpaceId& space,
                                 const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) {
    if (!speaks_for_hub(peer) || feeds.empty()) {
        return {};
    }
    const auto note = [&]() -> Result<void> {
        for (const auto& [device, seq] : feeds) {
            COTMOC_TRY(store_->note_hub_holds(space, device, seq));
        }
        return {};
    };
    return store_->writing() ? note() : store_->write(note);
}

Result<AcceptResult> Replica::accept(BytesView envelope) {
    COTMOC_TRY(begin_receiving());
    auto result = accept_now(envelope);
    if (!result) {
        receiving_ = false;
        quarantine_counts_.clear();
        store_->rollback();
        COTMOC_TRY(load_forks());
    }
    return result;
}

Result<std::optional<AcceptResult>> Replica::check_place(Arriving& arriving) {
    const crypto::EnvelopeHeader& header = arriving.header;
    const bool readable =
        std::ranges::any_of(spaces_, [&](const SpaceInfo& space) { return space.id == header.space; });
    if (!readable) {
        return refused({ErrorCode::wrong_space, header.space.hex()});
    }
    arriving.author = trust_.find(header.author);
    if (arriving.author == nullptr) {
        return waiting(ErrorCode::unknown_author);
    }
    arriving.hash = crypto::envelope_hash(arriving.bytes);
    if (auto verified = crypto::verify_envelope(arriving.bytes, arriving.hash, arriving.author->keys.signing);
        !verified) {
        return refused(std::move(verified).error());
    }
    COTMOC_TRY(check_own_arrival(arriving));
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(header.space));
    const auto feed = std::ranges::find(held, arriving.author->index, &core::FeedState::device);
    const std::uint64_t held_seq = feed != held.end() ? feed->seq : 0;
    if (header.seq <= held_seq) {
        COTMOC_ASSIGN(const std::optional<Hash256> known,
                      store_->envelope_hash(header.space, arriving.author->index, header.seq));
        if (known == arriving.hash) {
            COTMOC_ASSIGN(const bool back, put_back(*store_, arriving.author->index, header, arriving.bytes));
            // Octets that are back have to be committed before they are acknowledged.
            return AcceptResult{back ? Acceptance::stored : Acceptance::known, 0, std::nullopt};
        }
    }
    const Hash256 tip = feed != held.end() ? feed->hash : Hash256{};
    const bool goes_on = header.previous == tip || switched_off("chain-continuity");
    if (header.seq != held_seq + 1 || !goes_on) {
        COTMOC_ASSIGN(const AcceptResult result, accept_beside(arriving));
        if (result.acceptance == Acceptance::waiting) {
            note_named(arriving, arriving.author->index, header.seq - 1);
        }
        return result;
    }
    return std::nullopt;
}

Result<void> Replica::open_content(Arriving& arriving) {
    const crypto::TrustState::Epoch* newest = trust_.newest_epoch(arriving.header.space);
    if (newest == nullptr || newest->epoch < arriving.header.epoch) {
        return fail(ErrorCode::waiting_for_dependency, "epoch");
    }
    const crypto::EpochKey* key = ring_.find(arriving.header.space, arriving.header.epoch);
    if (key == nullptr) {
        return fail(ErrorCode::no_epoch_key);
    }
    COTMOC_ASSIGN(arriving.opened, crypto::open_envelope(arriving.bytes, *key));
    COTMOC_ASSIGN(arriving.content.head, decode_content_head(arriving.opened, arriving.ops));
    return check_epoch(arriving);
}

/// Who is given no new keys could otherwise go on under the last one that it had (security.md 2.8).
Result<void> Replica::check_epoch(const Arriving& arriving) const {
    const std::uint64_t position = arriving.content.head.trust_position;
    if (position > trust_.position()) {
        return {};  // check_frontier lets it wait
    }
    const crypto::TrustState::Epoch* known = trust_.epoch_at(arriving.header.space, position);
    const bool newest = known != nullptr && known->epoch == arriving.header.epoch;
    return newest || switched_off("stale-epoch") ? Result<void>() : fail(ErrorCode::stale_epoch);
}

Result<void> Replica::decode_ops(Arriving& arriving) {
    COTMOC_ASSIGN(arriving.content.ops, core::decode_change_set(arriving.ops));
    return {};
}

Result<void> Replica::check_frontier(Arriving& arriving) {
    const ContentHead& head = arriving.content.head;
    if (head.trust_position > trust_.position()) {
        note_named_trust(head.trust_position);
        return fail(ErrorCode::waiting_for_dependency, "trust feed");
    }
    if (head.trust_position < arriving.last.trust_position ||
        head.trust_position < arriving.author->position) {
        return fail(ErrorCode::bad_encoding, "trust position goes back");
    }
    arriving.claimed = arriving.last.seen;
    bool goes_back = false;
    for (const auto& [device, seq] : head.delta) {
        const std::size_t number = to_number(device);
        // Whom the author's trust feed did not name yet, nobody may find in its frontier: the verdict must
        // not depend on how much of that feed is held here.
        if (number >= trust_.devices().size() || trust_.devices()[number].position > head.trust_position ||
            device == arriving.author->index) {
            return fail(ErrorCode::bad_encoding, "frontier delta");
        }
        arriving.claimed.resize(std::max(arriving.claimed.size(), number + 1));
        if (seq == arriving.claimed[number]) {
            return fail(ErrorCode::bad_encoding, "frontier delta");
        }
        goes_back =
            goes_back || (seq < arriving.claimed[number] && !is_forked(arriving.header.space, device));
        arriving.claimed[number] = seq;
        if (held_through(arriving.header.space, device) < seq) {
            note_named(arriving, device, seq);
        }
    }
    const std::size_t own = to_number(arriving.author->index);
    arriving.claimed.resize(std::max(arriving.claimed.size(), own + 1));
    arriving.claimed[own] = arriving.header.seq - 1;
    COTMOC_ASSIGN(arriving.frontier, match_frontier(arriving.header, arriving.author->index, arriving.claimed,
                                                    head.trust_position));
    if (goes_back) {
        // Only a branch that does not stay makes an author go back, and none is known here (yet).
        return fail(ErrorCode::forked_feed, "frontier delta goes back");
    }
    COTMOC_ASSIGN(arriving.seen, past_in_feeds(arriving.header.space, arriving.author->index,
                                               arriving.frontier, arriving.claimed));
    COTMOC_TRY(check_past_is_applied(arriving));
    arriving.past_is_known = true;
    return {};
}

/// When a space is replayed, the envelopes of what this one builds on are held but may not be applied yet.
Result<void> Replica::check_past_is_applied(const Arriving& arriving) {
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(arriving.header.space));
    for (std::size_t number = 0; number < arriving.seen.size(); ++number) {
        const auto device = static_cast<DeviceIndex>(number);
        const auto feed = std::ranges::find(held, device, &core::FeedState::device);
        if (device != arriving.author->index &&
            arriving.seen[number] > (feed != held.end() ? feed->seq : 0)) {
            return fail(ErrorCode::waiting_for_dependency);
        }
    }
    return {};
}

Result<AcceptResult> Replica::keep_in_quarantine(const Arriving& arriving, const Error& reason) {
    COTMOC_ASSIGN(const bool full, quarantine_is_full(arriving));
    if (full) {
        return refused({ErrorCode::limit_exceeded, "quarantine"});
    }
    // Later change sets of the feed build on what this one had seen, as far as that could be read.
    std::vector<std::uint64_t> seen = arriving.past_is_known ? arriving.claimed : arriving.last.seen;
    const std::uint64_t trust_position =
        arriving.past_is_known ? arriving.content.head.trust_position : arriving.last.trust_position;
    const std::size_t own = to_number(arriving.author->index);
    seen.resize(std::max(seen.size(), own + 1));
    seen[own] = arriving.header.seq - 1;
    core::EnvelopeRow row{arriving.position,
                          arriving.header.space,
                          arriving.author->index,
                          arriving.header.seq,
                          arriving.hash,
                          0,
                          core::EnvelopeStatus::quarantined,
                          std::string(error_name(reason.code)),
                          Bytes(arriving.bytes.begin(), arriving.bytes.end())};
    COTMOC_TRY(store_->quarantine(row, std::move(seen), trust_position));
    ++notes_.quarantined;
    return AcceptResult{Acceptance::stored, 0, reason};
}

Result<AcceptResult> Replica::accept_now(BytesView envelope) {
    Arriving arriving;
    arriving.bytes = envelope;
    auto header = crypto::parse_envelope(envelope);
    if (!header) {
        return refused(std::move(header).error());
    }
    arriving.header = *header;
    COTMOC_ASSIGN(const bool unsealed, store_->has_pending(header->space));
    if (unsealed) {
        return waiting(ErrorCode::no_epoch_key);  // S3: what was made here has to be sealed first
    }
    COTMOC_ASSIGN(const std::optional<AcceptResult> early, check_place(arriving));
    if (early) {
        note_outcome(arriving, *early);
        return *early;
    }
    COTMOC_ASSIGN(AcceptResult result, take_in(arriving));
    if (result.acceptance == Acceptance::stored && has_branches(header->space, arriving.author->index)) {
        COTMOC_TRY(note_grown(header->space));
    }
    note_outcome(arriving, result);
    return result;
}

Result<AcceptResult> Replica::take_in(Arriving& arriving) {
    COTMOC_ASSIGN(arriving.last, store_->author_view(arriving.header.space, arriving.author->index));
    Result<void> readable = open_content(arriving);
    if (readable) {
        readable = check_frontier(arriving);
    }
    if (readable) {
        readable = decode_ops(arriving);
    }
    if (!readable) {
        const Error reason = readable.error();
        if (is_local(reason.code)) {
            return tl::unexpected(reason);
        }
        if (reason.code == ErrorCode::waiting_for_dependency) {
            return waiting(reason.code);
        }
        return keep_in_quarantine(arriving, reason);
    }
    const auto role = trust_.right_at(*arriving.author, arriving.header.space, arriving.header.seq);
    const bool has_right = role || switched_off("right-at-merge");
    core::IncomingChangeSet incoming{arriving.header.space,
                                     arriving.author->index,
                                     arriving.header.seq,
                                     arriving.content.head.newest,
                                     &arriving.content.ops,
                                     arriving.seen,
                                     arriving.content.head.trust_position,
                                     {},
                                     crypto::role_name(role.value_or(arriving.author->role)),
                                     arriving.claimed};
    if (!has_right) {
        incoming.no_right = why_no_right(*arriving.author, arriving.header.space);
    }
    if (is_void_by_fork(arriving)) {
        incoming.no_right = ErrorCode::forked_feed;
    }
    std::uint64_t ops = 0;
    for (const core::CreateBlock& block : arriving.content.ops.creates) {
        ops += block.creates.size() * (1 + block.layout.entries.size());
    }
    for (const core::FieldBlock& block : arriving.content.ops.fields) {
        ops += block.ops.size();
    }
    core::EnvelopeRow row{arriving.position,
                          arriving.header.space,
                          arriving.author->index,
                          arriving.header.seq,
                          arriving.hash,
                          ops,
                          core::EnvelopeStatus::applied,
                          "",
                          Bytes(arriving.bytes.begin(), arriving.bytes.end())};
    COTMOC_ASSIGN(const core::ApplyOutcome outcome, store_->apply(incoming, row));
    notes_.new_conflicts += outcome.new_conflicts;
    notes_.quarantined += outcome.void_ops;
    return AcceptResult{Acceptance::stored, outcome.ops, std::nullopt};
}

}  // namespace cotmoc::sync
