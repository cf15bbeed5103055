#include <cotmoc/records/status_json.hpp>

#include <cotmoc/records/json_text.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

namespace cotmoc::records {
namespace {

std::string decimal(double value) {
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%.3f", value);
    return text.data();
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
        .raw("attributed_by_snapshot_of", json_name(snapshot_author(replica, ground.begun_with)))
        .raw("wrong_snapshot_of", json_name(snapshot_author(replica, ground.found_wrong)))
        .flag("history_wanted", ground.history_wanted)
        .finish();
}

}  // namespace

std::string snapshot_author(const sync::Replica& replica,
                            const std::optional<crypto::SnapshotManifest>& snapshot) {
    if (!snapshot) {
        return {};
    }
    const auto* author = replica.trust().find(snapshot->author);
    const std::string name = author != nullptr ? replica.device_name(author->index) : std::string();
    return name.empty() ? snapshot->author.hex() : name;
}

std::string transfer_json(const sync::Transfer& transfer) {
    return JsonObject()
        .number("change_sets", transfer.change_sets)
        .number("ops", transfer.ops)
        .number("bytes", transfer.bytes)
        .finish();
}

Result<std::string> setting(sync::Replica& replica, std::string_view name) {
    COTMOC_ASSIGN(const std::optional<Bytes> value, replica.store().setting(name));
    return value ? std::string(as_text(*value)) : std::string();
}

Result<void> set_setting(sync::Replica& replica, std::string_view name, const std::string& value) {
    COTMOC_ASSIGN(const std::string before, setting(replica, name));
    if (before == value) {
        return {};
    }
    return replica.store().write([&] { return replica.store().set_setting(name, as_bytes(value)); });
}

std::string name_of(sync::AttachmentStore* store, const Hash256& id) {
    const auto name = store != nullptr ? store->name_of(id) : std::string();
    return name.value_or(std::string());
}

std::string attachments_json(const sync::SessionReport& report, sync::AttachmentStore* store) {
    std::uint64_t missing = 0;
    const auto left = store != nullptr ? store->missing() : std::vector<sync::AttachmentStore::Missing>();
    if (left) {
        std::set<Hash256> ids;
        for (const auto& each : *left) {
            ids.insert(each.id);
        }
        missing = ids.size();
    }
    std::vector<std::string> refusals;
    for (const sync::AttachmentRefusal& each : report.refused_why) {
        refusals.push_back(JsonObject()
                               .text("attachment", each.id.hex())
                               .text("name", name_of(store, each.id))
                               .text("error", std::string(error_name(each.code)))
                               .finish());
    }
    std::string error = "null";
    if (report.attachment_error) {
        error.clear();
        core::append_json_string(error, error_name(*report.attachment_error));
    }
    return JsonObject()
        .number("sent", report.attachments_sent.whole)
        .number("received", report.attachments_received.whole)
        .number("bytes_sent", report.attachments_sent.bytes)
        .number("bytes_received", report.attachments_received.bytes)
        .number("refused", report.attachments_refused)
        .raw("refusals", json_array(refusals))
        .number("failed", report.attachments_failed)
        .raw("error", error)
        .number("missing", missing)
        .finish();
}

Result<std::string> digests_json(sync::Replica& replica) {
    JsonObject digests;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const Hash256 digest, replica.store().digest(space.id));
        digests.text(space.name, digest.hex());
    }
    return digests.finish();
}

std::string hub_json(const sync::Replica& replica, const sync::HubNotice& notice) {
    std::vector<std::string> missing;
    for (const sync::HubNotice::Missing& feed : notice.missing) {
        missing.push_back(JsonObject()
                              .text("device", replica.device_id(feed.author).hex())
                              .number("from", feed.held + 1)
                              .number("to", feed.named)
                              .text("named_by", replica.device_id(feed.named_by).hex())
                              .finish());
    }
    return JsonObject()
        .flag("went_back", notice.went_back)
        .number("lost_change_sets", notice.went_back ? notice.lost_change_sets : 0)
        .number("lost_trust_entries", notice.went_back ? notice.lost_trust_entries : 0)
        .number("missing_change_sets", notice.missing_change_sets())
        .number("missing_trust_entries", notice.missing_trust_entries)
        .raw("missing", json_array(missing))
        .raw("stale_h", notice.stale_h ? std::to_string(*notice.stale_h) : "null")
        .finish();
}

Result<std::vector<ForkedFeed>> forked_feeds(sync::Replica& replica) {
    std::vector<ForkedFeed> all;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const auto judgements, replica.store().fork_judgements(space.id));
        COTMOC_ASSIGN(const auto places, replica.store().fork_places(space.id));
        for (const core::ForkJudgement& judgement : judgements) {
            const auto first = std::ranges::find(places, judgement.device, &core::ForkPlace::author);
            if (first != places.end() || judgement.void_from != 0) {
                const std::uint64_t from = first != places.end() ? first->seq : judgement.void_from;
                all.push_back({space.name, judgement.device, from, judgement.void_from});
            }
        }
    }
    return all;
}

std::string forks_json(const sync::Replica& replica, const std::vector<ForkedFeed>& feeds) {
    std::vector<std::string> objects;
    for (const ForkedFeed& feed : feeds) {
        objects.push_back(JsonObject()
                              .text("space", feed.space)
                              .text("device", replica.device_id(feed.device).hex())
                              .text("name", replica.device_name(feed.device))
                              .number("from", feed.from)
                              .raw("void_from", feed.void_from != 0 ? std::to_string(feed.void_from) : "null")
                              .finish());
    }
    return json_array(objects);
}

Result<std::string> status_json(sync::Replica& replica) {
    COTMOC_ASSIGN(const sync::ClockCheck clock, replica.check_clock());
    COTMOC_ASSIGN(const std::string last_sync, setting(replica, last_sync_setting));
    COTMOC_ASSIGN(const sync::HubNotice hub, replica.hub_notice());
    COTMOC_ASSIGN(const std::vector<ForkedFeed> forked, forked_feeds(replica));
    std::vector<std::string> spaces;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const core::SpaceStatus state, replica.store().status(space.id));
        COTMOC_ASSIGN(const sync::SpaceGround ground, sync::ground_of(replica, space.id));
        spaces.push_back(space_status_json(replica, space.name, state, last_sync, ground));
    }
    return JsonObject()
        .text("device", replica.id().hex())
        .text("name", replica.name())
        .raw("spaces", json_array(spaces))
        .raw("clock",
             JsonObject().flag("suspect", clock.suspect).number("offset_s", clock.offset_ms / 1000).finish())
        .raw("hub", hub_json(replica, hub))
        .flag("restored", replica.restored())
        .raw("forked", forks_json(replica, forked))
        .finish();
}

Result<std::string> report_json(sync::Replica& replica, const sync::SessionReport& report, double seconds,
                                const std::vector<std::string>& rotated, sync::AttachmentStore* store) {
    COTMOC_ASSIGN(const std::string digests, digests_json(replica));
    COTMOC_ASSIGN(const sync::HubNotice hub, replica.hub_notice());
    const std::string wire =
        JsonObject().number("up", report.bytes_up).number("down", report.bytes_down).finish();
    JsonObject object;
    object.raw("sent", transfer_json(report.sent))
        .raw("received", transfer_json(report.received))
        .raw("wire_bytes", wire)
        .number("round_trips", report.round_trips)
        .raw("seconds", decimal(seconds))
        .flag("complete", report.complete)
        .raw("digests", digests)
        .number("conflicts", replica.notes().new_conflicts)
        .number("quarantined", replica.notes().quarantined)
        .number("forks", replica.notes().forks)
        .raw("hub", hub_json(replica, hub))
        .raw("attachments", attachments_json(report, store))
        .flag("restored", replica.restored());
    if (!rotated.empty()) {
        object.raw("rotated", json_texts(rotated));
    }
    return object.finish();
}

}  // namespace cotmoc::records
