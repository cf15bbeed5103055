#include "sync_output.hpp"

#include "fork_output.hpp"
#include "hub_output.hpp"
#include "json_text.hpp"
#include "messages.hpp"
#include "peer_link.hpp"
#include "snapshot_place.hpp"

#include <cotmoc/sync/authority.hpp>

#include <algorithm>
#include <iostream>

namespace cotmoc::cli {
namespace {

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

/// Files wait; the records of the same session are not held up by them.
void warn_of_store(const Common& common, ErrorCode code, const std::string& detail) {
    std::cerr << error_line("cotmoc", Error{code, detail}, common.language) << std::endl;
}

void put_attachments_text(const Common& common, const sync::SessionReport& report,
                          sync::AttachmentStore* store) {
    const auto line = [&](Label name, const sync::AttachmentTransfer& moved) {
        if (moved.bytes != 0) {
            put_line(std::string(common.text(Label::attachments)) + ", " + std::string(common.text(name)) +
                     ": " + std::to_string(moved.whole) + ", " + std::to_string(moved.bytes) + " " +
                     std::string(common.text(Label::octets)));
        }
    };
    line(Label::sent, report.attachments_sent);
    line(Label::received, report.attachments_received);
    for (const sync::AttachmentRefusal& each : report.refused_why) {
        put_line(std::string(common.text(Label::file_refused)) + ": " + records::name_of(store, each.id) +
                 " (" + std::string(error_name(each.code)) + ")");
    }
    if (report.attachments_failed != 0) {
        put_line(std::string(common.text(Label::files_failed)) + ": " +
                 std::to_string(report.attachments_failed));
    }
}

void put_report_text(const Common& common, const sync::Replica& replica, const sync::SessionReport& report,
                     sync::AttachmentStore* store) {
    const auto transfer = [&](Label name, const sync::Transfer& moved) {
        put_line(std::string(common.text(name)) + ": " + std::to_string(moved.change_sets) + " " +
                 std::string(common.text(Label::change_sets)) + ", " + std::to_string(moved.ops) + " " +
                 std::string(common.text(Label::changes)) + ", " + std::to_string(moved.bytes) + " " +
                 std::string(common.text(Label::octets)));
    };
    transfer(Label::sent, report.sent);
    transfer(Label::received, report.received);
    put_attachments_text(common, report, store);
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
    note(Label::wrong_snapshots, replica.notes().wrong_snapshots);
    const Label left = report.stopped_early ? Label::stopped_early : Label::incomplete;
    put_line(common.text(report.complete ? Label::complete : left));
    if (replica.restored()) {
        put_line(common.text(Label::restored));
    }
}

Result<void> make_due_snapshots(Opened& opened, const SnapshotPlace& place) {
    sync::Replica& replica = *opened.replica;
    if (place.shelf == nullptr) {
        return {};
    }
    COTMOC_ASSIGN(const std::uint64_t every, snapshot_every(replica));
    COTMOC_ASSIGN(const std::vector<sync::SpaceInfo> due, sync::snapshots_due(replica, *place.shelf, every));
    for (const sync::SpaceInfo& space : due) {
        COTMOC_TRY(
            sync::make_snapshot(replica, *place.shelf, opened.place.random, opened.place.clock, space));
    }
    return {};
}

Result<void> want_histories(sync::Replica& replica) {
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const std::uint64_t missing, replica.without_octets(space.id));
        COTMOC_TRY(missing != 0 ? replica.want_history(space.id) : Result<void>());
    }
    return {};
}

sync::AttachmentRule rule_of(const SyncOptions& options) {
    sync::AttachmentRule rule;
    if (options.no_attachments) {
        rule.carry = sync::AttachmentRule::Carry::none;
    }
    rule.size_max = std::min<std::uint64_t>(options.attachments_up_to, 1u << 20) << 20;
    return rule;
}

}  // namespace

asio::TcpOptions tcp_options(const SyncOptions& options) {
    asio::TcpOptions tcp;
    tcp.max_bytes = options.max_bytes;
    tcp.max_ms = static_cast<std::int64_t>(std::min<std::uint64_t>(options.max_seconds, 1'000'000)) * 1000;
    return tcp;
}

Result<void> sync_and_tell(const Common& common, Opened& opened, const SyncOptions& options,
                           const asio::TcpOptions& tcp, SyncOutcome& outcome) {
    sync::Replica& replica = *opened.replica;
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    const bool with_hub = options.peer.empty();
    HubAddress hub;
    std::vector<std::string> rotated;
    if (with_hub) {
        COTMOC_ASSIGN(hub, hub_address(replica, options.hub));
        COTMOC_ASSIGN(rotated, rotate_due(common, opened, hub));
    }
    SnapshotPlace place;
    std::optional<ErrorCode> store_error;
    if (auto files = open_snapshots(opened)) {
        place = std::move(*files);
        COTMOC_TRY(make_due_snapshots(opened, place));
    } else {
        store_error = files.error().code;
        warn_of_store(common, files.error().code, "attachments.db: " + files.error().detail);
    }
    sync::AttachmentStore* const store = place.bodies.get();
    if (options.history) {
        COTMOC_TRY(want_histories(replica));
    }
    Clock& clock = opened.place.clock;
    sync::SessionReport& last = outcome.report;
    const std::int64_t began = clock.steady_ms();
    AttachmentLink link = place.link(rule_of(options));
    link.snapshot_rule.begin_least = options.begin_at;
    const auto report = with_hub ? sync_and_begin(common, opened, hub, tcp, last, std::move(link))
                                 : sync_with_peer(common, opened, options.peer, tcp, last,
                                                  {place.bodies.get(), rule_of(options)});
    last.complete = last.complete && report.has_value() && !store_error;
    if (store_error) {
        last.attachment_error = store_error;
    } else if (last.attachment_error) {
        warn_of_store(common, *last.attachment_error, "attachments.db");
    }
    const bool idle = report && last.complete && last.sent.change_sets == 0 &&
                      last.received.change_sets == 0 && last.attachments_sent.bytes == 0 &&
                      last.attachments_received.bytes == 0 && last.trust_sent == 0 &&
                      last.trust_received == 0;
    if (idle && !outcome.tell_idle) {
        return {};
    }
    if (common.json) {
        const double seconds = static_cast<double>(clock.steady_ms() - began) / 1000;
        COTMOC_ASSIGN(const std::string text, records::report_json(replica, last, seconds, rotated, store));
        put_line(text);
    } else if (report) {
        put_report_text(common, replica, last, store);
        if (!rotated.empty()) {
            put_line(std::string(common.text(Label::new_keys)) + ": " + comma_list(rotated));
        }
    }
    if (!report) {
        return tl::unexpected(report.error());
    }
    const sync::SessionNotes& notes = replica.notes();
    COTMOC_ASSIGN(const sync::HubNotice notice, replica.hub_notice());
    if (!common.json) {
        if (with_hub) {
            put_hub_notice(common, replica, notice);
        }
        COTMOC_ASSIGN(const std::vector<ForkedFeed> forked, forked_feeds(replica));
        put_fork_notice(common, replica, forked);
    }
    if (last.refusal) {
        return fail(*last.refusal);
    }
    const bool noted = notes.new_conflicts + notes.quarantined + notes.forks + notes.wrong_snapshots != 0;
    // What is known of the hub is news only after a session with it.
    outcome.needs_person = noted || (with_hub && notice.needs_person()) || replica.restored();
    return {};
}

}  // namespace cotmoc::cli
