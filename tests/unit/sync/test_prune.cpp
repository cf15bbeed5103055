// A device drops the octets of what the province has and a snapshot covers (S20), and nothing changes.
#include "snapshot_support.hpp"

#include <algorithm>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using namespace cotmoc::test_support;

namespace {

std::uint64_t pruned(SnapshotFleet& world, const std::string& name) {
    return must(sync::prune(world[name], *world.desks[name].shelf, world.info(name)));
}

/// The device knows of the newest snapshot of the province.
void hear_of(SnapshotFleet& world, const std::string& name) {
    sync::SnapshotRule rule;
    rule.ask = {world.space()};
    world.talk(name, "tinh", rule);
}

/// Others are sent change sets by position: each has to stand behind the one before it in its feed.
bool each_feed_rises(SnapshotFleet& world, const std::string& name) {
    std::map<DeviceIndex, std::uint64_t> last;
    for (std::int64_t position = 0;;) {
        const auto row = must(world[name].store().next_envelope(world.space(), position));
        if (!row) {
            return !last.empty();
        }
        position = row->position;
        if (row->seq != ++last[row->author]) {
            return false;
        }
    }
}

}  // namespace

TEST_CASE("pruning changes no record, no digest and no feed, and what was pruned can come back") {
    SnapshotFleet world(21);
    const std::vector<RecordId> ids = world.work(20);
    must(world.make("tinh"));
    CHECK(pruned(world, "post") == 0);  // no snapshot is known
    hear_of(world, "post");
    const Hash256 digest = world.digest("post");
    const std::uint64_t dropped = pruned(world, "post");
    CHECK(dropped > 5);
    CHECK(must(world["post"].without_octets(world.space())) == dropped);
    CHECK(world.digest("post") == digest);
    CHECK(world.fleet.sync("post").received.change_sets == 0);
    const sync::Verification checked = must(world["post"].check_everything());
    CHECK(checked.wrong.empty());
    CHECK(checked.not_checked.size() == 1);
    CHECK(must(world["post"].last_seen(world["tinh"].trust().find(world["hill"].id())->index)));
    CHECK(world["post"].history(ids[0]).error().code == ErrorCode::history_not_here);
    CHECK_FALSE(must(sync::ground_of(world["post"], world.space())).begun_with);  // it saw all of it itself

    must(world.fleet.set("post", ids[1], "head", "Sau khi dọn"));
    world.fleet.sync_all();
    CHECK(world.digest("post") == world.digest("tinh"));
    must(world["post"].want_history(world.space()));
    world.fleet.sync_all();
    CHECK(must(world["post"].without_octets(world.space())) == 0);
    CHECK(each_feed_rises(world, "post"));
    CHECK(must(world["post"].history(ids[0])).size() == must(world["tinh"].history(ids[0])).size());
    CHECK(must(world["post"].check_everything()).not_checked.empty());
    CHECK(world.digest("post") == world.digest("tinh"));
}

TEST_CASE("pruning: what came after the snapshot stays") {
    SnapshotFleet world(22);
    world.work(6);
    must(world.make("tinh"));
    hear_of(world, "post");
    world.work(6);  // confirmed by the province, after the snapshot
    pruned(world, "post");
    const auto manifest = must(world.desks["post"].shelf->newest(world.space(), false));
    REQUIRE(manifest);
    core::Store& store = world["post"].store();
    for (const core::FeedState& feed : must(store.frontier(world.space()))) {
        for (std::uint64_t seq = 1; seq <= feed.seq; ++seq) {
            const auto row = must(store.envelope(world.space(), feed.device, seq));
            CHECK((!row->bytes.empty() || seq <= manifest->covers(feed.device)));
        }
        CHECK_FALSE(must(store.envelope(world.space(), feed.device, feed.seq))->bytes.empty());
    }
}

TEST_CASE("pruning: what no province officer's frontier covers stays") {
    SnapshotFleet world(23);
    world.work(6);
    for (const char* head : {"Mới", "Mới hơn"}) {
        world.fleet.add_record("post", "delegation", {{"head", head}});
        must(world["post"].seal());
    }
    // One that says to cover more than the province has told to hold.
    auto manifest = must(world.make("tinh"));
    for (crypto::SnapshotPlace& place : manifest.places) {
        place.seq += place.device == world["tinh"].trust().find(world["post"].id())->index ? 1 : 0;
    }
    const crypto::EpochKey& key = *world["tinh"].key_ring().find(manifest.space, manifest.epoch);
    crypto::sign_snapshot(manifest, must(crypto::open_snapshot(must(world.make("tinh")), key)), key,
                          world["tinh"].keys().device.signing, world.fleet.random);
    must(world.desks["post"].shelf->keep(manifest));
    pruned(world, "post");
    const DeviceIndex self = world["tinh"].trust().find(world["post"].id())->index;
    const auto feeds = must(world["post"].store().frontier(world.space()));
    const auto own = std::ranges::find(feeds, self, &core::FeedState::device);
    REQUIRE(own != feeds.end());
    CHECK(manifest.covers(self) == own->seq - 1);
    CHECK_FALSE(must(world["post"].store().envelope(world.space(), self, own->seq - 1))->bytes.empty());
    CHECK(must(world["post"].store().envelope(world.space(), self, own->seq - 2))->bytes.empty());
}

TEST_CASE("pruning: the province and the authority keep all") {
    SnapshotFleet world(24);
    world.work(4);
    must(world.make("tinh"));
    for (const std::string name : {"tinh", "authority"}) {
        const auto refused = sync::prune(world[name], *world.desks[name].shelf, world.info(name));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::not_allowed);
    }
}

TEST_CASE("a neighbour takes from a device that has pruned what that one still has") {
    SnapshotFleet world(25);
    world.work(10);
    must(world.make("tinh"));
    hear_of(world, "post");
    pruned(world, "post");
    world.fleet.add_record("post", "delegation", {{"head", "Cho đồn bên"}});
    world.talk("hill", "post");
    CHECK(world.digest("hill") == world.digest("post"));
    // One that has nothing gets nothing that it could not check, and takes no harm.
    world.add("new", crypto::Role::border_post);
    world.fleet.sync("post");
    world.talk("new", "post");
    world.fleet.sync("new");
    CHECK(world.digest("new") == world.digest("hill"));
}
