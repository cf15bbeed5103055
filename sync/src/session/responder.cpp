#include "session/branches.hpp"
#include "session/conversation.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

/// Longer lists follow as a message of their own.
constexpr std::size_t reply_payload_max = 60'000;

class Responder final : public Conversation {
public:
    explicit Responder(const SessionOptions& options) : Conversation(options) {
        awaited_list_ = MessageType::lacks;
    }

protected:
    Result<void> begin() override { return {}; }
    Result<void> on_handshake(const Bytes& frame) override;
    Result<void> on_trust_level() override;
    Result<void> on_list(BytesView body) override;
    Result<void> on_all_received() override { return tell_received_all(); }
    Result<void> on_bye() override;
    Result<void> on_limit(std::uint64_t octets) override;
    Result<void> advance() override;
    bool may_end() const override { return phase_ == Phase::list && was_equal_; }

private:
    Result<Greeting> read_call(crypto::NoiseResponder& handshake, const Bytes& frame);
    Result<void> answer(crypto::NoiseResponder& handshake, const Greeting& greeting);
    Result<Reply> compare(const Greeting& greeting);
    Result<std::uint64_t> own_check();

    Result<void> on_branches(BytesView body) override;
    Result<void> check_lacks(const FeedTable& lacks) const;
    /// Offers branches if both sides hold different change sets at equal places.
    Result<void> compare_branches(const Lacks& lacks);
    /// Of the listed feeds what the caller lacks: the own ones, or all others.
    Result<void> plan(const FeedTable& lacks, bool own);

    crypto::AgreementPublicKey caller_key_;
    bool was_equal_ = false;
    bool list_to_send_ = false;
    FeedTable list_;  // as it was sent; nothing beyond it is sent
    FeedTable lacks_;
};

Result<void> Responder::on_handshake(const Bytes& frame) {
    crypto::NoiseResponder handshake(options_.keys.agreement, session_prologue(trust().root_fingerprint()),
                                     options_.random);
    const Result<Greeting> greeting = read_call(handshake, frame);
    if (!greeting) {
        // An empty frame tells an honest caller that it is the key, and not the link, that does not fit.
        framing_.write_frame({});
        return tl::unexpected(greeting.error());
    }
    return answer(handshake, *greeting);
}

Result<Greeting> Responder::read_call(crypto::NoiseResponder& handshake, const Bytes& frame) {
    if (trust().empty() || own_device() == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(const crypto::NoiseResponder::Call call, handshake.read_message_1(frame));
    if (const auto* caller = trust().find(call.initiator); caller != nullptr) {
        peer_ = caller->id;
    }
    caller_key_ = call.initiator;
    return decode_greeting(call.payload);
}

/// Message 1 may be a replay: nothing that it says is recorded.
Result<void> Responder::answer(crypto::NoiseResponder& handshake, const Greeting& greeting) {
    COTMOC_ASSIGN(Reply reply, compare(greeting));
    Bytes payload = encode_reply(reply);
    if (payload.size() > reply_payload_max) {
        reply.status = Reply::Status::list_follows;
        payload = encode_reply(reply);
    }
    const Reply::Status status = reply.status;
    crypto::NoiseResponder::Reply message = handshake.write_message_2(payload);
    framing_.write_frame(message.message);
    framing_.open(std::move(message.channel));
    awaiting_answer_ = true;

    const std::uint64_t own = reply.trust_position;
    if (status == Reply::Status::unknown_device && greeting.trust_position <= own) {
        return fail(ErrorCode::not_enrolled);
    }
    if (status != Reply::Status::equal && greeting.trust_position > own) {
        await_trust(own + 1, greeting.trust_position);
        return {};
    }
    if (status != Reply::Status::equal) {
        hand_over_trust(greeting.trust_position + 1, own);
    }
    was_equal_ = report_.complete = status == Reply::Status::equal;
    list_to_send_ = status == Reply::Status::list_follows;
    phase_ = Phase::list;
    return {};
}

Result<Reply> Responder::compare(const Greeting& greeting) {
    Reply reply;
    if (options_.clock != nullptr) {
        reply.wall_ms = static_cast<std::uint64_t>(
            std::clamp<std::int64_t>(options_.clock->wall_ms(), 0, std::int64_t{1} << 47));
    }
    if (!peer_) {
        reply.status = Reply::Status::unknown_device;
        reply.trust_position = trust().position();
        return reply;
    }
    COTMOC_TRY(begin_store_session());
    COTMOC_TRY(load_partial());
    reply.held = incoming_.parts().held();
    update_common();
    reply.trust_position = trust().position();
    reply.trust_head = trust().head();
    if (greeting.trust_position > reply.trust_position) {
        reply.status = Reply::Status::list_follows;
        return reply;
    }
    list_ = feed_table(store(), common_);
    COTMOC_ASSIGN(const Hash256 hello, hello_hash(store(), common_));
    const bool equal = greeting.trust_position == reply.trust_position && greeting.hello == hello;
    reply.status = equal ? Reply::Status::equal : Reply::Status::differs;
    reply.feeds = list_;
    COTMOC_ASSIGN(reply.own_check, own_check());
    return reply;
}

Result<std::uint64_t> Responder::own_check() {
    return own_feeds_check(store(), common_, list_, peer_device()->index);
}

Result<void> Responder::on_trust_level() {
    if (!peer_) {
        const auto* caller = trust().find(caller_key_);
        if (caller == nullptr) {
            return fail(ErrorCode::not_enrolled);
        }
        peer_ = caller->id;
        COTMOC_TRY(begin_store_session());
        COTMOC_TRY(load_partial());
    }
    update_common();
    list_ = feed_table(store(), common_);
    list_to_send_ = true;
    phase_ = Phase::list;
    return {};
}

Result<void> Responder::on_list(BytesView body) {
    if (list_to_send_) {
        return fail(ErrorCode::protocol_error, "lacks before the list");
    }
    COTMOC_ASSIGN(const Lacks lacks, decode_lacks(body));
    COTMOC_TRY(check_lacks(lacks.feeds));
    lacks_ = lacks.feeds;
    parts_.peer_holds(lacks.held);
    report_.complete = false;
    phase_ = Phase::transfer;
    COTMOC_TRY(plan(lacks_, false));
    COTMOC_TRY(compare_branches(lacks));
    // As long as the own feed may be another one over there, nothing of it leaves.
    return done_is_void_ ? Result<void>{} : plan(lacks_, true);
}

Result<void> Responder::plan(const FeedTable& lacks, bool own) {
    for (const auto& [place, feeds] : list_) {
        const SpaceId space = trust().spaces()[place].id;
        const auto lacking = lacks.find(place);
        const FeedList none;
        Outgoing::Ranges ranges;
        for (const auto& [device, seq] : feeds) {
            if ((device == own_device()->index) != own) {
                continue;
            }
            const std::uint64_t held =
                find_seq(lacking == lacks.end() ? none : lacking->second, device).value_or(seq);
            holdings_.note(space, device, held);
            ranges[device] = {held, seq};
        }
        COTMOC_TRY(outgoing_.plan(space, std::move(ranges)));
    }
    return {};
}

Result<void> Responder::compare_branches(const Lacks& lacks) {
    COTMOC_ASSIGN(const std::uint64_t feeds, feeds_check(store(), list_, lacks.feeds));
    COTMOC_ASSIGN(const std::uint64_t forks, forks_check(store(), common_));
    if ((feeds == lacks.check && forks == lacks.forks) || switched_off("fork-detection")) {
        return {};
    }
    FeedTable both;  // all feeds, up to where both sides hold them, if it is not known which one differs
    for (const auto& [place, listed] : list_) {
        for (const auto& [device, seq] : listed) {
            const auto lacking = lacks.feeds.find(place);
            const std::uint64_t last =
                lacking == lacks.feeds.end() ? seq : find_seq(lacking->second, device).value_or(seq);
            if (last != 0 && feeds != lacks.check) {
                both[place].emplace_back(device, last);
            }
        }
    }
    COTMOC_ASSIGN(const BranchTable offer, branch_offer(store(), common_, both));
    send(MessageType::branches, encode_branches(offer));
    done_is_void_ = true;
    return {};
}

Result<void> Responder::on_branches(BytesView body) {
    if (!done_is_void_) {
        return fail(ErrorCode::protocol_error, "branches unasked");
    }
    COTMOC_ASSIGN(const BranchTable theirs, decode_branches(body));
    done_is_void_ = false;
    COTMOC_ASSIGN(const bool own_differs, take_branches(theirs));
    return own_differs ? Result<void>{} : plan(lacks_, true);
}

/// Only what was listed can be lacking: nobody gets a feed by asking for it.
Result<void> Responder::check_lacks(const FeedTable& lacks) const {
    for (const auto& [place, feeds] : lacks) {
        for (const auto& [device, held] : feeds) {
            if (held >= seq_of(list_, place, device)) {
                return fail(ErrorCode::protocol_error, "lacks of what was not listed");
            }
        }
    }
    return {};
}

Result<void> Responder::on_limit(std::uint64_t octets) {
    if (phase_ != Phase::transfer) {
        return fail(ErrorCode::protocol_error, "limit out of turn");
    }
    allowance_ = octets;
    return {};
}

Result<void> Responder::on_bye() {
    if (!records_are_exchanged()) {
        return fail(ErrorCode::protocol_error, "bye before the end");
    }
    report_.complete = true;
    end(std::nullopt);
    return {};
}

Result<void> Responder::advance() {
    if (list_to_send_) {
        COTMOC_ASSIGN(const std::uint64_t check, own_check());
        send(MessageType::frontiers, encode_frontiers({list_, check, incoming_.parts().held()}));
        list_to_send_ = false;
    }
    if (phase_ == Phase::transfer && all_sent() && !done_sent_ && !done_is_void_) {
        send_done();
    }
    return {};
}

}  // namespace

std::unique_ptr<Session> Session::answer(const SessionOptions& options) {
    return std::make_unique<Responder>(options);
}

}  // namespace cotmoc::sync
