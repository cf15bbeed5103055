// Wrong clocks: they may win among truly concurrent edits (S19), and nothing else.
#include "support/fleet.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

constexpr std::int64_t seventy_years_ms = 70LL * 365 * 24 * 3600 * 1000;

struct Posts : Fleet {
    Posts() : Fleet(11) {
        add("so-1", Role::province_officer, {"*"});
        add("right", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("wrong", Role::border_post, {"kon-tum/ngoc-hoi"});
    }
};

}  // namespace

TEST_CASE(
    "a clock 70 years ahead: it syncs, loses to every edit that saw its own, drags nobody, and is told") {
    Posts fleet;
    fleet["wrong"].clock.offset = seventy_years_ms;
    const RecordId id = fleet.add_record("wrong", "delegation", {{"head", "từ 2094"}});
    fleet.sync_all();
    CHECK(fleet.body("right", id) == R"({"head":"từ 2094"})");
    REQUIRE(fleet.set("right", id, "head", "sau khi xem"));
    fleet.sync_all();
    for (const char* device : {"right", "wrong", "so-1"}) {
        CHECK(fleet.body(device, id) == R"({"head":"sau khi xem"})");
        CHECK(must(fleet.replica(device).store().find(id))->conflicts.empty());
    }
    const auto stamp = must(fleet.replica("right").history(id)).back().at_ms;
    CHECK(static_cast<std::int64_t>(stamp) <= fleet["right"].clock.wall_ms() + sync::clock_tolerance_ms);

    const sync::ClockCheck wrong = must(fleet.replica("wrong").check_clock());
    CHECK(wrong.suspect);
    CHECK(wrong.offset_ms == seventy_years_ms);
    CHECK_FALSE(must(fleet.replica("right").check_clock()).suspect);

    fleet["wrong"].clock.offset = 0;  // somebody sets it right
    fleet.sync("wrong");
    CHECK_FALSE(must(fleet.replica("wrong").check_clock()).suspect);
}

TEST_CASE("a clock that stands at 1970: the device writes and syncs, and its clock is suspect at once") {
    Posts fleet;
    fleet["wrong"].clock.offset = -fleet["wrong"].clock.wall;
    CHECK(must(fleet.replica("wrong").check_clock()).suspect);  // the authority's entries are of later
    const RecordId id = fleet.add_record("wrong", "delegation", {{"head", "từ 1970"}});
    fleet.sync_all();
    CHECK(fleet.body("so-1", id) == R"({"head":"từ 1970"})");
    REQUIRE(fleet.set("wrong", id, "head", "vẫn 1970"));
    fleet.sync_all();
    CHECK(fleet.body("right", id) == R"({"head":"vẫn 1970"})");
    const sync::ClockCheck check = must(fleet.replica("wrong").check_clock());
    CHECK(check.suspect);
    CHECK(check.offset_ms == fleet["wrong"].clock.offset);
}

TEST_CASE("a clock a few minutes off is not suspect") {
    Posts fleet;
    fleet["wrong"].clock.offset = 5 * 60 * 1000;
    fleet.sync_all();
    CHECK_FALSE(must(fleet.replica("wrong").check_clock()).suspect);
}
