// Change sets that are known by their hashes while their octets are not held: after a snapshot, or pruned.
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/core/snapshot.hpp>

namespace cotmoc::core {
namespace {

Result<std::uint64_t> number(Statement& query) {
    COTMOC_ASSIGN(const bool row, query.step());
    const std::uint64_t found = row ? static_cast<std::uint64_t>(query.integer(0)) : 0;
    query.reset();
    return found;
}

}  // namespace

Result<std::uint64_t> StoreSnapshots::without_octets(const SpaceId& id) {
    const SpaceEntry* space = impl_.spaces.find(id);
    if (space == nullptr) {
        return 0;
    }
    COTMOC_ASSIGN(
        Statement * query,
        impl_.statements.get("SELECT count(*) FROM _envelope WHERE space = ? AND length(bytes) = 0"));
    query->bind(1, space->number);
    return number(*query);
}

Result<std::uint64_t> StoreSnapshots::first_without_octets(const SpaceId& id, DeviceIndex device) {
    const SpaceEntry* space = impl_.spaces.find(id);
    if (space == nullptr) {
        return 0;
    }
    COTMOC_ASSIGN(Statement * query,
                  impl_.statements.get("SELECT coalesce(min(seq), 0) FROM _envelope WHERE space = ? AND "
                                       "device = ? AND length(bytes) = 0"));
    query->bind(1, space->number).bind(2, static_cast<std::int64_t>(to_number(device)));
    return number(*query);
}

Result<std::uint64_t> StoreSnapshots::drop_octets(const SpaceId& id, DeviceIndex device, std::uint64_t seq) {
    const SpaceEntry* space = impl_.spaces.find(id);
    COTMOC_CHECK(impl_.writing);
    if (space == nullptr) {
        return 0;
    }
    COTMOC_ASSIGN(Statement * drop,
                  impl_.statements.get("UPDATE _envelope SET bytes = x'' WHERE space = ? AND device = ? AND "
                                       "seq <= ? AND length(bytes) <> 0"));
    COTMOC_TRY(drop->bind(1, space->number)
                   .bind(2, static_cast<std::int64_t>(to_number(device)))
                   .bind(3, static_cast<std::int64_t>(seq))
                   .run());
    return static_cast<std::uint64_t>(impl_.database.changed_rows());
}

/// It takes the last position: what comes back comes in causal order, and so a replay finds most of it in
/// that order. What was kept meanwhile and belongs behind it is put there by the replay.
Result<bool> StoreSnapshots::put_octets(const SpaceId& id, DeviceIndex device, std::uint64_t seq,
                                        BytesView bytes) {
    const SpaceEntry* space = impl_.spaces.find(id);
    COTMOC_CHECK(impl_.writing && space != nullptr);
    COTMOC_ASSIGN(Statement * put,
                  impl_.statements.get("UPDATE _envelope SET bytes = ?, position = (SELECT max(position) + 1 "
                                       "FROM _envelope) WHERE space = ? AND device = ? AND seq = ?"));
    COTMOC_TRY(put->bind_blob(1, bytes)
                   .bind(2, space->number)
                   .bind(3, static_cast<std::int64_t>(to_number(device)))
                   .bind(4, static_cast<std::int64_t>(seq))
                   .run());
    return impl_.database.changed_rows() != 0;
}

}  // namespace cotmoc::core
