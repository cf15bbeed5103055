// authority settle: the word about a forked feed.
#include "json_text.hpp"
#include "program.hpp"

#include <cotmoc/sync/authority.hpp>

#include <charconv>

namespace cotmoc::cli {
namespace {

struct SettleOptions {
    std::string device;
    std::string branch;
};

/// SPACE=SEQ:HASHPREFIX
struct Branch {
    std::string space;
    std::uint64_t seq = 0;
    std::string digits;
};

Result<Branch> parse_branch(const std::string& text) {
    const std::size_t equals = text.rfind('=');
    const std::size_t colon = text.rfind(':');
    Branch branch;
    if (equals != std::string::npos && colon != std::string::npos && equals < colon) {
        branch.space = text.substr(0, equals);
        branch.digits = text.substr(colon + 1);
        const char* end = text.data() + colon;
        const auto read = std::from_chars(text.data() + equals + 1, end, branch.seq);
        if (read.ec == std::errc() && read.ptr == end && branch.seq != 0 && branch.digits.size() >= 6) {
            return branch;
        }
    }
    return fail(ErrorCode::wrong_usage, "the branch is SPACE=SEQ:HASH, with six digits of the hash or more");
}

Outcome settle(const Common& common, const SettleOptions& options) {
    COTMOC_ASSIGN(const Branch branch, parse_branch(options.branch));
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority settle"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(sync::Authority authority,
                  sync::Authority::of(replica, opened->place.clock, opened->place.random));
    COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(branch.space));
    COTMOC_TRY(authority.settle(options.device, space.id, branch.seq, branch.digits));
    if (common.json) {
        put_line(JsonObject()
                     .text("device", options.device)
                     .text("space", space.name)
                     .number("seq", branch.seq)
                     .number("position", replica.trust().position())
                     .finish());
    }
    return done;
}

}  // namespace

void add_settle_command(CLI::App& group, Program& program) {
    auto options = std::make_shared<SettleOptions>();
    CLI::App* command = group.add_subcommand("settle", "Name the branch of a forked feed that stays");
    command->add_option("DEVICE", options->device, "The device's name or id")->required();
    command->add_option("BRANCH", options->branch, "SPACE=SEQ:HASH, as `quarantine` shows it")->required();
    program.on(command, options, settle);
}

}  // namespace cotmoc::cli
