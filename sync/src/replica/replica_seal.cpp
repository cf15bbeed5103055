// From the journal to an envelope: what was made here becomes a signed change set of the own feed.
#include "replica/content.hpp"
#include "replica/notes.hpp"
#include "replica/seen.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {

Result<void> Replica::seal(int compression_level) {
    if (!joined()) {
        return {};
    }
    if (restored_) {
        return set_own_work_aside();
    }
    COTMOC_ASSIGN(const std::vector<SpaceId> spaces, store_->spaces_with_pending());
    for (const SpaceId& space : spaces) {
        // Without the key of today the ops stay pending, and nothing is received in their space (S3).
        while (sealing_key(space) != nullptr) {
            COTMOC_ASSIGN(const std::optional<core::PendingChangeSet> pending, store_->next_pending(space));
            if (!pending) {
                break;
            }
            COTMOC_TRY(seal_one(space, *pending, compression_level));
        }
    }
    return seal_notes(compression_level);
}

const crypto::EpochKey* Replica::sealing_key(const SpaceId& space) const {
    const crypto::TrustState::Epoch* newest = trust_.newest_epoch(space);
    return newest != nullptr ? ring_.find(space, newest->epoch) : nullptr;
}

Result<void> Replica::seal_closed() {
    if (restored_) {
        return {};
    }
    for (const SpaceInfo& space : spaces_) {
        while (store_->has_closed(space.id) && sealing_key(space.id) != nullptr) {
            COTMOC_ASSIGN(const std::optional<core::PendingChangeSet> pending,
                          store_->next_pending(space.id));
            if (!pending) {
                break;
            }
            COTMOC_TRY(seal_one(space.id, *pending, default_compression_level));
        }
    }
    return {};
}

Result<void> Replica::seal_one(const SpaceId& space, const core::PendingChangeSet& pending,
                               int compression_level) {
    const crypto::EpochKey* key = sealing_key(space);
    if (key == nullptr) {
        return fail(ErrorCode::no_epoch_key);
    }
    COTMOC_ASSIGN(const core::Store::AuthorView last, store_->author_view(space, self_->index));
    COTMOC_ASSIGN(const Frontier seen, sealing_frontier(space));
    const std::vector<std::uint64_t> seqs = seqs_by_device(seen);
    ContentHead head{pending.newest, trust_.position(), {}};
    std::vector<PendingNote> notes_left;
    COTMOC_ASSIGN(head.notes, take_notes(space, pending.ops.op_count > 0, notes_left));
    for (const Note& note : head.notes) {
        head.newest = std::max(head.newest, note.at);
    }
    for (std::size_t number = 0; number < std::max(seqs.size(), last.seen.size()); ++number) {
        const std::uint64_t before = number < last.seen.size() ? last.seen[number] : 0;
        const std::uint64_t now = number < seqs.size() ? seqs[number] : 0;
        if (number != to_number(self_->index) && now != before) {
            head.delta.emplace_back(static_cast<DeviceIndex>(number), now);
        }
    }
    const auto own = std::ranges::find(seen, self_->index, &FeedPosition::device);
    crypto::EnvelopePlace place{space, pending.seq, own != seen.end() ? own->hash : Hash256{},
                                frontier_hash(trust_, space, seen)};
    const Bytes content = encode_content(head, pending.ops);
    COTMOC_ASSIGN(crypto::SealedEnvelope sealed,
                  crypto::seal(place, keys_.device, *key, content, {compression_level}, environment_.random));
    core::EnvelopeRow row{0,
                          space,
                          self_->index,
                          pending.seq,
                          sealed.hash,
                          pending.ops_made,
                          core::EnvelopeStatus::applied,
                          "",
                          std::move(sealed.bytes)};
    const auto store = [&]() -> Result<void> {
        if (!head.notes.empty()) {
            COTMOC_TRY(store_pending_notes(notes_left));
        }
        return store_->store_sealed(pending, row, seqs, trust_.position());
    };
    return store_->writing() ? store() : store_->write(store);
}

Result<core::PendingChangeSet> Replica::empty_change_set(const SpaceId& space) {
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, store_->frontier(space));
    const auto own = std::ranges::find(held, self_->index, &core::FeedState::device);
    core::PendingChangeSet empty;
    empty.seq = own != held.end() ? own->seq + 1 : 1;
    return empty;
}

Result<void> Replica::received_all() {
    COTMOC_TRY(commit());
    COTMOC_TRY(end_hub_session());
    COTMOC_TRY(follow_own_past());
    COTMOC_TRY(finish_history());
    if (!joined() || restored_ || self_->role != crypto::Role::province_officer) {
        return {};
    }
    // What was written while the session waited comes first: the confirmation must not take its place.
    COTMOC_TRY(seal());
    for (const SpaceInfo& space : spaces_) {
        COTMOC_ASSIGN(const bool due, store_->has_unconfirmed(space.id));
        if (!due || !space.writable || sealing_key(space.id) == nullptr) {
            continue;
        }
        // An empty change set carries the frontier that tells the posts what the province holds (S21).
        COTMOC_ASSIGN(core::PendingChangeSet empty, empty_change_set(space.id));
        empty.newest = {static_cast<std::uint64_t>(std::clamp<std::int64_t>(
                            environment_.clock.wall_ms(), 0, static_cast<std::int64_t>(core::hlc_wall_max))),
                        0};
        COTMOC_TRY(seal_one(space.id, empty, default_compression_level));
    }
    return {};
}

}  // namespace cotmoc::sync
