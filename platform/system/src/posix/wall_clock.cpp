#include "wall_clock.hpp"

#include <ctime>

namespace cotmoc::system {

// Not std::chrono's: on 32-bit machines the standard library was compiled for times until 2038.
#ifndef __ANDROID__
static_assert(sizeof(std::time_t) >= 8, "built without _TIME_BITS=64");
#endif

std::int64_t read_wall_clock() {
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace cotmoc::system
