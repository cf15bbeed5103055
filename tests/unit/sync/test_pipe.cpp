// Both ends of a session in one process.
#include <cotmoc/sync/pipe.hpp>

#include "support/fleet.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;

TEST_CASE("a session in memory brings a record from one device to another, and says so") {
    Fleet fleet(1);
    fleet.add("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.add("office", crypto::Role::district_officer, {"kon-tum/ngoc-hoi"});
    fleet.sync("authority");
    const RecordId id = fleet.add_record("post", "delegation", {{"partner", "Attapư"}});

    FakeClock clock;
    const auto up = sync::run_in_memory(*fleet.call("post"), *fleet.answer(), clock);
    REQUIRE(up.has_value());
    CHECK(up->complete);
    CHECK(up->sent.change_sets == 1);
    const auto down = sync::run_in_memory(*fleet.call("office"), *fleet.answer(), clock);
    REQUIRE(down.has_value());
    CHECK(down->received.change_sets == 1);
    CHECK(fleet.body("office", id) == fleet.body("post", id));
}

TEST_CASE("a session in memory fails by the name of what went wrong") {
    Fleet fleet(1);
    FleetDevice& post = fleet.add("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.sync("authority");
    FakeClock clock;

    // Not the key of the one who answers: message 1 cannot be opened.
    const auto stranger = sync::Session::call({*post.replica, post.replica->keys().device, fleet.random},
                                              post.replica->keys().device.public_keys().agreement);
    const auto failed = sync::run_in_memory(*stranger, *fleet.answer(), clock);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code != ErrorCode::disk_full);

    // An end that is already over says nothing: the other one waits for it in vain.
    const auto caller = fleet.call("post");
    const auto silent = fleet.answer();
    silent->on_closed(0);
    const auto lost = sync::run_in_memory(*caller, *silent, clock);
    REQUIRE_FALSE(lost.has_value());
}
