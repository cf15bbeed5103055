// What reads records: show, list, search, sql, conflicts.
#include "assignment.hpp"
#include "json_text.hpp"
#include "program.hpp"
#include "record_output.hpp"

#include <cotmoc/records/queries.hpp>

namespace cotmoc::cli {
namespace {

struct ShowOptions {
    std::string id;
    bool history = false;
    bool versions = false;
};

Outcome show(const Common& common, const ShowOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "show"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
    if (options.versions) {
        COTMOC_ASSIGN(const auto versions, replica.store().versions(record.id));
        put(common.json ? versions_json(replica, record, versions) + "\n"
                        : record_text(common, replica, record) + versions_text(versions));
        return done;
    }
    if (!options.history) {
        put(common.json ? record_json(replica, record) + "\n" : record_text(common, replica, record));
        return done;
    }
    // Of the very id: a record that was joined into another one keeps its own.
    COTMOC_ASSIGN(const RecordId id, find_record_id(replica, options.id));
    COTMOC_ASSIGN(const auto entries, replica.history(id));
    for (const sync::HistoryEntry& entry : entries) {
        put_line(common.json ? history_json(entry) : history_line(common, entry));
    }
    return done;
}

struct ListOptions {
    std::string kind;
    std::vector<std::string> where;
    std::string space;
    std::optional<std::uint64_t> limit;
    bool deleted = false;
    std::vector<std::string> words;
};

Outcome put_records(const Common& common, sync::Replica& replica, const core::ListQuery& query) {
    COTMOC_TRY(replica.store().list(query, [&](const core::RecordView& record) {
        put_line(common.json ? record_json(replica, record) : record_line(common, replica, record));
        return true;
    }));
    return done;
}

/// What list and search share.
Result<core::ListQuery> base_query(const sync::Replica& replica, const ListOptions& options) {
    core::ListQuery query;
    query.limit = options.limit;
    query.deleted = options.deleted;
    if (!options.space.empty()) {
        COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(options.space));
        query.space = space.id;
    }
    return query;
}

Outcome list(const Common& common, const ListOptions& options) {
    std::string kind_name = options.kind;
    std::vector<std::string> conditions;
    for (const std::string& text : options.where) {
        // `list --where a=b KIND`: what is no condition is the kind.
        if (text.find('=') == std::string::npos && kind_name.empty()) {
            kind_name = text;
        } else {
            conditions.push_back(text);
        }
    }
    if (!conditions.empty() && kind_name.empty()) {
        return fail(ErrorCode::wrong_usage, "--where needs a KIND");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "list"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(core::ListQuery query, base_query(replica, options));
    if (!kind_name.empty()) {
        COTMOC_ASSIGN(const core::Kind* kind, find_kind(replica, kind_name));
        query.kind = kind->name;
        for (const std::string& text : conditions) {
            COTMOC_ASSIGN(core::FieldValue condition, parse_condition(*kind, text));
            query.where.push_back(std::move(condition));
        }
    }
    return put_records(common, replica, query);
}

Outcome search(const Common& common, const ListOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "search"));
    COTMOC_ASSIGN(core::ListQuery query, base_query(*opened->replica, options));
    query.words = options.words;
    return put_records(common, *opened->replica, query);
}

struct SqlOptions {
    std::string statement;
};

/// A cell must not end its column or its row.
std::string cell(std::string_view json) {
    std::string text;
    for (const char letter : plain_text(json)) {
        switch (letter) {
            case '\t':
                text += "\\t";
                break;
            case '\n':
                text += "\\n";
                break;
            case '\r':
                text += "\\r";
                break;
            case '\\':
                text += "\\\\";
                break;
            default:
                text += letter;
        }
    }
    return text;
}

std::string table_row(std::span<const std::string> cells, bool are_json) {
    std::string row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        row += (i == 0 ? "" : "\t") + (are_json ? cell(cells[i]) : cells[i]);
    }
    return row;
}

Outcome sql(const Common& common, const SqlOptions& options) {
    COTMOC_TRY(records::check_is_query(options.statement));
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "sql"));
    bool first = true;
    const auto each = [&](std::span<const std::string> names, std::span<const std::string> values) {
        if (common.json) {
            JsonObject object;
            for (std::size_t i = 0; i < names.size(); ++i) {
                object.raw(names[i], values[i]);
            }
            put(first ? "[\n" : ",\n");
            put(object.finish());
        } else {
            if (first) {
                put_line(table_row(names, false));
            }
            put_line(table_row(values, true));
        }
        first = false;
        return true;
    };
    COTMOC_TRY(opened->replica->store().sql(options.statement, each));
    if (common.json) {
        put_line(first ? "[]" : "\n]");
    }
    return done;
}

struct ConflictsOptions {
    std::string id;
    bool soft = false;
};

void put_conflicts(const Common& common, const sync::Replica& replica, const core::RecordView& record) {
    for (const core::FieldConflict& conflict : record.conflicts) {
        if (common.json) {
            put_line(conflict_json(common.language, replica, record, conflict));
        } else {
            put(conflict_text(common, replica, record, conflict));
        }
    }
}

Result<void> put_soft_conflict(const Common& common, sync::Replica& replica, const core::RecordView& record) {
    COTMOC_ASSIGN(const auto edits, replica.soft_conflicts(record.id));
    if (!edits.empty()) {
        put(common.json ? soft_conflict_json(common.language, record, edits) + "\n"
                        : soft_conflict_text(common, replica, record, edits));
    }
    return {};
}

Outcome soft_conflicts(const Common& common, sync::Replica& replica, const ConflictsOptions& options) {
    if (!options.id.empty()) {
        COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
        COTMOC_TRY(put_soft_conflict(common, replica, record));
        return done;
    }
    Result<void> put;
    COTMOC_TRY(replica.store().list({}, [&](const core::RecordView& record) {
        put = put_soft_conflict(common, replica, record);
        return put.has_value();
    }));
    COTMOC_TRY(put);
    return done;
}

Outcome conflicts(const Common& common, const ConflictsOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "conflicts"));
    sync::Replica& replica = *opened->replica;
    if (options.soft) {
        return soft_conflicts(common, replica, options);
    }
    if (!options.id.empty()) {
        COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
        put_conflicts(common, replica, record);
        COTMOC_ASSIGN(const RecordId id, find_record_id(replica, options.id));
        COTMOC_ASSIGN(const auto itself, replica.store().find_itself(id));
        if (id != record.id && itself) {
            put_conflicts(common, replica, *itself);
        }
        return done;
    }
    core::ListQuery query;
    query.conflicts_only = true;
    COTMOC_TRY(replica.store().list(query, [&](const core::RecordView& record) {
        put_conflicts(common, replica, record);
        return true;
    }));
    return done;
}

void add_filters(CLI::App& command, ListOptions& options) {
    command.add_option("--space", options.space, "Only records of this space");
    command.add_option("--limit", options.limit, "At most so many");
    command.add_flag("--deleted", options.deleted, "Deleted ones too");
}

}  // namespace

void add_query_commands(Program& program) {
    auto show_options = std::make_shared<ShowOptions>();
    CLI::App* command = program.app.add_subcommand("show", "Show a record");
    command->add_option("ID", show_options->id, "The record: its id, or the first digits of it")->required();
    command->add_flag("--history", show_options->history, "Who changed what, from what to what, when");
    command->add_flag("--versions", show_options->versions,
                      "The version of each field, for `set --shown` and `resolve --shown`");
    program.on(command, show_options, show);

    auto list_options = std::make_shared<ListOptions>();
    command = program.app.add_subcommand("list", "List records");
    command->add_option("KIND", list_options->kind, "Only records of this kind");
    command->add_option("--where", list_options->where, "Only with this value; may be repeated")
        ->type_name("FIELD=VALUE");
    add_filters(*command, *list_options);
    program.on(command, list_options, list);

    auto search_options = std::make_shared<ListOptions>();
    command =
        program.app.add_subcommand("search", "Find records with all these words, with or without diacritics");
    command->add_option("WORDS", search_options->words, "The words")->required();
    add_filters(*command, *search_options);
    program.on(command, search_options, search);

    auto sql_options = std::make_shared<SqlOptions>();
    command = program.app.add_subcommand("sql", "Run a read-only SQL statement; one view a kind");
    command->add_option("STATEMENT", sql_options->statement, "SELECT …")->required();
    program.on(command, sql_options, sql);

    auto conflict_options = std::make_shared<ConflictsOptions>();
    command =
        program.app.add_subcommand("conflicts", "List what needs a person's choice, values numbered from 1");
    command->add_option("ID", conflict_options->id, "Only this record");
    command->add_flag("--soft", conflict_options->soft,
                      "Instead: different fields of a record that were edited at once and merged");
    program.on(command, conflict_options, conflicts);
}

}  // namespace cotmoc::cli
