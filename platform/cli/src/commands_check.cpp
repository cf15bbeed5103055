// verify and quarantine.
#include "json_text.hpp"
#include "program.hpp"
#include "verification.hpp"

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

/// Something that arrived and has no effect: a whole change set, or one op of it.
struct Held {
    SpaceId space;
    DeviceIndex author{};
    std::uint64_t seq = 0;
    std::optional<std::uint32_t> index;
    std::string reason;
    std::string hash = {};  // of a change set: `authority settle` and `--release` take it
};

Result<std::vector<Held>> held_back(sync::Replica& replica) {
    core::Store& store = replica.store();
    std::vector<Held> all;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const std::vector<core::ForkPlace> places, store.fork_places(space.id));
        for (const core::ForkPlace& place : places) {
            all.push_back({space.id, place.author, place.seq, std::nullopt,
                           std::string(error_name(ErrorCode::forked_feed)), place.hash.hex()});
        }
    }
    COTMOC_ASSIGN(const auto envelopes, store.quarantined());
    for (const core::EnvelopeRow& row : envelopes) {
        all.push_back({row.space, row.author, row.seq, std::nullopt, row.reason, row.hash.hex()});
    }
    COTMOC_ASSIGN(const auto ops, store.void_ops());
    for (const core::Store::VoidOp& op : ops) {
        all.push_back({op.space, op.dot.device, op.dot.seq, op.dot.index, op.reason, {}});
    }
    // Set aside of a former own feed: signed anew once this device can and may.
    COTMOC_ASSIGN(const auto unsent, store.unsent());
    for (const core::Store::Unsent& each : unsent) {
        all.push_back({each.space, each.device, each.seq, std::nullopt, "unsent"});
    }
    return all;
}

std::string held_json(const sync::Replica& replica, const Held& held) {
    return JsonObject()
        .text("what", held.index ? "op" : "change_set")
        .text("space", space_name(replica, held.space))
        .text("device", replica.device_id(held.author).hex())
        .text("name", replica.device_name(held.author))
        .number("seq", held.seq)
        .raw("index", held.index ? std::to_string(*held.index) : "null")
        .text("reason", held.reason)
        .raw("hash", held.hash.empty() ? "null" : "\"" + held.hash + "\"")
        .finish();
}

std::string held_line(const sync::Replica& replica, const Held& held) {
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
    COTMOC_ASSIGN(const std::vector<Held> all, held_back(*opened->replica));
    std::vector<std::string> objects;
    for (const Held& held : all) {
        if (common.json) {
            objects.push_back(held_json(*opened->replica, held));
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
