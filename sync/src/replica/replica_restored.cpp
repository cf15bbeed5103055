// A replica whose own feed has gone on elsewhere: restored from a backup, or one of two copies. It is noticed
// by the high-water mark or by what others hold, sets aside what may be unsent, and writes nothing more.
#include "replica/arriving.hpp"
#include "replica/seen.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::string_view restored_setting = "restored";
constexpr std::string_view aside_setting = "own_work_is_aside";
constexpr std::string_view replay_due_setting = "replay_due";
constexpr std::string_view past_is_back_setting = "own_past_is_back";
constexpr std::uint8_t set = 1;

Result<bool> is_set(core::Store& store, std::string_view name) {
    COTMOC_ASSIGN(const std::optional<Bytes> value, store.setting(name));
    return value && !value->empty();
}

}  // namespace

Result<void> Replica::check_not_restored() const {
    if (restored_ && !switched_off("read-only-when-restored")) {
        return fail(ErrorCode::replica_restored, name_);
    }
    return {};
}

Result<bool> Replica::own_past_is_back() { return is_set(*store_, past_is_back_setting); }

Result<void> Replica::load_restored() {
    COTMOC_ASSIGN(restored_, is_set(*store_, restored_setting));
    if (key_lost_ && !restored_) {
        // Its journal needs no key; it must be empty before anything is received under the new identity.
        COTMOC_TRY(mark_restored());
        COTMOC_TRY(set_own_work_aside());
    }
    if (key_lost_ && joined()) {
        COTMOC_TRY(switch_identity(former_, id()));
    }
    COTMOC_TRY(replay_if_due());
    COTMOC_TRY(check_high_water());
    COTMOC_ASSIGN(const bool back, own_past_is_back());
    return back ? carry_over() : Result<void>();
}

/// Behind the mark, or with other content at its place: this is not the database that wrote it.
Result<void> Replica::check_high_water() {
    if (environment_.high_water_mark == nullptr || !joined() || restored_) {
        return {};
    }
    bool behind = false;
    for (const Bytes& copy : environment_.high_water_mark->load(id())) {
        const auto feeds = crypto::open_high_water_mark(copy, keys_.device);
        for (const crypto::MarkedFeed& feed : feeds ? *feeds : std::vector<crypto::MarkedFeed>()) {
            std::uint64_t& marked = marked_[feed.space];
            marked = std::max(marked, feed.seq);
            COTMOC_ASSIGN(const std::optional<Hash256> held,
                          store_->envelope_hash(feed.space, self_->index, feed.seq));
            COTMOC_ASSIGN(const std::uint64_t purged, purged_through(feed.space));
            behind = behind || (held != feed.hash && feed.seq > purged);
        }
    }
    return behind && !switched_off("high-water") ? mark_restored() : Result<void>();
}

/// Before a sealed envelope leaves: all of them at once, so that a session does it once.
Result<void> Replica::raise_high_water() {
    std::vector<crypto::MarkedFeed> feeds;
    for (const crypto::TrustState::Space& space : trust_.spaces()) {
        COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space.id));
        const auto own = std::ranges::find(held, self_->index, &core::FeedState::device);
        if (own != held.end()) {
            feeds.push_back({space.id, own->seq, own->hash});
        }
    }
    std::ranges::sort(feeds, {}, &crypto::MarkedFeed::space);
    COTMOC_TRY(environment_.high_water_mark->save(id(), crypto::seal_high_water_mark(feeds, keys_.device)));
    for (const crypto::MarkedFeed& feed : feeds) {
        marked_[feed.space] = feed.seq;
    }
    return {};
}

std::optional<DeviceIndex> Replica::former_index() const {
    const crypto::TrustState::Device* former = former_ != DeviceId{} ? trust_.find(former_) : nullptr;
    return former != nullptr ? std::optional(former->index) : std::nullopt;
}

Result<void> Replica::mark_restored() {
    COTMOC_TRY(end_receiving());
    const auto marked = store_->write([&]() -> Result<void> {
        COTMOC_TRY(store_->set_setting(past_is_back_setting, {}));
        return store_->set_setting(restored_setting, BytesView(&set, 1));
    });
    COTMOC_TRY(marked);
    restored_ = true;
    return {};
}

/// Of a restored replica, once: before anything is received (S3). Until then all of it can be read.
Result<void> Replica::set_own_work_aside() {
    COTMOC_ASSIGN(const bool done, is_set(*store_, aside_setting));
    const std::optional<DeviceIndex> own =
        self_ != nullptr && !key_lost_ ? std::optional(self_->index) : former_index();
    if (done || !restored_ || !own) {
        return {};
    }
    COTMOC_TRY(end_receiving());
    const auto aside = store_->write([&]() -> Result<void> {
        for (const crypto::TrustState::Space& space : trust_.spaces()) {
            COTMOC_TRY(set_own_aside(space.id, *own));
        }
        return store_->set_setting(aside_setting, BytesView(&set, 1));
    });
    COTMOC_TRY(aside);
    return replay_if_due();
}

/// An own change set that this database does not hold: nobody else continues this feed, so the copy here has
/// stayed behind.
Result<void> Replica::check_own_arrival(const Arriving& arriving) {
    if (arriving.author != self_ || restored_ || switched_off("own-feed-check")) {
        return {};
    }
    COTMOC_ASSIGN(const std::optional<Hash256> held,
                  store_->envelope_hash(arriving.header.space, self_->index, arriving.header.seq));
    COTMOC_ASSIGN(const std::uint64_t purged, purged_through(arriving.header.space));
    if (held == arriving.hash || (!held && arriving.header.seq <= purged)) {
        return {};
    }
    COTMOC_TRY(mark_restored());
    COTMOC_TRY(set_own_work_aside());
    return begin_receiving();
}

/// Everything own that no other author is known to have seen: it may differ from what stands elsewhere. What
/// is the same there comes back with the next session.
Result<void> Replica::set_own_aside(const SpaceId& space, DeviceIndex own) {
    COTMOC_ASSIGN(const std::uint64_t common, store_->seen_by_others(space, own));
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
    const auto feed = std::ranges::find(held, own, &core::FeedState::device);
    const std::uint64_t last = feed != held.end() ? feed->seq : 0;
    bool any = false;
    for (std::uint64_t seq = common + 1; seq <= last; ++seq) {
        COTMOC_ASSIGN(std::optional<core::EnvelopeRow> row, store_->envelope(space, own, seq));
        COTMOC_ASSIGN(const auto seen, store_->seen_by(space, own, seq));
        if (row) {
            COTMOC_TRY(
                store_->set_aside({0, space, own, seq, true, seen.value_or(std::vector<std::uint64_t>()),
                                   std::move(row->bytes)}));
            any = true;
        }
    }
    for (std::uint64_t seq = last + 1;; ++seq) {
        COTMOC_ASSIGN(const std::optional<core::PendingChangeSet> pending, store_->pending(space, seq));
        if (!pending) {
            break;
        }
        COTMOC_TRY(
            store_->set_aside({0, space, own, seq, false, seqs_by_device(to_frontier(held)),
                               encode_content({pending->newest, trust_.position(), {}}, pending->ops)}));
        any = true;
    }
    if (!any) {
        return {};
    }
    COTMOC_TRY(store_->forget_own_after(space, own, std::min(common, last)));
    return store_->set_setting(replay_due_setting, BytesView(&set, 1));
}

/// The records still show what was set aside. Kept as a setting, so that a crash in between does no harm.
Result<void> Replica::replay_if_due() {
    COTMOC_ASSIGN(const bool due, is_set(*store_, replay_due_setting));
    if (!due || !joined()) {
        return {};
    }
    for (const SpaceInfo& space : spaces_) {
        COTMOC_TRY(replay(space.id));
    }
    COTMOC_TRY(store_->write([&] { return store_->set_setting(replay_due_setting, {}); }));
    store_->notify();
    return {};
}

Result<void> Replica::note_own_lists(const crypto::TrustState::Device& peer, const SpaceId& space,
                                     const std::vector<std::pair<DeviceIndex, std::uint64_t>>& feeds) {
    if (!joined()) {
        return {};
    }
    hub_lists_ = hub_lists_ || peer.role == crypto::Role::hub;
    for (const auto& [device, seq] : feeds) {
        if (device == self_->index || device == former_index()) {
            COTMOC_TRY(note_own_past(space, device, seq));
        }
    }
    return {};
}

Result<void> Replica::note_own_past(const SpaceId& space, DeviceIndex device, std::uint64_t seq) {
    own_listed_[{space, device}] = seq;
    return set_own_work_aside();
}

/// At the end of a session: whether a hub has given back all it has of the own feed.
Result<void> Replica::follow_own_past() {
    if (!restored_ || !hub_lists_) {
        return {};
    }
    for (const auto& [feed, seq] : own_listed_) {
        COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(feed.first));
        const auto own = std::ranges::find(held, feed.second, &core::FeedState::device);
        if ((own != held.end() ? own->seq : 0) < seq) {
            return {};
        }
    }
    // What named own change sets that are only now back went into quarantine.
    COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> quarantined, store_->quarantined());
    const bool again = std::ranges::any_of(quarantined, [](const core::EnvelopeRow& row) {
        return row.reason == error_name(ErrorCode::forked_feed) ||
               row.reason == error_name(ErrorCode::waiting_for_dependency);
    });
    const auto noted = store_->write([&]() -> Result<void> {
        if (again) {
            COTMOC_TRY(store_->set_setting(replay_due_setting, BytesView(&set, 1)));
        }
        return store_->set_setting(past_is_back_setting, BytesView(&set, 1));
    });
    COTMOC_TRY(noted);
    COTMOC_TRY(replay_if_due());
    return carry_over();
}

}  // namespace cotmoc::sync
