// Live queries through a replica: told by itself after each commit, whoever made the change.
#include "support/fleet.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

struct Posts : Fleet {
    Posts() : Fleet(7) {
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
    }
};

core::ListQuery delegations() {
    core::ListQuery query;
    query.kind = "delegation";
    return query;
}

struct Listener {
    std::size_t calls = 0;
    std::size_t entered = 0;
    std::size_t changed = 0;
    std::size_t left = 0;
    core::QueryCallback callback(sync::Replica& replica) {
        return [this, &replica](const core::QueryChange& change) {
            CHECK_FALSE(replica.store().writing());
            ++calls;
            entered += change.entered.size();
            changed += change.changed.size();
            left += change.left.size();
        };
    }
    bool heard(std::size_t commits, std::size_t in, std::size_t same, std::size_t out) {
        const Listener told = std::exchange(*this, Listener());
        return told.calls == commits && told.entered == in && told.changed == same && told.left == out;
    }
};

}  // namespace

TEST_CASE("local edits are told when the call returns, a batch once, a failed batch never") {
    Posts fleet;
    sync::Replica& replica = fleet.replica("post-a");
    Listener listener;
    const auto subscription = must(replica.observe(delegations(), listener.callback(replica)));
    const RecordId first = fleet.add_record("post-a", "delegation", {{"people", "1"}});
    CHECK(listener.heard(1, 1, 0, 0));
    must(fleet.set("post-a", first, "people", "2"));
    CHECK(listener.heard(1, 0, 1, 0));
    must(replica.batch([&]() -> Result<void> {
        for (int i = 0; i < 5; ++i) {
            fleet.add_record("post-a", "delegation", {{"people", "1"}});
        }
        COTMOC_TRY(fleet.set("post-a", first, "people", "3"));
        CHECK(listener.calls == 0);
        return {};
    }));
    CHECK(listener.heard(1, 5, 1, 0));
    CHECK_FALSE(replica.batch([&]() -> Result<void> {
        COTMOC_TRY(replica.remove(first));
        return fail(ErrorCode::internal);
    }));
    CHECK(listener.heard(0, 0, 0, 0));
    must(replica.remove(first));
    CHECK(listener.heard(1, 0, 0, 1));
    must(replica.restore(first));
    CHECK(listener.heard(1, 1, 0, 0));
    must(replica.seal());
    CHECK(listener.heard(0, 0, 0, 0));
}

TEST_CASE("what a session received is told as local edits are, once a commit") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "Ông A"}});
    fleet.sync_all();
    sync::Replica& replica = fleet.replica("post-b");
    Listener all;
    const auto subscription = must(replica.observe(delegations(), all.callback(replica)));
    int of_record = 0;
    const auto other = must(replica.observe(id, [&](const RecordId&) { ++of_record; }));
    for (int i = 0; i < 20; ++i) {
        fleet.add_record("post-a", "delegation", {{"people", "4"}});
        must(fleet.replica("post-a").seal());  // a change set each, in one commit of the receiver
    }
    must(fleet.set("post-a", id, "people", "9"));
    fleet.sync_all();
    CHECK(all.heard(1, 20, 1, 0));
    CHECK(of_record == 1);
    fleet.sync_all();
    CHECK(all.heard(0, 0, 0, 0));
    must(fleet.replica("post-a").remove(id));
    fleet.sync_all();
    CHECK(all.heard(1, 0, 0, 1));
}

TEST_CASE("a callback may edit in the middle of a session, and the replicas still agree") {
    Posts fleet;
    sync::Replica& replica = fleet.replica("post-b");
    int marked = 0;
    const auto subscription = must(replica.observe(delegations(), [&](const core::QueryChange& change) {
        for (const RecordId& id : change.entered) {
            ++marked;
            must(fleet.set("post-b", id, "result", "đã nhận"));
        }
    }));
    std::vector<RecordId> ids;
    for (int i = 0; i < 3; ++i) {
        ids.push_back(fleet.add_record("post-a", "delegation", {{"people", "4"}}));
    }
    fleet.sync_all();
    CHECK(marked == 3);
    for (const RecordId& id : ids) {
        CHECK(fleet.body("post-a", id) == R"({"people":4,"result":"đã nhận"})");
    }
    CHECK(fleet.digest("post-a", "kon-tum/ngoc-hoi") == fleet.digest("post-b", "kon-tum/ngoc-hoi"));
    CHECK(must(replica.verify()).empty());
}

TEST_CASE("what was received so far is told before a local edit goes on") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"people", "4"}});
    must(fleet.replica("post-a").seal());
    sync::Replica& replica = fleet.replica("post-b");
    Listener listener;
    const auto subscription = must(replica.observe(delegations(), listener.callback(replica)));
    const SpaceId space = must(replica.find_space("kon-tum/ngoc-hoi")).id;
    const auto envelope = must(fleet.replica("post-a").next_envelope(space, 0));
    REQUIRE(must(replica.accept(envelope->bytes)).acceptance == sync::Acceptance::stored);
    CHECK(listener.calls == 0);  // not committed yet
    must(fleet.set("post-b", id, "people", "5"));
    CHECK(listener.heard(2, 1, 1, 0));
}
