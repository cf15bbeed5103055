#include "session/attachments.hpp"

#include <algorithm>

namespace cotmoc::sync {
namespace {

tl::unexpected<Error> out_of_turn() { return fail(ErrorCode::protocol_error, "attachments out of turn"); }

bool is_common(const AttachmentParties& parties, const SpaceId& space) {
    return std::ranges::binary_search(parties.common, space);
}

}  // namespace

Result<void> check_attachment(const crypto::AttachmentManifest& manifest, const AttachmentParties& parties,
                              bool named_by_record) {
    if (!is_common(parties, manifest.space)) {
        return fail(ErrorCode::wrong_space, "attachment");
    }
    const auto* author = parties.trust.find(manifest.author);
    if (author == nullptr) {
        return fail(ErrorCode::unknown_author, "attachment");
    }
    // What a record names was somebody's word when the record was written; a new upload needs the present
    // right.
    const bool allowed = named_by_record ? parties.trust.ever_wrote(*author, manifest.space)
                                         : parties.trust.may_write(*author, manifest.space);
    if (!allowed) {
        return fail(ErrorCode::not_allowed, "attachment");
    }
    return crypto::verify_manifest(manifest, author->keys.signing);
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

Result<void> AttachmentExchange::produce(SessionReport& report) {
    // A few octets are not worth a frame.
    constexpr std::size_t piece_min = 256;
    while (store_ != nullptr && !outgoing_->all_sent() && wire_.may_produce()) {
        if (wire_.piece_max() < piece_min) {
            report.stopped_early = true;
            stop();
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

void AttachmentExchange::stop() {
    stopped_ = true;
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

Result<void> AttachmentExchange::count_received(SessionReport& report) {
    if (receiving_) {
        COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(*receiving_));
        if (held && held->chunks.whole()) {
            ++report.attachments_received.whole;
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
        case MessageType::chunk_part: {
            COTMOC_ASSIGN(const AttachmentPart part, decode_chunk_part(message.body));
            if (begun_ && waiting_ != Waiting::parts) {
                return out_of_turn();
            }
            const std::uint64_t chunks = report.attachments_received.chunks;
            COTMOC_TRY(incoming_->receive(part, report.attachments_received));
            return report.attachments_received.chunks != chunks ? count_received(report) : Result<void>();
        }
        case MessageType::manifest:
            return on_manifest(message.body, parties);
        case MessageType::ask:
            return begun_ ? out_of_turn() : on_ask(message.body, parties);
        case MessageType::get:
            return begun_ ? out_of_turn() : on_get(message.body, parties);
        case MessageType::put:
            return begun_ ? out_of_turn() : on_put(message.body, parties);
        default:
            return out_of_turn();
    }
}

/// A space that the two do not share is as unknown as a file that nobody sent.
Result<AttachmentState> AttachmentExchange::state_for(const Hash256& id, const AttachmentParties& parties) {
    if (store_ == nullptr) {
        return AttachmentState{};
    }
    COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(id));
    return held && is_common(parties, held->space) ? state_of(*held) : AttachmentState{};
}

Result<void> AttachmentExchange::on_ask(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const std::vector<Hash256> ids, decode_ask(body));
    std::vector<AttachmentState> states;
    for (const Hash256& id : ids) {
        COTMOC_ASSIGN(AttachmentState state, state_for(id, parties));
        states.push_back(std::move(state));
    }
    wire_.send_message(MessageType::states, encode_states(states));
    return {};
}

Result<void> AttachmentExchange::on_manifest(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const crypto::AttachmentManifest manifest, crypto::decode_manifest(body));
    if (begun_) {
        const bool awaited = waiting_ == Waiting::parts && job_ && !incoming_->started_with(job_->id);
        if (!awaited) {
            return out_of_turn();
        }
        if (crypto::attachment_id(manifest) != job_->id) {
            return fail(ErrorCode::bad_attachment, "another manifest");
        }
        COTMOC_TRY(check_attachment(manifest, parties, true));
        COTMOC_TRY(store_->add(manifest));
        return incoming_->start(job_->id);
    }
    Result<void> taken = check_attachment(manifest, parties, false);
    if (taken) {
        taken = store_ != nullptr ? store_->add(manifest) : fail(ErrorCode::not_available_yet, "attachments");
    }
    AttachmentState state;
    if (taken) {
        COTMOC_ASSIGN(state, state_for(crypto::attachment_id(manifest), parties));
    } else {
        state.kind = AttachmentState::Kind::refused;
        state.refusal = static_cast<std::uint16_t>(taken.error().code);
    }
    wire_.send_message(MessageType::states, encode_states({state}));
    return {};
}

Result<void> AttachmentExchange::on_get(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const AttachmentGet get, decode_get(body));
    COTMOC_ASSIGN(const AttachmentState here, state_for(get.id, parties));
    if (here.kind != AttachmentState::Kind::held || sending_end_) {
        return fail(ErrorCode::protocol_error, "an attachment that was not offered");
    }
    AttachmentState there = get.held;
    if (get.manifest) {
        COTMOC_ASSIGN(const crypto::AttachmentManifest manifest, store_->manifest(get.id));
        wire_.send_message(MessageType::manifest, crypto::encode_manifest(manifest));
        there = {AttachmentState::Kind::held, ChunkSet(manifest.chunks.size()), 0, 0, 0};
    }
    sending_end_ = true;
    return outgoing_->start(get.id, there);
}

Result<void> AttachmentExchange::on_put(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const Hash256 id, decode_put(body));
    COTMOC_ASSIGN(const AttachmentState here, state_for(id, parties));
    if (here.kind != AttachmentState::Kind::held) {
        return fail(ErrorCode::protocol_error, "chunks without a manifest");
    }
    receiving_ = here.chunks.whole() ? std::nullopt : std::optional(id);
    return incoming_->start(id);
}

}  // namespace cotmoc::sync
