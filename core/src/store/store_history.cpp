// What history needs from the tables: who touched a record, what authors had seen, what fields are now.
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

/// Adds the ops of a change set that have no effect.
Result<void> add_void_ops(StoreImpl& impl, std::int64_t space, const Store::Trail::Touch& touch,
                          std::vector<Dot>& dots) {
    COTMOC_ASSIGN(
        Statement * query,
        impl.statements.get("SELECT position FROM _void_op WHERE space = ? AND device = ? AND seq = ?"));
    query->bind(1, space)
        .bind(2, static_cast<std::int64_t>(to_number(touch.device)))
        .bind(3, static_cast<std::int64_t>(touch.seq));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return {};
        }
        dots.push_back({touch.device, touch.seq, static_cast<std::uint32_t>(query->integer(0))});
    }
}

}  // namespace

Result<Store::Trail> Store::trail(const RecordId& id) {
    COTMOC_ASSIGN(const LoadedRecord record, impl_->get_itself(id));
    COTMOC_ASSIGN(const RecordState state, impl_->records.decode(record));
    Trail trail;
    trail.space = impl_->spaces.find(record.space)->id;
    for (const Visit& visit : state.visits) {
        trail.applied.push_back({visit.device, visit.seq});
    }
    for (const Creation& creation : state.creations) {
        trail.created.push_back(creation.dot);
    }
    COTMOC_ASSIGN(Statement * query,
                  impl_->statements.get("SELECT DISTINCT device, seq FROM _void_op WHERE row = ?"));
    query->bind(1, record.row);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            break;
        }
        const Trail::Touch touch{static_cast<DeviceIndex>(query->integer(0)),
                                 static_cast<std::uint64_t>(query->integer(1))};
        const bool applied = std::ranges::any_of(trail.applied, [&](const Trail::Touch& other) {
            return other.device == touch.device && other.seq == touch.seq;
        });
        if (!applied) {
            trail.void_only.push_back(touch);
        }
    }
    for (const auto* touches : {&trail.applied, &trail.void_only}) {
        for (const Trail::Touch& touch : *touches) {
            COTMOC_TRY(add_void_ops(*impl_, record.space, touch, trail.void_ops));
        }
    }
    std::ranges::sort(trail.void_ops);
    return trail;
}

Result<std::optional<std::vector<std::uint64_t>>> Store::seen_by(const SpaceId& space, DeviceIndex author,
                                                                 std::uint64_t seq) {
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return std::nullopt;
    }
    const FeedState* feed = known->feed(author);
    if (feed != nullptr && seq <= feed->seq) {
        return impl_->spaces.seen_by(*known, author, seq);
    }
    std::vector<std::uint64_t> seen = known->seen();
    seen.resize(std::max(seen.size(), to_number(author) + std::size_t{1}));
    seen[to_number(author)] = seq - 1;
    return std::optional(std::move(seen));
}

Result<std::vector<FieldVersion>> Store::versions(const RecordId& id) {
    COTMOC_ASSIGN(const LoadedRecord record, impl_->get(id));
    COTMOC_ASSIGN(const RecordState state, impl_->records.decode(record));
    const Kind* kind = impl_->records.kind(state.kind);
    std::vector<FieldVersion> versions;
    if (kind == nullptr) {
        return versions;
    }
    for (const Field& field : kind->fields) {
        const auto found = state.fields.find(field.key);
        const FieldContent* content = found != state.fields.end() ? &found->second : nullptr;
        versions.push_back({field.name, field_version(impl_->hasher, content, impl_->devices)});
    }
    std::ranges::sort(versions, {}, &FieldVersion::field);
    return versions;
}

}  // namespace cotmoc::core
