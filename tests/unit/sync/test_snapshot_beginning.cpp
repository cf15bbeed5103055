// From the first octet of a snapshot's body until it is installed: the space is incomplete (S20).
#include "snapshot_support.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using namespace cotmoc::test_support;

namespace {

/// A new device in a province of some work, which marks what it begins.
struct BeginningFleet : SnapshotFleet {
    explicit BeginningFleet(std::uint64_t seed) : SnapshotFleet(seed) {
        work(40);
        must(make("tinh"));
        add("new", crypto::Role::border_post);
        fleet.sync("tinh");
    }
    bool incomplete() { return must(sync::ground_of((*this)["new"], space())).incomplete; }
    sync::SnapshotRule marking() {
        sync::SnapshotRule rule = begin();
        rule.begins = [this](const SpaceId& of) { return sync::begin_space((*this)["new"], of); };
        return rule;
    }
    sync::Beginnings settle(const sync::SessionReport* done = nullptr) {
        return must(sync::settle_beginnings((*this)["new"], *desks["new"].shelf, {space()}, done));
    }
    Result<RecordId> write() { return (*this)["new"].add(info("new"), "delegation", {}); }
};

}  // namespace

TEST_CASE("a space is incomplete from before the first octet of its snapshot, also after a kill") {
    BeginningFleet world(21);
    sync::SnapshotRule rule = world.marking();
    bool marked_before = true;
    bool begun = false;
    rule.begins = [&, mark = rule.begins](const SpaceId& space) {
        marked_before = world.incomplete();
        begun = true;
        return mark(space);
    };
    {
        sync::SessionOptions calling = world.options("new");
        calling.snapshot_rule = rule;
        const auto one = sync::Session::call(calling, world["tinh"].keys().device.public_keys().agreement);
        const auto other = sync::Session::answer(world.options("tinh"));
        one->start(0);
        other->start(0);
        while (!begun) {
            other->on_bytes(one->take_output(), 0);
            one->on_bytes(other->take_output(), 0);
        }
        CHECK_FALSE(marked_before);
        CHECK(world.incomplete());
    }
    world.fleet.reopen("new");
    world.desks["new"].open();
    CHECK(world.incomplete());
    CHECK(world.write().error().code == ErrorCode::space_incomplete);

    CHECK(world.talk("new", "tinh", world.marking()).snapshots_told);
    CHECK(world.incomplete());
    CHECK(world.settle().installed == 1);
    CHECK_FALSE(world.incomplete());
    CHECK(world.digest("new") == world.digest("tinh"));
    CHECK(world.write());
}

TEST_CASE("a space in which something was written meanwhile is not begun with a snapshot") {
    BeginningFleet world(22);
    sync::SnapshotRule rule = world.marking();
    rule.begins = [&, mark = rule.begins](const SpaceId& space) {
        must(world.write());  // while the session runs, as another thread of an app may
        return mark(space);
    };
    world.talk("new", "tinh", rule);
    CHECK_FALSE(world.incomplete());
    CHECK_FALSE(must(world.desks["new"].shelf->newest(world.space(), true)));
    const sync::Beginnings settled = world.settle();
    CHECK(settled.arriving == 0);
    REQUIRE(settled.refused);
    CHECK(settled.refused->code == ErrorCode::already_exists);
    CHECK_FALSE(must(world.desks["new"].shelf->newest(world.space(), false)));
    world.fleet.sync_all();
    CHECK(world.digest("new") == world.digest("tinh"));
}

TEST_CASE("a snapshot that the other side has lost is not waited for") {
    BeginningFleet world(23);
    // Its manifest came, and the session was cut.
    must(world.desks["new"].shelf->keep(*must(world.desks["tinh"].shelf->newest(world.space(), true))));
    must(sync::begin_space(world["new"], world.space()));
    CHECK(world.settle().arriving == 1);
    must(world.desks["tinh"].shelf->forget(world.space()));
    world.talk("new", "tinh", world.marking());
    CHECK(world.settle().arriving == 0);
    CHECK_FALSE(world.incomplete());
    world.fleet.sync_all();
    CHECK(world.digest("new") == world.digest("tinh"));
}

TEST_CASE("a body that the other side offers and does not give locks nothing for long") {
    BeginningFleet world(24);
    const crypto::SnapshotManifest manifest = *must(world.desks["tinh"].shelf->newest(world.space(), true));
    sync::AttachmentStore& bodies = *world.desks["new"].bodies;
    sync::SessionReport done;
    done.snapshots_told = true;
    must(world.desks["new"].shelf->keep(manifest));
    must(sync::begin_space(world["new"], world.space()));
    CHECK(world.settle(&done).arriving == 1);
    CHECK(world.incomplete());
    must(bodies.add(must(world.desks["tinh"].bodies->manifest(manifest.body)), manifest.author));
    must(bodies.keep_part(manifest.body, 0, Bytes(100), 0));
    CHECK(world.settle(&done).arriving == 1);  // some of it came
    must(sync::begin_space(world["new"], world.space()));
    CHECK(world.settle().arriving == 1);  // a session that failed tells nothing
    CHECK(world.settle(&done).arriving == 1);
    must(sync::begin_space(world["new"], world.space()));
    CHECK(world.settle().arriving == 1);
    const sync::Beginnings settled = world.settle(&done);
    CHECK(settled.arriving == 0);
    REQUIRE(settled.refused);
    CHECK(settled.refused->code == ErrorCode::unknown_attachment);
    CHECK_FALSE(world.incomplete());
    CHECK(world.write());
}

TEST_CASE("a link that is cut before the body is asked for locks nothing") {
    BeginningFleet world(26);
    must(world.desks["new"].shelf->keep(*must(world.desks["tinh"].shelf->newest(world.space(), true))));
    CHECK(world.settle().arriving == 1);
    CHECK_FALSE(world.incomplete());
    CHECK(world.write());
}

TEST_CASE("what had come of a body goes when the records have come in another way") {
    BeginningFleet world(25);
    const crypto::SnapshotManifest manifest = *must(world.desks["tinh"].shelf->newest(world.space(), true));
    sync::AttachmentStore& bodies = *world.desks["new"].bodies;
    must(world.desks["new"].shelf->keep(manifest));
    must(bodies.add(must(world.desks["tinh"].bodies->manifest(manifest.body)), manifest.author));
    must(bodies.keep_part(manifest.body, 0, Bytes(100), 0));
    must(world.write());
    must(sync::settle_beginnings(world["new"], *world.desks["new"].shelf, {}, nullptr));
    CHECK_FALSE(must(bodies.find(manifest.body)));
}
