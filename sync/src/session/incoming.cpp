#include "session/incoming.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

/// Each pass stores something, and they are sorted by seq, so that honest senders never need many passes.
constexpr int retry_passes_max = 16;

}  // namespace

bool Passable::allows(const crypto::EnvelopeHeader& header) const {
    return std::ranges::binary_search(spaces, header.space) ||
           (header.author == peer && std::ranges::binary_search(handed_over, header.space));
}

Result<void> Incoming::receive(Bytes envelope, const Passable& passable, SessionReport& report) {
    ++handled_;
    const Result<crypto::EnvelopeHeader> header = crypto::parse_envelope(envelope);
    if (!header || (!passable.allows(*header) && !switched_off("space-binding"))) {
        ++report.refused;
        not_held_.push_back(handled_);
        if (header) {
            note_not_taken(header->space, header->author, header->seq);
        }
        return {};
    }
    COTMOC_ASSIGN(const AcceptResult result, offer(envelope, report));
    const Acceptance acceptance = result.acceptance;
    if (result.reason && result.reason->code == ErrorCode::quota_exceeded) {
        over_quota_.insert(header->author);
    }
    if (acceptance == Acceptance::waiting || acceptance == Acceptance::refused) {
        not_held_.push_back(handled_);
    }
    if (acceptance == Acceptance::refused) {
        note_not_taken(header->space, header->author, header->seq);
    }
    if (acceptance == Acceptance::waiting) {
        keep_waiting(*header, std::move(envelope));
    }
    if (acceptance == Acceptance::stored) {
        ++stored_since_retry_;
        stored_spaces_.insert(header->space);
        return retry_waiting(report);
    }
    return {};
}

Result<void> Incoming::receive_part(BytesView body, const Passable& passable, SessionReport& report) {
    COTMOC_ASSIGN(const Part part, decode_part(body));
    COTMOC_ASSIGN(std::optional<Bytes> envelope, parts_.add(part));
    report.resumed_down = parts_.resumed();
    return envelope ? receive(std::move(*envelope), passable, report) : Result<void>{};
}

Result<AcceptResult> Incoming::offer(BytesView envelope, SessionReport& report) {
    Result<AcceptResult> result = store_.accept(envelope);
    if (!result) {
        // The store took back what was not committed; nothing of it may be counted or acknowledged.
        uncommitted_ = false;
        uncommitted_transfer_ = {};
        uncommitted_bytes_ = 0;
        return tl::unexpected(std::move(result).error());
    }
    COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(envelope));
    const auto* author = store_.trust().find(header.author);
    const bool goes_on = result->acceptance == Acceptance::stored || result->acceptance == Acceptance::known;
    if (author != nullptr && goes_on && !result->reason) {
        peer_.note(header.space, author->index, header.seq);  // a branch says nothing of its feed
    }
    if (result->acceptance == Acceptance::stored) {
        uncommitted_ = true;
        uncommitted_bytes_ += envelope.size();
        uncommitted_transfer_.change_sets += 1;
        uncommitted_transfer_.ops += result->ops;
        uncommitted_transfer_.bytes += envelope.size();
    } else if (result->acceptance == Acceptance::known) {
        ++known_;
    } else if (result->acceptance == Acceptance::refused) {
        // What was refused may have been noted.
        uncommitted_ = true;
        ++report.refused;
    }
    return result;
}

std::uint64_t Incoming::not_taken(const SpaceId& space, DeviceIndex author) const {
    const auto found = not_taken_.find({space, author});
    return found == not_taken_.end() ? 0 : found->second;
}

/// Of a forked feed a branch may be refused, too: at or below what is held it says nothing of the feed.
void Incoming::note_not_taken(const SpaceId& space, const DeviceId& author, std::uint64_t seq) {
    const auto* device = store_.trust().find(author);
    if (device == nullptr) {
        return;
    }
    const Frontier held = store_.frontier(space);
    const auto feed = std::ranges::find(held, device->index, &FeedPosition::device);
    if (feed == held.end() || feed->seq < seq) {
        ++not_taken_[{space, device->index}];
    }
}

void Incoming::keep_waiting(const crypto::EnvelopeHeader& header, Bytes envelope) {
    if (waiting_.size() < waiting_count_max && waiting_bytes_ + envelope.size() <= waiting_bytes_max) {
        waiting_bytes_ += envelope.size();
        waiting_.push_back({header.space, header.author, header.seq, std::move(envelope)});
    } else {
        ++dropped_;
        note_not_taken(header.space, header.author, header.seq);
    }
}

/// Every stored envelope may be what others wait for. Trying them all each time would cost the square of
/// their number, so that they are tried when about a quarter as many were stored, and at the end.
Result<void> Incoming::retry_waiting(SessionReport& report) {
    if (waiting_.empty() || stored_since_retry_ * 4 < waiting_.size()) {
        return {};
    }
    for (int pass = 0; pass < retry_passes_max && !waiting_.empty(); ++pass) {
        COTMOC_ASSIGN(const bool progress, retry_once(report));
        if (!progress) {
            break;
        }
    }
    stored_since_retry_ = 0;
    stored_spaces_.clear();
    return {};
}

Result<bool> Incoming::retry_once(SessionReport& report) {
    std::ranges::stable_sort(waiting_, {}, &Waiting::seq);
    bool progress = false;
    std::vector<Waiting> still;
    for (Waiting& envelope : std::exchange(waiting_, {})) {
        Acceptance acceptance = Acceptance::waiting;
        if (stored_spaces_.contains(envelope.space)) {
            COTMOC_ASSIGN(const AcceptResult result, offer(envelope.bytes, report));
            acceptance = result.acceptance;
        }
        if (acceptance == Acceptance::refused) {
            note_not_taken(envelope.space, envelope.author, envelope.seq);
        }
        if (acceptance == Acceptance::waiting) {
            still.push_back(std::move(envelope));
            continue;
        }
        waiting_bytes_ -= envelope.bytes.size();
        progress = progress || acceptance == Acceptance::stored;
    }
    waiting_ = std::move(still);
    return progress;
}

Result<void> Incoming::receive_end(SessionReport& report) {
    stored_since_retry_ = waiting_.size();
    COTMOC_TRY(retry_waiting(report));
    dropped_ += waiting_.size();
    for (const Waiting& envelope : waiting_) {
        note_not_taken(envelope.space, envelope.author, envelope.seq);
    }
    waiting_.clear();
    waiting_bytes_ = 0;
    return {};
}

Result<void> Incoming::commit(SessionReport& report) {
    if (uncommitted_) {
        uncommitted_ = false;
        uncommitted_bytes_ = 0;
        const Transfer transfer = std::exchange(uncommitted_transfer_, {});
        COTMOC_TRY(store_.commit());
        report.received.change_sets += transfer.change_sets;
        report.received.ops += transfer.ops;
        report.received.bytes += transfer.bytes;
    }
    return {};
}

std::optional<Bytes> Incoming::take_ack() {
    if (uncommitted_ || handled_ == acknowledged_) {
        return std::nullopt;
    }
    acknowledged_ = handled_;
    return encode_ack({handled_, std::exchange(not_held_, {})});
}

}  // namespace cotmoc::sync
