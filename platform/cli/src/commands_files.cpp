// import and export.
#include "json_text.hpp"
#include "program.hpp"
#include "progress.hpp"

#include <cotmoc/records/export_json.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/system/file.hpp>

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

Outcome export_signed(const Common& common, const std::string& file) {
    // Before a passphrase is asked for.
    if (system::file_exists(file)) {
        return fail(ErrorCode::already_exists, file);
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "export"));
    COTMOC_ASSIGN(const std::uint64_t change_sets, records::export_signed(*opened->replica, file));
    if (common.json) {
        put_line(records::signed_json(file, change_sets));
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
    const records::ExportOrder order{options.kind, options.space,
                                     csv ? records::ExportFormat::csv : records::ExportFormat::jsonl};
    COTMOC_TRY(records::export_records(*opened->replica, order, [&](const std::string& line) {
        put(line + (csv ? "\r\n" : "\n"));
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
