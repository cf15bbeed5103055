// The command line: which commands there are, and the one that was asked for.
#pragma once

#include "command.hpp"

#include <CLI/CLI.hpp>

namespace cotmoc::cli {

struct Program {
    Common common;
    CLI::App app{"Records of border districts: offline first, signed, encrypted, merged.", "cotmoc"};
    std::function<Outcome()> run;  // set by the command that was parsed

    /// The command does `work(common, options)` when it was the one given. `options` outlives the parsing.
    template <class Options>
    void on(CLI::App* command, std::shared_ptr<Options> options,
            Outcome (*work)(const Common&, const Options&)) {
        command->callback(
            [this, options, work] { run = [this, options, work] { return work(common, *options); }; });
    }
};

// Each in a file of its own.
void add_trust_commands(Program& program);
void add_authority_commands(Program& program);
void add_record_commands(Program& program);
void add_text_command(Program& program);
void add_attachment_commands(Program& program);
void add_snapshot_commands(Program& program);
void add_join_commands(Program& program);
void add_query_commands(Program& program);
void add_file_commands(Program& program);
void add_report_command(Program& program);
void add_sync_commands(Program& program);
void add_check_commands(Program& program);
void add_settle_command(CLI::App& group, Program& program);
void add_audit_command(Program& program);
void add_key_commands(Program& program);
void add_rejoin_command(Program& program);
void add_bundle_commands(Program& program);

/// Parses, runs and prints: the whole program.
int run_program(int count, const char* const* arguments);

}  // namespace cotmoc::cli
