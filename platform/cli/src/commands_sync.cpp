// sync and status.
#include "attachment_place.hpp"
#include "fork_output.hpp"
#include "hub_link.hpp"
#include "hub_output.hpp"
#include "json_text.hpp"
#include "program.hpp"
#include "sync_output.hpp"
#include "watch.hpp"

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

std::string space_status_json(const std::string& name, const core::SpaceStatus& status,
                              const std::string& last_sync) {
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
        .finish();
}

void put_space_status(const Common& common, const std::string& name, const core::SpaceStatus& status,
                      const std::string& last_sync) {
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
        if (common.json) {
            spaces.push_back(space_status_json(space.name, state, last_sync));
        } else {
            put_space_status(common, space.name, state, last_sync);
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
    command->add_flag("--watch", options->watch,
                      "Go on until stopped, whenever there is something to exchange");
    command->add_option("--peer", options->peer)->group("");
    program.on(command, options, sync_once);

    command =
        program.app.add_subcommand("status", "What is unsent, held by the hub, confirmed by the province");
    program.on(command, std::make_shared<NoOptions>(), status);
}

}  // namespace cotmoc::cli
