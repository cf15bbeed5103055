// sync and status.
#include "attachment_place.hpp"
#include "fork_output.hpp"
#include "hub_link.hpp"
#include "hub_output.hpp"
#include "json_text.hpp"
#include "program.hpp"

#include <cotmoc/sync/authority.hpp>

#include <cstdio>

namespace cotmoc::cli {
namespace {

struct SyncOptions {
    std::string hub;
    std::uint64_t max_bytes = 0;
    std::uint64_t max_seconds = 0;
    bool no_attachments = false;
    std::uint64_t attachments_up_to = 16;  // MiB of a file that is fetched without being asked for
    bool watch = false;
    std::string peer;
};

std::string transfer_json(const sync::Transfer& transfer) {
    return JsonObject()
        .number("change_sets", transfer.change_sets)
        .number("ops", transfer.ops)
        .number("bytes", transfer.bytes)
        .finish();
}

std::string decimal(double value) {
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%.3f", value);
    return text.data();
}

Result<std::string> digests_json(sync::Replica& replica) {
    JsonObject digests;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const Hash256 digest, replica.store().digest(space.id));
        digests.text(space.name, digest.hex());
    }
    return digests.finish();
}

/// An authority changes the keys whose time has come before it publishes.
Result<std::vector<std::string>> rotate_due(const Common& common, Opened& opened, const HubAddress& hub) {
    auto authority = sync::Authority::of(*opened.replica, opened.place.clock, opened.place.random);
    const auto now_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(opened.place.clock.wall_ms(), 0));
    if (!authority || authority->rotation_due(now_ms).empty()) {
        return std::vector<std::string>();
    }
    const auto& issuers = opened.replica->trust().root().issuers;
    if (std::ranges::count(issuers, 0u, &crypto::RootEntry::Issuer::last_position) > 1) {
        // Another issuer may have signed since; what is signed here has to come after it.
        sync::SessionReport first;
        COTMOC_TRY(sync_with_hub(common, opened, hub, {}, first));
    }
    return authority->rotate_due();
}

Result<std::string> attachments_json(const sync::SessionReport& report, sync::AttachmentStore* store) {
    std::uint64_t missing = 0;
    if (store != nullptr) {
        COTMOC_ASSIGN(const auto left, store->missing());
        missing = left.size();
    }
    return JsonObject()
        .number("sent", report.attachments_sent.whole)
        .number("received", report.attachments_received.whole)
        .number("bytes_sent", report.attachments_sent.bytes)
        .number("bytes_received", report.attachments_received.bytes)
        .number("refused", report.attachments_refused)
        .number("missing", missing)
        .finish();
}

Result<void> put_report_json(sync::Replica& replica, const sync::SessionReport& report, double seconds,
                             const std::vector<std::string>& rotated, sync::AttachmentStore* store) {
    COTMOC_ASSIGN(const std::string attachments, attachments_json(report, store));
    COTMOC_ASSIGN(const std::string digests, digests_json(replica));
    COTMOC_ASSIGN(const sync::HubNotice hub, replica.hub_notice());
    const std::string wire =
        JsonObject().number("up", report.bytes_up).number("down", report.bytes_down).finish();
    JsonObject object;
    object.raw("sent", transfer_json(report.sent))
        .raw("received", transfer_json(report.received))
        .raw("attachments", attachments)
        .raw("wire_bytes", wire)
        .number("round_trips", report.round_trips)
        .raw("seconds", decimal(seconds))
        .flag("complete", report.complete)
        .raw("digests", digests)
        .number("conflicts", replica.notes().new_conflicts)
        .number("quarantined", replica.notes().quarantined)
        .number("forks", replica.notes().forks)
        .raw("hub", hub_json(replica, hub))
        .flag("restored", replica.restored());
    if (!rotated.empty()) {
        object.raw("rotated", json_texts(rotated));
    }
    put_line(object.finish());
    return {};
}

void put_attachments_text(const Common& common, const sync::SessionReport& report) {
    const auto line = [&](Label name, const sync::AttachmentTransfer& moved) {
        if (moved.bytes != 0) {
            put_line(std::string(common.text(Label::attachments)) + ", " + std::string(common.text(name)) +
                     ": " + std::to_string(moved.whole) + ", " + std::to_string(moved.bytes) + " " +
                     std::string(common.text(Label::octets)));
        }
    };
    line(Label::sent, report.attachments_sent);
    line(Label::received, report.attachments_received);
}

void put_report_text(const Common& common, const sync::Replica& replica, const sync::SessionReport& report) {
    const auto transfer = [&](Label name, const sync::Transfer& moved) {
        put_line(std::string(common.text(name)) + ": " + std::to_string(moved.change_sets) + " " +
                 std::string(common.text(Label::change_sets)) + ", " + std::to_string(moved.ops) + " " +
                 std::string(common.text(Label::changes)) + ", " + std::to_string(moved.bytes) + " " +
                 std::string(common.text(Label::octets)));
    };
    transfer(Label::sent, report.sent);
    transfer(Label::received, report.received);
    put_attachments_text(common, report);
    put_line(std::string(common.text(Label::on_the_wire)) + ": " + std::to_string(report.bytes_up) + ", " +
             std::to_string(report.bytes_down) + " " + std::string(common.text(Label::octets)));
    const auto note = [&](Label name, std::uint64_t count) {
        if (count != 0) {
            put_line(std::string(common.text(name)) + ": " + std::to_string(count));
        }
    };
    note(Label::conflicts, replica.notes().new_conflicts);
    note(Label::quarantined, replica.notes().quarantined);
    note(Label::forked, replica.notes().forks);
    put_line(common.text(report.complete ? Label::complete : Label::incomplete));
    if (replica.restored()) {
        put_line(common.text(Label::restored));
    }
}

sync::AttachmentRule rule_of(const SyncOptions& options) {
    sync::AttachmentRule rule;
    if (options.no_attachments) {
        rule.carry = sync::AttachmentRule::Carry::none;
    }
    rule.size_max = std::min<std::uint64_t>(options.attachments_up_to, 1u << 20) << 20;
    return rule;
}

Outcome sync_once(const Common& common, const SyncOptions& options) {
    if (options.watch || !options.peer.empty()) {
        return fail(ErrorCode::not_available_yet, options.watch ? "sync --watch" : "sync --peer");
    }
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "sync"));
    sync::Replica& replica = *opened->replica;
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(const HubAddress hub, hub_address(replica, options.hub));
    COTMOC_ASSIGN(const std::vector<std::string> rotated, rotate_due(common, *opened, hub));
    COTMOC_ASSIGN(const auto store, open_attachments(*opened));
    if (store) {
        COTMOC_TRY(sync::follow_attachments(replica, *store));
    }
    Clock& clock = opened->place.clock;
    sync::SessionReport last;
    {
        const std::int64_t began = clock.steady_ms();
        asio::TcpOptions tcp;
        tcp.max_bytes = options.max_bytes;
        tcp.max_ms =
            static_cast<std::int64_t>(std::min<std::uint64_t>(options.max_seconds, 1'000'000)) * 1000;
        const auto report = sync_with_hub(common, *opened, hub, tcp, last, {store.get(), rule_of(options)});
        last.complete = last.complete && report.has_value();
        if (common.json) {
            const double seconds = static_cast<double>(clock.steady_ms() - began) / 1000;
            COTMOC_TRY(put_report_json(replica, last, seconds, rotated, store.get()));
        } else if (report) {
            put_report_text(common, replica, last);
            if (!rotated.empty()) {
                put_line(std::string(common.text(Label::new_keys)) + ": " + comma_list(rotated));
            }
        }
        if (!report) {
            return tl::unexpected(report.error());
        }
    }
    const sync::SessionNotes& notes = replica.notes();
    COTMOC_ASSIGN(const sync::HubNotice notice, replica.hub_notice());
    if (!common.json) {
        put_hub_notice(common, replica, notice);
        COTMOC_ASSIGN(const std::vector<ForkedFeed> forked, forked_feeds(replica));
        put_fork_notice(common, replica, forked);
    }
    if (last.refusal) {
        return fail(*last.refusal);
    }
    const bool noted = notes.new_conflicts + notes.quarantined + notes.forks != 0;
    return noted || notice.needs_person() || replica.restored() ? needs_person : done;
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
    command->add_flag("--watch", options->watch)->group("");
    command->add_option("--peer", options->peer)->group("");
    program.on(command, options, sync_once);

    command =
        program.app.add_subcommand("status", "What is unsent, held by the hub, confirmed by the province");
    program.on(command, std::make_shared<NoOptions>(), status);
}

}  // namespace cotmoc::cli
