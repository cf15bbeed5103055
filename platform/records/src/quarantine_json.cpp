#include <cotmoc/records/quarantine_json.hpp>

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/record_json.hpp>

namespace cotmoc::records {

Result<std::vector<Held>> held_back(sync::Replica& replica) {
    core::Store& store = replica.store();
    std::vector<Held> all;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const std::vector<core::ForkPlace> places, store.fork_places(space.id));
        for (const core::ForkPlace& place : places) {
            all.push_back({space.id, place.author, place.seq, std::nullopt,
                           std::string(error_name(ErrorCode::forked_feed)), place.hash.hex()});
        }
    }
    COTMOC_ASSIGN(const auto envelopes, store.quarantined());
    for (const core::EnvelopeRow& row : envelopes) {
        all.push_back({row.space, row.author, row.seq, std::nullopt, row.reason, row.hash.hex()});
    }
    COTMOC_ASSIGN(const auto ops, store.void_ops());
    for (const core::Store::VoidOp& op : ops) {
        all.push_back({op.space, op.dot.device, op.dot.seq, op.dot.index, op.reason, {}});
    }
    // Set aside of a former own feed: signed anew once this device can and may.
    COTMOC_ASSIGN(const auto unsent, store.unsent());
    for (const core::Store::Unsent& each : unsent) {
        all.push_back({each.space, each.device, each.seq, std::nullopt, "unsent"});
    }
    return all;
}

std::string held_json(const sync::Replica& replica, const Held& held) {
    return JsonObject()
        .text("what", held.index ? "op" : "change_set")
        .text("space", space_name(replica, held.space))
        .text("device", replica.device_id(held.author).hex())
        .text("name", replica.device_name(held.author))
        .number("seq", held.seq)
        .raw("index", held.index ? std::to_string(*held.index) : "null")
        .text("reason", held.reason)
        .raw("hash", held.hash.empty() ? "null" : "\"" + held.hash + "\"")
        .finish();
}

}  // namespace cotmoc::records
