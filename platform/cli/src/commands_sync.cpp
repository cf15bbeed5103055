// sync and status.
#include "commands_serve.hpp"
#include "fork_output.hpp"
#include "hub_link.hpp"
#include "hub_output.hpp"
#include "program.hpp"
#include "sync_output.hpp"
#include "watch.hpp"

#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::cli {
namespace {

Outcome sync_once(const Common& common, const SyncOptions& options) {
    if (!options.peer.empty() && !options.hub.empty()) {
        return fail(ErrorCode::wrong_usage, "--hub or --peer, not both");
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
        line(Label::attributed, records::snapshot_author(replica, ground.begun_with));
    }
    if (ground.found_wrong) {
        line(Label::wrong_snapshot, records::snapshot_author(replica, ground.found_wrong));
    }
    if (ground.history_wanted) {
        put_line("  " + std::string(common.text(Label::fetching_history)));
    }
}

struct NoOptions {};

Outcome status(const Common& common, const NoOptions&) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "status"));
    sync::Replica& replica = *opened->replica;
    if (common.json) {
        COTMOC_ASSIGN(const std::string text, records::status_json(replica));
        put_line(text);
        return done;
    }
    COTMOC_ASSIGN(const sync::ClockCheck clock, replica.check_clock());
    COTMOC_ASSIGN(const std::string last_sync, setting(replica, last_sync_setting));
    COTMOC_ASSIGN(const sync::HubNotice hub, replica.hub_notice());
    COTMOC_ASSIGN(const std::vector<ForkedFeed> forked, forked_feeds(replica));
    put_line(std::string(common.text(Label::device)) + ": " + replica.name() + "  " + replica.id().hex());
    if (replica.restored()) {
        put_line(common.text(Label::restored));
    }
    put_line(std::string(common.text(Label::clock)) + ": " +
             (clock.suspect ? std::string(common.text(Label::clock_suspect)) + " " +
                                  std::to_string(clock.offset_ms / 1000)
                            : std::string(common.text(Label::clock_good))));
    put_hub_notice(common, replica, hub);
    put_fork_notice(common, replica, forked);
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const core::SpaceStatus state, replica.store().status(space.id));
        COTMOC_ASSIGN(const sync::SpaceGround ground, sync::ground_of(replica, space.id));
        put_space_status(common, replica, space.name, state, last_sync, ground);
    }
    return done;
}

}  // namespace

void add_sync_commands(Program& program) {
    auto options = std::make_shared<SyncOptions>();
    CLI::App* command =
        program.app.add_subcommand("sync", "Exchange changes with the hub or a neighbour, once");
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
    command
        ->add_option(
            "--peer", options->peer,
            "Exchange with a device that serves, not with the hub; auto looks for one on this network")
        ->type_name("DEVICE@HOST:PORT|auto");
    program.on(command, options, sync_once);

    add_serve_command(program);

    command =
        program.app.add_subcommand("status", "What is unsent, held by the hub, confirmed by the province");
    program.on(command, std::make_shared<NoOptions>(), status);
}

}  // namespace cotmoc::cli
