// Change sets that are known by hash only: those below a snapshot that this replica began with, and pruned
// ones. Whatever has to apply a space again needs their octets, and waits until sessions have brought them
// back.
#include "replica/octets.hpp"
#include "replica/space_forks.hpp"
#include "snapshot/snapshot_audit.hpp"
#include "snapshot/snapshot_settings.hpp"

#include <cotmoc/core/snapshot.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::uint8_t one_octet[] = {1};
constexpr BytesView one(one_octet);

std::string wanted_name(const SpaceId& space) { return "history:" + space.hex(); }

}  // namespace

Result<std::uint64_t> Replica::without_octets(const SpaceId& space) {
    return core::StoreSnapshots(*store_).without_octets(space);
}

Result<void> Replica::want_history(const SpaceId& space) {
    const auto note = [&] { return store_->set_setting(wanted_name(space), one); };
    return store_->writing() ? note() : store_->write(note);
}

Result<bool> Replica::history_wanted(const SpaceId& space) {
    COTMOC_ASSIGN(const std::optional<Bytes> wanted, store_->setting(wanted_name(space)));
    return wanted && !wanted->empty();
}

Result<void> leave_out_gaps(Replica& replica, const SpaceId& space, Frontier& frontier) {
    COTMOC_ASSIGN(const bool wanted, replica.history_wanted(space));
    if (!wanted) {
        return {};
    }
    for (FeedPosition& place : frontier) {
        COTMOC_ASSIGN(const std::uint64_t gap,
                      core::StoreSnapshots(replica.store()).first_without_octets(space, place.device));
        if (gap != 0 && gap <= place.seq) {
            COTMOC_ASSIGN(const std::optional<Hash256> hash,
                          replica.store().envelope_hash(space, place.device, gap - 1));
            place = {place.device, gap - 1, hash.value_or(Hash256{})};
        }
    }
    return {};
}

Result<bool> put_back(core::Store& store, DeviceIndex author, const crypto::EnvelopeHeader& header,
                      BytesView bytes) {
    COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row,
                  store.envelope(header.space, author, header.seq));
    if (row && !row->bytes.empty()) {
        return false;
    }
    return core::StoreSnapshots(store).put_octets(header.space, author, header.seq, bytes);
}

/// Applies a space again, and compares what comes of it with what the snapshot said.
Result<void> Replica::check_history(const SpaceId& space) {
    COTMOC_ASSIGN(const std::optional<SnapshotClaim> told, claim_to_audit(*this, space));
    const SessionNotes notes = notes_;
    bool wrong = false;
    const Result<void> checked = store_->write([&]() -> Result<void> {
        COTMOC_TRY(replay_held(space));
        if (told) {
            COTMOC_ASSIGN(wrong, snapshot_was_wrong(*this, space, *told));
        }
        if (wrong) {
            COTMOC_ASSIGN(const std::optional<Bytes> begun, store_->setting(snapshot_setting(space)));
            COTMOC_TRY(
                store_->set_setting(wrong_snapshot_setting(space), begun ? BytesView(*begun) : BytesView()));
        }
        COTMOC_TRY(store_->set_setting(wanted_name(space), {}));
        COTMOC_TRY(store_->set_setting(judged_setting(space), {}));
        return store_->set_setting(snapshot_setting(space), {});
    });
    notes_ = notes;  // nothing of this is new to anybody
    notes_.wrong_snapshots += checked && wrong ? 1 : 0;
    return checked;
}

/// Applies the spaces again whose octets are all back.
Result<void> Replica::finish_history() {
    for (const SpaceInfo& space : spaces_) {
        COTMOC_ASSIGN(const bool wanted, history_wanted(space.id));
        if (!wanted) {
            continue;
        }
        COTMOC_ASSIGN(const std::uint64_t missing, without_octets(space.id));
        COTMOC_ASSIGN(const bool pending, store_->has_pending(space.id));
        if (missing != 0 || (pending && (!seal() || *store_->has_pending(space.id)))) {
            continue;
        }
        COTMOC_TRY(check_history(space.id));
        forks_of(space.id).stale = true;
    }
    return settle_forks();
}

}  // namespace cotmoc::sync
