// What a calling side does after the records, and how much: snapshots, attachments, the budget of a session.
#include "session/caller.hpp"

#include <algorithm>

namespace cotmoc::sync {

/// Spaces that are empty here and long enough over there begin with a snapshot: then no change set is wanted
/// now.
void Caller::choose_beginnings(const FeedTable& list) {
    SnapshotRule& rule = options_.snapshot_rule;
    std::erase_if(rule.begin, [&](const SpaceId& space) {
        const auto place = space_place(trust(), space);
        const auto feeds = place ? list.find(*place) : list.end();
        std::uint64_t change_sets = 0;
        for (const auto& [device, seq] : feeds != list.end() ? feeds->second : FeedList()) {
            change_sets += seq;
        }
        return options_.snapshots == nullptr || change_sets < std::max<std::uint64_t>(rule.begin_least, 1) ||
               !store().frontier(space).empty();
    });
    if (!rule.begin.empty()) {
        set_limit(0);
    }
}

/// Their bodies are brought where they are not known to be.
Result<void> Caller::note_snapshots_held() {
    for (const SpaceId& space : options_.snapshots != nullptr ? common_ : std::vector<SpaceId>()) {
        COTMOC_ASSIGN(const auto held, options_.snapshots->newest(space, true));
        if (held && held->author == own_device()->id) {
            options_.attachment_rule.brought.push_back(held->body);
        }
    }
    return {};
}

/// Somebody may have written in a space meanwhile: then there is nothing to begin.
Result<void> Caller::tell_beginnings() {
    std::vector<AttachmentRule::Body> begun;
    for (const AttachmentRule::Body& body : options_.attachment_rule.bodies) {
        bool begins = true;
        if (options_.snapshot_rule.begins) {
            COTMOC_ASSIGN(begins, options_.snapshot_rule.begins(body.space));
        }
        if (begins) {
            begun.push_back(body);
        }
    }
    options_.attachment_rule.bodies = std::move(begun);
    return {};
}

/// When the other side has said what snapshots there are, their bodies may come.
Result<bool> Caller::exchange_snapshots() {
    if (bodies_known_ || (ending_soon() && !snapshots_.begun())) {
        return true;
    }
    COTMOC_ASSIGN(bodies_known_, snapshots_.finish(options_.snapshot_rule, attachment_parties()));
    if (bodies_known_ && !options_.snapshot_rule.begin.empty()) {
        COTMOC_ASSIGN(options_.attachment_rule.bodies, snapshots_.bodies(options_.snapshot_rule));
        COTMOC_TRY(tell_beginnings());
        set_limit(options_.budget_bytes != 0 ? budget_left() / 2 : limit_max);
        if (options_.budget_bytes != 0) {
            attachments_.expect_limit();
        }
    }
    return bodies_known_;
}

Result<bool> Caller::exchange_attachments() {
    if (!std::exchange(attachments_followed_, true)) {
        if (options_.follow_attachments) {
            COTMOC_TRY(options_.follow_attachments());
        }
        COTMOC_TRY(divide_rest());
    }
    COTMOC_ASSIGN(const bool asked, exchange_snapshots());
    if (!asked) {
        return false;
    }
    return attachments_.finish(options_.attachment_rule, attachment_parties(), report_);
}

/// Lists, acknowledgements and frames cost a tenth at most, and a little at the end whatever is sent.
std::uint64_t Caller::budget_left() const {
    constexpr std::uint64_t farewell = 256;
    const std::uint64_t used = framing_.produced() + report_.bytes_down + farewell;
    return options_.budget_bytes > used ? (options_.budget_bytes - used) / 10 * 9 : 0;
}

void Caller::divide_budget() {
    if (ending_soon()) {
        end_soon();
        return;
    }
    if (options_.budget_bytes == 0) {
        return;
    }
    const std::uint64_t left = budget_left();
    const bool both = !all_sent() && !lacks_nothing_;
    allowance_ = both ? left / 2 : left;
    if (!lacks_nothing_ && options_.snapshot_rule.begin.empty()) {
        set_limit(both ? left - left / 2 : left);
    }
}

Result<void> Caller::divide_rest() {
    if (!ending_soon() && options_.budget_bytes == 0) {
        return {};
    }
    COTMOC_ASSIGN(const bool work, attachments_.has_work(options_.attachment_rule, attachment_parties()));
    if (ending_soon()) {
        report_.stopped_early = report_.stopped_early || work;
    } else if (work && options_.snapshot_rule.begin.empty()) {
        allowance_ = budget_left() / 2;
        set_limit(*allowance_);
        attachments_.expect_limit();
    }
    return {};
}

void Caller::set_limit(std::uint64_t octets) {
    send(MessageType::limit, encode_limit(octets));
    limited_ = true;
}

void Caller::end_soon() {
    if (phase_ != Phase::transfer) {
        return;  // start_transfer() comes back to it
    }
    stop_sending();
    allowance_ = 0;
    attachments_.stop(report_);
    if ((!lacks_nothing_ && !peer_done_) || attachments_.awaits_parts()) {
        set_limit(0);
    }
}

}  // namespace cotmoc::sync
