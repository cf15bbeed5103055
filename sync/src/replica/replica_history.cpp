// Looking back: a record's history, what follows from it, and the way back to what it showed once.
#include "replica/change_name.hpp"
#include "replica/content.hpp"
#include "replica/seen.hpp"

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <algorithm>
#include <map>

namespace cotmoc::sync {
namespace {

const crypto::Blake2bHasher hasher;
}  // namespace

/// A change set of a record's history, with what people name it by.
struct Replica::LoadedChange {
    core::RecordChange change;
    std::string hash;  // hex; "" while not sealed
    std::uint64_t trust_position = 0;
};

struct Replica::LoadedHistory {
    core::RecordHistory history;
    struct Source {
        std::string hash;
        std::uint64_t trust_position = 0;
    };
    std::map<std::pair<DeviceIndex, std::uint64_t>, Source> sources;

    const Source& source(const core::Dot& dot) const { return sources.at({dot.device, dot.seq}); }
};

Result<core::Store::Trail> Replica::trail(const RecordId& id) {
    COTMOC_TRY(end_receiving());
    return store_->trail(id);
}

Result<Replica::LoadedChange> Replica::load_change(const RecordId& id, const core::Store::Trail& trail,
                                                   const core::Store::Trail::Touch& touch) {
    LoadedChange loaded{{touch.device, touch.seq, {}, {}}, {}, 0};
    COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> envelope,
                  store_->envelope(trail.space, touch.device, touch.seq));
    if (envelope && envelope->bytes.empty()) {
        return fail(ErrorCode::history_not_here);
    }
    COTMOC_ASSIGN(loaded.change.seen, seen_by(trail.space, touch.device, touch.seq));
    if (!envelope) {
        COTMOC_ASSIGN(std::optional<core::PendingChangeSet> pending, store_->pending(trail.space, touch.seq));
        if (!pending) {
            return fail(ErrorCode::database_damaged, "a change set of the record is missing");
        }
        // What waits to be sealed is decoded like the rest: as far as the record is concerned.
        const Bytes encoded = core::encode(pending->ops);
        COTMOC_ASSIGN(loaded.change.ops, core::decode_record_ops(encoded, id, trail.created));
        loaded.trust_position = trust_.position();
        return loaded;
    }
    COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(envelope->bytes));
    const crypto::EpochKey* key = ring_.find(trail.space, header.epoch);
    if (key == nullptr) {
        return fail(ErrorCode::no_epoch_key);
    }
    COTMOC_ASSIGN(const Bytes opened, crypto::open_envelope(envelope->bytes, *key));
    BytesView ops;
    COTMOC_ASSIGN(const ContentHead head, decode_content_head(opened, ops));
    COTMOC_ASSIGN(loaded.change.ops, core::decode_record_ops(ops, id, trail.created));
    loaded.hash = envelope->hash.hex();
    loaded.trust_position = head.trust_position;
    return loaded;
}

Result<Replica::LoadedHistory> Replica::load_history(const RecordId& id) {
    COTMOC_ASSIGN(const core::Store::Trail trail, this->trail(id));
    std::vector<DeviceId> ids;
    for (const crypto::TrustState::Device& device : trust_.devices()) {
        ids.push_back(device.id);
    }
    LoadedHistory loaded{core::RecordHistory(id, hasher, std::move(ids), trail.void_ops), {}};
    for (const auto* touches : {&trail.applied, &trail.void_only}) {
        for (const core::Store::Trail::Touch& touch : *touches) {
            COTMOC_ASSIGN(LoadedChange change, load_change(id, trail, touch));
            loaded.sources[{touch.device, touch.seq}] = {std::move(change.hash), change.trust_position};
            loaded.history.add(std::move(change.change));
        }
    }
    return loaded;
}

HistoryEntry Replica::tell(const LoadedHistory& history, core::HistoryOp op) const {
    return {history.source(op.dot).hash,
            op.dot,
            device_id(op.dot.device),
            device_name(op.dot.device),
            op.at.wall_ms,
            std::move(op.field),
            op.kind,
            std::move(op.before),
            std::move(op.after),
            op.is_void};
}

Result<std::vector<HistoryEntry>> Replica::history(const RecordId& id) {
    COTMOC_ASSIGN(const LoadedHistory loaded, load_history(id));
    COTMOC_ASSIGN(const std::optional<SpaceId> space, store_->space_of(id));
    std::vector<HistoryEntry> entries;
    for (core::HistoryOp& op : loaded.history.ops(catalogue())) {
        entries.push_back(tell(loaded, std::move(op)));
        HistoryEntry& entry = entries.back();
        if (entry.is_void && space) {
            COTMOC_ASSIGN(const auto voids, store_->void_ops(*space, entry.dot.device, entry.dot.seq));
            const auto found = std::ranges::find(voids, entry.dot, &core::Store::VoidOp::dot);
            entry.reason = found != voids.end() ? found->reason : "";
        }
    }
    return entries;
}

Result<std::vector<HistoryEntry>> Replica::soft_conflicts(const RecordId& id) {
    COTMOC_ASSIGN(const core::Store::Trail trail, this->trail(id));
    std::vector<core::RecordChange> changes;
    for (const core::Store::Trail::Touch& touch : trail.applied) {
        COTMOC_ASSIGN(const auto envelope, store_->envelope(trail.space, touch.device, touch.seq));
        if (envelope && envelope->bytes.empty()) {
            return std::vector<HistoryEntry>();  // who had seen what is not known here
        }
        COTMOC_ASSIGN(std::vector<std::uint64_t> seen, seen_by(trail.space, touch.device, touch.seq));
        changes.push_back({touch.device, touch.seq, std::move(seen), {}});
    }
    std::vector<HistoryEntry> entries;
    // Most records have none, and that needs no envelope opened.
    if (core::RecordHistory::has_unseen_pair(changes)) {
        COTMOC_ASSIGN(const LoadedHistory loaded, load_history(id));
        for (core::HistoryOp& op : loaded.history.soft_conflicts(catalogue())) {
            entries.push_back(tell(loaded, std::move(op)));
        }
    }
    return entries;
}

Result<bool> Replica::revert(const RecordId& any_id, std::string_view change) {
    COTMOC_TRY(check_writable(any_id));
    COTMOC_ASSIGN(const RecordId id, store_->root_of(any_id));
    COTMOC_ASSIGN(const LoadedHistory loaded, load_history(id));
    std::vector<HistoryEntry> entries;
    for (core::HistoryOp& op : loaded.history.ops(catalogue())) {
        entries.push_back(tell(loaded, std::move(op)));
    }
    COTMOC_ASSIGN(const core::Dot dot, find_change(entries, change));
    // As its author saw it: by the catalogue that the author knew.
    const core::CatalogueInForce* known = store_->catalogue_at(loaded.source(dot).trust_position);
    const bool readable = known != nullptr && known->catalogue;
    const core::Store::Appearance then =
        loaded.history.after(dot, readable ? &*known->catalogue : catalogue());
    bool changed = false;
    const auto reverted = write([&]() -> Result<void> {
        COTMOC_ASSIGN(changed, store_->revert(id, then));
        return {};
    });
    COTMOC_TRY(reverted);
    return changed;
}

/// Envelopes of a database that an older version wrote do not say what their authors had seen: it is the sum
/// of the feed's deltas up to them.
Result<std::vector<std::uint64_t>> Replica::seen_by(const SpaceId& space, DeviceIndex device,
                                                    std::uint64_t seq) {
    COTMOC_ASSIGN(std::optional<std::vector<std::uint64_t>> noted, store_->seen_by(space, device, seq));
    if (noted) {
        return std::move(*noted);
    }
    std::vector<std::uint64_t> seen;
    for (std::uint64_t each = 1; each <= seq; ++each) {
        COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> row, store_->envelope(space, device, each));
        if (!row) {
            return fail(ErrorCode::database_damaged, "an envelope is missing");
        }
        const auto header = crypto::parse_envelope(row->bytes);
        const crypto::EpochKey* key = header ? ring_.find(space, header->epoch) : nullptr;
        const auto opened =
            key != nullptr ? crypto::open_envelope(row->bytes, *key) : fail(ErrorCode::no_epoch_key);
        const auto content = opened ? decode_content(*opened) : tl::unexpected(opened.error());
        if (!content) {
            continue;  // quarantined: it told nothing
        }
        for (const auto& [other, other_seq] : content->head.delta) {
            seen.resize(std::max(seen.size(), to_number(other) + std::size_t{1}));
            seen[to_number(other)] = other_seq;
        }
    }
    seen.resize(std::max(seen.size(), to_number(device) + std::size_t{1}));
    seen[to_number(device)] = seq - 1;
    return seen;
}

}  // namespace cotmoc::sync
