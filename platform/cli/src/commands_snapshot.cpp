// snapshot and prune.
#include "json_text.hpp"
#include "program.hpp"
#include "snapshot_place.hpp"

#include <algorithm>

namespace cotmoc::cli {
namespace {

struct SnapshotOptions {
    std::string space;
    std::string hub;
    std::optional<std::uint64_t> every;
};

void put_snapshot(const Common& common, const sync::SpaceInfo& space,
                  const crypto::SnapshotManifest& manifest) {
    const std::string id = crypto::snapshot_id(manifest).hex();
    if (common.json) {
        put_line(JsonObject()
                     .text("space", space.name)
                     .text("snapshot", id)
                     .number("change_sets", sync::change_sets_covered(manifest))
                     .number("bytes", manifest.body_size)
                     .finish());
    } else {
        put_line(space.name + "  " + std::string(common.text(Label::snapshot)) + " " + id.substr(0, 16) +
                 "  " + std::to_string(sync::change_sets_covered(manifest)) + " " +
                 std::string(common.text(Label::change_sets)) + ", " + std::to_string(manifest.body_size) +
                 " " + std::string(common.text(Label::octets)));
    }
}

Outcome make(const Common& common, const SnapshotOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "snapshot"));
    sync::Replica& replica = *opened->replica;
    if (options.every) {
        COTMOC_TRY(set_setting(replica, snapshot_every_setting, std::to_string(*options.every)));
        return done;
    }
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(const SnapshotPlace place, open_snapshots(*opened, true));
    COTMOC_ASSIGN(const std::vector<sync::SpaceInfo> spaces, records::spaces_named(replica, options.space));
    std::size_t made = 0;
    for (const sync::SpaceInfo& space : spaces) {
        COTMOC_ASSIGN(const std::vector<core::FeedState> held, replica.store().frontier(space.id));
        if (options.space.empty() && (held.empty() || !space.writable)) {
            continue;
        }
        COTMOC_ASSIGN(
            const crypto::SnapshotManifest manifest,
            sync::make_snapshot(replica, *place.shelf, opened->place.random, opened->place.clock, space));
        put_snapshot(common, space, manifest);
        ++made;
    }
    return made != 0 ? Outcome(done) : Outcome(fail(ErrorCode::unknown_space, "nothing to make one of"));
}

Outcome prune(const Common& common, const SnapshotOptions& options) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "prune"));
    sync::Replica& replica = *opened->replica;
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(const SnapshotPlace place, open_snapshots(*opened, true));
    COTMOC_ASSIGN(const std::vector<sync::SpaceInfo> spaces, records::spaces_named(replica, options.space));
    // What the hub holds of snapshots may be newer than what was heard of last.
    COTMOC_ASSIGN(const HubAddress hub, hub_address(replica, options.hub));
    AttachmentLink link = place.link({});
    link.rule.carry = sync::AttachmentRule::Carry::none;
    std::ranges::transform(spaces, std::back_inserter(link.snapshot_rule.ask), &sync::SpaceInfo::id);
    sync::SessionReport last;
    COTMOC_TRY(sync_with_hub(common, *opened, hub, {}, last, link));
    for (const sync::SpaceInfo& space : spaces) {
        COTMOC_ASSIGN(const std::uint64_t dropped, sync::prune(replica, *place.shelf, space));
        if (common.json) {
            put_line(records::pruned_json(space, dropped));
        } else {
            put_line(space.name + "  " + std::string(common.text(Label::pruned)) + ": " +
                     std::to_string(dropped) + " " + std::string(common.text(Label::change_sets)));
        }
    }
    return done;
}

}  // namespace

void add_snapshot_commands(Program& program) {
    auto options = std::make_shared<SnapshotOptions>();
    CLI::App* command = program.app.add_subcommand(
        "snapshot",
        "Make snapshots for new devices (province officers); the next sync brings them to the hub");
    command->add_option("space", options->space, "Of this space only")->type_name("SPACE");
    command->add_option("--every", options->every,
                        "Make none now: sync makes one after so many change sets; 0 never");
    program.on(command, options, make);

    options = std::make_shared<SnapshotOptions>();
    command = program.app.add_subcommand(
        "prune", "Drop the octets of old change sets that a snapshot and the province cover");
    command->add_option("space", options->space, "Of this space only")->type_name("SPACE");
    command->add_option("--hub", options->hub, "The hub's address")->type_name("HOST:PORT");
    program.on(command, options, prune);
}

}  // namespace cotmoc::cli
