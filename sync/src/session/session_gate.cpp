#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/session_gate.hpp>

#include <algorithm>

namespace cotmoc::sync {

void SessionGate::refill(Visitor& visitor, std::int64_t now_ms) const {
    const std::int64_t more = std::max<std::int64_t>(now_ms - visitor.counted_ms, 0) / limits_.refill_ms;
    visitor.left = static_cast<std::uint32_t>(std::min<std::int64_t>(visitor.left + more, limits_.burst));
    visitor.counted_ms += more * limits_.refill_ms;
}

void SessionGate::forget_rested(std::int64_t now_ms) {
    std::erase_if(visitors_, [&](const auto& entry) {
        Visitor now = entry.second;
        refill(now, now_ms);
        return now.inside == 0 && now.left == limits_.burst;
    });
}

Result<void> SessionGate::enter(const DeviceId& device, std::int64_t now_ms) {
    if (visitors_.size() >= limits_.devices_max) {
        forget_rested(now_ms);
    }
    const auto [place, is_new] = visitors_.try_emplace(device, Visitor{0, limits_.burst, now_ms});
    Visitor& visitor = place->second;
    refill(visitor, now_ms);
    const bool allowed = visitor.inside < limits_.at_once && visitor.left > 0;
    if (!allowed && !switched_off("hub-rate")) {
        return fail(ErrorCode::quota_exceeded, "too many sessions");
    }
    ++visitor.inside;
    visitor.left -= visitor.left > 0 ? 1 : 0;
    return {};
}

void SessionGate::leave(const DeviceId& device) {
    const auto visitor = visitors_.find(device);
    COTMOC_CHECK(visitor != visitors_.end() && visitor->second.inside > 0);
    --visitor->second.inside;
}

}  // namespace cotmoc::sync
