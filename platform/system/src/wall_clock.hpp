// The time of day, as the operating system tells it.
#pragma once

#include <cstdint>

namespace cotmoc::system {

/// Milliseconds since 1970-01-01T00:00Z, without leap seconds. Any thread.
std::int64_t read_wall_clock();

}  // namespace cotmoc::system
