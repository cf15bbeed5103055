#include "wall_clock.hpp"

#include <cotmoc/system/clock.hpp>

#include <chrono>

namespace cotmoc::system {

std::int64_t SystemClock::wall_ms() { return read_wall_clock(); }

std::int64_t SystemClock::steady_ms() {
    using std::chrono::milliseconds;
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace cotmoc::system
