#include "wall_clock.hpp"

#include <chrono>

namespace cotmoc::system {

std::int64_t read_wall_clock() {
    using std::chrono::milliseconds;
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace cotmoc::system
