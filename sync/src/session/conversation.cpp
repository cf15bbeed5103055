#include "session/conversation.hpp"

#include "session/branches.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/partial_store.hpp>
#include <cotmoc/sync/session_gate.hpp>

namespace cotmoc::sync {

namespace {

constexpr std::uint16_t protocol_version = 1;
/// How much of a slow transfer a crash may cost.
constexpr std::int64_t partial_interval_ms = 5'000;

}  // namespace

Bytes session_prologue(const Hash256& root_fingerprint) {
    BinaryWriter writer;
    writer.string("cotmoc/v1");
    writer.id(root_fingerprint);
    writer.u16(crypto::suite_1);
    writer.u16(protocol_version);
    return writer.take();
}

Conversation::Conversation(const SessionOptions& options)
    : options_(options),
      outgoing_(options.store, options.window_bytes),
      incoming_(options.store, options.commit_bytes, holdings_),
      attachments_(options.attachments, options.window_bytes, *this),
      snapshots_(options.snapshots, options.store, *this),
      progress_(options.stall_ms) {}

Conversation::~Conversation() { leave_gate(); }

void Conversation::start(std::int64_t now_ms) {
    now_ = received_at_ = sent_at_ = started_at_ = partial_saved_at_ = now_ms;
    progress_.start(now_ms);
    finish_turn(begin());
}

void Conversation::on_bytes(BytesView bytes, std::int64_t now_ms) {
    now_ = now_ms;
    if (finished_ || bytes.empty()) {
        return;
    }
    received_at_ = now_ms;
    report_.bytes_down += bytes.size();
    progress_.moved(bytes.size(), now_ms);
    if (awaiting_answer_ && (all_sent() || outgoing_.window_is_full())) {
        ++report_.round_trips;
        awaiting_answer_ = false;
    }
    framing_.append(bytes);
    heard_only_alive_ = false;
    const Result<void> outcome = consume();
    // Signs of life are not answered by signs of life, or two sides with nothing to say would never part.
    owes_sign_ = owes_sign_ || !heard_only_alive_;
    finish_turn(outcome);
}

void Conversation::on_tick(std::int64_t now_ms) {
    now_ = now_ms;
    if (finished_) {
        return;
    }
    const bool stalled = now_ >= progress_.deadline(bytes_in_flight()) && !switched_off("session-stall");
    if (now_ - received_at_ >= options_.silence_ms || stalled) {
        end(may_end() ? std::nullopt : std::optional(Error{ErrorCode::no_answer, {}}));
        return;
    }
    watch_budget();
    if (owes_sign_ && framing_.is_open() && now_ - sent_at_ >= options_.silence_ms / 3) {
        send(MessageType::alive);
    }
    finish_turn({});
}

void Conversation::on_closed(std::int64_t now_ms) {
    now_ = now_ms;
    if (!finished_) {
        const char* when = phase_ == Phase::handshake ? "before the other side answered" : "";
        end(may_end() ? std::nullopt : std::optional(Error{ErrorCode::connection_lost, when}));
    }
}

void Conversation::on_writable(std::int64_t now_ms) {
    now_ = now_ms;
    if (!finished_) {
        finish_turn({});
    }
}

std::optional<std::int64_t> Conversation::next_wakeup() const {
    if (finished_) {
        return std::nullopt;
    }
    std::int64_t silence =
        std::min(received_at_ + options_.silence_ms, progress_.deadline(bytes_in_flight()));
    if (const auto end = budget_end()) {
        silence = std::min(silence, *end);
    }
    return owes_sign_ && framing_.is_open() ? std::min(silence, sent_at_ + options_.silence_ms / 3) : silence;
}

Bytes Conversation::take_output() {
    Bytes output = framing_.take_output();
    report_.bytes_up += output.size();
    progress_.given(output.size());
    return output;
}

const crypto::TrustState::Device* Conversation::own_device() const {
    return trust().find(options_.keys.agreement.public_key());
}

const crypto::TrustState::Device* Conversation::peer_device() const {
    return peer_ ? trust().find(*peer_) : nullptr;
}

Result<void> Conversation::begin_store_session() {
    COTMOC_TRY(store().begin_session());
    return store().commit();
}

Result<void> Conversation::tell_received_all() {
    if (std::exchange(received_all_told_, true)) {
        return {};
    }
    COTMOC_TRY(store().received_all());
    return store().commit();
}

AttachmentParties Conversation::attachment_parties() const {
    const auto* own = own_device();
    COTMOC_CHECK(own != nullptr && peer_);
    return {trust(), own->id, *peer_};
}

void Conversation::update_common() {
    const auto* own = own_device();
    const auto* peer = peer_device();
    COTMOC_CHECK(own != nullptr && peer != nullptr);
    common_ = common_spaces(trust(), *own, *peer);
    handed_over_ = handed_over_spaces(trust(), *peer, *own);
}

void Conversation::send(MessageType type, BytesView body) {
    framing_.send(type, body);
    awaiting_answer_ = awaiting_answer_ || (type != MessageType::ack && type != MessageType::alive);
}

void Conversation::send_done() {
    send(MessageType::done);
    done_sent_ = true;
}

Result<bool> Conversation::take_branches(const BranchTable& theirs) {
    const auto* own = own_device();
    COTMOC_CHECK(own != nullptr);
    COTMOC_TRY(check_table(trust(), common_, theirs));
    COTMOC_ASSIGN(const BranchPlan plan, sync::plan_branches(store(), common_, theirs, own->index));
    keep_own_back_ = keep_own_back_ || plan.own_differs;
    for (const auto& [space, places] : plan.send) {
        outgoing_.plan_branches(space, places);
    }
    return plan.own_differs;
}

void Conversation::hand_over_trust(std::uint64_t first, std::uint64_t last) {
    trust_next_ = first;
    trust_last_ = last;
}

void Conversation::await_trust(std::uint64_t first, std::uint64_t last) {
    trust_expected_ = first;
    trust_target_ = last;
    phase_ = Phase::trust;
}

void Conversation::note_answer() {
    if (!std::exchange(answered_, true)) {
        pace_.first_answer(now_ - sent_at_, now_);
    }
}

Result<void> Conversation::load_partial() {
    const auto* peer = peer_device();
    if (options_.partials == nullptr || peer == nullptr || peer->revoked) {
        return {};
    }
    COTMOC_ASSIGN(const std::optional<HeldPart> held, options_.partials->held(*peer_));
    if (held) {
        incoming_.parts().found(*held, [this] { return options_.partials->load(*peer_); });
    }
    return {};
}

Result<void> Conversation::save_partial() {
    PartReceiver& parts = incoming_.parts();
    const auto* peer = peer_device();
    if (options_.partials != nullptr && peer != nullptr && parts.unsaved()) {
        const bool useful = !peer->revoked && parts.octets().size() >= held_part_min;
        COTMOC_TRY(options_.partials->save(*peer_, useful ? parts.octets() : BytesView()));
        parts.saved();
    }
    partial_saved_at_ = now_;
    return {};
}

Result<void> Conversation::consume() {
    if (!framing_.is_open()) {
        COTMOC_TRY(look_at_answer(framing_.unread()));
        const std::optional<Bytes> frame = framing_.next_frame();
        if (!frame) {
            return {};
        }
        COTMOC_TRY(on_handshake(*frame));
    }
    while (!finished_) {
        COTMOC_ASSIGN(const std::optional<Message> message, framing_.next_message());
        if (!message) {
            break;
        }
        note_answer();
        heard_only_alive_ = message->type == MessageType::alive;
        if (!heard_only_alive_) {
            progress_.answered();
        }
        COTMOC_TRY(admit());
        COTMOC_TRY(handle(*message));
        if (incoming_.commit_is_due()) {
            COTMOC_TRY(commit_and_acknowledge());
        }
    }
    return {};
}

Result<void> Conversation::handle(const Message& message) {
    switch (message.type) {
        case MessageType::alive:
            return progress_.sign_of_life() ? Result<void>()
                                            : fail(ErrorCode::protocol_error, "too many signs of life");
        case MessageType::refusal:
            return handle_refusal(message.body);
        case MessageType::error:
            return handle_error(message.body);
        case MessageType::trust:
            return handle_trust(message.body);
        case MessageType::frontiers:
        case MessageType::lacks:
            if (phase_ == Phase::list && message.type == awaited_list_) {
                return on_list(message.body);
            }
            break;
        case MessageType::envelope:
            if (phase_ == Phase::transfer && !peer_done_) {
                return incoming_.receive(message.body, {common_, handed_over_, *peer_}, report_);
            }
            break;
        case MessageType::part:
            if (phase_ == Phase::transfer && !peer_done_) {
                return incoming_.receive_part(message.body, {common_, handed_over_, *peer_}, report_);
            }
            break;
        case MessageType::limit: {
            COTMOC_ASSIGN(const std::uint64_t octets, decode_limit(message.body));
            return on_limit(octets);
        }
        case MessageType::ack: {
            const std::uint64_t before = outgoing_.octets_acknowledged();
            COTMOC_TRY(outgoing_.acknowledge(message.body, parts_.busy(), report_.sent, holdings_));
            pace_.acknowledged(outgoing_.octets_acknowledged() - before, now_);
            return {};
        }
        case MessageType::branches:
            if (phase_ == Phase::transfer) {
                return on_branches(message.body);
            }
            break;
        case MessageType::done:
            if (phase_ == Phase::transfer && done_is_void_) {
                return {};
            }
            if (phase_ == Phase::transfer && !peer_done_) {
                peer_done_ = true;
                COTMOC_TRY(incoming_.receive_end(report_));
                COTMOC_TRY(commit_and_acknowledge());
                return on_all_received();
            }
            break;
        case MessageType::bye:
            return on_bye();
        case MessageType::snapshot_ask:
        case MessageType::snapshot_manifest:
        case MessageType::snapshot_end:
            if (records_are_exchanged()) {
                return snapshots_.handle(message, attachment_parties(), report_);
            }
            break;
        default:  // about attachments
            if (records_are_exchanged()) {
                return attachments_.handle(message, attachment_parties(), report_);
            }
            break;
    }
    return fail(ErrorCode::protocol_error, "message out of turn");
}

Result<void> Conversation::handle_trust(BytesView body) {
    COTMOC_ASSIGN(const TrustBatch batch, decode_trust(body));
    const bool in_turn = phase_ == Phase::trust && batch.first == trust_expected_ &&
                         batch.entries.size() <= trust_target_ + 1 - trust_expected_;
    if (!in_turn) {
        return fail(ErrorCode::protocol_error, "trust entries out of turn");
    }
    for (const Bytes& entry : batch.entries) {
        COTMOC_TRY(store().add_trust_entry(entry));
    }
    COTMOC_TRY(store().commit());
    report_.trust_received += batch.entries.size();
    trust_expected_ += batch.entries.size();
    return trust_expected_ > trust_target_ ? on_trust_level() : Result<void>{};
}

Result<void> Conversation::handle_error(BytesView body) {
    COTMOC_ASSIGN(Error reported, decode_error(body));
    end(std::move(reported));
    return {};
}

/// The rest of the session goes on: the other side gives what it has, and takes what others wrote.
Result<void> Conversation::handle_refusal(BytesView body) {
    COTMOC_ASSIGN(const Error reported, decode_error(body));
    report_.refusal = reported.code;
    if (const auto* own = own_device(); own != nullptr) {
        outgoing_.forget(own->index);
    }
    return {};
}

Result<void> Conversation::admit() {
    if (options_.gate == nullptr || inside_ || !peer_) {
        return {};
    }
    COTMOC_TRY(options_.gate->enter(*peer_, now_));
    inside_ = peer_;
    return {};
}

void Conversation::leave_gate() {
    if (inside_) {
        options_.gate->leave(*std::exchange(inside_, std::nullopt));
    }
}

void Conversation::tell_refusal() {
    if (!refusal_told_ && peer_ && incoming_.is_over_quota(*peer_)) {
        refusal_told_ = true;
        send(MessageType::refusal, encode_error(ErrorCode::quota_exceeded));
    }
}

Result<void> Conversation::commit_and_acknowledge() {
    COTMOC_TRY(incoming_.commit(report_));
    tell_refusal();
    if (const std::optional<Bytes> ack = incoming_.take_ack()) {
        send(MessageType::ack, *ack);
    }
    return attachments_.commit(now_, false);
}

void Conversation::finish_turn(Result<void> outcome) {
    if (outcome && !finished_) {
        outcome = commit_and_acknowledge();
    }
    watch_budget();
    if (outcome && !finished_ && now_ - partial_saved_at_ >= partial_interval_ms &&
        incoming_.parts().save_is_due()) {
        outcome = save_partial();
    }
    if (outcome && !finished_) {
        outcome = pump();
    }
    if (!outcome && !finished_) {
        if (framing_.is_open()) {
            send(MessageType::error, encode_error(outcome.error().code));
        }
        end(std::move(outcome).error());
    }
    if (framing_.is_open()) {
        framing_.flush();
    }
    progress_.useful(report_.trust_received + report_.trust_sent + report_.received.change_sets +
                         report_.sent.change_sets + attachments_.octets_kept() +
                         report_.attachments_sent.chunks + static_cast<std::uint64_t>(phase_),
                     now_);
    report_.to_send = outgoing_.planned();
    constexpr SessionStage stages[] = {SessionStage::greeting, SessionStage::trust, SessionStage::lists,
                                       SessionStage::records};
    report_.stage = finished_                 ? SessionStage::over
                    : exchanges_attachments() ? SessionStage::attachments
                                              : stages[static_cast<std::size_t>(phase_)];
    if (framing_.produced() != produced_) {
        produced_ = framing_.produced();
        sent_at_ = now_;
        owes_sign_ = false;
    }
}

Result<void> Conversation::keep() {
    COTMOC_TRY(keep_records());
    return attachments_.commit(now_, true);
}

Result<void> Conversation::keep_records() {
    COTMOC_TRY(incoming_.commit(report_));
    if (incoming_.parts().unsaved()) {
        COTMOC_TRY(save_partial());
        COTMOC_TRY(store().commit());
    }
    const auto* peer = peer_device();
    if (peer == nullptr || !holdings_.changed()) {
        return {};
    }
    COTMOC_TRY(holdings_.tell(store(), *peer));
    return store().commit();
}

void Conversation::end(std::optional<Error> error) {
    finished_ = true;
    error_ = std::move(error);
    leave_gate();
    const Result<void> kept = keep();
    if (!kept && !error_) {
        error_ = kept.error();
    }
    report_.complete = report_.complete && !error_;
}

}  // namespace cotmoc::sync
