#include <cotmoc/core/hlc.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

class FixedClock : public Clock {
public:
    explicit FixedClock(std::int64_t wall) : wall_(wall) {}
    std::int64_t wall_ms() override { return wall_; }
    std::int64_t steady_ms() override { return 0; }
    std::int64_t wall_;
};

}  // namespace

TEST_CASE("stamps rise whatever the wall does") {
    FixedClock wall(1000);
    HybridClock clock(wall, {});
    CHECK(clock.now() == Hlc{1000, 0});
    CHECK(clock.now() == Hlc{1000, 1});
    wall.wall_ = 500;
    CHECK(clock.now() == Hlc{1000, 2});
    wall.wall_ = 2000;
    CHECK(clock.now() == Hlc{2000, 0});
    CHECK(clock.last() == Hlc{2000, 0});
}

TEST_CASE("the stored stamp counts, and a full counter moves the wall on") {
    FixedClock wall(1000);
    HybridClock clock(wall, {5000, 65534});
    CHECK(clock.now() == Hlc{5000, 65535});
    CHECK(clock.now() == Hlc{5001, 0});
}

TEST_CASE("walls outside 48 bits are clamped") {
    FixedClock before(-5);
    HybridClock early(before, {});
    CHECK(early.now() == Hlc{0, 1});
    FixedClock after(std::int64_t{1} << 62);
    HybridClock late(after, {});
    CHECK(late.now() == Hlc{hlc_wall_max, 0});
    HybridClock full(after, {hlc_wall_max, 65535});
    CHECK(full.now() == Hlc{hlc_wall_max, 65535});
    full.observe({hlc_wall_max, 1});
    CHECK(full.last() == Hlc{hlc_wall_max, 65535});
}

TEST_CASE("a received stamp pulls the clock, but at most ten minutes past the wall") {
    FixedClock wall(1'000'000);
    HybridClock clock(wall, {});
    clock.observe({1'000'500, 7});
    CHECK(clock.now() == Hlc{1'000'500, 8});
    clock.observe({1000, 9});
    CHECK(clock.last() == Hlc{1'000'500, 8});
    clock.observe({1'600'000, 3});
    CHECK(clock.last() == Hlc{1'600'000, 3});
    clock.observe({4'000'000'000'000, 0});
    CHECK(clock.last() == Hlc{1'600'000, 3});
    wall.wall_ = 1'000'001;
    clock.observe({4'000'000'000'000, 0});
    CHECK(clock.last() == Hlc{1'600'001, 0});
}
