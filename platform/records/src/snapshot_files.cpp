#include "database_beside.hpp"

#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/snapshot_files.hpp>
#include <cotmoc/records/status_json.hpp>
#include <cotmoc/system/file.hpp>

namespace cotmoc::records {
namespace {

/// What the hub had of snapshots is here, or there was none: the next session takes the long way.
constexpr std::string_view long_way_setting = "no_snapshot";

bool is_province_officer(const sync::Replica& replica) {
    const auto* self = replica.trust().find(replica.id());
    return self != nullptr && self->role == crypto::Role::province_officer && !self->revoked;
}

void add(sync::Transfer& sum, const sync::Transfer& before) {
    sum.change_sets += before.change_sets;
    sum.ops += before.ops;
    sum.bytes += before.bytes;
}

void add(sync::AttachmentTransfer& sum, const sync::AttachmentTransfer& before) {
    sum.whole += before.whole;
    sum.chunks += before.chunks;
    sum.bytes += before.bytes;
}

}  // namespace

Result<void> open_snapshots(SnapshotFiles& files, sync::Replica& replica, const std::string& directory,
                            bool always) {
    if (files.shelf != nullptr) {
        return {};
    }
    const std::string path = directory + "/snapshots.db";
    COTMOC_ASSIGN(const std::vector<SpaceId> empty, sync::spaces_to_begin(replica));
    const bool needed = always || !empty.empty() || is_province_officer(replica) || system::file_exists(path);
    if (files.bodies == nullptr) {
        COTMOC_ASSIGN(files.bodies, open_attachments(replica, directory, needed));
    }
    if (!needed) {
        return {};
    }
    COTMOC_ASSIGN(files.shelf, open_beside(replica, path, [&](const core::Database::Options& options) {
                      return sync::SnapshotShelf::open(options, *files.bodies);
                  }));
    return {};
}

Result<void> prepare_beginnings(sync::Replica& replica, sync::SnapshotRule& rule) {
    rule.begin.clear();
    rule.begins = [&replica](const SpaceId& space) { return sync::begin_space(replica, space); };
    COTMOC_ASSIGN(const std::string long_way, setting(replica, long_way_setting));
    if (!long_way.empty()) {
        return set_setting(replica, long_way_setting, "");
    }
    COTMOC_ASSIGN(rule.begin, sync::spaces_to_begin(replica));
    return {};
}

Result<bool> settle_beginnings(sync::Replica& replica, sync::SnapshotShelf& shelf,
                               const sync::SnapshotRule& rule, const sync::SessionReport* done) {
    COTMOC_ASSIGN(const sync::Beginnings beginnings,
                  sync::settle_beginnings(replica, shelf, rule.begin, done));
    if (rule.begin.empty() || done == nullptr || done->complete || !done->snapshots_told ||
        beginnings.arriving != 0) {
        return false;
    }
    COTMOC_TRY(set_setting(replica, long_way_setting, "1"));
    return true;
}

Result<std::vector<sync::SpaceInfo>> spaces_named(const sync::Replica& replica, const std::string& name) {
    if (name.empty()) {
        return replica.spaces();
    }
    COTMOC_ASSIGN(const sync::SpaceInfo space, replica.find_space(name));
    return std::vector{space};
}

std::string pruned_json(const sync::SpaceInfo& space, std::uint64_t dropped) {
    return JsonObject().text("space", space.name).number("pruned", dropped).finish();
}

void add_session(sync::SessionReport& sum, const sync::SessionReport& later) {
    const sync::SessionReport before = std::exchange(sum, later);
    add(sum.sent, before.sent);
    add(sum.received, before.received);
    add(sum.attachments_sent, before.attachments_sent);
    add(sum.attachments_received, before.attachments_received);
    for (const auto count : {&sync::SessionReport::trust_sent, &sync::SessionReport::trust_received,
                             &sync::SessionReport::refused, &sync::SessionReport::attachments_refused,
                             &sync::SessionReport::attachments_failed, &sync::SessionReport::bytes_up,
                             &sync::SessionReport::bytes_down, &sync::SessionReport::round_trips,
                             &sync::SessionReport::snapshots, &sync::SessionReport::snapshots_refused}) {
        sum.*count += before.*count;
    }
}

}  // namespace cotmoc::records
