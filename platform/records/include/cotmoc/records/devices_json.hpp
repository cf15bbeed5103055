// Who belongs to the province, as far as this device can read it.
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// How a device's certificate stands: `grace` for 60 days after it has ended, then `expired`.
enum class Standing : std::uint8_t { active, grace, expired, revoked };
/// The word in JSON.
std::string_view standing_name(Standing standing);

struct ListedDevice {
    sync::DeviceInfo info;
    Standing standing{};
    std::optional<crypto::RightsReason> reason;  // of one that is revoked
    std::optional<std::uint64_t> last_seen_ms;   // by the device's clock
};

/// not_joined.
Result<std::vector<ListedDevice>> listed_devices(sync::Replica& replica, std::int64_t now_ms);
/// An object of `authority list --json`.
std::string device_json(const ListedDevice& listed);
/// The array of them.
Result<std::string> devices_json(sync::Replica& replica, std::int64_t now_ms);

}  // namespace cotmoc::records
