// import and export.
#include "json_text.hpp"
#include "program.hpp"
#include "progress.hpp"

#include <cotmoc/records/export_json.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/sync/archive.hpp>
#include <cotmoc/system/file.hpp>

#include <map>

namespace cotmoc::cli {
namespace {

constexpr std::size_t line_bytes_max = 1024 * 1024;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct ImportOptions {
    std::string file;
};

struct Counts {
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t unchanged = 0;
};

Result<void> import_line(sync::Replica& replica, std::string_view text, Counts& counts) {
    COTMOC_ASSIGN(const core::ImportLine line, records::read_import_line(replica, text));
    COTMOC_ASSIGN(const sync::Replica::Imported imported, replica.import(line));
    switch (imported) {
        case sync::Replica::Imported::added:
            ++counts.added;
            break;
        case sync::Replica::Imported::changed:
            ++counts.changed;
            break;
        case sync::Replica::Imported::unchanged:
            ++counts.unchanged;
            break;
    }
    return {};
}

Outcome import(const Common& common, const ImportOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "import"));
    sync::Replica& replica = *opened->replica;
    COTMOC_TRY(catalogue_of(replica));
    Progress progress(common, opened->place.clock, Label::importing);
    Counts counts;
    const auto each = [&](std::string_view text, std::uint64_t number) -> Result<void> {
        if (number == 1 && text.starts_with(byte_order_mark)) {
            text.remove_prefix(byte_order_mark.size());
        }
        if (text.find_first_not_of(" \t") == std::string_view::npos) {
            return {};
        }
        progress.show(number, 0);
        Result<void> imported = import_line(replica, text, counts);
        if (!imported) {
            const std::string& detail = imported.error().detail;
            return fail(imported.error().code,
                        "line " + std::to_string(number) + (detail.empty() ? "" : ": " + detail));
        }
        return {};
    };
    // One transaction: a file is imported whole or not at all.
    const Result<void> all =
        replica.batch([&] { return system::read_lines(options.file, line_bytes_max, each); });
    progress.clear();
    COTMOC_TRY(all);
    if (common.json) {
        put_line(JsonObject()
                     .number("added", counts.added)
                     .number("changed", counts.changed)
                     .number("unchanged", counts.unchanged)
                     .finish());
    } else {
        put_line(std::string(common.text(Label::added)) + " " + std::to_string(counts.added) + ", " +
                 std::string(common.text(Label::changed)) + " " + std::to_string(counts.changed) + ", " +
                 std::string(common.text(Label::unchanged)) + " " + std::to_string(counts.unchanged));
    }
    return done;
}

struct ExportOptions {
    std::string kind;
    std::string space;
    std::string format = "jsonl";
    std::string signed_file;
};

/// RFC 4180.
std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        return std::string(text);
    }
    std::string cell = "\"";
    for (const char letter : text) {
        cell += letter;
        if (letter == '"') {
            cell += '"';
        }
    }
    return cell + "\"";
}

std::string csv_row(const sync::Replica& replica, const core::Kind& kind, const core::RecordView& record) {
    std::map<std::string, std::string_view, std::less<>> values;
    for (const JsonMember& member : split_object(record.body)) {
        values.emplace(member.key, member.value);
    }
    std::string row = to_uuid_text(record.id) + "," + csv_cell(space_name(replica, record.space));
    for (const core::Field& field : kind.fields) {
        if (field.retired) {
            continue;
        }
        const auto value = values.find(field.name);
        row += "," + (value == values.end() ? std::string() : csv_cell(plain_text(value->second)));
    }
    return row + "\r\n";
}

/// What the device holds as it travels: sealed and signed, so nothing leaves that a hub does not have.
Outcome export_signed(const Common& common, const std::string& file) {
    if (system::file_exists(file)) {
        return fail(ErrorCode::already_exists, file);
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "export"));
    COTMOC_TRY(opened->replica->begin_session());  // what waits here is sealed first
    COTMOC_ASSIGN(const std::unique_ptr<sync::HubStore> archive, sync::open_sqlite_hub_store(file));
    COTMOC_ASSIGN(const std::uint64_t change_sets, sync::write_archive(*opened->replica, *archive));
    if (common.json) {
        put_line(JsonObject().text("file", file).number("change_sets", change_sets).finish());
    }
    return done;
}

Outcome export_records(const Common& common, const ExportOptions& options) {
    if (!options.signed_file.empty()) {
        return export_signed(common, options.signed_file);
    }
    const bool csv = options.format == "csv";
    if (!csv && options.format != "jsonl") {
        return fail(ErrorCode::wrong_usage, "--format is jsonl or csv");
    }
    if (csv && options.kind.empty()) {
        return fail(ErrorCode::wrong_usage, "csv needs --kind");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "export"));
    sync::Replica& replica = *opened->replica;
    core::ListQuery query;
    const core::Kind* kind = nullptr;
    if (!options.kind.empty()) {
        COTMOC_ASSIGN(kind, find_kind(replica, options.kind));
        query.kind = kind->name;
    }
    if (!options.space.empty()) {
        COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(options.space));
        query.space = space.id;
    }
    COTMOC_TRY(records::note_export(replica, query, options.format));
    if (csv) {
        std::string header = "id,space";
        for (const core::Field& field : kind->fields) {
            header += field.retired ? std::string() : "," + field.name;
        }
        put(header + "\r\n");
    }
    COTMOC_TRY(replica.store().list(query, [&](const core::RecordView& record) {
        put(csv ? csv_row(replica, *kind, record) : records::export_json(replica, record) + "\n");
        return true;
    }));
    return done;
}

}  // namespace

void add_file_commands(Program& program) {
    auto import_options = std::make_shared<ImportOptions>();
    CLI::App* command =
        program.app.add_subcommand("import", "Take records from a file, one JSON object a line");
    command->add_option("FILE", import_options->file, "The file; - for standard input")->required();
    program.on(command, import_options, import);

    auto export_options = std::make_shared<ExportOptions>();
    command = program.app.add_subcommand("export",
                                         "Print all records, in the form that import takes or as a table");
    command->add_option("--kind", export_options->kind, "Only records of this kind");
    command->add_option("--space", export_options->space, "Only records of this space");
    command->add_option("--format", export_options->format, "jsonl or csv (csv needs --kind)");
    command->add_option(
        "--signed", export_options->signed_file,
        "Instead of records, write the sealed and signed history to this file, for `verify FILE`");
    program.on(command, export_options, export_records);
}

}  // namespace cotmoc::cli
