// Two records of one thing: duplicates finds them, merge makes them one, merge --undo makes them two again.
#include "json_text.hpp"
#include "program.hpp"

#include <cotmoc/records/join_json.hpp>

namespace cotmoc::cli {
namespace {

struct MergeOptions {
    std::string keep;
    std::string other;
    bool undo = false;
};

void put_names(const Common& common, Label label, const std::vector<std::string>& names) {
    std::string line;
    for (const std::string& name : names) {
        line += (line.empty() ? "" : ", ") + name;
    }
    if (!names.empty()) {
        put_line(std::string(common.text(label)) + ": " + line);
    }
}

void put_outcome(const Common& common, const core::JoinOutcome& outcome) {
    if (!common.json) {
        put_line(to_uuid_text(outcome.joined) + " -> " + to_uuid_text(outcome.kept));
        put_names(common, Label::filled, outcome.filled);
        for (const auto& difference : outcome.differs) {
            put_line(difference.field + ": " + plain_text(records::json_or_null(difference.kept)) + "  (" +
                     std::string(common.text(Label::the_other)) + ": " +
                     plain_text(records::json_or_null(difference.other)) + ")");
        }
        return;
    }
    put_line(records::join_json(outcome));
}

Outcome undo(const Common& common, const MergeOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "merge"));
    COTMOC_ASSIGN(const RecordId id, find_record_id(*opened->replica, options.keep));
    COTMOC_ASSIGN(const core::SeparateOutcome outcome, opened->replica->separate(id));
    if (common.json) {
        put_line(records::separate_json(outcome));
        return done;
    }
    put_line(to_uuid_text(outcome.record));
    put_names(common, Label::taken_back, outcome.taken_back);
    return done;
}

Outcome merge(const Common& common, const MergeOptions& options) {
    if (options.undo != options.other.empty()) {
        return fail(ErrorCode::wrong_usage, "merge takes two ids, or one with --undo");
    }
    if (options.undo) {
        return undo(common, options);
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "merge"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const RecordId keep, find_record_id(replica, options.keep));
    COTMOC_ASSIGN(const RecordId other, find_record_id(replica, options.other));
    COTMOC_ASSIGN(const core::JoinOutcome outcome, replica.merge(keep, other));
    put_outcome(common, outcome);
    return done;
}

struct DuplicatesOptions {
    std::string kind;
    std::string space;
};

Label reason_label(core::Duplicate::Reason reason) {
    switch (reason) {
        case core::Duplicate::Reason::same_number:
            return Label::same_number;
        case core::Duplicate::Reason::same_date:
            return Label::same_date;
        case core::Duplicate::Reason::same_name:
            break;
    }
    return Label::same_name;
}

std::string pair_line(const Common& common, const core::Duplicate& pair) {
    std::string line = to_uuid_text(pair.first) + "  " + to_uuid_text(pair.second);
    for (const core::Duplicate::Why& each : pair.why) {
        line += "  " + std::string(common.text(reason_label(each.reason))) + " (" + each.field + ")";
    }
    return line;
}

Outcome duplicates(const Common& common, const DuplicatesOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "duplicates"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const core::Kind* kind, find_kind(replica, options.kind));
    std::optional<SpaceId> in;
    if (!options.space.empty()) {
        COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(options.space));
        in = space.id;
    }
    COTMOC_ASSIGN(const auto pairs, replica.store().duplicates(*kind, in));
    for (const core::Duplicate& pair : pairs) {
        put_line(common.json ? records::duplicate_json(replica, *kind, pair) : pair_line(common, pair));
    }
    return done;
}

}  // namespace

void add_join_commands(Program& program) {
    auto options = std::make_shared<MergeOptions>();
    CLI::App* command =
        program.app.add_subcommand("merge", "Make two records one, which both ids mean from then on");
    command->add_option("ID", options->keep, "The record that stays, or with --undo the one that went")
        ->required();
    command->add_option("OTHER", options->other, "The record that goes; what the first one lacks is kept");
    command->add_flag("--undo", options->undo, "Make them two again");
    program.on(command, options, merge);

    auto duplicates_options = std::make_shared<DuplicatesOptions>();
    command = program.app.add_subcommand("duplicates", "List pairs of records that may be of one thing");
    command->add_option("KIND", duplicates_options->kind, "The kind of record")->required();
    command->add_option("--space", duplicates_options->space, "Only records of this space");
    program.on(command, duplicates_options, duplicates);
}

}  // namespace cotmoc::cli
