// The answering side's part of an exchange of attachments: one request at a time, answered when the pipe has
// room for the answer.
#include "session/attachments.hpp"

#include <cotmoc/base/test_switch.hpp>

namespace cotmoc::sync {

/// What is asked before the last answer could be sent would only pile up here.
Result<void> AttachmentExchange::take_request(const Message& message) {
    if (request_ || sending_end_) {
        return fail(ErrorCode::protocol_error, "a second request before the first was answered");
    }
    if (incoming_ != nullptr) {
        incoming_->end();
    }
    request_ = message;
    return {};
}

Result<void> AttachmentExchange::answer(const Message& request, const AttachmentParties& parties) {
    switch (request.type) {
        case MessageType::ask:
            return on_ask(request.body, parties);
        case MessageType::get:
            return on_get(request.body, parties);
        default:
            return on_manifest(request.body, parties);
    }
}

/// A space that the two do not share is as unknown as a file that nobody sent.
Result<AttachmentState> AttachmentExchange::state_for(const Hash256& id, const AttachmentParties& parties) {
    if (store_ == nullptr) {
        return AttachmentState{};
    }
    COTMOC_ASSIGN(const std::optional<HeldAttachment> held, store_->find(id));
    const bool may_know = held && (parties.share(held->space) || switched_off("attachment-readers"));
    return may_know ? state_of(*held) : AttachmentState{};
}

Result<void> AttachmentExchange::on_ask(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const std::vector<Hash256> ids, decode_ask(body));
    std::vector<AttachmentState> states;
    for (const Hash256& id : ids) {
        COTMOC_ASSIGN(AttachmentState state, state_for(id, parties));
        if (state.kind == AttachmentState::Kind::held && !state.chunks.whole()) {
            const Result<void> room = store_->check_rest(id);
            if (!room && room.error().code != ErrorCode::quota_exceeded) {
                return room;
            }
            // As if it were not known: its manifest is offered, and refused.
            state = room ? std::move(state) : AttachmentState{};
        }
        states.push_back(std::move(state));
    }
    wire_.send_message(MessageType::states, encode_states(states));
    return {};
}

Result<void> AttachmentExchange::on_manifest(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const crypto::AttachmentManifest manifest, crypto::decode_manifest(body));
    Result<void> taken = check_attachment(manifest, parties, AttachmentOrigin::brought);
    if (taken) {
        taken = store_ != nullptr ? store_->add(manifest, parties.peer)
                                  : fail(ErrorCode::not_available_yet, "attachments");
    }
    AttachmentState state;
    if (taken) {
        COTMOC_ASSIGN(state, state_for(crypto::attachment_id(manifest), parties));
    } else if (is_attachment_refusal(taken.error().code)) {
        state.kind = AttachmentState::Kind::refused;
        state.refusal = static_cast<std::uint16_t>(taken.error().code);
    } else {
        return taken;
    }
    wire_.send_message(MessageType::states, encode_states({state}));
    return {};
}

Result<void> AttachmentExchange::on_get(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const AttachmentGet get, decode_get(body));
    COTMOC_ASSIGN(const AttachmentState here, state_for(get.id, parties));
    if (here.kind != AttachmentState::Kind::held) {
        return fail(ErrorCode::protocol_error, "an attachment that was not offered");
    }
    if (!got_.insert(get.id).second) {
        return fail(ErrorCode::protocol_error, "an attachment a second time");
    }
    sending_end_ = true;
    const Result<crypto::AttachmentManifest> manifest = store_->manifest(get.id);
    if (!manifest) {
        // Damaged here, and forgotten: the end alone says that nothing comes of it.
        return manifest.error().code == ErrorCode::unknown_attachment
                   ? Result<void>()
                   : Result<void>(tl::unexpected(manifest.error()));
    }
    AttachmentState there = get.held;
    if (get.manifest) {
        wire_.send_message(MessageType::manifest, crypto::encode_manifest(*manifest));
        there = {AttachmentState::Kind::held, ChunkSet(manifest->chunks.size()), 0, 0, 0};
    }
    return outgoing_->start(get.id, there);
}

Result<void> AttachmentExchange::on_put(BytesView body, const AttachmentParties& parties) {
    COTMOC_ASSIGN(const Hash256 id, decode_put(body));
    COTMOC_ASSIGN(const AttachmentState here, state_for(id, parties));
    if (here.kind != AttachmentState::Kind::held) {
        return fail(ErrorCode::protocol_error, "chunks without a manifest");
    }
    if (!put_.insert(id).second) {
        return fail(ErrorCode::protocol_error, "an attachment a second time");
    }
    receiving_ = here.chunks.whole() ? std::nullopt : std::optional(id);
    return incoming_->start(id, AttachmentIncoming::Mismatch::ends_session);
}

}  // namespace cotmoc::sync
