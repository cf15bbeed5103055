#include "session/caller.hpp"

#include "session/branches.hpp"
#include "session/turned_away.hpp"
#include "session/web_page.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/attachments.hpp>

#include <algorithm>

namespace cotmoc::sync {

Result<void> Caller::begin() {
    const auto* responder = trust().find(responder_);
    if (trust().empty() || own_device() == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    if (responder == nullptr) {
        return fail(ErrorCode::handshake_failed, "no device of the trust feed has this key");
    }
    COTMOC_TRY(check_not_revoked(*responder));
    peer_ = responder->id;
    COTMOC_TRY(begin_store_session());
    COTMOC_TRY(load_partial());
    update_common();
    COTMOC_TRY(note_snapshots_held());
    trust_position_ = trust().position();
    own_list_ = feed_table(store(), common_);
    handshake_.emplace(options_.keys.agreement, responder_, session_prologue(trust().root_fingerprint()),
                       options_.random);
    COTMOC_ASSIGN(const Hash256 hello, hello_hash(store(), common_));
    const Greeting greeting{trust_position_, hello};
    framing_.write_frame(handshake_->write_message_1(encode_greeting(greeting)));
    awaiting_answer_ = true;
    return {};
}

Result<void> Caller::on_handshake(const Bytes& frame) {
    if (frame.empty()) {
        return fail(ErrorCode::handshake_failed, "refused by the other side");
    }
    if (frame == busy_frame()) {
        return fail(ErrorCode::busy, "the other device: its owner or another one uses it now");
    }
    note_answer();
    COTMOC_ASSIGN(crypto::NoiseInitiator::Answer answer, handshake_->read_message_2(frame));
    handshake_.reset();
    framing_.open(std::move(answer.channel));
    COTMOC_ASSIGN(Reply reply, decode_reply(answer.payload));
    return on_reply(std::move(reply));
}

Result<void> Caller::on_reply(Reply reply) {
    if (const auto* answering = trust().find(responder_); answering != nullptr && reply.wall_ms != 0) {
        COTMOC_TRY(store().peer_clock(*answering, static_cast<std::int64_t>(reply.wall_ms)));
    }
    COTMOC_TRY(tell_trust(reply));
    if (reply.status == Reply::Status::equal) {
        return on_equal();
    }
    const std::uint64_t theirs = reply.trust_position;
    if (reply.status == Reply::Status::unknown_device && theirs >= trust_position_) {
        return fail(ErrorCode::not_enrolled);
    }
    if (reply.status == Reply::Status::differs) {
        if (theirs < trust_position_) {
            return fail(ErrorCode::protocol_error, "list of an older trust position");
        }
        list_ = Frontiers{std::move(reply.feeds), reply.own_check, reply.held};
    }
    if (theirs > trust_position_) {
        await_trust(trust_position_ + 1, theirs);
        return {};
    }
    if (theirs < trust_position_) {
        hand_over_trust(theirs + 1, trust_position_);
    } else if (reply.trust_head != trust().head()) {
        return fail(ErrorCode::forked_feed, "trust feed");
    }
    phase_ = Phase::list;
    return list_ ? take_list(*list_) : Result<void>{};
}

Result<void> Caller::tell_trust(const Reply& reply) {
    const auto* answering = trust().find(responder_);
    if (answering == nullptr) {
        return {};
    }
    switch (reply.status) {
        case Reply::Status::equal:
            return store().peer_trust(*answering, trust_position_, &trust().head());
        case Reply::Status::unknown_device:
            return store().peer_trust(*answering, reply.trust_position, nullptr);
        case Reply::Status::differs:
        case Reply::Status::list_follows:
            return store().peer_trust(*answering, reply.trust_position, &reply.trust_head);
    }
    return {};
}

/// A common space that the list lacks is one of which the other side holds nothing.
Result<void> Caller::tell_lists(const FeedTable& list) {
    const auto* answering = trust().find(responder_);
    if (answering == nullptr) {
        return {};
    }
    const FeedList none;
    for (const SpaceId& space : common_) {
        const auto feeds = list.find(*space_place(trust(), space));
        COTMOC_TRY(store().peer_lists(*answering, space, feeds == list.end() ? none : feeds->second));
    }
    return {};
}

/// The other side has what this one has. A store that was cut off last time may still have to react to what
/// it received then; only in that case the session goes on.
Result<void> Caller::on_equal() {
    COTMOC_TRY(tell_lists(own_list_));
    COTMOC_TRY(tell_received_all());
    COTMOC_ASSIGN(const std::vector<HandOver> owed, owed_feeds(store(), *own_device(), *peer_device()));
    Result<bool> files = attachments_.has_work(options_.attachment_rule, attachment_parties());
    if (files && !*files) {
        // What both sides hold alike, nobody begins with.
        files = snapshots_.has_work({{}, 0, options_.snapshot_rule.ask}, attachment_parties());
    }
    if (!files) {
        report_.attachment_error = files.error().code;
    }
    if (feed_table(store(), common_) == own_list_ && owed.empty() && !files.value_or(false)) {
        report_.complete = files.has_value();
        end(std::nullopt);
        return {};
    }
    return start_transfer(own_list_, std::nullopt);
}

Result<void> Caller::on_trust_level() {
    if (own_device() == nullptr || peer_device() == nullptr) {
        return fail(ErrorCode::bad_trust_entry, "a device is gone");
    }
    COTMOC_TRY(check_not_revoked(*peer_device()));
    phase_ = Phase::list;
    return list_ ? take_list(*list_) : Result<void>{};
}

Result<void> Caller::on_list(BytesView body) {
    COTMOC_ASSIGN(const Frontiers list, decode_frontiers(body));
    return take_list(list);
}

Result<void> Caller::take_list(const Frontiers& list) {
    parts_.peer_holds(list.held);
    return start_transfer(list.feeds, list.own_check);
}

Result<void> Caller::start_transfer(const FeedTable& list, std::optional<std::uint64_t> own_check) {
    update_common();
    COTMOC_TRY(check_table(trust(), common_, list));
    COTMOC_TRY(tell_lists(list));  // first: what is held here may become less
    if (own_check) {
        COTMOC_TRY(compare_own(list, *own_check));
    }
    listed_ = list;
    Lacks lacks{compare(list), 0, 0, incoming_.parts().held()};
    COTMOC_ASSIGN(lacks.check, feeds_check(store(), list, lacks.feeds));
    COTMOC_ASSIGN(lacks.forks, forks_check(store(), common_));
    lacks_nothing_ = lacks.feeds.empty();
    if (lacks_nothing_) {
        COTMOC_TRY(tell_received_all());
    }
    send(MessageType::lacks, encode_lacks(lacks));
    choose_beginnings(list);
    phase_ = Phase::transfer;
    COTMOC_TRY(plan_new());
    COTMOC_TRY(plan_hand_over());
    divide_budget();
    return {};
}

bool Caller::still_lacks() const {
    const FeedTable own = feed_table(options_.store, common_);
    for (const auto& [place, feeds] : listed_) {
        for (const auto& [device, seq] : feeds) {
            // What came and was not taken does not come by waiting.
            const SpaceId& space = trust().spaces()[place].id;
            if (seq_of(own, place, device) + incoming_.not_taken(space, device) < seq) {
                return true;
            }
        }
    }
    return false;
}

Result<void> Caller::look_at_answer(BytesView octets) const {
    return is_web_page(octets) ? fail(ErrorCode::captive_portal) : Result<void>();
}

Result<void> Caller::compare_own(const FeedTable& list, std::uint64_t own_check) {
    const DeviceIndex own = own_device()->index;
    COTMOC_ASSIGN(const std::uint64_t held, own_feeds_check(store(), common_, list, own));
    keep_own_back_ = held != own_check && !switched_off("own-feed-check");
    return {};
}

/// The other side noticed that the two hold different change sets at equal places. What this side had said to
/// be all is not: it says so again.
Result<void> Caller::on_branches(BytesView body) {
    if (std::exchange(branches_taken_, true)) {
        return fail(ErrorCode::protocol_error, "branches a second time");
    }
    COTMOC_ASSIGN(const BranchTable theirs, decode_branches(body));
    COTMOC_TRY(take_branches(theirs));
    FeedTable feeds;
    const FeedTable here = feed_table(store(), common_);
    for (const auto& [place, tips] : theirs) {
        for (const auto& [device, ends] : tips) {
            // Of a feed with one branch over there, up to where both hold it.
            const std::uint64_t last = std::min(seq_of(here, place, device), ends.back().seq);
            if (last != 0) {
                feeds[place].emplace_back(device, last);
            }
        }
    }
    COTMOC_ASSIGN(const BranchTable ours, branch_offer(store(), common_, feeds));
    send(MessageType::branches, encode_branches(ours));
    done_sent_ = false;
    lacks_nothing_ = false;
    divide_budget();  // what it was divided into before is void: now both sides have more to send
    return {};
}

/// Notes what the other side holds; returns what this side lacks of it.
FeedTable Caller::compare(const FeedTable& list) {
    const FeedTable own = feed_table(store(), common_);
    FeedTable lacks;
    for (const auto& [place, feeds] : list) {
        for (const auto& [device, seq] : feeds) {
            if (!keep_own_back_ || device != own_device()->index) {
                holdings_.note(trust().spaces()[place].id, device, seq);
            }
            const std::uint64_t held = seq_of(own, place, device);
            if (held < seq) {
                lacks[place].emplace_back(device, held);
                report_.expected += seq - held;
            }
        }
    }
    return lacks;
}

/// Everything that the other side does not hold and that is not on its way yet.
Result<void> Caller::plan_new() {
    for (const SpaceId& space : common_) {
        auto& planned = planned_[space];
        Outgoing::Ranges ranges;
        for (const FeedPosition& feed : store().frontier(space)) {
            if (keep_own_back_ && feed.device == own_device()->index) {
                continue;
            }
            const std::uint64_t after = std::max(holdings_.seq(space, feed.device), planned[feed.device]);
            ranges[feed.device] = {after, feed.seq};
            planned[feed.device] = feed.seq;
        }
        COTMOC_TRY(outgoing_.plan(space, std::move(ranges)));
    }
    return {};
}

Result<void> Caller::plan_hand_over() {
    COTMOC_ASSIGN(const std::vector<HandOver> owed, owed_feeds(store(), *own_device(), *peer_device()));
    for (const HandOver& each : owed) {
        COTMOC_TRY(outgoing_.plan(each.space, {{each.device, {each.after, each.until}}}));
    }
    return {};
}

Result<void> Caller::on_all_received() {
    if (limited_ && still_lacks()) {
        report_.stopped_early = true;
        return {};  // what the store writes when it has everything has to wait for that
    }
    COTMOC_TRY(tell_received_all());
    return plan_new();
}

Result<void> Caller::advance() {
    if (phase_ != Phase::transfer || !all_sent()) {
        return {};
    }
    if (!done_sent_ && (lacks_nothing_ || peer_done_)) {
        send_done();
    }
    if (!records_are_exchanged()) {
        return {};
    }
    const Result<bool> finished = exchange_attachments();
    if (!finished && !is_attachment_failure(finished.error().code)) {
        return tl::unexpected(finished.error());
    }
    if (!finished) {  // the records are over; files wait for a store that works
        report_.attachment_error = finished.error().code;
    }
    if (finished.value_or(true)) {
        send(MessageType::bye);
        report_.complete = !report_.stopped_early && !report_.attachment_error;
        if (report_.complete) {
            incoming_.parts().drop();  // whatever it was has come by another way
        }
        end(std::nullopt);
    }
    return {};
}

std::unique_ptr<Session> Session::call(const SessionOptions& options,
                                       const crypto::AgreementPublicKey& responder) {
    return std::make_unique<Caller>(options, responder);
}

}  // namespace cotmoc::sync
