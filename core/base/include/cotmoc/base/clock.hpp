// Time comes in through this interface only; tests pass their own.
#pragma once

#include <cstdint>

namespace cotmoc {

class Clock {
public:
    virtual ~Clock() = default;
    /// Milliseconds since 1970-01-01T00:00:00Z as the device believes; may jump either way.
    virtual std::int64_t wall_ms() = 0;
    /// Milliseconds of a clock that never goes back; only differences mean anything.
    virtual std::int64_t steady_ms() = 0;
};

}  // namespace cotmoc
