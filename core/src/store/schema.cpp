#include "store/schema.hpp"

namespace cotmoc::core {
namespace {

// Names of our own tables start with "_", which no kind's name can. A new database goes through all versions,
// so that an old one ends with the same tables.
constexpr std::string_view version_1 = R"sql(
CREATE TABLE _setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE _name(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE _layout(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE _space(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL,
    stamp INTEGER NOT NULL DEFAULT 0,
    digest BLOB NOT NULL);
CREATE TABLE _record(row INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL,
    space INTEGER NOT NULL, flags INTEGER NOT NULL, body TEXT NOT NULL, state BLOB NOT NULL,
    UNIQUE(id, space, kind));
CREATE INDEX _record_kind ON _record(kind, space);
CREATE INDEX _record_conflict ON _record(space) WHERE flags & 2;
CREATE TABLE _creation(space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,
    first INTEGER NOT NULL,
    stride INTEGER NOT NULL, row INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY(space, device, seq, first)) WITHOUT ROWID;
CREATE TABLE _pending(space INTEGER NOT NULL, seq INTEGER NOT NULL, position INTEGER NOT NULL,
    row INTEGER NOT NULL,
    kind INTEGER NOT NULL, field INTEGER NOT NULL, payload BLOB,
    PRIMARY KEY(space, seq, position)) WITHOUT ROWID;
CREATE TABLE _feed(space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
    trust_position INTEGER NOT NULL, seen BLOB NOT NULL, PRIMARY KEY(space, device)) WITHOUT ROWID;
CREATE TABLE _envelope(position INTEGER PRIMARY KEY, space INTEGER NOT NULL, device INTEGER NOT NULL,
    seq INTEGER NOT NULL, hash BLOB NOT NULL, ops INTEGER NOT NULL, status INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bytes BLOB NOT NULL, UNIQUE(space, device, seq));
CREATE INDEX _envelope_space ON _envelope(space);
CREATE TABLE _void_op(space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,
    position INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(space, device, seq, position)) WITHOUT ROWID;
CREATE TABLE _hub(space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY(space, device)) WITHOUT ROWID;
CREATE TABLE _trust(position INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE _search_stale(row INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE _search USING fts5(text, content='', contentless_delete=1, detail=none,
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
)sql";

/// The fields in the order of a view's columns: retired ones last, so that what named them still finds them.
std::vector<const Field*> columns_of(const Kind& kind) {
    std::vector<const Field*> columns;
    for (const bool retired : {false, true}) {
        for (const Field& field : kind.fields) {
            if (field.retired == retired) {
                columns.push_back(&field);
            }
        }
    }
    return columns;
}

// What the author of each envelope had seen, and the record that an op without effect is about: history reads
// them. What version 1 stored has neither.
constexpr std::string_view version_2 = R"sql(
CREATE TABLE _seen(space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL, seen BLOB NOT NULL,
    PRIMARY KEY(space, device, seq)) WITHOUT ROWID;
ALTER TABLE _void_op ADD COLUMN row INTEGER;
CREATE INDEX _void_op_row ON _void_op(row) WHERE row IS NOT NULL;
)sql";

// Joined records leave the views, which are made anew when the store next follows its catalogue; `unique`
// fields get their indexes then too. The index finds what was joined into a record.
constexpr std::string_view version_3 = R"sql(
CREATE INDEX _record_joined ON _record(json_extract(body, '$.merged_into')) WHERE flags & 8;
DELETE FROM _setting WHERE name = 'catalogue_followed';
)sql";

// What was set aside of an own feed that has gone on elsewhere.
constexpr std::string_view version_4 = R"sql(
CREATE TABLE _unsent(number INTEGER PRIMARY KEY, space INTEGER NOT NULL, device INTEGER NOT NULL,
    seq INTEGER NOT NULL, sealed INTEGER NOT NULL, seen BLOB NOT NULL, bytes BLOB NOT NULL);
)sql";

// Side branches of forked feeds (S17): what else was signed at places where _envelope holds another change
// set.
constexpr std::string_view version_5 = R"sql(
CREATE TABLE _side(space INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
    previous BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(space, device, hash)) WITHOUT ROWID;
CREATE TABLE _fork(space INTEGER NOT NULL, device INTEGER NOT NULL, void_from INTEGER NOT NULL,
    PRIMARY KEY(space, device)) WITHOUT ROWID;
)sql";

constexpr std::string_view versions[] = {version_1, version_2, version_3, version_4, version_5};
static_assert(std::size(versions) == schema_version);

std::string view_of(const Kind& kind, std::uint32_t number) {
    std::string sql =
        "CREATE VIEW \"" + kind.name +
        "\" AS SELECT lower(substr(hex(r.id),1,8)||'-'||substr(hex(r.id),9,4)||'-'||"
        "substr(hex(r.id),13,4)||'-'||substr(hex(r.id),17,4)||'-'||substr(hex(r.id),21)) AS id, "
        "s.name AS space";
    for (const Field* field : columns_of(kind)) {
        sql += ", " + shown_column(*field) + " AS \"" + field->name + "\"";
    }
    sql +=
        " FROM _record AS r JOIN _space AS s ON s.number = r.space WHERE r.kind = " + std::to_string(number) +
        " AND NOT (r.flags & 17)";
    return sql;
}

Result<std::vector<std::string>> drop_statements(Database& database) {
    std::vector<std::string> drops;
    COTMOC_ASSIGN(Statement all, database.prepare("SELECT type, name FROM sqlite_schema WHERE type = 'view' "
                                                  "OR (type = 'index' AND name GLOB '_field_*')"));
    for (;;) {
        COTMOC_ASSIGN(const bool row, all.step());
        if (!row) {
            return drops;
        }
        drops.push_back("DROP " + std::string(all.text(0)) + " \"" + std::string(all.text(1)) + "\"");
    }
}

}  // namespace

std::string shown_column(const Field& field) {
    std::string value = "json_extract(body, '$." + field.key + "')";
    if (field.type == FieldType::attachments) {
        // As without_key() does it.
        return "CASE WHEN " + value +
               " IS NULL THEN NULL ELSE (SELECT json_group_array(CASE WHEN length(item.value) > 46 THEN "
               "substr(item.value, 1, 3) || '*' || substr(item.value, 47) ELSE '*' END) FROM "
               "json_each(body, '$." +
               field.key + "') AS item) END";
    }
    if (!field.widened) {
        return value;
    }
    if (field.scale == 0) {
        return "CAST(" + value + " AS TEXT)";
    }
    // The digits that a value of a smaller scale, or an integer, lacks; in words of SQL, so that an index can
    // keep it.
    const std::string zeros(field.scale, '0');
    return "CASE instr(" + value + ", '.') WHEN 0 THEN " + value + " || '." + zeros + "' ELSE " + value +
           " || substr('" + zeros + "', length(" + value + ") - instr(" + value + ", '.') + 1) END";
}

Result<void> prepare_schema(Database& database) {
    std::int64_t version = 0;
    {
        COTMOC_ASSIGN(Statement query, database.prepare("PRAGMA user_version"));
        COTMOC_ASSIGN(const bool row, query.step());
        version = row ? query.integer(0) : 0;
    }
    if (version > schema_version) {
        return fail(ErrorCode::newer_database, std::to_string(version));
    }
    if (version == schema_version) {
        return {};
    }
    COTMOC_ASSIGN(Transaction transaction, Transaction::begin(database));
    for (const std::string_view& tables : std::span(versions).subspan(static_cast<std::size_t>(version))) {
        COTMOC_TRY(database.execute(tables));
    }
    COTMOC_TRY(database.execute("PRAGMA user_version = " + std::to_string(schema_version)));
    return transaction.commit();
}

Result<void> follow_catalogue(Database& database, const Catalogue& catalogue, Interning& interning) {
    COTMOC_ASSIGN(const std::vector<std::string> drops, drop_statements(database));
    for (const std::string& drop : drops) {
        COTMOC_TRY(database.execute(drop));
    }
    for (const Kind& kind : catalogue.kinds()) {
        COTMOC_ASSIGN(const std::uint32_t number, interning.number(kind.name));
        COTMOC_TRY(database.execute(view_of(kind, number)));
        for (const Field& field : kind.fields) {
            if ((field.indexed || field.unique) && !field.retired) {
                COTMOC_TRY(database.execute("CREATE INDEX \"_field_" + kind.name + "." + field.key +
                                            "\" ON _record(" + shown_column(field) +
                                            ") WHERE kind = " + std::to_string(number)));
            }
        }
    }
    return {};
}

}  // namespace cotmoc::core
