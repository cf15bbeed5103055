#import "runner.h"

#include "CTMTime.hpp"

#include <limits>

TEST(time_without_a_limit_is_exactly_none) {
    CHECK(CTMMilliseconds(0) == 0);
    CHECK(CTMMilliseconds(-0.0) == 0);
    const double none[] = {-1,   -1e300, -HUGE_VAL, std::numeric_limits<double>::quiet_NaN(),
                           1e-9, 0.0004, 0.0009,    std::numeric_limits<double>::denorm_min()};
    for (double seconds : none) {
        CHECK(CTMMilliseconds(seconds) == 1);
    }
}

TEST(time_is_rounded_and_never_wraps) {
    CHECK(CTMMilliseconds(0.001) == 1);
    CHECK(CTMMilliseconds(0.0015) == 2);
    CHECK(CTMMilliseconds(20) == 20000);
    CHECK(CTMMilliseconds(1e12) == 1000000000000000);
    const double long_times[] = {9e15, 1e18, 1e300, HUGE_VAL};
    for (double seconds : long_times) {
        CHECK(CTMMilliseconds(seconds) == INT64_MAX);
    }
}
