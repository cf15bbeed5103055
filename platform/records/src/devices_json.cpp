#include <cotmoc/records/devices_json.hpp>

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/record_json.hpp>
#include <cotmoc/sync/authority.hpp>

namespace cotmoc::records {
namespace {

Standing standing_of(const crypto::TrustState::Device& device, std::uint64_t now_ms) {
    if (device.revoked) {
        return Standing::revoked;
    }
    if (now_ms <= device.not_after_ms) {
        return Standing::active;
    }
    return now_ms <= device.not_after_ms + sync::certificate_grace_ms ? Standing::grace : Standing::expired;
}

}  // namespace

std::string_view standing_name(Standing standing) {
    switch (standing) {
        case Standing::active:
            return "active";
        case Standing::grace:
            return "grace";
        case Standing::expired:
            return "expired";
        case Standing::revoked:
            break;
    }
    return "revoked";
}

Result<std::vector<ListedDevice>> listed_devices(sync::Replica& replica, std::int64_t now_ms) {
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms, 0));
    std::vector<ListedDevice> all;
    for (sync::DeviceInfo& info : replica.devices()) {
        ListedDevice listed;
        listed.info = std::move(info);
        if (const auto* device = replica.trust().find(listed.info.id); device != nullptr) {
            listed.standing = standing_of(*device, now);
            listed.reason = device->revoked ? std::optional(device->reason) : std::nullopt;
        }
        COTMOC_ASSIGN(listed.last_seen_ms, replica.last_seen(listed.info.index));
        all.push_back(std::move(listed));
    }
    return all;
}

std::string device_json(const ListedDevice& listed) {
    JsonObject object;
    object.text("device", listed.info.id.hex())
        .text("name", listed.info.name)
        .text("role", crypto::role_name(listed.info.role))
        .raw("spaces", listed.info.all_spaces ? "[\"*\"]" : json_texts(listed.info.spaces))
        .text("state", standing_name(listed.standing));
    if (listed.reason) {
        object.text("reason", crypto::reason_name(*listed.reason));
    }
    object.text("not_after", utc_text(static_cast<std::int64_t>(listed.info.not_after_ms)));
    if (listed.last_seen_ms) {
        object.text("last_seen", utc_text(static_cast<std::int64_t>(*listed.last_seen_ms)));
    } else {
        object.raw("last_seen", "null");
    }
    return object.finish();
}

Result<std::string> devices_json(sync::Replica& replica, std::int64_t now_ms) {
    COTMOC_ASSIGN(const std::vector<ListedDevice> all, listed_devices(replica, now_ms));
    std::vector<std::string> objects;
    objects.reserve(all.size());
    for (const ListedDevice& listed : all) {
        objects.push_back(device_json(listed));
    }
    return json_array(objects);
}

}  // namespace cotmoc::records
