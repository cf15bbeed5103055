// The operating system's clocks.
#pragma once

#include <cotmoc/base/clock.hpp>

namespace cotmoc::system {

class SystemClock final : public Clock {
public:
    std::int64_t wall_ms() override;
    std::int64_t steady_ms() override;
};

}  // namespace cotmoc::system
