// Reading: records for people, lists, search, SQL, figures, and the check of the digests.
#include "store/coverage.hpp"
#include "store/digest_sum.hpp"
#include "store/list_statement.hpp"
#include "store/masked_keys.hpp"
#include "store/schema.hpp"

#include <algorithm>
#include <cmath>

namespace cotmoc::core {
namespace {

/// A condition with the text or number that its parameter takes.
struct Condition {
    std::string sql;
    std::variant<std::int64_t, std::string> parameter;
};

Condition condition_for(const Field& field, const Value& value) {
    const std::string path = shown_column(field);
    if (const auto* flag = std::get_if<bool>(&value)) {
        return {path + " = ?", std::int64_t{*flag ? 1 : 0}};
    }
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return {path + " = ?", *number};
    }
    if (std::holds_alternative<double>(value)) {
        // Bound as text, cast by SQLite: the statement layer has no binding for reals and this is not a hot
        // path.
        std::string text;
        append_json(text, value);
        return {path + " = CAST(? AS REAL)", text};
    }
    if (const auto* list = std::get_if<TextList>(&value)) {
        return {"EXISTS(SELECT 1 FROM json_each(body, '$." + field.key + "') AS item WHERE item.value = ?)",
                list->empty() ? std::string() : list->front()};
    }
    if (type_of(value) == ValueType::null) {
        return {path + " IS NULL AND ? = 0", std::int64_t{0}};
    }
    return {path + " = ?", to_text(value)};
}

struct BuiltQuery {
    std::string sql;
    std::vector<std::variant<std::int64_t, std::string>> parameters;
    bool impossible = false;
};

Result<BuiltQuery> build_query(StoreImpl& impl, const ListQuery& query, const std::string& rows) {
    BuiltQuery built;
    built.sql = "SELECT row, id, space, flags, body, state FROM _record WHERE 1";
    const Kind* kind = nullptr;
    if (!query.kind.empty()) {
        kind = impl.records.kind(query.kind);
        const auto number = impl.interning.find(query.kind);
        if (kind == nullptr) {
            return fail(ErrorCode::unknown_kind, query.kind);
        }
        built.impossible = !number;
        // A literal, so that SQLite may use the kind's partial indexes.
        built.sql += " AND kind = " + std::to_string(number.value_or(0));
    }
    if (query.space) {
        const SpaceEntry* space = impl.spaces.find(*query.space);
        built.impossible = built.impossible || space == nullptr;
        built.sql += " AND space = " + std::to_string(space != nullptr ? space->number : 0);
    }
    if (!query.deleted) {
        built.sql += " AND NOT (flags & 1)";
    }
    if (!query.joined && !query.conflicts_only) {
        built.sql += " AND NOT (flags & 16)";
    }
    if (query.conflicts_only) {
        built.sql += " AND flags & 2";
    }
    for (const FieldValue& where : query.where) {
        const Field* field = kind != nullptr ? kind->find(where.field) : nullptr;
        if (field == nullptr) {
            return fail(ErrorCode::unknown_field, query.kind + "." + where.field);
        }
        Condition condition = condition_for(*field, where.value);
        built.sql += " AND " + condition.sql;
        built.parameters.push_back(std::move(condition.parameter));
    }
    if (!query.words.empty()) {
        const auto expression = SearchIndex::expression(query.words);
        built.impossible = built.impossible || !expression;
        built.sql += " AND row IN (SELECT rowid FROM _search WHERE _search MATCH ?)";
        built.parameters.emplace_back(expression.value_or(""));
    }
    if (!rows.empty()) {
        built.sql += " AND row IN (SELECT value FROM json_each(?))";
        built.parameters.emplace_back(rows);
    }
    built.sql += " ORDER BY row";
    if (query.limit) {
        built.sql += " LIMIT " + std::to_string(*query.limit);
    }
    return built;
}

void append_column_json(std::string& out, const Statement& query, int column) {
    switch (query.column_type(column)) {
        case Statement::ColumnType::null:
            out += "null";
            return;
        case Statement::ColumnType::integer:
            out += std::to_string(query.integer(column));
            return;
        case Statement::ColumnType::real:
            // JSON has no infinities; SQL arithmetic can make them.
            if (std::isfinite(query.real(column))) {
                append_json(out, query.real(column));
            } else {
                out += "null";
            }
            return;
        case Statement::ColumnType::text:
            if (is_valid_utf8(query.text(column))) {
                append_json_string(out, without_keys_in(query.text(column)));
            } else {
                append_json_string(out, to_hex(without_keys_in(as_bytes(query.text(column)))));
            }
            return;
        case Statement::ColumnType::blob:
            append_json_string(out, to_hex(without_keys_in(query.blob(column))));
            return;
    }
}

}  // namespace

Result<RecordView> make_view(StoreImpl& impl, const LoadedRecord& record) {
    const SpaceEntry* space = impl.spaces.find(record.space);
    COTMOC_ASSIGN(const RecordState state, impl.records.decode(record));
    COTMOC_ASSIGN(const Coverage coverage, Coverage::load(impl, *space));
    const FeedState* own = impl.devices.self ? space->feed(*impl.devices.self) : nullptr;
    RecordView view;
    view.id = record.id;
    view.kind = state.kind;
    view.space = space->id;
    impl.records.show_fields(view, record, state);
    view.deleted = state.deleted();
    view.edited_while_deleted = state.edited_while_deleted();
    view.conflicts = impl.records.conflicts(state);
    view.progress =
        coverage.progress(state, impl.devices.self.value_or(content_device), own != nullptr ? own->seq : 0);
    COTMOC_ASSIGN(view.merged, merged_records(impl, record, state));
    COTMOC_ASSIGN(view.marks, marks_of(impl, record, state));
    return view;
}

Result<std::optional<RecordView>> Store::find(const RecordId& id) {
    COTMOC_ASSIGN(std::optional<LoadedRecord> record, impl_->records.find(id));
    if (!record) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(const LoadedRecord root, impl_->records.root(std::move(*record)));
    COTMOC_ASSIGN(RecordView view, make_view(*impl_, root));
    return view;
}

Result<std::optional<RecordView>> Store::find_itself(const RecordId& id) {
    COTMOC_ASSIGN(const std::optional<LoadedRecord> record, impl_->records.find(id));
    if (!record) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(RecordView view, make_view(*impl_, *record));
    return view;
}

Result<RecordId> Store::root_of(const RecordId& id) {
    COTMOC_ASSIGN(const LoadedRecord record, impl_->get(id));
    return record.id;
}

Result<std::optional<SpaceId>> Store::space_of(const RecordId& id) {
    COTMOC_ASSIGN(Statement * query, impl_->statements.get("SELECT space FROM _record WHERE id = ?"));
    query->bind_blob(1, id.view());
    COTMOC_ASSIGN(const bool row, query->step());
    const SpaceEntry* space = row ? impl_->spaces.find(query->integer(0)) : nullptr;
    query->reset();
    return space != nullptr ? std::optional(space->id) : std::nullopt;
}

Result<std::unique_ptr<ListStatement>> prepare_list(StoreImpl& impl, const ListQuery& query,
                                                    const std::string& rows) {
    COTMOC_ASSIGN(BuiltQuery built, build_query(impl, query, rows));
    auto list = std::make_unique<ListStatement>();
    if (built.impossible) {
        return list;
    }
    COTMOC_ASSIGN(list->statement, impl.database.prepare(built.sql));
    list->parameters = std::move(built.parameters);
    for (std::size_t i = 0; i < list->parameters.size(); ++i) {
        const int parameter = static_cast<int>(i) + 1;
        if (const auto* number = std::get_if<std::int64_t>(&list->parameters[i])) {
            list->statement->bind(parameter, *number);
        } else {
            list->statement->bind(parameter, std::string_view(std::get<std::string>(list->parameters[i])));
        }
    }
    return list;
}

Result<void> Store::list(const ListQuery& query, const std::function<bool(const RecordView&)>& each) {
    COTMOC_ASSIGN(const auto list, prepare_list(*impl_, query));
    if (!list->statement) {
        return {};
    }
    if (!query.words.empty()) {
        COTMOC_TRY(impl_->search.catch_up());
    }
    for (;;) {
        COTMOC_ASSIGN(const bool row, list->statement->step());
        if (!row) {
            return {};
        }
        const LoadedRecord record = read_row(*list->statement);
        COTMOC_ASSIGN(const RecordView view, make_view(*impl_, record));
        if (!each(view)) {
            return {};
        }
    }
}

Result<void> Store::sql(
    std::string_view text,
    const std::function<bool(std::span<const std::string>, std::span<const std::string>)>& each) {
    COTMOC_ASSIGN(Statement statement, impl_->database.prepare_read_only(text));
    std::vector<std::string> names;
    for (int column = 0; column < statement.column_count(); ++column) {
        names.push_back(statement.column_name(column));
    }
    std::vector<std::string> values(names.size());
    for (;;) {
        auto row = statement.step();
        if (!row) {
            return fail(ErrorCode::bad_query, row.error().detail);
        }
        if (!*row) {
            return {};
        }
        for (int column = 0; column < statement.column_count(); ++column) {
            std::string& value = values[static_cast<std::size_t>(column)];
            value.clear();
            append_column_json(value, statement, column);
        }
        if (!each(names, values)) {
            return {};
        }
    }
}

Result<void> Store::report(std::span<const SpaceId> spaces, ReportBuilder& report) {
    for (const SpaceId& id : spaces) {
        const SpaceEntry* space = impl_->spaces.find(id);
        if (space == nullptr) {
            continue;
        }
        COTMOC_ASSIGN(Statement * query,
                      impl_->statements.get("SELECT row, id, space, flags, body, state FROM _record WHERE "
                                            "space = ? AND NOT (flags & 17)"));
        query->bind(1, space->number);
        for (;;) {
            COTMOC_ASSIGN(const bool row, query->step());
            if (!row) {
                break;
            }
            const LoadedRecord record = read_row(*query);
            COTMOC_ASSIGN(const RecordState state, impl_->records.decode(record));
            const Kind* kind = impl_->records.kind(state.kind);
            if (kind == nullptr) {
                continue;
            }
            std::vector<BodyField> fields;
            for (const auto& [name, content] : state.fields) {
                Value shown = impl_->records.shown(*kind, name, content);
                if (type_of(shown) != ValueType::null) {
                    fields.push_back({name, std::move(shown)});
                }
            }
            report.add(*kind, fields);
        }
    }
    return {};
}

Result<std::vector<SpaceId>> Store::spaces_with_records() {
    std::vector<SpaceId> spaces;
    for (const auto& space : impl_->spaces.all()) {
        spaces.push_back(space->id);
    }
    return spaces;
}

Result<std::optional<RecordId>> Store::record_created_by(const SpaceId& space_id, const Dot& dot) {
    const SpaceEntry* space = impl_->spaces.find(space_id);
    if (space == nullptr) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(const std::optional<std::int64_t> row, CreationRuns::find(impl_->statements, *space, dot));
    if (!row) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(const LoadedRecord record, impl_->records.get(*row));
    return record.id;
}

Result<void> Store::check_digests() {
    for (const auto& space : impl_->spaces.all()) {
        Hash256 sum;
        COTMOC_ASSIGN(
            Statement * query,
            impl_->statements.get("SELECT row, id, space, flags, body, state FROM _record WHERE space = ?"));
        query->bind(1, space->number);
        for (;;) {
            COTMOC_ASSIGN(const bool row, query->step());
            if (!row) {
                break;
            }
            const LoadedRecord record = read_row(*query);
            COTMOC_ASSIGN(const RecordState state, impl_->records.decode(record));
            digest_add(sum, impl_->records.digest_term(record.id, state));
        }
        COTMOC_ASSIGN(const Hash256 voids, void_ops_digest(*impl_, *space));
        digest_add(sum, voids);
        if (sum != space->digest) {
            return fail(ErrorCode::diverged, space->name);
        }
    }
    return {};
}

}  // namespace cotmoc::core
