// Unsent work of an own feed that has gone on elsewhere: set aside until a new identity signs it.
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {

Result<void> Store::set_aside(const Unsent& unsent) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(unsent.space));
    const Bytes seen = encode_seen(unsent.seen);
    COTMOC_ASSIGN(Statement * insert,
                  impl_->statements.get("INSERT INTO _unsent(space, device, seq, sealed, seen, bytes) "
                                        "VALUES(?, ?, ?, ?, ?, ?)"));
    return insert->bind(1, space->number)
        .bind(2, static_cast<std::int64_t>(to_number(unsent.device)))
        .bind(3, static_cast<std::int64_t>(unsent.seq))
        .bind(4, std::int64_t{unsent.sealed ? 1 : 0})
        .bind_blob(5, seen)
        .bind_blob(6, unsent.bytes)
        .run();
}

Result<std::vector<Store::Unsent>> Store::unsent() {
    std::vector<Unsent> all;
    COTMOC_ASSIGN(Statement * query,
                  impl_->statements.get("SELECT number, space, device, seq, sealed, seen, bytes FROM _unsent "
                                        "ORDER BY number"));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return all;
        }
        const SpaceEntry* space = impl_->spaces.find(query->integer(1));
        COTMOC_ASSIGN(std::vector<std::uint64_t> seen, decode_seen(query->blob(5)));
        const BytesView bytes = query->blob(6);
        all.push_back({query->integer(0), space != nullptr ? space->id : SpaceId{},
                       static_cast<DeviceIndex>(query->integer(2)),
                       static_cast<std::uint64_t>(query->integer(3)), query->integer(4) != 0, std::move(seen),
                       Bytes(bytes.begin(), bytes.end())});
    }
}

Result<void> Store::forget_unsent(std::int64_t number) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(Statement * forget, impl_->statements.get("DELETE FROM _unsent WHERE number = ?"));
    return forget->bind(1, number).run();
}

Result<void> Store::forget_own_after(const SpaceId& id, DeviceIndex device, std::uint64_t seq) {
    COTMOC_CHECK(impl_->writing);
    SpaceEntry* space = impl_->spaces.find(id);
    if (space == nullptr) {
        return {};
    }
    COTMOC_ASSIGN(Statement * journal, impl_->statements.get("DELETE FROM _pending WHERE space = ?"));
    COTMOC_TRY(journal->bind(1, space->number).run());
    COTMOC_ASSIGN(Statement * envelopes,
                  impl_->statements.get("DELETE FROM _envelope WHERE space = ? AND device = ? AND seq > ?"));
    COTMOC_TRY(envelopes->bind(1, space->number)
                   .bind(2, static_cast<std::int64_t>(to_number(device)))
                   .bind(3, static_cast<std::int64_t>(seq))
                   .run());
    COTMOC_ASSIGN(Statement * held, impl_->statements.get("UPDATE _hub SET seq = min(seq, ?) WHERE space = ? "
                                                          "AND device = ?"));
    COTMOC_TRY(held->bind(1, static_cast<std::int64_t>(seq))
                   .bind(2, space->number)
                   .bind(3, static_cast<std::int64_t>(to_number(device)))
                   .run());
    space->open_seq = seq + 1;
    space->next_index = 0;
    space->gathered = 0;
    return {};
}

Result<std::uint64_t> Store::seen_by_others(const SpaceId& id, DeviceIndex device) {
    std::uint64_t highest = 0;
    const SpaceEntry* space = impl_->spaces.find(id);
    if (space == nullptr) {
        return highest;
    }
    COTMOC_ASSIGN(Statement * query,
                  impl_->statements.get("SELECT seen FROM _feed WHERE space = ? AND device <> ?"));
    query->bind(1, space->number).bind(2, static_cast<std::int64_t>(to_number(device)));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return highest;
        }
        COTMOC_ASSIGN(const std::vector<std::uint64_t> seen, decode_seen(query->blob(0)));
        if (to_number(device) < seen.size()) {
            highest = std::max(highest, seen[to_number(device)]);
        }
    }
}

}  // namespace cotmoc::core
