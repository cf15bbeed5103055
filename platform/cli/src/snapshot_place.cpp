#include "snapshot_place.hpp"

#include "attachment_place.hpp"

#include <cotmoc/system/file.hpp>

#include <algorithm>
#include <charconv>

namespace cotmoc::cli {
namespace {

/// The hub had no snapshot last time: the next sync takes the long way, whatever its budget.
constexpr std::string_view long_way_setting = "no_snapshot";

bool is_province_officer(const sync::Replica& replica) {
    const auto* self = replica.trust().find(replica.id());
    return self != nullptr && self->role == crypto::Role::province_officer && !self->revoked;
}

void add_up(sync::SessionReport& sum, const sync::SessionReport& report) {
    const sync::SessionReport before = sum;
    sum = report;
    sum.bytes_up += before.bytes_up;
    sum.bytes_down += before.bytes_down;
    sum.round_trips += before.round_trips;
    sum.trust_received += before.trust_received;
    sum.snapshots += before.snapshots;
    sum.snapshots_refused += before.snapshots_refused;
    for (auto [to, from] : {std::pair(&sum.attachments_received, &before.attachments_received),
                            std::pair(&sum.attachments_sent, &before.attachments_sent)}) {
        to->whole += from->whole;
        to->chunks += from->chunks;
        to->bytes += from->bytes;
    }
}

}  // namespace

Result<SnapshotPlace> open_snapshots(Opened& opened, bool always) {
    SnapshotPlace place;
    const std::string path = opened.place.directory + "/snapshots.db";
    COTMOC_ASSIGN(const std::vector<SpaceId> empty, sync::spaces_to_begin(*opened.replica));
    const bool needed =
        always || !empty.empty() || is_province_officer(*opened.replica) || system::file_exists(path);
    COTMOC_ASSIGN(place.bodies, open_attachments(opened, needed));
    if (!needed) {
        return place;
    }
    const crypto::KeyFileContents& keys = opened.replica->keys();
    const crypto::Secret key = crypto::attachment_database_key(keys.database_key);
    core::Database::Options options;
    options.path = path;
    options.key = key.view(crypto::SecretAccess{});
    options.cipher = keys.cipher;
    COTMOC_ASSIGN(place.shelf, sync::SnapshotShelf::open(options, *place.bodies));
    return place;
}

Result<std::uint64_t> snapshot_every(sync::Replica& replica) {
    COTMOC_ASSIGN(const std::string text, setting(replica, snapshot_every_setting));
    std::uint64_t every = sync::snapshot_every_default;
    std::from_chars(text.data(), text.data() + text.size(), every);
    return every;
}

Result<sync::SessionReport> sync_and_begin(const Common& common, Opened& opened, const HubAddress& hub,
                                           const asio::TcpOptions& options, sync::SessionReport& last,
                                           AttachmentLink link) {
    sync::Replica& replica = *opened.replica;
    sync::SessionReport sum;
    COTMOC_ASSIGN(const std::string long_way, setting(replica, long_way_setting));
    COTMOC_TRY(set_setting(replica, long_way_setting, ""));
    bool may_begin = link.snapshots != nullptr && long_way.empty();
    for (;;) {
        link.snapshot_rule.begin.clear();
        if (may_begin) {
            COTMOC_ASSIGN(link.snapshot_rule.begin, sync::spaces_to_begin(replica));
        }
        const auto report = sync_with_hub(common, opened, hub, options, last, link);
        add_up(sum, last);
        last = sum;
        sync::Beginnings beginnings;
        if (!link.snapshot_rule.begin.empty()) {
            COTMOC_ASSIGN(beginnings,
                          sync::settle_beginnings(replica, *link.snapshots, link.snapshot_rule.begin));
        }
        if (!report || report->complete || beginnings.arriving != 0) {
            return report ? Result<sync::SessionReport>(sum) : report;
        }
        const bool offered = beginnings.installed != 0 || beginnings.refused.has_value();
        const bool again = !link.snapshot_rule.begin.empty();
        const bool limited = options.max_bytes != 0 || options.max_ms != 0;
        if (!again) {
            return sum;
        }
        may_begin = false;  // what is left comes as change sets
        if (!offered && limited) {
            COTMOC_TRY(set_setting(replica, long_way_setting, "1"));
        }
        if (limited) {
            return sum;
        }
    }
}

}  // namespace cotmoc::cli
