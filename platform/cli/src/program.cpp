#include "program.hpp"

#include "messages.hpp"

#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/system/process.hpp>

#include <algorithm>
#include <iostream>
#include <new>

namespace cotmoc::cli {
namespace {

void add_common_options(Program& program) {
    CLI::App& app = program.app;
    Common& common = program.common;
    // "/x" is a file's name on every system. Before any command, since these take it from here.
    app.allow_windows_style_options(false);
    app.add_option("-C", common.directory, "The replica's directory (else $COTMOC_DIR)")->type_name("DIR");
    app.add_flag("--json", common.json, "Answer in JSON");
    app.add_flag("--quiet", common.quiet, "No progress bars");
    app.add_option("--passphrase-file", common.passphrase_file,
                   "Read the passphrase from this file (else $COTMOC_PASSPHRASE, else a prompt)")
        ->type_name("FILE");
    app.set_version_flag("--version", "cotmoc " COTMOC_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    app.get_formatter()->column_width(34);
    app.footer("Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but something needs a person.");
}

int report(const Error& error, Language language) {
    std::cerr << error_line("cotmoc", error, language) << std::endl;
    return exit_status(error.code);
}

Outcome run_safely(const std::function<Outcome()>& run) {
    try {
        COTMOC_TRY(crypto::initialise());
        COTMOC_ASSIGN(const ExitStatus status, run());
        COTMOC_TRY(finish_output());
        return status;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::out_of_memory);
    } catch (const std::exception& problem) {
        return fail(ErrorCode::internal, problem.what());
    }
}

}  // namespace

int run_program(int count, const char* const* arguments) {
    system::disable_core_dumps();
    Program program;
    program.common.language = language_of_environment();
    add_common_options(program);
    add_trust_commands(program);
    add_authority_commands(program);
    add_record_commands(program);
    add_text_command(program);
    add_attachment_commands(program);
    add_snapshot_commands(program);
    add_join_commands(program);
    add_query_commands(program);
    add_file_commands(program);
    add_report_command(program);
    add_sync_commands(program);
    add_check_commands(program);
    add_audit_command(program);
    add_key_commands(program);
    add_rejoin_command(program);
    add_bundle_commands(program);
    try {
        // CLI11 takes them from the end, and wants no name of the program among them.
        std::vector<std::string> words = system::program_arguments(count, arguments);
        std::ranges::reverse(words);
        if (!words.empty()) {
            words.pop_back();
        }
        program.app.parse(std::move(words));
    } catch (const CLI::CallForHelp& help) {
        return program.app.exit(help);
    } catch (const CLI::CallForAllHelp& help) {
        return program.app.exit(help);
    } catch (const CLI::CallForVersion& version) {
        return program.app.exit(version);
    } catch (const CLI::ParseError& error) {
        return report({ErrorCode::wrong_usage, error.what()}, program.common.language);
    }
    const Outcome outcome = run_safely(program.run);
    if (!outcome) {
        // What was printed before the failure comes before its line, also where both go to one file.
        (void)finish_output();
        return report(outcome.error(), program.common.language);
    }
    return *outcome;
}

}  // namespace cotmoc::cli
