// The figures of a district's or province's report.
#include "program.hpp"

#include <cotmoc/records/queries.hpp>

namespace cotmoc::cli {
namespace {

struct ReportOptions {
    std::string space;
    std::string from;
    std::string to;
    std::string format;
};

Outcome report(const Common& common, const ReportOptions& options) {
    if (!options.format.empty() && options.format != "json" && options.format != "md") {
        return fail(ErrorCode::wrong_usage, "--format is json or md");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "report"));
    COTMOC_ASSIGN(
        const core::ReportBuilder builder,
        records::report_of(*opened->replica, options.space, {"--from", options.from}, {"--to", options.to}));
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
