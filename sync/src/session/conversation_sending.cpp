// What a side sends, and when it stops: trust entries, envelopes whole or in parts, the budget.
#include "session/conversation.hpp"

#include <algorithm>

namespace cotmoc::sync {

namespace {

constexpr std::size_t trust_batch_bytes = 64 * 1024;

}  // namespace

void Conversation::wind_down(std::int64_t now_ms) {
    now_ = now_ms;
    if (!finished_ && !std::exchange(ending_soon_, true)) {
        end_soon();
        finish_turn({});
    }
}

std::optional<std::int64_t> Conversation::budget_end() const {
    if (options_.budget_ms == 0 || ending_soon_) {
        return std::nullopt;
    }
    const std::int64_t reserve =
        std::clamp(4 * pace_.first_wait_ms(), options_.budget_ms / 4, options_.budget_ms / 2);
    return started_at_ + options_.budget_ms - reserve;
}

/// Within the last twentieth nothing new is begun: acknowledgements and the farewell have to fit.
void Conversation::watch_budget() {
    if (finished_ || ending_soon_) {
        return;
    }
    const auto end = budget_end();
    const std::uint64_t used = framing_.produced() + report_.bytes_down;
    const bool octets_used =
        options_.budget_bytes != 0 && used >= options_.budget_bytes - options_.budget_bytes / 20;
    if ((end && now_ >= *end) || octets_used) {
        ending_soon_ = true;
        end_soon();
    }
}

void Conversation::stop_sending() {
    if (!all_sent()) {
        report_.stopped_early = true;
        outgoing_.stop(parts_.busy());
        parts_.abandon();
    }
}

Result<void> Conversation::pump() {
    if (!framing_.is_open()) {
        return {};
    }
    COTMOC_TRY(send_trust());
    if (!trust_is_sent()) {
        return {};
    }
    COTMOC_TRY(send_envelopes());
    COTMOC_TRY(advance());
    return finished_ ? Result<void>() : attachments_.produce(report_);
}

Result<void> Conversation::send_trust() {
    while (!trust_is_sent() && framing_.may_produce()) {
        TrustBatch batch{trust_next_, {}};
        std::size_t size = 0;
        while (!trust_is_sent() && size < trust_batch_bytes) {
            COTMOC_ASSIGN(Bytes entry, store().trust_entry(trust_next_));
            size += entry.size();
            batch.entries.push_back(std::move(entry));
            ++trust_next_;
        }
        send(MessageType::trust, encode_trust(batch));
        report_.trust_sent += batch.entries.size();
    }
    return {};
}

Result<void> Conversation::send_envelopes() {
    while (!all_sent() && framing_.may_produce(pace_.ahead())) {
        // A few octets are not worth a frame.
        constexpr std::uint64_t allowance_min = 256;
        if (allowance_.value_or(allowance_min) < allowance_min) {
            stop_sending();
            break;
        }
        if (!parts_.busy()) {
            COTMOC_ASSIGN(std::optional<StoredEnvelope> envelope, outgoing_.next());
            if (!envelope) {
                break;
            }
            parts_.begin(std::move(envelope->bytes));
            report_.resumed_up += parts_.resumed();
        }
        // A first part that could not be announced would be lost with the session.
        const std::size_t shortest = parts_.shortest();
        if (allowance_.value_or(shortest) < shortest) {
            stop_sending();
            break;
        }
        send_piece(piece_max());
    }
    return {};
}

/// A part has a frame of its own, since a frame is read only when it is whole.
void Conversation::send_piece(std::size_t size) {
    std::size_t sent = 0;
    if (parts_.goes_whole(size)) {
        const Bytes envelope = parts_.take_whole();
        sent = envelope.size();
        send(MessageType::envelope, envelope);
    } else {
        const Part part = parts_.next(size);
        sent = part.octets.size();
        send(MessageType::part, encode_part(part));
        framing_.flush();
    }
    spend(sent);
}

std::size_t Conversation::piece_max() const {
    const std::uint64_t allowed = allowance_.value_or(seq_max);
    return static_cast<std::size_t>(std::min<std::uint64_t>(pace_.piece(), allowed));
}

void Conversation::spend(std::size_t octets) {
    if (allowance_) {
        *allowance_ -= std::min<std::uint64_t>(octets, *allowance_);
    }
}

}  // namespace cotmoc::sync
