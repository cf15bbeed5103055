// What changes a record: add, set, rm, restore, revert, resolve.
#include "assignment.hpp"
#include "json_text.hpp"
#include "program.hpp"
#include "record_output.hpp"

namespace cotmoc::cli {
namespace {

struct AddOptions {
    std::string kind;
    std::string space;
    std::string id;
    std::vector<std::string> values;
};

Outcome add(const Common& common, const AddOptions& options) {
    std::optional<RecordId> id;
    if (!options.id.empty()) {
        id = from_uuid_text(options.id);
        if (!id) {
            return fail(ErrorCode::bad_id, options.id);
        }
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "add"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const core::Kind* kind, find_kind(replica, options.kind));
    COTMOC_ASSIGN(const auto values, parse_values(*kind, options.values));
    COTMOC_TRY(core::check_required(*kind, values));
    COTMOC_ASSIGN(const sync::SpaceInfo space, space_or_default(replica, options.space));
    COTMOC_ASSIGN(const RecordId added, replica.add(space, kind->name, values, id));
    const std::string text = to_uuid_text(added);
    put_line(common.json ? JsonObject().text("id", text).finish() : text);
    return done;
}

struct RecordOptions {
    std::string id;
    std::vector<std::string> edits;
    std::vector<std::string> shown;  // of set: FIELD=VERSION
    std::string change;              // of revert
};

/// Gives each edit the version that its field had where the person looked.
Result<void> note_shown(const std::vector<std::string>& shown, std::vector<core::FieldEdit>& edits) {
    for (const std::string& text : shown) {
        COTMOC_ASSIGN(const Assignment assignment, parse_assignment(text));
        bool used = false;
        for (core::FieldEdit& edit : edits) {
            if (edit.field == assignment.field && assignment.op == Assignment::Operator::text) {
                edit.shown = assignment.value;
                used = true;
            }
        }
        if (!used) {
            return fail(ErrorCode::wrong_usage, "--shown " + text + " is of no field that is set");
        }
    }
    return {};
}

Outcome set(const Common& common, const RecordOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "set"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
    COTMOC_ASSIGN(const core::Kind* kind, find_kind(replica, record.kind));
    COTMOC_ASSIGN(auto edits, parse_edits(*kind, options.edits));
    COTMOC_TRY(note_shown(options.shown, edits));
    COTMOC_TRY(replica.edit(record.id, edits));
    return put_changed(common, replica, record.id);
}

Outcome remove(const Common& common, const RecordOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "rm"));
    COTMOC_ASSIGN(const RecordId id, find_record_id(*opened->replica, options.id));
    COTMOC_TRY(opened->replica->remove(id));
    return put_changed(common, *opened->replica, id);
}

Outcome restore(const Common& common, const RecordOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "restore"));
    COTMOC_ASSIGN(const RecordId id, find_record_id(*opened->replica, options.id));
    COTMOC_TRY(opened->replica->restore(id));
    return put_changed(common, *opened->replica, id);
}

Outcome revert(const Common& common, const RecordOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "revert"));
    COTMOC_ASSIGN(const RecordId id, find_record_id(*opened->replica, options.id));
    COTMOC_TRY(opened->replica->revert(id, options.change));
    return put_changed(common, *opened->replica, id);
}

struct ResolveOptions {
    std::string id;
    std::string field;
    std::optional<std::string> shown;
    bool all = false;
    std::string kind;
    std::string space;
    std::optional<std::size_t> take;
    std::optional<std::string> value;
    bool acknowledge = false;
};

/// People count from 1, as `conflicts` numbers the values.
Result<std::optional<std::size_t>> taken(const ResolveOptions& options) {
    if (options.take == 0) {
        return fail(ErrorCode::no_conflict, "values are numbered from 1");
    }
    return options.take ? std::optional(*options.take - 1) : std::nullopt;
}

Result<core::Store::Resolution> resolution(const core::Field& field, const ResolveOptions& options) {
    core::Store::Resolution chosen;
    COTMOC_ASSIGN(chosen.take, taken(options));
    if (options.value) {
        COTMOC_ASSIGN(chosen.value, core::parse_json_value(field, *options.value));
    }
    chosen.shown = options.shown;
    return chosen;
}

/// Every conflict in the spaces that this device may write, in one transaction.
Outcome resolve_all(const Common& common, const ResolveOptions& options) {
    if (options.value || options.shown || !options.id.empty()) {
        return fail(ErrorCode::wrong_usage,
                    "resolve --all takes --take or --acknowledge, --kind and --space");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "resolve"));
    sync::Replica& replica = *opened->replica;
    core::Store::Resolution chosen;
    COTMOC_ASSIGN(chosen.take, taken(options));
    core::ListQuery query;
    query.kind = options.kind;
    query.conflicts_only = true;
    std::vector<SpaceId> spaces;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        if (options.space.empty() ? space.writable : space.name == options.space) {
            spaces.push_back(space.id);
        }
    }
    if (spaces.empty()) {
        return fail(ErrorCode::unknown_space, options.space);
    }
    std::vector<std::pair<RecordId, std::string>> conflicts;
    COTMOC_TRY(replica.store().list(query, [&](const core::RecordView& record) {
        if (std::ranges::find(spaces, record.space) != spaces.end()) {
            for (const core::FieldConflict& conflict : record.conflicts) {
                conflicts.emplace_back(record.id, conflict.field);
            }
        }
        return true;
    }));
    const auto resolve_each = [&]() -> Result<void> {
        for (const auto& [id, field] : conflicts) {
            COTMOC_TRY(replica.resolve(id, field, chosen));
        }
        return {};
    };
    COTMOC_TRY(replica.batch(resolve_each));
    put_line(common.json
                 ? JsonObject().number("resolved", std::uint64_t{conflicts.size()}).finish()
                 : std::string(common.text(Label::resolved)) + ": " + std::to_string(conflicts.size()));
    return done;
}

Outcome resolve(const Common& common, const ResolveOptions& options) {
    const int ways = (options.take ? 1 : 0) + (options.value ? 1 : 0) + (options.acknowledge ? 1 : 0);
    if (ways != 1) {
        return fail(ErrorCode::wrong_usage, "resolve takes one of --take, --value and --acknowledge");
    }
    if (options.all) {
        return resolve_all(common, options);
    }
    if (options.field.empty() || !options.kind.empty() || !options.space.empty()) {
        return fail(ErrorCode::wrong_usage, "resolve takes ID and FIELD, or --all with --kind and --space");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "resolve"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const core::RecordView record, find_record(replica, options.id));
    COTMOC_ASSIGN(const core::Kind* kind, find_kind(replica, record.kind));
    const core::Field* field = kind->find_disputed(options.field);
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, kind->name + "." + options.field);
    }
    COTMOC_ASSIGN(const core::Store::Resolution chosen, resolution(*field, options));
    // A record that was joined into another one may have a conflict of its own.
    COTMOC_ASSIGN(const RecordId id, find_record_id(replica, options.id));
    COTMOC_TRY(replica.resolve(id, field->name, chosen));
    return put_changed(common, replica, record.id);
}

void add_resolve(Program& program) {
    auto options = std::make_shared<ResolveOptions>();
    CLI::App* command = program.app.add_subcommand("resolve", "Settle a field's conflict for everybody");
    command->add_option("ID", options->id, "The record: its id, or the first digits of it");
    command->add_option("FIELD", options->field, "The field");
    command->add_flag("--all", options->all,
                      "Instead of one: every conflict that this device may settle, or none if one fails");
    command->add_option("--kind", options->kind, "With --all: only records of this kind");
    command->add_option("--space", options->space, "With --all: only records of this space");
    command->add_option("--shown", options->shown,
                        "Only if the field still has this version (show --versions)");
    command->add_option("--take", options->take,
                        "Keep the value of this number, as `conflicts` lists them from 1");
    command->add_option("--value", options->value, "Set this value instead")->type_name("JSON");
    command->add_flag("--acknowledge", options->acknowledge,
                      "Leave what is shown; the others have been looked at");
    program.on(command, options, resolve);
}

}  // namespace

void add_record_commands(Program& program) {
    auto add_options = std::make_shared<AddOptions>();
    CLI::App* command = program.app.add_subcommand("add", "Add a record; print its id");
    command->add_option("KIND", add_options->kind, "The kind of record")->required();
    command->add_option("VALUES", add_options->values, "field=text or field:=JSON");
    command->add_option("--space", add_options->space,
                        "Where it belongs (default: the one the device may write)");
    command->add_option("--id", add_options->id, "The record's UUID (default: a new one)");
    program.on(command, add_options, add);

    auto set_options = std::make_shared<RecordOptions>();
    command = program.app.add_subcommand("set", "Change fields of a record");
    command->add_option("ID", set_options->id, "The record: its id, or the first digits of it")->required();
    command
        ->add_option("EDITS", set_options->edits,
                     "field=text field:=JSON counter+=5 counter-=5 set+=item set-=item")
        ->required();
    command
        ->add_option("--shown", set_options->shown,
                     "Only if the field still has this version (show --versions); may be repeated")
        ->type_name("FIELD=VERSION");
    program.on(command, set_options, set);

    auto remove_options = std::make_shared<RecordOptions>();
    command = program.app.add_subcommand("rm", "Delete a record; its history stays");
    command->add_option("ID", remove_options->id, "The record")->required();
    program.on(command, remove_options, remove);

    auto restore_options = std::make_shared<RecordOptions>();
    command = program.app.add_subcommand("restore", "Bring a deleted record back");
    command->add_option("ID", restore_options->id, "The record")->required();
    program.on(command, restore_options, restore);

    auto revert_options = std::make_shared<RecordOptions>();
    command = program.app.add_subcommand("revert", "Make a record what it was right after a change");
    command->add_option("ID", revert_options->id, "The record")->required();
    command
        ->add_option("--to", revert_options->change,
                     "The `change` of `show --history --json`, six digits of it or more, or a `dot`")
        ->required();
    program.on(command, revert_options, revert);

    add_resolve(program);
}

}  // namespace cotmoc::cli
