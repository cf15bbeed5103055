// Forked feeds (S17): whoever forks, wherever, all replicas come to hold both branches and to the same
// verdict.
#include "forked_fleet.hpp"

#include <cotmoc/sync/archive.hpp>
#include <cotmoc/sync/fork_proof.hpp>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

TEST_CASE(
    "a fork that nobody confirmed is void on all replicas until the authority names the branch that stays") {
    Forked fleet;
    const RecordId before = fleet.write("evil", "chung");
    fleet.copy("evil", "twin");
    const RecordId one = fleet.write("evil", "nhánh một");
    const RecordId other = fleet.write("twin", "nhánh hai");
    fleet.give("post-a", "evil");
    fleet.give("post-b", "twin");
    CHECK(fleet.shows("post-a", one));
    CHECK(fleet.shows("post-b", other));
    REQUIRE(fleet.set("post-b", other, "line", "sửa"));  // it has to be applied after what it builds on
    fleet.sync("post-a");
    fleet.sync("post-b");
    CHECK(fleet.replica("post-b").notes().forks == 1);
    fleet.sync("post-a");
    CHECK(fleet.replica("post-a").notes().forks == 1);
    fleet.sync("so-1");
    fleet.sync_all();
    fleet.check_agreement();
    for (const std::string& name : fleet.names) {
        CHECK(fleet.shows(name, before));
        CHECK(!fleet.shows(name, one));
        CHECK(!fleet.shows(name, other));
        CHECK(fleet.void_ops(name).size() == 2);  // the creation, and the edit of what does not exist
    }
    for (sync::FeedStore* holder : {static_cast<sync::FeedStore*>(&fleet.hub()),
                                    static_cast<sync::FeedStore*>(&fleet.replica("post-b"))}) {
        const auto proof = must(sync::make_fork_proof(*holder, fleet.space(), fleet.evil()));
        REQUIRE(proof);
        CHECK(crypto::verify_fork_proof(*proof, holder->trust().find(fleet.evil())->keys)->seq == 2);
    }
    const std::string hash = fleet.hash_of(fleet.feed("twin")[1]);
    CHECK(fleet.authority().settle("evil", fleet.space(), 2, "x").error().code == ErrorCode::unknown_change);
    must(fleet.authority().settle("evil", fleet.space(), 2, hash.substr(0, 8)));
    fleet.sync_all();
    fleet.check_agreement();
    for (const std::string& name : fleet.names) {
        CHECK(!fleet.shows(name, one));
        CHECK(fleet.shows(name, other));
        CHECK(must(fleet.replica(name).store().find(other))->body.find("sửa") != std::string::npos);
        CHECK(fleet.void_ops(name).empty());
    }
    // A second word, for the other branch, takes the place of the first.
    must(fleet.authority().settle("evil", fleet.space(), 2, fleet.hash_of(fleet.feed("evil")[1])));
    fleet.sync_all();
    fleet.check_agreement();
    for (const std::string& name : fleet.names) {
        CHECK(fleet.shows(name, one));
        CHECK(!fleet.shows(name, other));
    }
}

TEST_CASE(
    "a word for a later place takes the place of one for another branch, and a cut stands at what counts") {
    Forked fleet;
    fleet.fork(4, 4);
    fleet.give("post-a", "evil");
    fleet.give("post-b", "twin");
    fleet.sync_all();
    fleet.sync_all();
    must(fleet.authority().settle("evil", fleet.space(), 2, fleet.hash_of(fleet.feed("evil")[1])));
    must(fleet.authority().settle("evil", fleet.space(), 4, fleet.hash_of(fleet.feed("twin")[3])));
    fleet.sync_all();
    fleet.check_agreement();
    CHECK(must(fleet.replica("post-a").store().status(fleet.space())).records == 5);
    CHECK(fleet.void_ops("post-a").empty());
    // What counts stays when the device goes.
    const auto revoked = must(fleet.authority().revoke("evil", crypto::RightsReason::stolen));
    for (const auto& cut : revoked.cuts) {
        CHECK(cut.void_change_sets == 0);
    }
    fleet.sync_all();
    fleet.check_agreement();
    CHECK(must(fleet.replica("post-a").store().status(fleet.space())).records == 5);
}

TEST_CASE("signed history that is exported holds all branches, so that anybody finds the fork") {
    Forked fleet;
    fleet.fork(1, 3);
    fleet.give("so-1", "evil");
    fleet.give("so-1", "twin");
    const auto archive = must(sync::open_sqlite_hub_store(":memory:"));
    must(sync::write_archive(fleet.replica("so-1"), *archive));
    const auto read = must(sync::Hub::open(*archive));
    CHECK(must(read->branches(fleet.space())) == must(fleet.replica("so-1").branches(fleet.space())));
    CHECK(must(sync::make_fork_proof(*read, fleet.space(), fleet.evil())));
    CHECK(must(sync::check_archive(*archive, std::nullopt)).wrong.empty());
}

TEST_CASE("a hub that only claims another past of a device makes it hold back, and no more") {
    Forked fleet;
    fleet.write("post-a", "một");
    fleet.sync("post-a");
    const DeviceIndex own = fleet.replica("so-1").trust().find(fleet.replica("post-a").id())->index;
    const auto& devices = fleet.replica("so-1").trust().devices();
    const crypto::TrustState::Device hub =
        *std::ranges::find(devices, Role::hub, &crypto::TrustState::Device::role);
    must(fleet.replica("post-a").peer_lists(hub, fleet.space(), {{own, 9}}));
    CHECK(!fleet.replica("post-a").restored());
    fleet.write("post-a", "hai");
    fleet.sync("post-a");
    fleet.sync("so-1");
    CHECK(fleet.digest("post-a", space_name) == fleet.digest("so-1", space_name));
}

TEST_CASE("what a killed process did not judge is judged when the replica is opened again") {
    Forked fleet;
    fleet.fork(1, 1);
    fleet.give("so-1", "evil");
    must(fleet.replica("so-1").received_all());  // the province confirms the first branch
    fleet.give("post-b", "twin");
    const RecordId honest = fleet.write("post-b", "của b");
    fleet.give("post-a", "evil");
    const auto feed_of = [&](const char* author) {
        const DeviceIndex index = fleet.replica("so-1").trust().find(fleet.replica(author).id())->index;
        return must(fleet.replica(author).store().envelope(fleet.space(), index, 1))->bytes;
    };
    fleet.give(fleet.replica("post-a"), std::vector<Bytes>{feed_of("so-1"), feed_of("post-b")});
    CHECK(!fleet.shows("post-a", honest));  // in quarantine: it had seen the other branch
    REQUIRE(must(fleet.replica("post-a").accept(fleet.feed("twin")[1])).acceptance ==
            sync::Acceptance::stored);
    must(fleet.replica("post-a").store().commit());  // and here it is killed
    fleet.reopen("post-a");
    fleet.sync("post-a");
    CHECK(fleet.shows("post-a", honest));
}

TEST_CASE(
    "the branch that alone is confirmed by the province stays; what others wrote on the other one stays "
    "too") {
    Forked fleet;
    fleet.write("evil", "chung");
    fleet.copy("evil", "twin");
    const RecordId one = fleet.write("evil", "nhánh một");
    const RecordId other = fleet.write("twin", "nhánh hai");
    fleet.give("post-a", "evil");
    fleet.give("post-b", "twin");
    REQUIRE(fleet.set("post-b", other, "line", "sửa"));
    const RecordId honest = fleet.write("post-b", "của b");  // its frontier commits to the branch that loses
    fleet.sync("post-a");
    fleet.sync("so-1");
    fleet.sync_all();
    fleet.sync_all();
    fleet.check_agreement();
    for (const std::string& name : fleet.names) {
        CHECK(fleet.shows(name, one));
        CHECK(!fleet.shows(name, other));
        CHECK(fleet.shows(name, honest));
    }
    // Both posts can go on, whatever they had seen before.
    const RecordId later = fleet.write("post-b", "sau đó");
    fleet.sync_all();
    fleet.check_agreement();
    CHECK(fleet.shows("so-1", later));
}

TEST_CASE("a sync with nothing new stays two messages where feeds are forked") {
    Forked fleet;
    fleet.copy("evil", "twin");
    fleet.write("evil", "nhánh một");
    fleet.write("twin", "nhánh hai");
    fleet.give("post-a", "evil");
    fleet.give(fleet.hub(), fleet.feed("twin"));
    fleet.sync_all();
    fleet.check_agreement();
    const sync::SessionReport idle = fleet.sync("post-a");
    CHECK(idle.bytes_up + idle.bytes_down <= 200);
    CHECK(idle.round_trips == 1);
}

TEST_CASE("two replicas that hold different change sets at equal places find out without a hub") {
    Forked fleet;
    fleet.copy("evil", "twin");
    for (int i = 0; i < 9; ++i) {
        fleet.write("evil", "một " + std::to_string(i));
        fleet.write("twin", "hai " + std::to_string(i));
    }
    fleet.give("post-a", "evil");
    fleet.give("post-b", "twin");
    CHECK(fleet.meet("post-a", "post-b").complete);
    CHECK(fleet.digest("post-a", space_name) == fleet.digest("post-b", space_name));
    CHECK(must(fleet.replica("post-a").branches(fleet.space())).size() == 2);
    CHECK(must(fleet.replica("post-b").branches(fleet.space())).size() == 2);
}

TEST_CASE("what stands beside a feed is bounded, at replicas and hubs") {
    Forked fleet;
    std::vector<std::string> twins;
    for (int i = 0; i < 12; ++i) {
        twins.push_back("twin-" + std::to_string(i));
        fleet.copy("evil", twins.back());
        fleet.write(twins.back(), std::to_string(i));
    }
    std::size_t refused = 0;
    for (const std::string& twin : twins) {
        const auto at_hub = must(fleet.hub().accept(fleet.feed(twin)[0]));
        const auto at_replica = must(fleet.replica("post-a").accept(fleet.feed(twin)[0]));
        CHECK(at_hub.acceptance == at_replica.acceptance);
        refused += at_hub.acceptance == sync::Acceptance::refused ? 1 : 0;
        if (at_hub.acceptance == sync::Acceptance::refused) {
            CHECK(at_hub.reason->code == ErrorCode::quota_exceeded);
        }
    }
    CHECK(refused == 1);  // one is the feed, ten stand beside it
}

TEST_CASE("a restored copy sends nothing of its own feed and keeps what it wrote") {
    for (const bool equal_length : {true, false}) {
        CAPTURE(equal_length);
        Fleet fleet(3);
        fleet.add("so-1", Role::province_officer, {"*"});
        fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        fleet.sync_all();
        fleet.add_record("post-a", "log", {{"line", "một"}}, space_name);
        fleet.sync_all();
        fleet.copy("post-a", "backup");
        fleet.add_record("post-a", "log", {{"line", "hai"}}, space_name);
        fleet.sync_all();
        if (equal_length) {
            fleet.add_record("backup", "log", {{"line", "ba"}}, space_name);
        }
        const sync::SessionReport report = fleet.sync("backup");
        CHECK(report.sent.change_sets == 0);
        CHECK(fleet.replica("backup").restored());
        const SpaceId space = must(fleet.replica("so-1").find_space(space_name)).id;
        CHECK(must(fleet.hub().branches(space)).empty());
        CHECK(fleet.digest("backup", space_name) == fleet.digest("post-a", space_name));
        CHECK(must(fleet.replica("backup").store().unsent()).size() == (equal_length ? 1 : 0));
        CHECK(must(fleet.replica("backup").store().sides(space)).empty());
        fleet.sync("so-1");
        CHECK(must(fleet.replica("so-1").branches(space)).empty());
    }
}

TEST_CASE("a fork is no sign of a hub that went back or keeps something back") {
    for (const bool by_hub : {true, false}) {
        CAPTURE(by_hub);
        Forked fleet;
        fleet.fork(3, 3);
        fleet.give("post-a", "evil");
        fleet.sync_all();
        if (by_hub) {
            fleet.give(fleet.hub(), fleet.feed("twin"));
        } else {
            fleet.give("post-b", "twin");
        }
        for (int round = 0; round < 2; ++round) {
            fleet.sync_all();
            for (const std::string& name : fleet.names) {
                CAPTURE(name);
                const sync::HubNotice notice = must(fleet.replica(name).hub_notice());
                CHECK(!notice.went_back);
                CHECK(notice.missing.empty());
            }
        }
        fleet.check_agreement();
    }
}
