#include "session/attachments.hpp"

#include "session/common_spaces.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

tl::unexpected<Error> out_of_turn() { return fail(ErrorCode::protocol_error, "attachments out of turn"); }

}  // namespace

bool AttachmentParties::share(const SpaceId& space) const {
    const auto* here = trust.find(own);
    const auto* there = trust.find(peer);
    return here != nullptr && there != nullptr &&
           std::ranges::binary_search(common_spaces(trust, *here, *there), space);
}

Result<void> check_attachment(const crypto::AttachmentManifest& manifest, const AttachmentParties& parties,
                              AttachmentOrigin origin) {
    if (!parties.share(manifest.space)) {
        return fail(ErrorCode::wrong_space, "attachment");
    }
    const auto* author = parties.trust.find(manifest.author);
    const auto* peer = parties.trust.find(parties.peer);
    if (author == nullptr || peer == nullptr) {
        return fail(ErrorCode::unknown_author, "attachment");
    }
    // A record was somebody's word when it was written; what is brought needs somebody's present right.
    const bool own_work = origin == AttachmentOrigin::brought && manifest.author == parties.peer;
    const bool brought_by_writer =
        origin == AttachmentOrigin::named || parties.trust.may_write(*peer, manifest.space);
    const bool allowed = own_work ? parties.trust.may_write(*author, manifest.space)
                                  : parties.trust.ever_wrote(*author, manifest.space) && brought_by_writer;
    if (!allowed) {
        return fail(ErrorCode::not_allowed, "attachment");
    }
    const Result<void> verified = crypto::verify_manifest(manifest, author->keys.signing);
    return verified || switched_off("attachment-signature") ? Result<void>() : verified;
}

bool is_attachment_refusal(ErrorCode code) {
    switch (code) {
        case ErrorCode::wrong_space:
        case ErrorCode::unknown_author:
        case ErrorCode::not_allowed:
        case ErrorCode::bad_signature:
        case ErrorCode::quota_exceeded:
        case ErrorCode::not_available_yet:
            return true;
        default:
            return false;
    }
}

AttachmentExchange::AttachmentExchange(AttachmentStore* store, std::size_t window_bytes, Wire& wire)
    : store_(store), wire_(wire) {
    if (store_ != nullptr) {
        outgoing_ = std::make_unique<AttachmentOutgoing>(*store_, window_bytes);
        incoming_ = std::make_unique<AttachmentIncoming>(*store_);
    }
}

AttachmentExchange::~AttachmentExchange() = default;

std::size_t AttachmentExchange::bytes_in_flight() const {
    return outgoing_ != nullptr ? outgoing_->bytes_in_flight() : 0;
}

std::uint64_t AttachmentExchange::octets_kept() const {
    return incoming_ != nullptr ? incoming_->octets() : 0;
}

Result<void> AttachmentExchange::produce(const AttachmentParties& parties, SessionReport& report) {
    if (request_ && wire_.may_produce()) {
        const Message request = *std::exchange(request_, std::nullopt);
        COTMOC_TRY(answer(request, parties));
    }
    // A few octets are not worth a frame.
    constexpr std::size_t piece_min = 256;
    while (store_ != nullptr && !outgoing_->all_sent() && wire_.may_produce()) {
        if (wire_.piece_max() < piece_min) {
            report.stopped_early = true;
            stop(report);
            break;
        }
        const std::uint64_t before = report.attachments_sent.bytes;
        COTMOC_ASSIGN(const std::optional<Bytes> part,
                      outgoing_->next(wire_.piece_max(), report.attachments_sent));
        if (!part) {
            break;
        }
        wire_.spend(static_cast<std::size_t>(report.attachments_sent.bytes - before));
        wire_.send_message(MessageType::chunk_part, *part);
        // A frame for each: what a cut leaves undecrypted is one part at most.
        wire_.flush_messages();
    }
    if (sending_end_ && outgoing_->all_sent()) {
        sending_end_ = false;
        wire_.send_message(MessageType::file_end, {});
    }
    return {};
}

void AttachmentExchange::stop(SessionReport& report) {
    stopped_ = true;
    report.stopped_early = report.stopped_early || waiting_ != Waiting::nothing || !jobs_.empty();
    if (outgoing_ != nullptr) {
        outgoing_->stop();
    }
}

Result<void> AttachmentExchange::commit(std::int64_t now_ms, bool due) {
    if (store_ == nullptr) {
        return {};
    }
    COTMOC_TRY(incoming_->save(now_ms, due));
    if (!due) {
        acknowledge();
    }
    return {};
}

void AttachmentExchange::acknowledge() {
    if (const std::optional<std::uint64_t> stored = incoming_->take_stored()) {
        wire_.send_message(MessageType::stored, encode_stored(*stored));
    }
}

Result<void> AttachmentExchange::count_received(const AttachmentParties& parties, SessionReport& report) {
    if (receiving_) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(*receiving_));
        if (held && held->chunks.whole()) {
            ++report.attachments_received.whole;
            // What came from several is whole here, and perhaps nowhere else.
            const auto there = there_.find(*receiving_);
            if (begun_ && there != there_.end() && there->second.chunks.whole()) {
                COTMOC_TRY(store_->note_delivered(*receiving_, parties.peer));
            }
            receiving_.reset();
        }
    }
    return {};
}

Result<void> AttachmentExchange::handle(const Message& message, const AttachmentParties& parties,
                                        SessionReport& report) {
    if (store_ == nullptr && message.type != MessageType::ask && message.type != MessageType::manifest) {
        return out_of_turn();
    }
    switch (message.type) {
        case MessageType::states:
            return begun_ ? on_states(message.body, parties, report) : out_of_turn();
        case MessageType::file_end:
            return waiting_ == Waiting::parts ? on_end(parties, report) : out_of_turn();
        case MessageType::stored:
            return on_stored(message.body, parties, report);
        case MessageType::chunk_part:
            return on_part(message.body, parties, report);
        case MessageType::manifest:
            return begun_ ? on_wanted_manifest(message.body, parties, report) : take_request(message);
        case MessageType::ask:
        case MessageType::get:
            return begun_ ? out_of_turn() : take_request(message);
        case MessageType::put:
            return begun_ || request_ || sending_end_ ? out_of_turn() : on_put(message.body, parties);
        default:
            return out_of_turn();
    }
}

Result<void> AttachmentExchange::on_part(BytesView body, const AttachmentParties& parties,
                                         SessionReport& report) {
    const bool awaited = begun_ ? waiting_ == Waiting::parts && !manifest_due_ : !request_ && !sending_end_;
    if (!awaited) {
        return out_of_turn();
    }
    COTMOC_ASSIGN(const AttachmentPart part, decode_chunk_part(body));
    const std::uint64_t chunks = report.attachments_received.chunks;
    COTMOC_TRY(incoming_->receive(part, report.attachments_received));
    return report.attachments_received.chunks != chunks ? count_received(parties, report) : Result<void>();
}

}  // namespace cotmoc::sync
