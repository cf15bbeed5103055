// query.h: what is asked for, and cursors.
#include "list_query.hpp"

#include <cotmoc/records/lookup.hpp>
#include <cotmoc/records/record_json.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

cotmoc_status change_query(cotmoc_query* query, cotmoc_error* error,
                           const std::function<Result<void>(cotmoc_query&)>& change) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(check(query, "query"));
        return change(*query);
    });
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char letter : text) {
        const bool space = letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
        if (!space) {
            word += letter;
        } else if (!word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) {
        words.push_back(word);
    }
    return words;
}

cotmoc_status open_cursor(cotmoc_replica* replica, const cotmoc_query* query, CursorState::Gives gives,
                          cotmoc_cursor** cursor, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        if (cursor != nullptr) {
            *cursor = nullptr;
        }
        auto made = std::make_unique<cotmoc_cursor>();
        made->state = std::make_shared<CursorState>();
        CursorState& state = *made->state;
        state.gives = gives;
        const auto fill = [&](OpenReplica& open) -> Result<void> {
            COTMOC_TRY(need(cursor, "cursor"));
            COTMOC_ASSIGN(core::ListQuery list, list_query(open.replica(), query));
            list.conflicts_only = list.conflicts_only || gives == CursorState::Gives::conflicts;
            state.deleted = list.deleted;
            state.open = open.shared_from_this();
            return open.replica().store().list(list, [&](const core::RecordView& record) {
                state.ids.push_back(record.id);
                return true;
            });
        };
        COTMOC_TRY(with(replica, Access::records, fill));
        *cursor = made.release();
        return {};
    });
}

/// Puts what one record gives to what waits; nothing if it has gone since.
Result<void> read_record(OpenReplica& open, CursorState& cursor, const RecordId& id) {
    sync::Replica& replica = open.replica();
    COTMOC_ASSIGN(const std::optional<core::RecordView> record, replica.store().find_itself(id));
    if (!record || (record->deleted && !cursor.deleted)) {
        return {};
    }
    const records::Language language = open.settings().language;
    switch (cursor.gives) {
        case CursorState::Gives::records:
            cursor.waiting.push_back(records::record_json(replica, *record));
            break;
        case CursorState::Gives::conflicts:
            for (const core::FieldConflict& conflict : record->conflicts) {
                cursor.waiting.push_back(records::conflict_json(language, replica, *record, conflict));
            }
            break;
        case CursorState::Gives::soft_conflicts: {
            COTMOC_ASSIGN(const auto edits, replica.soft_conflicts(record->id));
            if (!edits.empty()) {
                cursor.waiting.push_back(records::soft_conflict_json(language, *record, edits));
            }
            break;
        }
    }
    return {};
}

/// What comes next. Most records have no conflict: other threads have their turn after each of them.
Result<std::optional<std::string>> next_text(OpenReplica& open, CursorState& cursor) {
    std::optional<std::string> text;
    bool over = false;
    while (!text && !over) {
        const auto step = [&](OpenReplica& in) -> Result<void> {
            if (cursor.waiting.empty() && cursor.next < cursor.ids.size()) {
                COTMOC_TRY(read_record(in, cursor, cursor.ids[cursor.next++]));
            }
            if (!cursor.waiting.empty()) {
                text = std::move(cursor.waiting.front());
                cursor.waiting.pop_front();
            }
            over = cursor.next == cursor.ids.size();
            return {};
        };
        COTMOC_TRY(with(open, Access::records, step));
    }
    return text;
}

}  // namespace

namespace cotmoc::capi {

Result<core::ListQuery> list_query(sync::Replica& replica, const cotmoc_query* query) {
    core::ListQuery list;
    if (query == nullptr) {
        return list;
    }
    COTMOC_TRY(check(query, "query"));
    list.words = query->words;
    list.deleted = query->deleted;
    list.conflicts_only = query->conflicts;
    if (query->limit != 0) {
        list.limit = query->limit;
    }
    if (!query->space.empty()) {
        COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(query->space));
        list.space = space.id;
    }
    if (query->of_kind.empty()) {
        return query->conditions.empty() ? Result<core::ListQuery>(list)
                                         : fail(ErrorCode::wrong_usage, "a condition needs a kind");
    }
    COTMOC_ASSIGN(const core::Kind* kind, records::find_kind(replica, query->of_kind));
    list.kind = kind->name;
    for (const auto& [name, json] : query->conditions) {
        const core::Field* field = kind->find(name);
        if (field == nullptr) {
            return fail(ErrorCode::unknown_field, kind->name + "." + name);
        }
        COTMOC_ASSIGN(core::Value value, core::parse_json_value(*field, json));
        list.where.push_back({field->name, std::move(value)});
    }
    return list;
}

}  // namespace cotmoc::capi

cotmoc_status cotmoc_query_new(cotmoc_query** query, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(query, "query"));
        *query = nullptr;
        *query = new cotmoc_query;
        return {};
    });
}

void cotmoc_query_free(cotmoc_query* query) noexcept { release(query); }

cotmoc_status cotmoc_query_set_kind(cotmoc_query* query, const char* kind, cotmoc_error* error) noexcept {
    return change_query(query, error, [&](cotmoc_query& in) -> Result<void> {
        COTMOC_ASSIGN(in.of_kind, text_of(kind, "kind"));
        return {};
    });
}

cotmoc_status cotmoc_query_set_space(cotmoc_query* query, const char* space, cotmoc_error* error) noexcept {
    return change_query(query, error, [&](cotmoc_query& in) -> Result<void> {
        COTMOC_ASSIGN(in.space, text_of(space, "space"));
        return {};
    });
}

cotmoc_status cotmoc_query_add_condition(cotmoc_query* query, const char* field, const char* value,
                                         cotmoc_error* error) noexcept {
    return change_query(query, error, [&](cotmoc_query& in) -> Result<void> {
        COTMOC_ASSIGN(std::string name, text_of(field, "field"));
        COTMOC_ASSIGN(std::string json, text_of(value, "value"));
        in.conditions.emplace_back(std::move(name), std::move(json));
        return {};
    });
}

cotmoc_status cotmoc_query_set_words(cotmoc_query* query, const char* text, cotmoc_error* error) noexcept {
    return change_query(query, error, [&](cotmoc_query& in) -> Result<void> {
        COTMOC_ASSIGN(const std::string words, text_of(text, "text"));
        in.words = words_of(words);
        return {};
    });
}

cotmoc_status cotmoc_query_set_limit(cotmoc_query* query, uint64_t limit, cotmoc_error* error) noexcept {
    return change_query(query, error, [&](cotmoc_query& in) -> Result<void> {
        in.limit = limit;
        return {};
    });
}

cotmoc_status cotmoc_query_set_deleted(cotmoc_query* query, int32_t deleted, cotmoc_error* error) noexcept {
    return change_query(query, error, [&](cotmoc_query& in) -> Result<void> {
        in.deleted = deleted != 0;
        return {};
    });
}

cotmoc_status cotmoc_query_set_conflicts(cotmoc_query* query, int32_t conflicts,
                                         cotmoc_error* error) noexcept {
    return change_query(query, error, [&](cotmoc_query& in) -> Result<void> {
        in.conflicts = conflicts != 0;
        return {};
    });
}

cotmoc_status cotmoc_cursor_open(cotmoc_replica* replica, const cotmoc_query* query, cotmoc_cursor** cursor,
                                 cotmoc_error* error) noexcept {
    return open_cursor(replica, query, CursorState::Gives::records, cursor, error);
}

cotmoc_status cotmoc_conflict_cursor(cotmoc_replica* replica, const cotmoc_query* query,
                                     cotmoc_cursor** cursor, cotmoc_error* error) noexcept {
    return open_cursor(replica, query, CursorState::Gives::conflicts, cursor, error);
}

cotmoc_status cotmoc_conflict_soft_cursor(cotmoc_replica* replica, const cotmoc_query* query,
                                          cotmoc_cursor** cursor, cotmoc_error* error) noexcept {
    return open_cursor(replica, query, CursorState::Gives::soft_conflicts, cursor, error);
}

void cotmoc_cursor_free(cotmoc_cursor* cursor) noexcept { release(cursor); }

cotmoc_status cotmoc_cursor_next(cotmoc_cursor* cursor, cotmoc_text_fn view, void* ctx, int32_t* found,
                                 cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(found, "found"));
        *found = 0;
        COTMOC_TRY(check(cursor, "cursor"));
        // Kept by the call itself: the view may free the cursor.
        const std::shared_ptr<CursorState> state = cursor->state;
        OpenReplica& open = *state->open;
        COTMOC_ASSIGN(const std::optional<std::string> text, next_text(open, *state));
        if (!text) {
            return {};
        }
        Result<void> given = give(view, ctx, *text);
        if (!given) {
            // It comes again, as to one who needed a larger buffer. A replica that was closed meanwhile gives
            // no more.
            (void)with(open, Access::records, [&](OpenReplica&) -> Result<void> {
                state->waiting.push_front(*text);
                return {};
            });
            return given;
        }
        *found = 1;
        return {};
    });
}
