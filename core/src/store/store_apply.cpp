// Change sets on their way in, and the own ones that were just sealed: merged, and their envelopes kept.
#include "store/apply_change_set.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

/// A replay may judge an envelope that is held in another way than before.
Result<void> judge_envelope(StoreImpl& impl, const EnvelopeRow& envelope) {
    COTMOC_ASSIGN(
        Statement * update,
        impl.statements.get("UPDATE _envelope SET ops = ?, status = ?, reason = ? WHERE position = ?"));
    return update->bind(1, static_cast<std::int64_t>(envelope.ops))
        .bind(2, static_cast<std::int64_t>(envelope.status))
        .bind(3, std::string_view(envelope.reason))
        .bind(4, envelope.position)
        .run();
}

Result<void> keep_envelope(StoreImpl& impl, const SpaceEntry& space, const EnvelopeRow& envelope,
                           std::span<const std::uint64_t> seen) {
    COTMOC_TRY(impl.spaces.set_seen(space, envelope.author, envelope.seq, seen));
    if (envelope.position != 0) {
        return judge_envelope(impl, envelope);
    }
    COTMOC_ASSIGN(Statement * insert,
                  impl.statements.get("INSERT INTO _envelope(space, device, seq, hash, ops, status, reason, "
                                      "bytes) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"));
    return insert->bind(1, space.number)
        .bind(2, static_cast<std::int64_t>(to_number(envelope.author)))
        .bind(3, static_cast<std::int64_t>(envelope.seq))
        .bind_blob(4, envelope.hash.view())
        .bind(5, static_cast<std::int64_t>(envelope.ops))
        .bind(6, static_cast<std::int64_t>(envelope.status))
        .bind(7, std::string_view(envelope.reason))
        .bind_blob(8, envelope.bytes)
        .run();
}

/// The own past may come back from a hub or peer (a restored backup): new ops go after it.
void after_own(const StoreImpl& impl, SpaceEntry& space, DeviceIndex author, std::uint64_t seq) {
    if (impl.devices.self == author && space.open_seq <= seq) {
        space.open_seq = seq + 1;
        space.next_index = 0;
        space.gathered = 0;
    }
}

}  // namespace

Result<ApplyOutcome> Store::apply(const IncomingChangeSet& incoming, const EnvelopeRow& envelope) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(incoming.space));
    COTMOC_ASSIGN(const bool pending, impl_->journal.any(*space));
    COTMOC_CHECK(!pending);
    COTMOC_ASSIGN(const ApplyOutcome outcome,
                  apply_change_set(*impl_, incoming, *space, catalogue_at(incoming.trust_position)));
    COTMOC_TRY(keep_envelope(*impl_, *space, envelope, incoming.seen));
    COTMOC_TRY(impl_->spaces.set_feed(*space, {incoming.author, incoming.seq, envelope.hash},
                                      incoming.claimed.value_or(incoming.seen), incoming.trust_position));
    after_own(*impl_, *space, incoming.author, incoming.seq);
    impl_->clock->observe(incoming.newest);
    return outcome;
}

Result<void> Store::quarantine(const EnvelopeRow& envelope, std::vector<std::uint64_t> seen,
                               std::uint64_t trust_position) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(envelope.space));
    COTMOC_TRY(keep_envelope(*impl_, *space, envelope, seen));
    after_own(*impl_, *space, envelope.author, envelope.seq);
    return impl_->spaces.set_feed(*space, {envelope.author, envelope.seq, envelope.hash}, seen,
                                  trust_position);
}

Result<void> Store::forget_records(const SpaceId& id) {
    COTMOC_CHECK(impl_->writing);
    SpaceEntry* space = impl_->spaces.find(id);
    if (space == nullptr) {
        return {};
    }
    COTMOC_ASSIGN(const bool pending, impl_->journal.any(*space));
    COTMOC_CHECK(!pending);
    for (const char* sql : {"DELETE FROM _record WHERE space = ?", "DELETE FROM _creation WHERE space = ?",
                            "DELETE FROM _void_op WHERE space = ?", "DELETE FROM _feed WHERE space = ?",
                            "DELETE FROM _seen WHERE space = ?"}) {
        COTMOC_ASSIGN(Statement * forget, impl_->statements.get(sql));
        COTMOC_TRY(forget->bind(1, space->number).run());
    }
    impl_->records.changes().note_everything();
    space->feeds.clear();
    space->digest = {};
    space->digest_changed = true;
    return impl_->search.forget();
}

Result<void> Store::store_sealed(const PendingChangeSet& pending, const EnvelopeRow& envelope,
                                 std::vector<std::uint64_t> seen, std::uint64_t trust_position) {
    COTMOC_CHECK(impl_->writing && impl_->devices.self);
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(envelope.space));
    COTMOC_TRY(impl_->journal.sealed(*space, pending.seq, *impl_->devices.self));
    COTMOC_TRY(keep_envelope(*impl_, *space, envelope, seen));
    COTMOC_TRY(
        impl_->spaces.set_feed(*space, {envelope.author, envelope.seq, envelope.hash}, seen, trust_position));
    space->open_seq = std::max(space->open_seq, envelope.seq + 1);
    return {};
}

}  // namespace cotmoc::core
