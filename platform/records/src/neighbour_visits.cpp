#include "disk_free.hpp"

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/neighbour_visits.hpp>
#include <cotmoc/records/status_json.hpp>

namespace cotmoc::records {

NeighbourVisits::NeighbourVisits(std::string directory) : directory_(std::move(directory)) {
    limits_.disk_free = [this] { return disk_free(directory_); };
}

sync::SessionOptions NeighbourVisits::begin(sync::Replica& replica, Random& random, Clock& clock,
                                            sync::AttachmentStore* files) {
    store_ = std::make_unique<sync::NeighbourStore>(replica, quotas_, limits_,
                                                    [&clock] { return clock.steady_ms(); });
    sync::SessionOptions options{*store_, replica.keys().device, random};
    options.gate = &gate_;
    options.stall_ms = neighbour_stall_ms;
    options.attachments = files;
    return options;
}

Result<void> check_serving(const sync::Replica& replica) {
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    return replica.trust().find(replica.id())->revoked ? fail(ErrorCode::revoked, "this device")
                                                       : Result<void>();
}

bool ends_serving(ErrorCode why) { return why != ErrorCode::disk_full && why != ErrorCode::busy; }

bool is_worth_telling(const sync::SessionReport& report, const std::optional<Error>& error) {
    return error || report.round_trips != 0;
}

std::string visitor_name(const sync::Replica& replica, const std::optional<DeviceId>& peer) {
    const auto* device = peer ? replica.trust().find(*peer) : nullptr;
    return device != nullptr ? replica.device_name(device->index) : "";
}

std::string visit_json(const sync::Replica& replica, const sync::SessionReport& report,
                       const std::optional<DeviceId>& peer, const std::optional<Error>& error) {
    const sync::SessionNotes& notes = replica.notes();
    return JsonObject()
        .text("device", peer ? peer->hex() : "")
        .text("name", visitor_name(replica, peer))
        .raw("sent", transfer_json(report.sent))
        .raw("received", transfer_json(report.received))
        .number("attachments_sent", report.attachments_sent.whole)
        .number("attachments_received", report.attachments_received.whole)
        .flag("complete", report.complete)
        .text("error", error ? error_name(error->code) : std::string_view())
        .number("conflicts", notes.new_conflicts)
        .number("quarantined", notes.quarantined)
        .finish();
}

}  // namespace cotmoc::records
