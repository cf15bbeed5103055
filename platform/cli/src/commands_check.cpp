// verify and quarantine.
#include "json_text.hpp"
#include "program.hpp"
#include "verification.hpp"

#include <cotmoc/records/quarantine_json.hpp>

namespace cotmoc::cli {
namespace {

struct VerifyOptions {
    std::string file;
    std::string root;
};

Outcome verify(const Common& common, const VerifyOptions& options) {
    if (!options.file.empty()) {
        return verify_archive(common, options.file, options.root);
    }
    if (!options.root.empty()) {
        return fail(ErrorCode::wrong_usage, "--root goes with a file");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "verify"));
    COTMOC_ASSIGN(const sync::Verification found, opened->replica->check_everything());
    return put_verification(common, found.wrong, {}, found.not_checked);
}

struct QuarantineOptions {
    std::string release;
};

std::string held_line(const sync::Replica& replica, const records::Held& held) {
    const std::string name = replica.device_name(held.author);
    std::string place = std::to_string(held.seq);
    if (held.index) {
        place += ":" + std::to_string(*held.index);
    }
    return space_name(replica, held.space) + "  " +
           (name.empty() ? replica.device_id(held.author).hex().substr(0, 16) : name) + "  " + place + "  " +
           held.reason + (held.hash.empty() ? "" : "  " + held.hash.substr(0, 16));
}

/// Judges the change sets of a space once more: what may be applied by now, is.
Outcome release(sync::Replica& replica, const std::string& digits) {
    if (digits.size() < 6) {
        return fail(ErrorCode::wrong_usage, "six digits of the change set's hash or more");
    }
    const auto find = [&]() -> Result<std::vector<core::EnvelopeRow>> {
        COTMOC_ASSIGN(std::vector<core::EnvelopeRow> rows, replica.store().quarantined());
        std::erase_if(rows,
                      [&](const core::EnvelopeRow& row) { return !row.hash.hex().starts_with(digits); });
        return rows;
    };
    COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> before, find());
    if (before.size() != 1) {
        return fail(before.empty() ? ErrorCode::unknown_change : ErrorCode::ambiguous_change, digits);
    }
    COTMOC_TRY(replica.judge_again(before.front().space));
    COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> after, find());
    if (after.empty()) {
        return done;
    }
    put_line(after.front().reason);
    return needs_person;
}

Outcome quarantine(const Common& common, const QuarantineOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "quarantine"));
    if (!options.release.empty()) {
        return release(*opened->replica, options.release);
    }
    COTMOC_ASSIGN(const std::vector<records::Held> all, records::held_back(*opened->replica));
    std::vector<std::string> objects;
    for (const records::Held& held : all) {
        if (common.json) {
            objects.push_back(records::held_json(*opened->replica, held));
        } else {
            put_line(held_line(*opened->replica, held));
        }
    }
    if (common.json) {
        put_line(json_array(objects));
    }
    return done;
}

}  // namespace

void add_check_commands(Program& program) {
    auto verify_options = std::make_shared<VerifyOptions>();
    CLI::App* command = program.app.add_subcommand(
        "verify", "Re-check every signature, hash, chain, verdict, digest and the database");
    command->add_option("FILE", verify_options->file,
                        "Instead of the replica, signed history that a hub holds or `export --signed` wrote; "
                        "needs no passphrase");
    command->add_option("--root", verify_options->root, "The root's fingerprint, from the poster");
    program.on(command, verify_options, verify);

    auto options = std::make_shared<QuarantineOptions>();
    command =
        program.app.add_subcommand("quarantine", "List what arrived and may not be applied, with the reason");
    command->add_option("--release", options->release, "Judge this change set once more, by its hash");
    program.on(command, options, quarantine);
}

}  // namespace cotmoc::cli
