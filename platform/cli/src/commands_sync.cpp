// sync and status.
#include "fork_output.hpp"
#include "hub_link.hpp"
#include "hub_output.hpp"
#include "json_text.hpp"
#include "program.hpp"
#include "sync_output.hpp"
#include "watch.hpp"

#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::cli {
namespace {

Outcome sync_once(const Common& common, const SyncOptions& options) {
    if (!options.peer.empty()) {
        return fail(ErrorCode::not_available_yet, "sync --peer");
    }
    if (options.watch) {
        return watch(common, options);
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "sync"));
    SyncOutcome outcome;
    const Result<void> synced = sync_and_tell(common, *opened, options, tcp_options(options), outcome);
    if (!synced) {
        return tl::unexpected(synced.error());
    }
    return outcome.needs_person ? needs_person : done;
}

/// Whose snapshot the space was begun with; empty if with none, or if all of it has been checked since.
std::string attributed_to(const sync::Replica& replica, const sync::SpaceGround& ground) {
    if (!ground.begun_with) {
        return {};
    }
    const auto* author = replica.trust().find(ground.begun_with->author);
    const std::string name = author != nullptr ? replica.device_name(author->index) : std::string();
    return name.empty() ? ground.begun_with->author.hex() : name;
}

std::string json_name(const std::string& name) {
    std::string json = "null";
    if (!name.empty()) {
        json.clear();
        core::append_json_string(json, name);
    }
    return json;
}

std::string space_status_json(const sync::Replica& replica, const std::string& name,
                              const core::SpaceStatus& status, const std::string& last_sync,
                              const sync::SpaceGround& ground) {
    std::string last = "null";
    if (!last_sync.empty()) {
        last.clear();
        core::append_json_string(last, last_sync);
    }
    return JsonObject()
        .text("space", name)
        .number("records", status.records)
        .text("digest", status.digest.hex())
        .number("unsent_ops", status.unsent_ops)
        .number("at_hub", status.at_hub)
        .number("at_province", status.at_province)
        .raw("last_sync", last)
        .number("conflicts", status.conflicts)
        .number("quarantined", status.quarantined)
        .flag("incomplete", ground.incomplete)
        .number("by_hash_only", ground.by_hash_only)
        .raw("attributed_by_snapshot_of", json_name(attributed_to(replica, ground)))
        .flag("history_wanted", ground.history_wanted)
        .finish();
}

void put_space_status(const Common& common, const sync::Replica& replica, const std::string& name,
                      const core::SpaceStatus& status, const std::string& last_sync,
                      const sync::SpaceGround& ground) {
    const auto line = [&](Label text, const std::string& value) {
        put_line("  " + std::string(common.text(text)) + ": " + value);
    };
    put_line(std::string(common.text(Label::space)) + " " + name);
    line(Label::records, std::to_string(status.records));
    line(Label::unsent, std::to_string(status.unsent_ops));
    line(Label::at_hub, std::to_string(status.at_hub));
    line(Label::at_province, std::to_string(status.at_province));
    line(Label::last_sync, last_sync.empty() ? std::string(common.text(Label::never)) : last_sync);
    line(Label::conflicts, std::to_string(status.conflicts));
    line(Label::quarantined, std::to_string(status.quarantined));
    line(Label::digest, status.digest.hex());
    if (ground.incomplete) {
        put_line("  " + std::string(common.text(Label::arriving)));
    }
    if (ground.by_hash_only != 0) {
        line(Label::by_hash_only, std::to_string(ground.by_hash_only));
    }
    if (ground.begun_with) {
        line(Label::attributed, attributed_to(replica, ground));
    }
    if (ground.history_wanted) {
        put_line("  " + std::string(common.text(Label::fetching_history)));
    }
}

struct NoOptions {};

Outcome status(const Common& common, const NoOptions&) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "status"));
    sync::Replica& replica = *opened->replica;
    COTMOC_ASSIGN(const sync::ClockCheck clock, replica.check_clock());
    const std::int64_t offset_s = clock.offset_ms / 1000;
    COTMOC_ASSIGN(const std::string last_sync, setting(replica, last_sync_setting));
    COTMOC_ASSIGN(const sync::HubNotice hub, replica.hub_notice());
    COTMOC_ASSIGN(const std::vector<ForkedFeed> forked, forked_feeds(replica));
    std::vector<std::string> spaces;
    if (!common.json) {
        put_line(std::string(common.text(Label::device)) + ": " + replica.name() + "  " + replica.id().hex());
        if (replica.restored()) {
            put_line(common.text(Label::restored));
        }
        put_line(std::string(common.text(Label::clock)) + ": " +
                 (clock.suspect
                      ? std::string(common.text(Label::clock_suspect)) + " " + std::to_string(offset_s)
                      : std::string(common.text(Label::clock_good))));
        put_hub_notice(common, replica, hub);
        put_fork_notice(common, replica, forked);
    }
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const core::SpaceStatus state, replica.store().status(space.id));
        COTMOC_ASSIGN(const sync::SpaceGround ground, sync::ground_of(replica, space.id));
        if (common.json) {
            spaces.push_back(space_status_json(replica, space.name, state, last_sync, ground));
        } else {
            put_space_status(common, replica, space.name, state, last_sync, ground);
        }
    }
    if (common.json) {
        put_line(JsonObject()
                     .text("device", replica.id().hex())
                     .text("name", replica.name())
                     .raw("spaces", json_array(spaces))
                     .raw("clock",
                          JsonObject().flag("suspect", clock.suspect).number("offset_s", offset_s).finish())
                     .raw("hub", hub_json(replica, hub))
                     .flag("restored", replica.restored())
                     .raw("forked", forks_json(replica, forked))
                     .finish());
    }
    return done;
}

}  // namespace

void add_sync_commands(Program& program) {
    auto options = std::make_shared<SyncOptions>();
    CLI::App* command = program.app.add_subcommand("sync", "Exchange changes with the hub, once");
    command->add_option("--hub", options->hub, "The hub's address; remembered for the next time")
        ->type_name("HOST:PORT");
    command->add_option("--max-bytes", options->max_bytes, "Stop after so many octets on the wire");
    command->add_option("--max-seconds", options->max_seconds, "Stop after so many seconds");
    command->add_flag("--no-attachments", options->no_attachments, "Leave attachments for another time");
    command
        ->add_option("--attachments-up-to", options->attachments_up_to,
                     "Fetch files of at most so many MiB; larger ones on demand")
        ->type_name("MIB")
        ->capture_default_str();
    command
        ->add_option("--snapshot-at", options->begin_at,
                     "Begin an empty space with a snapshot if the hub lists so many change sets")
        ->capture_default_str();
    command->add_flag("--history", options->history,
                      "Fetch the older change sets that are known by their hashes only");
    command->add_flag("--watch", options->watch,
                      "Go on until stopped, whenever there is something to exchange");
    command->add_option("--peer", options->peer)->group("");
    program.on(command, options, sync_once);

    command =
        program.app.add_subcommand("status", "What is unsent, held by the hub, confirmed by the province");
    program.on(command, std::make_shared<NoOptions>(), status);
}

}  // namespace cotmoc::cli
