// The hub's word against what it said before and against what signed frontiers name: a hub may fail or lie,
// and its user has to hear of it.
#include "replica/arriving.hpp"
#include "replica/content.hpp"
#include "replica/hub_memory.hpp"

#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::string_view hub_memory = "hub_memory";
/// A session with nothing new should not write for the time alone.
constexpr std::uint64_t noted_session_ms = 60ULL * 60 * 1000;

std::uint64_t seq_in(const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds, DeviceIndex device) {
    const auto feed = std::ranges::find(feeds, device, [](const auto& item) { return item.first; });
    return feed != feeds.end() ? feed->second : 0;
}

std::uint64_t held_of(const Frontier& frontier, DeviceIndex device) {
    const auto feed = std::ranges::find(frontier, device, &FeedPosition::device);
    return feed != frontier.end() ? feed->seq : 0;
}

bool is_worth_writing(const HubMemory& now, const HubMemory& stored) {
    HubMemory same_time = now;
    same_time.session_ms = stored.session_ms;
    return same_time != stored || now.session_ms - stored.session_ms >= noted_session_ms;
}

}  // namespace

Result<void> Replica::peer_trust(const crypto::TrustState::Device& peer, std::uint64_t position,
                                 const Hash256* head) {
    if (head != nullptr && position != 0 && position <= trust_hashes_.size() &&
        trust_hashes_[static_cast<std::size_t>(position - 1)] != *head) {
        return fail(ErrorCode::forked_feed, "trust feed");
    }
    if (!speaks_for_hub(peer)) {
        return {};
    }
    COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(hub_memory));
    hub_session_ = std::make_unique<HubSession>();
    HubMemory& memory = hub_session_->memory;
    memory = hub_session_->stored = setting ? decode_hub_memory(*setting) : HubMemory();
    if (memory.hub != peer.id) {
        memory = {};
        memory.hub = peer.id;
        hub_session_->is_new_hub = true;
    }
    hub_session_->claimed_trust = position;
    memory.went_back = false;
    memory.named_trust = 0;  // what waits for it comes again
    if (position < memory.trust_position && !switched_off("hub-memory")) {
        memory.went_back = true;
        memory.lost.clear();
        memory.lost_trust_entries = memory.trust_position - position;
    }
    return {};
}

Result<void> Replica::peer_lists(const crypto::TrustState::Device& peer, const SpaceId& space,
                                 const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) {
    COTMOC_TRY(note_own_lists(peer, space, feeds));
    const bool readable =
        std::ranges::any_of(spaces_, [&](const SpaceInfo& known) { return known.id == space; });
    if (!speaks_for_hub(peer) || hub_session_ == nullptr || !readable) {
        return {};
    }
    HubMemory& memory = hub_session_->memory;
    COTMOC_ASSIGN(const core::Store::HubFeeds before, store_->hub_holds(space));
    std::map<HubMemory::Feed, std::uint64_t> lost;
    for (const auto& [device, seq] : before) {
        const std::uint64_t gone = seq - std::min(seq, seq_in(feeds, device));
        if (gone != 0 && !has_branches(space, device)) {  // of a forked feed only the common part is listed
            lost[{space, device}] = gone;
        }
    }
    for (const auto& [device, seq] : feeds) {
        hub_session_->listed[{space, device}] = seq;
        if (hub_session_->is_new_hub || memory.newest_ms == 0 || seq > seq_in(before, device)) {
            hub_session_->grown[{space, device}] = seq;
        }
    }
    if (lost.empty() || switched_off("hub-memory")) {
        return {};
    }
    if (!hub_session_->is_new_hub) {
        if (!memory.went_back) {
            memory.lost.clear();
            memory.lost_trust_entries = 0;
        }
        memory.lost.merge(lost);
        memory.went_back = true;
    }
    // What it lost it holds no more: nobody may be told so, and it is sent again.
    const auto note = [&] { return store_->set_hub_holds(space, feeds); };
    COTMOC_TRY(store_->writing() ? note() : store_->write(note));
    return store_hub_memory();
}

void Replica::note_named(const Arriving& arriving, DeviceIndex device, std::uint64_t seq) {
    const bool own = self_ != nullptr && device == self_->index;
    if (hub_session_ != nullptr && !own && !switched_off("truncation-notice")) {
        hub_session_->memory.name({arriving.header.space, device}, seq, arriving.author->index);
    }
}

void Replica::note_named_trust(std::uint64_t position) {
    if (hub_session_ != nullptr && !switched_off("truncation-notice")) {
        hub_session_->memory.named_trust = std::max(hub_session_->memory.named_trust, position);
    }
}

/// What waits tells by its frontier what there is, though it cannot be taken yet.
void Replica::note_outcome(const Arriving& arriving, const AcceptResult& result) {
    if (hub_session_ == nullptr || arriving.author == nullptr) {
        return;
    }
    const HubMemory::Feed feed(arriving.header.space, arriving.author->index);
    if (result.acceptance == Acceptance::refused) {
        hub_session_->refused.insert(feed);
    } else if (result.acceptance == Acceptance::waiting &&
               hub_session_->waiting[feed].insert(arriving.header.seq).second) {
        Arriving waiting = arriving;
        if (waiting.opened.empty() && !open_content(waiting)) {
            return;
        }
        for (const auto& [device, seq] : waiting.content.head.delta) {
            if (trust_.find(device) != nullptr) {
                note_named(arriving, device, seq);
            }
        }
    }
}

/// The latest stamp of what the hub has now and was not known to have. What is further ahead than clocks may
/// be says nothing.
Result<std::uint64_t> Replica::newest_stamp_of_grown() {
    const std::int64_t latest = environment_.clock.wall_ms() + clock_tolerance_ms;
    std::uint64_t newest = hub_session_->memory.newest_ms;
    const auto take = [&](std::uint64_t stamp) {
        if (static_cast<std::int64_t>(stamp) <= latest) {
            newest = std::max(newest, stamp);
        }
    };
    const std::uint64_t trust_position = std::min(hub_session_->claimed_trust, trust_.position());
    if (trust_position > hub_session_->memory.trust_position) {
        COTMOC_ASSIGN(const Bytes entry, store_->trust_entry(trust_position));
        COTMOC_ASSIGN(const crypto::ParsedTrustEntry parsed, crypto::parse_trust_entry(entry));
        take(parsed.entry.issued_ms);
    }
    for (const auto& [feed, seq] : hub_session_->grown) {
        const auto& [space, device] = feed;
        const std::uint64_t held = std::min(seq, held_of(frontier(space), device));
        if (held == 0 || (self_ != nullptr && device == self_->index)) {
            continue;
        }
        COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row, store_->envelope(space, device, held));
        const auto header = row ? crypto::parse_envelope(row->bytes) : fail(ErrorCode::bad_envelope);
        const crypto::EpochKey* key = header ? ring_.find(space, header->epoch) : nullptr;
        const auto opened = key != nullptr ? crypto::open_envelope(row->bytes, *key) : Bytes();
        BytesView ops;
        const auto head = opened ? decode_content_head(*opened, ops) : fail(ErrorCode::cannot_decrypt);
        if (head) {
            take(head->newest.wall_ms);
        }
    }
    return newest;
}

Result<void> Replica::end_hub_session() {
    if (hub_session_ == nullptr) {
        return {};
    }
    HubMemory& memory = hub_session_->memory;
    const auto* hub = trust_.find(memory.hub);
    for (const auto& [feed, seq] : hub_session_->listed) {
        const bool own = self_ != nullptr && feed.second == self_->index;
        if (!own && hub != nullptr && !hub_session_->refused.contains(feed) &&
            !switched_off("truncation-notice")) {
            memory.name(feed, seq, hub->index);  // it said so itself, and did not send it
        }
    }
    std::erase_if(memory.named, [&](const auto& entry) {
        const auto& [space, device] = entry.first;
        const auto* by = trust_.find(entry.second.by);
        const bool counts = by != nullptr && !by->revoked;
        return !counts || hub_session_->refused.contains(entry.first) ||
               hub_session_->shown(entry.first, held_through(space, device)) >= entry.second.seq;
    });
    COTMOC_ASSIGN(memory.newest_ms, newest_stamp_of_grown());
    memory.trust_position = trust_.position();
    memory.session_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(environment_.clock.wall_ms(), 0));
    const Result<void> stored = store_hub_memory();
    hub_session_.reset();
    return stored;
}

Result<void> Replica::store_hub_memory() {
    HubSession& session = *hub_session_;
    if (session.memory.went_back) {
        session.memory.went_back_ms =
            static_cast<std::uint64_t>(std::max<std::int64_t>(environment_.clock.wall_ms(), 0));
    }
    if (!is_worth_writing(session.memory, session.stored)) {
        return {};
    }
    const Bytes bytes = encode_hub_memory(session.memory);
    const auto note = [&] { return store_->set_setting(hub_memory, bytes); };
    COTMOC_TRY(store_->writing() ? note() : store_->write(note));
    session.stored = session.memory;
    return {};
}

Result<HubNotice> Replica::hub_notice() {
    COTMOC_ASSIGN(const std::optional<Bytes> setting, store_->setting(hub_memory));
    HubNotice notice;
    if (!setting) {
        return notice;
    }
    const HubMemory memory = decode_hub_memory(*setting);
    notice.went_back_at_ms = static_cast<std::int64_t>(memory.went_back_ms);
    for (const auto& [feed, count] : memory.lost) {
        // That it shows less of a feed may have been the first sign of a fork.
        notice.lost_change_sets += has_branches(feed.first, feed.second) ? 0 : count;
    }
    notice.lost_trust_entries = memory.lost_trust_entries;
    notice.went_back = memory.went_back && notice.lost_change_sets + notice.lost_trust_entries != 0;
    for (const auto& [feed, named] : memory.named) {
        const std::uint64_t held = held_through(feed.first, feed.second);
        if (held < named.seq) {
            notice.missing.push_back({feed.first, feed.second, held, named.seq, named.by});
        }
    }
    if (memory.named_trust > trust_.position()) {
        notice.missing_trust_entries = memory.named_trust - trust_.position();
    }
    COTMOC_ASSIGN(const ClockCheck clock, check_clock());
    const auto quiet_ms = static_cast<std::int64_t>(memory.session_ms - memory.newest_ms);
    if (memory.newest_ms != 0 && quiet_ms > hub_stale_ms && !clock.suspect &&
        !switched_off("freeze-notice")) {
        notice.stale_h = static_cast<std::uint64_t>(quiet_ms) / 3'600'000;
    }
    return notice;
}

}  // namespace cotmoc::sync
