// A new device begins with a snapshot instead of with every change set (S20).
#include "snapshot_support.hpp"

#include <algorithm>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using namespace cotmoc::test_support;

TEST_CASE("a new device begins with a snapshot, holds what the others hold, and goes on with the tail") {
    SnapshotFleet world(1);
    const std::vector<RecordId> ids = world.work(40);
    const auto made = world.make("tinh");
    REQUIRE_MESSAGE(made, (made ? std::string() : describe(made.error())));
    const crypto::SnapshotManifest manifest = world.fetch("new", "tinh");
    CHECK(manifest == *made);
    // Nothing of the records came beside it.
    CHECK_FALSE(must(world["new"].store().holds_anything_of(world.space())));
    must(world.install("new", manifest));
    CHECK(world.digest("new") == world.digest("tinh"));
    CHECK(must(world["new"].store().record_hashes(world.space())) ==
          must(world["tinh"].store().record_hashes(world.space())));
    const sync::SpaceGround ground = must(sync::ground_of(world["new"], world.space()));
    REQUIRE(ground.begun_with);
    CHECK(*ground.begun_with == manifest);
    CHECK(ground.by_hash_only == sync::change_sets_covered(manifest));

    must(world.fleet.set("post", ids[0], "head", "Bà B"));
    must(world.fleet.set("new", ids[1], "head", "Bà C"));
    world.fleet.sync_all();
    CHECK(world.digest("new") == world.digest("tinh"));
    CHECK(world.fleet.body("new", ids[0]).find("Bà B") != std::string::npos);
    CHECK(world.fleet.body("post", ids[1]).find("Bà C") != std::string::npos);
    const sync::Verification checked = must(world["new"].check_everything());
    CHECK(checked.wrong.empty());
    CHECK(checked.not_checked.size() == 1);
    world.fleet.reopen("new");
    CHECK(world.fleet.sync("new").complete);
    CHECK(world.digest("new") == world.digest("tinh"));
}

TEST_CASE("what the history needs comes back when it is asked for, and is then checked") {
    SnapshotFleet world(2);
    const std::vector<RecordId> ids = world.work(12);
    must(world.make("tinh"));
    must(world.install("new", world.fetch("new", "tinh")));
    world.fleet.sync_all();
    const auto untold = world["new"].history(ids[0]);
    REQUIRE_FALSE(untold);
    CHECK(untold.error().code == ErrorCode::history_not_here);
    CHECK(must(world["new"].soft_conflicts(ids[0])).empty());
    const Hash256 digest = world.digest("new");

    must(world["new"].want_history(world.space()));
    const std::uint64_t missing = must(world["new"].without_octets(world.space()));
    // It counts as received: committed before it is acknowledged, in bounded transactions.
    CHECK(world.fleet.sync("new").received.change_sets == missing);
    world.fleet.sync_all();
    CHECK(must(world["new"].without_octets(world.space())) == 0);
    CHECK_FALSE(must(world["new"].history_wanted(world.space())));
    CHECK_FALSE(must(sync::ground_of(world["new"], world.space())).begun_with);
    CHECK(world.digest("new") == digest);
    CHECK(must(world["new"].history(ids[0])).size() == must(world["tinh"].history(ids[0])).size());
    const sync::Verification checked = must(world["new"].check_everything());
    CHECK(checked.wrong.empty());
    CHECK(checked.not_checked.empty());
}

TEST_CASE("a device that was away for a year comes back with its edits intact") {
    SnapshotFleet world(3);
    const std::vector<RecordId> ids = world.work(10);
    // The hill works on without a link: what it makes has an old past.
    must(world.fleet.set("hill", ids[1], "head", "Từ trên đồi"));
    const RecordId made = world.fleet.add_record("hill", "delegation", {{"head", "Đoàn trên đồi"}});
    must(world["hill"].seal());
    must(world.fleet.set("hill", made, "partner", "Sekong"));
    world.fleet.advance(365LL * 24 * 3600 * 1000);
    for (int i = 0; i < 10; ++i) {
        must(world.fleet.set("post", ids[0], "head", "Năm sau " + std::to_string(i)));
        for (const char* name : {"post", "tinh", "office", "post"}) {
            world.fleet.sync(name);
        }
    }
    must(world.make("tinh"));
    must(world.install("new", world.fetch("new", "tinh")));
    world.fleet.sync("new");
    world.fleet.sync_all();
    for (const std::string name : {"post", "hill", "office", "tinh", "new"}) {
        CAPTURE(name);
        CHECK(world.digest(name) == world.digest("tinh"));
        CHECK(world.fleet.body(name, ids[1]).find("Từ trên đồi") != std::string::npos);
        CHECK(world.fleet.body(name, made).find("Sekong") != std::string::npos);
        CHECK(must(world[name].store().quarantined()).empty());
    }
}

TEST_CASE("a cut below a snapshot has the device fetch what it needs, and then shows the result") {
    SnapshotFleet world(4);
    const std::vector<RecordId> ids = world.work(8);
    must(world.make("tinh"));
    must(world.install("new", world.fetch("new", "tinh")));
    world.fleet.sync_all();
    const auto cut = sync::Cuts{{std::string(snapshot_space), 1}};
    must(world.fleet.authority().revoke("hill", crypto::RightsReason::lost, cut));
    world.fleet.sync("authority");
    world.fleet.sync("tinh");
    world.fleet.sync("new");  // hears of it
    world.fleet.sync("new");
    world.fleet.sync("new");
    CHECK(must(world["new"].without_octets(world.space())) == 0);
    CHECK(world.digest("new") == world.digest("tinh"));
    CHECK_FALSE(must(world["tinh"].store().void_ops()).empty());
    CHECK(must(world["new"].store().void_ops()).size() == must(world["tinh"].store().void_ops()).size());
}

TEST_CASE("snapshots: one from before a cut is not begun with") {
    SnapshotFleet world(5);
    world.work(8);
    must(world.make("tinh"));
    const auto cut = sync::Cuts{{std::string(snapshot_space), 1}};
    must(world.fleet.authority().revoke("hill", crypto::RightsReason::lost, cut));
    world.fleet.sync("authority");
    world.fleet.sync("tinh");
    const auto installed = world.install("new", world.fetch("new", "tinh"));
    REQUIRE_FALSE(installed);
    CHECK(installed.error().code == ErrorCode::stale_snapshot);
    world.fleet.sync("new");
    CHECK(world.digest("new") == world.digest("tinh"));
}

TEST_CASE("only a province officer makes a snapshot, of a space that is whole and not forked") {
    SnapshotFleet world(6);
    world.work(4);
    for (const std::string name : {"post", "office", "authority"}) {
        CAPTURE(name);
        const auto made = world.make(name);
        REQUIRE_FALSE(made);
        CHECK(made.error().code == ErrorCode::not_allowed);
    }
    CHECK(must(sync::snapshots_due(world["tinh"], *world.desks["tinh"].shelf, 1)).size() == 1);
    must(world.make("tinh"));
    CHECK(must(sync::snapshots_due(world["tinh"], *world.desks["tinh"].shelf, 1)).empty());
    CHECK(must(sync::snapshots_due(world["post"], *world.desks["post"].shelf, 1)).empty());
    // Nothing has come since: the one that is there stays.
    const auto again = must(world.make("tinh"));
    CHECK(again == *must(world.desks["tinh"].shelf->newest(world.space(), true)));
}

TEST_CASE("whoever is given a snapshot keeps it and passes it on, body and all") {
    SnapshotFleet world(7);
    world.work(20);
    const auto made = must(world.make("tinh"));
    // An office stands for a hub: it checks against the feeds that it holds.
    const sync::SessionReport offered = world.talk("tinh", "office");
    CHECK(offered.snapshots == 1);
    CHECK(must(world.desks["office"].shelf->newest(world.space(), true)) == made);
    CHECK(world.talk("tinh", "office").snapshots == 0);  // offered once
    const crypto::SnapshotManifest manifest = world.fetch("new", "office");
    CHECK(manifest == made);
    must(world.install("new", manifest));
    CHECK(world.digest("new") == world.digest("tinh"));
    // A newer one takes its place, here and there.
    world.work(6);
    const auto newer = must(world.make("tinh"));
    world.talk("tinh", "office");
    CHECK(must(world.desks["office"].shelf->newest(world.space(), true)) == newer);
    must(world.desks["office"].shelf->tidy(world.space()));
    CHECK_FALSE(must(world.desks["office"].bodies->find(made.body)));
    CHECK_FALSE(must(world.desks["tinh"].bodies->find(made.body)));
}
