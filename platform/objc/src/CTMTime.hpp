// Times of Foundation as the C interface takes them.
#pragma once

#include <cmath>
#include <cstdint>

/// Milliseconds of a limit in seconds. Only exactly 0 is 0, which means no limit: what is below a
/// millisecond, negative or no number is 1, a limit that is over at once, and what is too long is the longest
/// one.
inline uint64_t CTMMilliseconds(double seconds) {
    if (seconds == 0) {
        return 0;
    }
    const double milliseconds = seconds * 1000;
    if (!(milliseconds >= 1)) {
        return 1;
    }
    return milliseconds >= 9e18 ? INT64_MAX : static_cast<uint64_t>(std::llround(milliseconds));
}
