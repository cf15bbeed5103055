#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/core/hlc.hpp>

#include <algorithm>
#include <limits>

namespace cotmoc::core {
namespace {

std::uint64_t clamped_wall(Clock& clock) {
    return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(clock.wall_ms(), 0)), hlc_wall_max);
}

}  // namespace

Hlc HybridClock::now() {
    const std::uint64_t wall = clamped_wall(clock_);
    if (wall > last_.wall_ms) {
        last_ = {wall, 0};
    } else if (last_.counter < std::numeric_limits<std::uint16_t>::max()) {
        ++last_.counter;
    } else if (last_.wall_ms < hlc_wall_max) {
        last_ = {last_.wall_ms + 1, 0};
    }
    return last_;
}

void HybridClock::observe(Hlc received) {
    const std::uint64_t limit = std::min(clamped_wall(clock_) + hlc_pull_max_ms, hlc_wall_max);
    if (received.wall_ms > limit && !switched_off("clock-limit")) {
        received = {limit, 0};
    }
    last_ = std::max(last_, received);
}

}  // namespace cotmoc::core
