// An app begins with a snapshot, goes on where a session was cut, and checks it in the background.
#include "unit/c/snapshot_hub.hpp"

#include <fstream>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

cotmoc_status try_add(const Post& post) {
    return cotmoc_record_add(post.replica, "delegation", nullptr, nullptr, R"({"head":"X"})", nullptr,
                             nullptr, nullptr);
}

/// A slice with a limit of time, as a phone's scheduler gives.
std::string slice(const Syncer& sync) {
    return text_from([&](auto... view) { return cotmoc_sync_run(sync.handle, 0, 600'000, view...); });
}

/// Enough for a hub to offer its snapshot.
constexpr int many = 520;

}  // namespace

TEST_CASE("an app's new device begins with a snapshot, and later slices fetch the history and check it") {
    Province province;
    SnapshotHub hub(province);
    hub.work(many);
    hub.make_snapshot();
    Post post(province, "don-b");
    HubPipe pipe(province);
    pipe.answers = [&] { return hub.answer(); };
    Syncer sync(post.replica, pipe);
    const std::string report = sync.run();
    CHECK(has(report, R"("complete":true)"));
    CHECK(pipe.opened == 2);  // the snapshot, then the tail
    CHECK(has(digests_of(post), hub.digest()));
    const std::string begun = status_of(post);
    CHECK(has(begun, R"("attributed_by_snapshot_of":"tinh")"));
    CHECK(has(begun, R"("by_hash_only":52)"));
    CHECK(has(begun, R"("incomplete":false)"));
    CHECK_FALSE(has(begun, R"("incomplete":true)"));

    // Who only wants to sync now does not wait for years of history.
    CHECK(has(sync.run(), R"("complete":true)"));
    CHECK(has(status_of(post), R"("history_wanted":false)"));
    // Nor is it begun where octets cost money, whatever is said of files, or with the last of the battery.
    REQUIRE(cotmoc_sync_set_attachments(sync.handle, COTMOC_ATTACHMENTS_ALL, 0, nullptr) == COTMOC_OK);
    for (const auto& [metered, battery_low] : {std::pair(1, 0), std::pair(0, 1)}) {
        REQUIRE(cotmoc_sync_set_hints(sync.handle, metered, battery_low, nullptr) == COTMOC_OK);
        slice(sync);
        CHECK(has(status_of(post), R"("history_wanted":false)"));
    }
    REQUIRE(cotmoc_sync_set_hints(sync.handle, 0, 0, nullptr) == COTMOC_OK);
    CHECK(has(slice(sync), R"("change_sets":0)"));
    CHECK(has(status_of(post), R"("history_wanted":true)"));
    CHECK(has(slice(sync), R"("complete":true)"));
    const std::string checked = status_of(post);
    CHECK_FALSE(has(checked, R"("attributed_by_snapshot_of":"tinh")"));
    CHECK(has(checked, R"("by_hash_only":0,"attributed_by_snapshot_of":null,"wrong_snapshot_of":null)"));
    CHECK(has(digests_of(post), hub.digest()));
}

TEST_CASE("an app that watches begins with a snapshot and then checks it") {
    Province province;
    SnapshotHub hub(province);
    hub.work(many);
    hub.make_snapshot();
    Post post(province, "don-b");
    HubPipe pipe(province);
    pipe.answers = [&] { return hub.answer(); };
    Syncer sync(post.replica, pipe);
    struct Seen {
        const Post& post;
        int sessions = 0;
        bool begun = false;
        bool checked = false;
    } seen{post};
    const auto ended = [](void* ctx, const char*, size_t) -> cotmoc_status {
        auto& in = *static_cast<Seen*>(ctx);
        const bool attributed =
            status_of(in.post).find(R"("attributed_by_snapshot_of":"tinh")") != std::string::npos;
        in.begun = in.begun || attributed;
        in.checked = in.begun && !attributed;
        return ++in.sessions < 10 && !in.checked ? COTMOC_OK : COTMOC_STOP;
    };
    cotmoc_sync_watch(sync.handle, 50, ended, &seen, nullptr);
    CHECK(seen.begun);
    CHECK(seen.checked);
    CHECK(seen.sessions == 3);  // the snapshot, the tail, the history
    CHECK(has(digests_of(post), hub.digest()));
}

TEST_CASE("an app's space is incomplete while its snapshot arrives, and goes on after a restart") {
    Province province;
    SnapshotHub hub(province);
    hub.work(many);
    const std::uint64_t body = hub.make_snapshot();
    REQUIRE(body > 400'000);  // more than a chunk
    Post post(province, "don-b");
    HubPipe pipe(province);
    pipe.answers = [&] { return hub.answer(); };
    std::uint64_t pieces = 0;
    cotmoc_status written = COTMOC_OK;
    std::string seen;
    pipe.on_receive = [&] {
        std::thread([&] { seen = status_of(post); }).join();
        if (seen.find(R"("incomplete":true)") != std::string::npos && ++pieces == 100) {
            written = try_add(post);
            pipe.fail_receive = COTMOC_CONNECTION_LOST;
        }
    };
    {
        Syncer sync(post.replica, pipe);
        CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr) == COTMOC_CONNECTION_LOST);
    }
    CHECK(pieces == 100);
    CHECK(written == COTMOC_SPACE_INCOMPLETE);
    pipe.on_receive = nullptr;
    pipe.fail_receive = COTMOC_OK;
    REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    cotmoc_replica_free(post.replica);
    post.replica = nullptr;
    REQUIRE(cotmoc_replica_open(post.options.handle, &post.replica, nullptr) == COTMOC_OK);
    CHECK(has(status_of(post), R"("incomplete":true)"));
    CHECK(try_add(post) == COTMOC_SPACE_INCOMPLETE);

    Syncer sync(post.replica, pipe);
    const std::string report = sync.run();
    CHECK(has(report, R"("complete":true)"));
    const std::size_t down = report.find(R"("down":)");
    REQUIRE(down != std::string::npos);
    CHECK(std::stoull(report.substr(down + 7)) < body - 200'000);
    CHECK_FALSE(has(status_of(post), R"("incomplete":true)"));
    CHECK(has(digests_of(post), hub.digest()));
    CHECK(try_add(post) == COTMOC_OK);
}

TEST_CASE("an app that writes before the snapshot comes keeps what it wrote and takes the long way") {
    Province province;
    SnapshotHub hub(province);
    hub.work(many);
    hub.make_snapshot();
    Post post(province, "don-b");
    HubPipe pipe(province);
    pipe.answers = [&] { return hub.answer(); };
    bool wrote = false;
    pipe.on_receive = [&] {
        if (!std::exchange(wrote, true)) {
            CHECK(try_add(post) == COTMOC_OK);
        }
    };
    Syncer sync(post.replica, pipe);
    CHECK(has(sync.run(), R"("complete":true)"));
    CHECK(has(status_of(post), R"("by_hash_only":0)"));
    sync.run();
    hub.sync("tinh");
    CHECK(has(digests_of(post), hub.digest()));
}

TEST_CASE("an app whose snapshots or files are damaged on the disk syncs its records without them") {
    for (const char* damaged : {"/snapshots.db", "/attachments.db"}) {
        CAPTURE(damaged);
        Province province;
        SnapshotHub hub(province);
        hub.work(many);
        hub.make_snapshot();
        Post post(province, "don-b");
        std::ofstream(province.directory("don-b") + damaged) << std::string(100'000, 'x');
        HubPipe pipe(province);
        pipe.answers = [&] { return hub.answer(); };
        Syncer sync(post.replica, pipe);
        CHECK(has(sync.run(), R"("complete":true)"));
        CHECK(has(digests_of(post), hub.digest()));
        CHECK_FALSE(has(status_of(post), R"("attributed_by_snapshot_of":"tinh")"));
        CHECK(try_add(post) == COTMOC_OK);
    }
}
