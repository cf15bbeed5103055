// An app drops the octets of what a snapshot and the province cover.
#include "unit/c/snapshot_hub.hpp"

using namespace cotmoc;
using namespace cotmoc::test_c;

TEST_CASE("an app drops old octets that a snapshot and the province cover, and nothing changes") {
    Province province;
    SnapshotHub hub(province);
    hub.work(20);  // too few to begin with a snapshot
    Post post(province, "don-b");
    HubPipe pipe(province);
    pipe.answers = [&] { return hub.answer(); };
    Syncer sync(post.replica, pipe);
    sync.run();
    const auto prune = [&](const char* space) {
        return text_from([&](auto... view) { return cotmoc_sync_prune(sync.handle, space, view...); });
    };
    CHECK(has(prune("kon-tum/ngoc-hoi"), R"([{"space":"kon-tum/ngoc-hoi","pruned":0}])"));
    hub.make_snapshot();
    const std::string before = digests_of(post);
    CHECK(cotmoc_sync_cancel(sync.handle, nullptr) == COTMOC_OK);
    CHECK(prune(nullptr) == "[]");
    const std::string pruned = prune(nullptr);
    CHECK(has(pruned, R"({"space":"kon-tum/ngoc-hoi","pruned":19})"));
    CHECK(digests_of(post) == before);
    CHECK(has(status_of(post), R"("by_hash_only":19)"));
    CHECK(has(sync.run(), R"("change_sets":0)"));
    CHECK(has(status_of(post), R"("by_hash_only":19)"));
}

TEST_CASE("pruning needs a hub and a space that there is") {
    Province province;
    Post post(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    const auto prune = [&](const char* space) {
        return cotmoc_sync_prune(sync.handle, space, nullptr, nullptr, nullptr);
    };
    CHECK(cotmoc_sync_prune(nullptr, nullptr, nullptr, nullptr, nullptr) == COTMOC_WRONG_USAGE);
    CHECK(prune("kon-tum/nowhere") == COTMOC_UNKNOWN_SPACE);
    pipe.fail_open = COTMOC_CONNECTION_FAILED;
    CHECK(prune(nullptr) == COTMOC_CONNECTION_FAILED);
    pipe.fail_open = COTMOC_OK;
    cotmoc_status inside = COTMOC_OK;
    pipe.on_receive = [&] { inside = prune(nullptr); };
    sync.run();
    CHECK(inside == COTMOC_BUSY);
    pipe.on_receive = nullptr;
    REQUIRE(cotmoc_sync_set_peer(sync.handle, "don-b", nullptr) == COTMOC_OK);
    CHECK(prune(nullptr) == COTMOC_WRONG_USAGE);
}
