// The figures of a district's or province's report.
#include "program.hpp"

namespace cotmoc::cli {
namespace {

struct ReportOptions {
    std::string space;
    std::string from;
    std::string to;
    std::string format;
};

Result<core::Date> day(const char* option, const std::string& text) {
    const auto date = core::parse_date(text);
    if (!date) {
        return fail(ErrorCode::bad_date, std::string(option) + " " + text);
    }
    return *date;
}

/// The space and those under it, as far as the device holds them.
Result<std::vector<SpaceId>> spaces_under(const sync::Replica& replica, const std::string& name) {
    COTMOC_TRY(replica.find_space(name));
    std::vector<SpaceId> spaces;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        if (space.name == name || space.name.starts_with(name + "/")) {
            spaces.push_back(space.id);
        }
    }
    return spaces;
}

Outcome report(const Common& common, const ReportOptions& options) {
    if (!options.format.empty() && options.format != "json" && options.format != "md") {
        return fail(ErrorCode::wrong_usage, "--format is json or md");
    }
    COTMOC_ASSIGN(const core::Date from, day("--from", options.from));
    COTMOC_ASSIGN(const core::Date to, day("--to", options.to));
    if (from.days > to.days) {
        return fail(ErrorCode::wrong_usage, "--from is after --to");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "report"));
    COTMOC_ASSIGN(const auto spaces, spaces_under(*opened->replica, options.space));
    core::ReportBuilder builder(options.space, from, to);
    COTMOC_TRY(opened->replica->store().report(spaces, builder));
    const bool json = options.format.empty() ? common.json : options.format == "json";
    std::string text = json ? builder.json() : builder.markdown(common.language == Language::vietnamese);
    put(text.ends_with('\n') ? text : text + "\n");
    return done;
}

}  // namespace

void add_report_command(Program& program) {
    auto options = std::make_shared<ReportOptions>();
    CLI::App* command = program.app.add_subcommand("report", "The figures of a district or province report");
    command->add_option("--space", options->space, "The space; those under it count too")->required();
    command->add_option("--from", options->from, "The first day, such as 2024-01-01")->required();
    command->add_option("--to", options->to, "The last day")->required();
    command->add_option("--format", options->format, "json or md");
    program.on(command, options, report);
}

}  // namespace cotmoc::cli
