// Live queries for the host, and how they end.
#include "unit/c/host.hpp"

#include <utility>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {
struct Told {
    std::vector<std::string> changes;
    int drops = 0;
    std::function<void()> then;

    cotmoc_observer observer() {
        cotmoc_observer made{};
        made.size = sizeof made;
        made.ctx = this;
        made.drop = [](void* ctx) { ++static_cast<Told*>(ctx)->drops; };
        made.changed = [](void* ctx, const char* change, size_t size) {
            auto& in = *static_cast<Told*>(ctx);
            in.changes.emplace_back(change, size);
            if (in.then) {
                in.then();
            }
        };
        return made;
    }
};

std::string ids(const std::string& entered, const std::string& changed, const std::string& left) {
    const auto list = [](const std::string& id) { return id.empty() ? "[]" : "[\"" + id + "\"]"; };
    return "{\"entered\":" + list(entered) + ",\"changed\":" + list(changed) + ",\"left\":" + list(left) +
           "}";
}

}  // namespace

TEST_CASE("observers hear of local and of received changes, once a commit") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    HubPipe other_pipe(province);
    Told told;
    const cotmoc_observer observer = told.observer();
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(one.replica, nullptr, &observer, &subscription, nullptr) == COTMOC_OK);
    const std::string id = one.add("delegation", R"({"head":"A"})");
    REQUIRE(told.changes.size() == 1);
    CHECK(told.changes[0] == ids(id, "", ""));
    const std::string theirs = two.add("delegation", R"({"head":"B"})");
    Syncer(two.replica, other_pipe).run();
    Syncer(one.replica, pipe).run();
    REQUIRE(told.changes.size() == 2);
    CHECK(told.changes[1] == ids(theirs, "", ""));
    // Over a suspension it stays.
    REQUIRE(cotmoc_replica_suspend(one.replica, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_replica_resume(one.replica, nullptr) == COTMOC_OK);
    REQUIRE(one.edit(id, R"({"head":"C"})") == COTMOC_OK);
    CHECK(told.changes.size() == 3);
    cotmoc_subscription_free(subscription);
    CHECK(told.drops == 1);
    REQUIRE(one.edit(id, R"({"head":"D"})") == COTMOC_OK);
    CHECK(told.changes.size() == 3);
}

TEST_CASE("an observer may use its replica and end itself, but not close it") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    Told told;
    cotmoc_subscription* subscription = nullptr;
    cotmoc_status closed = COTMOC_OK;
    cotmoc_status suspended = COTMOC_OK;
    cotmoc_status got = COTMOC_INTERNAL;
    told.then = [&] {
        got = cotmoc_record_get(post.replica, id.c_str(), nullptr, nullptr, nullptr);
        closed = cotmoc_replica_close(post.replica, nullptr);
        suspended = cotmoc_replica_suspend(post.replica, nullptr);
        cotmoc_subscription_free(std::exchange(subscription, nullptr));
    };
    const cotmoc_observer observer = told.observer();
    REQUIRE(cotmoc_observe_record(post.replica, id.c_str(), &observer, &subscription, nullptr) == COTMOC_OK);
    REQUIRE(post.edit(id, R"({"head":"B"})") == COTMOC_OK);
    CHECK(told.changes == std::vector<std::string>{ids("", id, "")});
    CHECK(got == COTMOC_OK);
    CHECK(closed == COTMOC_BUSY);
    CHECK(suspended == COTMOC_BUSY);
    CHECK(told.drops == 1);
    REQUIRE(post.edit(id, R"({"head":"C"})") == COTMOC_OK);
    CHECK(told.changes.size() == 1);
    cotmoc_error error{};
    CHECK(cotmoc_observe_record(post.replica, "1234", &observer, &subscription, &error) == COTMOC_BAD_ID);
    CHECK(told.drops == 1);
}

TEST_CASE("an observer's drop may free its own subscription, whoever ends it") {
    Province province;
    Post post(province, "don-a");
    struct Owner {
        cotmoc_subscription* own = nullptr;
        int drops = 0;
    };
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.changed = [](void*, const char*, size_t) {};
    observer.drop = [](void* ctx) {
        auto& in = *static_cast<Owner*>(ctx);
        ++in.drops;
        cotmoc_subscription_free(in.own);
    };
    Owner freed;
    observer.ctx = &freed;
    REQUIRE(cotmoc_observe_query(post.replica, nullptr, &observer, &freed.own, nullptr) == COTMOC_OK);
    cotmoc_subscription_free(freed.own);
    CHECK(freed.drops == 1);
    Owner closed[3];
    for (Owner& each : closed) {
        observer.ctx = &each;
        REQUIRE(cotmoc_observe_query(post.replica, nullptr, &observer, &each.own, nullptr) == COTMOC_OK);
    }
    CHECK(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    for (const Owner& each : closed) {
        CHECK(each.drops == 1);
    }
}

TEST_CASE("a replica that is freed in a callback under its lock is closed when the call ends") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    Told told;
    cotmoc_status inside = COTMOC_INTERNAL;
    told.then = [&] {
        cotmoc_replica* replica = std::exchange(post.replica, nullptr);
        inside = cotmoc_replica_info(replica, nullptr, nullptr, nullptr);
        cotmoc_replica_free(replica);
    };
    const cotmoc_observer observer = told.observer();
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(post.replica, nullptr, &observer, &subscription, nullptr) == COTMOC_OK);
    CHECK(post.edit(id, R"({"head":"B"})") == COTMOC_OK);
    CHECK(inside == COTMOC_OK);
    CHECK(told.drops == 1);
    // Closed: it can be opened, and what the call wrote is there.
    REQUIRE(cotmoc_replica_open(post.options.handle, &post.replica, nullptr) == COTMOC_OK);
    CHECK(has(post.get(id), R"("head":"B")"));
    cotmoc_subscription_free(subscription);
    const auto frees = [](void* ctx) -> cotmoc_status {
        auto& in = *static_cast<Post*>(ctx);
        cotmoc_replica_free(std::exchange(in.replica, nullptr));
        return COTMOC_OK;
    };
    CHECK(cotmoc_replica_batch(post.replica, frees, &post, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_open(post.options.handle, &post.replica, nullptr) == COTMOC_OK);
}
