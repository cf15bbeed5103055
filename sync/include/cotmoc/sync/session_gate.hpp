// How often and how many at once a device may have sessions with one answering side, so that one device
// leaves room for the others.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>

#include <map>

namespace cotmoc::sync {

struct SessionGateLimits {
    std::uint32_t at_once = 4;
    std::uint32_t burst = 60;           // sessions that may follow each other without a pause
    std::int64_t refill_ms = 1'000;     // one more after each of these
    std::size_t devices_max = 100'000;  // remembered; above that, those that have rested are forgotten
};

/// One thread at a time. Outlives the sessions that it is given to.
class SessionGate {
public:
    explicit SessionGate(const SessionGateLimits& limits = {}) : limits_(limits) {}

    /// Called once the device has proved itself, not on message 1, which somebody may have recorded (S22).
    /// quota_exceeded. What enters leaves.
    Result<void> enter(const DeviceId& device, std::int64_t now_ms);
    void leave(const DeviceId& device);

private:
    struct Visitor {
        std::uint32_t inside = 0;
        std::uint32_t left = 0;  // of the burst
        std::int64_t counted_ms = 0;
    };
    void refill(Visitor& visitor, std::int64_t now_ms) const;
    void forget_rested(std::int64_t now_ms);

    SessionGateLimits limits_;
    std::map<DeviceId, Visitor> visitors_;
};

}  // namespace cotmoc::sync
