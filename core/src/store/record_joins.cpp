// Records that were joined into others: where the joins lead, and which rows they hide.
#include "store/record_table.hpp"

#include <algorithm>

namespace cotmoc::core {

std::optional<RecordId> RecordTable::target_of(const RecordState& state) const {
    const auto found = state.fields.find(join_key);
    if (found == state.fields.end()) {
        return std::nullopt;
    }
    const Value value = shown_value(found->second, {devices_, &join_field()});
    const auto* target = std::get_if<RecordId>(&value);
    return target != nullptr ? std::optional(*target) : std::nullopt;
}

Result<void> RecordTable::check_join(const SpaceEntry& space, const RecordState& state, const RecordId& id,
                                     const Value& value, const Past& past) {
    COTMOC_TRY(check_value(join_field(), value));
    const auto* target = std::get_if<RecordId>(&value);
    if (target == nullptr) {
        return {};
    }
    COTMOC_ASSIGN(const std::optional<LoadedRecord> record, find(*target, space, state.kind));
    if (!record || *target == id) {
        return fail(ErrorCode::unknown_record, to_uuid_text(*target));
    }
    COTMOC_ASSIGN(const RecordState known, decode(*record));
    // What others made of that id since is here or not yet: only the past is the same everywhere.
    return is_known(known.creations, past) ? Result<void>()
                                           : fail(ErrorCode::unknown_record, to_uuid_text(*target));
}

Result<std::optional<std::pair<std::int64_t, RecordId>>> RecordTable::next_on_way(std::int64_t row) {
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT json_extract(body, '$.merged_into'), space, kind FROM _record "
                                  "WHERE row = ? AND flags & 8"));
    query->bind(1, row);
    COTMOC_ASSIGN(const bool points, query->step());
    if (!points) {
        return std::nullopt;
    }
    const RecordId target = from_uuid_text(query->text(0)).value_or(RecordId{});
    const std::int64_t space = query->integer(1);
    const std::int64_t kind = query->integer(2);
    query->reset();
    COTMOC_ASSIGN(query, statements_.get("SELECT row FROM _record WHERE id = ? AND space = ? AND kind = ?"));
    query->bind_blob(1, target.view()).bind(2, space).bind(3, kind);
    COTMOC_ASSIGN(const bool known, query->step());
    const std::int64_t next = known ? query->integer(0) : 0;
    query->reset();
    return known ? std::optional(std::pair(next, target)) : std::nullopt;
}

Result<RecordTable::Way> RecordTable::way_from(std::int64_t row) {
    COTMOC_ASSIGN(const LoadedRecord first, get(row));
    Way way;
    way.rows.emplace_back(first.row, first.id);
    for (;;) {
        COTMOC_ASSIGN(const auto next, next_on_way(way.rows.back().first));
        if (!next) {
            way.root = way.rows.size() - 1;
            return way;
        }
        const auto before =
            std::ranges::find(way.rows, next->first, &std::pair<std::int64_t, RecordId>::first);
        if (before != way.rows.end()) {
            // Joined into each other at once: every device must show the same one of them.
            const auto root = std::min_element(
                before, way.rows.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
            way.root = static_cast<std::size_t>(root - way.rows.begin());
            way.ring_begin = static_cast<std::size_t>(before - way.rows.begin());
            return way;
        }
        way.rows.push_back(*next);
    }
}

Result<LoadedRecord> RecordTable::root(LoadedRecord record) {
    if ((record.flags & record_flag::joined) == 0) {
        return record;
    }
    COTMOC_ASSIGN(const Way way, way_from(record.row));
    return get(way.rows[way.root].first);
}

Result<void> RecordTable::note_joined(const Way& way) {
    for (std::size_t i = 0; i < way.rows.size(); ++i) {
        COTMOC_ASSIGN(const LoadedRecord record, get(way.rows[i].first));
        const std::int64_t others = record.flags & ~record_flag::joined;
        const std::int64_t flags = others | (i == way.root ? 0 : record_flag::joined);
        if (flags == record.flags) {
            continue;
        }
        COTMOC_ASSIGN(Statement * update, statements_.get("UPDATE _record SET flags = ? WHERE row = ?"));
        COTMOC_TRY(update->bind(1, flags).bind(2, record.row).run());
        if (changes_.recording()) {
            COTMOC_ASSIGN(const RecordState state, decode(record));
            const auto disputed = conflicts(state);
            changes_.saved(record.row, record.id, shown_hash(hasher_, record.body, record.flags, disputed),
                           shown_hash(hasher_, record.body, flags, disputed));
        }
    }
    return {};
}

Result<void> RecordTable::follow_join(std::int64_t row, const std::optional<RecordId>& old_target) {
    COTMOC_ASSIGN(const Way way, way_from(row));
    COTMOC_TRY(note_joined(way));
    if (!old_target) {
        return {};
    }
    // A ring that is open now has another root.
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT t.row FROM _record AS r JOIN _record AS t ON t.id = ? AND "
                                  "t.space = r.space AND t.kind = r.kind WHERE r.row = ?"));
    query->bind_blob(1, old_target->view()).bind(2, row);
    COTMOC_ASSIGN(const bool known, query->step());
    const std::int64_t old_row = known ? query->integer(0) : row;
    query->reset();
    COTMOC_ASSIGN(const Way old_way, way_from(old_row));
    return note_joined(old_way);
}

Result<void> RecordTable::settle_joins(const SpaceEntry& space) {
    std::vector<std::int64_t> rows;
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT row FROM _record WHERE space = ? AND flags & 8 ORDER BY row"));
    query->bind(1, space.number);
    for (;;) {
        COTMOC_ASSIGN(const bool more, query->step());
        if (!more) {
            break;
        }
        rows.push_back(query->integer(0));
    }
    for (const std::int64_t row : rows) {
        COTMOC_TRY(follow_join(row, std::nullopt));
    }
    return {};
}

Result<std::vector<std::int64_t>> RecordTable::joined_into(const LoadedRecord& record) {
    std::vector<std::pair<std::string, std::int64_t>> found;
    std::vector<std::pair<std::string, std::int64_t>> todo{{to_uuid_text(record.id), record.row}};
    while (!todo.empty()) {
        const auto [id, target] = std::move(todo.back());
        todo.pop_back();
        COTMOC_ASSIGN(Statement * query,
                      statements_.get("SELECT r.row, r.id FROM _record AS t, _record AS r INDEXED BY "
                                      "_record_joined WHERE t.row = ? AND "
                                      "r.flags & 8 AND json_extract(r.body, '$.merged_into') = ? AND "
                                      "r.space = t.space AND r.kind = t.kind"));
        query->bind(1, target).bind(2, std::string_view(id));
        for (;;) {
            COTMOC_ASSIGN(const bool more, query->step());
            if (!more) {
                break;
            }
            std::pair each{to_uuid_text(RecordId::from(query->blob(1)).value_or(RecordId{})),
                           query->integer(0)};
            if (each.second != record.row && std::ranges::find(found, each) == found.end()) {
                found.push_back(each);
                todo.push_back(std::move(each));
            }
        }
    }
    std::ranges::sort(found);
    std::vector<std::int64_t> rows;
    std::ranges::transform(found, std::back_inserter(rows), [](const auto& entry) { return entry.second; });
    return rows;
}

}  // namespace cotmoc::core
