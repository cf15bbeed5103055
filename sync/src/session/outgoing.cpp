#include "session/outgoing.hpp"

namespace cotmoc::sync {

Result<void> Outgoing::plan(const SpaceId& space, Ranges ranges) {
    Plan plan{space, {}, 0, 0};
    std::optional<std::int64_t> start;
    for (const auto& [device, range] : ranges) {
        if (range.after >= range.until) {
            continue;
        }
        COTMOC_ASSIGN(const std::int64_t before, store_.position_before(space, device, range.after + 1));
        start = std::min(start.value_or(before), before);
        plan.left += range.until - range.after;
        plan.ranges.emplace(device, range);
    }
    if (start) {
        plan.position = *start;
        planned_ += plan.left;
        plans_.push_back(std::move(plan));
    }
    return {};
}

Result<std::optional<StoredEnvelope>> Outgoing::next() {
    while (!plans_.empty() && !window_is_full()) {
        Plan& plan = plans_.front();
        COTMOC_ASSIGN(std::optional<StoredEnvelope> envelope,
                      store_.next_envelope(plan.space, plan.position));
        if (!envelope) {
            plans_.pop_front();
            continue;
        }
        plan.position = envelope->position;
        const auto range = plan.ranges.find(envelope->author);
        if (range == plan.ranges.end() || envelope->seq <= range->second.after ||
            envelope->seq > range->second.until) {
            continue;
        }
        if (forgotten_.contains(envelope->author)) {
            if (--plan.left == 0) {
                plans_.pop_front();
            }
            continue;
        }
        in_flight_.push_back(
            {plan.space, envelope->author, envelope->seq, envelope->ops, envelope->bytes.size(), false});
        bytes_in_flight_ += envelope->bytes.size();
        if (--plan.left == 0) {
            plans_.pop_front();
        }
        return envelope;
    }
    return next_of_branch();
}

void Outgoing::plan_branches(const SpaceId& space, const std::vector<FeedPosition>& places) {
    for (const FeedPosition& place : places) {
        branches_.emplace_back(space, place);
    }
}

Result<std::optional<StoredEnvelope>> Outgoing::next_of_branch() {
    while (!branches_.empty() && !window_is_full()) {
        const auto [space, place] = branches_.front();
        branches_.pop_front();
        if (forgotten_.contains(place.device)) {
            continue;
        }
        COTMOC_ASSIGN(std::optional<StoredEnvelope> envelope, store_.branch_envelope(space, place));
        if (envelope) {
            in_flight_.push_back({space, place.device, place.seq, 0, envelope->bytes.size(), true});
            bytes_in_flight_ += envelope->bytes.size();
            return envelope;
        }
    }
    return std::nullopt;
}

void Outgoing::stop(bool last_is_begun) {
    plans_.clear();
    branches_.clear();
    if (last_is_begun && !in_flight_.empty()) {
        bytes_in_flight_ -= in_flight_.back().size;
        in_flight_.pop_back();
    }
}

Result<void> Outgoing::acknowledge(BytesView body, bool last_is_begun, Transfer& sent, Holdings& peer) {
    COTMOC_ASSIGN(const Ack ack, decode_ack(body, acknowledged_));
    const std::size_t begun = last_is_begun && !in_flight_.empty() ? 1 : 0;
    if (ack.handled - acknowledged_ > in_flight_.size() - begun) {
        return fail(ErrorCode::protocol_error, "ack of what was not sent");
    }
    auto not_held = ack.not_held.begin();
    while (acknowledged_ < ack.handled) {
        ++acknowledged_;
        const InFlight& envelope = in_flight_.front();
        bytes_in_flight_ -= envelope.size;
        octets_acknowledged_ += envelope.size;
        if (not_held != ack.not_held.end() && *not_held == acknowledged_) {
            ++not_held;
        } else {
            if (!envelope.of_branch) {
                peer.note(envelope.space, envelope.author, envelope.seq);
            }
            sent.change_sets += 1;
            sent.ops += envelope.ops;
            sent.bytes += envelope.size;
        }
        in_flight_.pop_front();
    }
    return {};
}

}  // namespace cotmoc::sync
