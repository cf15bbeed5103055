// Marks: what the merge keeps on both sides and a person should look at. Views of what stands here now, never
// in the digest.
#include "store/schema.hpp"
#include "store/store_impl.hpp"

namespace cotmoc::core {
namespace {

/// Neither deleted nor joined into another record.
bool counts(const LoadedRecord& record) {
    return (record.flags & (record_flag::deleted | record_flag::joined)) == 0;
}

std::string unique_query(const Kind& kind, const Field& field, std::uint32_t kind_number) {
    constexpr std::string_view others_max = "20";  // enough to see; a thousand equal ones are one finding
    const std::string column = shown_column(field);
    // Named, since SQLite would rather go through all records of the space.
    return "SELECT id FROM _record INDEXED BY \"_field_" + kind.name + "." + field.key +
           "\" WHERE kind = " + std::to_string(kind_number) + " AND " + column + " = (SELECT " + column +
           " FROM _record WHERE row = ?) AND space = ? AND row <> ? AND NOT (flags & 17) ORDER BY id LIMIT " +
           std::string(others_max);
}

Result<std::vector<RecordId>> same_value(StoreImpl& impl, const LoadedRecord& record, const Kind& kind,
                                         const Field& field) {
    const std::string name = kind.name + "." + field.key;
    auto query = impl.unique_queries.find(name);
    if (query == impl.unique_queries.end()) {
        COTMOC_ASSIGN(const std::uint32_t number, impl.interning.number(kind.name));
        COTMOC_ASSIGN(Statement prepared, impl.database.prepare(unique_query(kind, field, number)));
        query = impl.unique_queries.emplace(name, std::move(prepared)).first;
    }
    Statement& statement = query->second;
    statement.reset();
    statement.bind(1, record.row).bind(2, record.space).bind(3, record.row);
    std::vector<RecordId> ids;
    for (;;) {
        COTMOC_ASSIGN(const bool row, statement.step());
        if (!row) {
            return ids;
        }
        ids.push_back(RecordId::from(statement.blob(0)).value_or(RecordId{}));
    }
}

/// Whether the record that a reference names is here, undeleted and of the field's kind; of a joined one,
/// what it was joined into.
Result<bool> is_there(StoreImpl& impl, const Field& field, const RecordId& target) {
    COTMOC_ASSIGN(Statement * query,
                  impl.statements.get("SELECT r.row FROM _record AS r JOIN _name AS n ON n.number = r.kind "
                                      "WHERE r.id = ? AND (? = '' OR n.name = ?)"));
    query->bind_blob(1, target.view())
        .bind(2, std::string_view(field.reference_kind))
        .bind(3, std::string_view(field.reference_kind));
    std::vector<std::int64_t> rows;
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            break;
        }
        rows.push_back(query->integer(0));
    }
    for (const std::int64_t row : rows) {
        COTMOC_ASSIGN(LoadedRecord named, impl.records.get(row));
        COTMOC_ASSIGN(const LoadedRecord meant, impl.records.root(std::move(named)));
        if (counts(meant)) {
            return true;
        }
    }
    return false;
}

}  // namespace

Result<std::vector<RecordMark>> marks_of(StoreImpl& impl, const LoadedRecord& record,
                                         const RecordState& state) {
    std::vector<RecordMark> marks;
    const Kind* kind = impl.records.kind(state.kind);
    if (kind == nullptr || !counts(record)) {
        return marks;
    }
    for (const Field& field : kind->fields) {
        if (field.retired || (!field.unique && field.type != FieldType::reference)) {
            continue;
        }
        const auto found = state.fields.find(field.key);
        const Value value =
            found != state.fields.end() ? impl.records.shown(*kind, field.key, found->second) : Value();
        if (type_of(value) == ValueType::null) {
            continue;
        }
        if (field.unique) {
            COTMOC_ASSIGN(std::vector<RecordId> others, same_value(impl, record, *kind, field));
            if (!others.empty()) {
                marks.push_back({field.name, RecordMark::Kind::not_unique, std::move(others)});
            }
        }
        if (const auto* target = std::get_if<RecordId>(&value)) {
            COTMOC_ASSIGN(const bool there, is_there(impl, field, *target));
            if (!there) {
                marks.push_back({field.name, RecordMark::Kind::missing_reference, {*target}});
            }
        }
    }
    return marks;
}

}  // namespace cotmoc::core
