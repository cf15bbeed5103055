#include <cotmoc/system/clock.hpp>

#include <chrono>

namespace cotmoc::system {
namespace {

template <class SomeClock>
std::int64_t milliseconds() {
    using std::chrono::milliseconds;
    return std::chrono::duration_cast<milliseconds>(SomeClock::now().time_since_epoch()).count();
}

}  // namespace

std::int64_t SystemClock::wall_ms() { return milliseconds<std::chrono::system_clock>(); }

std::int64_t SystemClock::steady_ms() { return milliseconds<std::chrono::steady_clock>(); }

}  // namespace cotmoc::system
