// Syncs over pipes of the host.
#include "unit/c/host.hpp"

#include <atomic>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_c;

TEST_CASE("a sync reports, tells its progress, and is idle the second time") {
    Province province;
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"A"})");
    HubPipe pipe(province);
    struct Seen {
        int calls = 0;
        uint64_t moved = 0;
        int drops = 0;
    } seen;
    {
        Syncer sync(post.replica, pipe);
        cotmoc_progress_sink sink{};
        sink.size = sizeof sink;
        sink.ctx = &seen;
        sink.drop = [](void* ctx) { ++static_cast<Seen*>(ctx)->drops; };
        sink.progress = [](void* ctx, const cotmoc_progress* now) -> cotmoc_status {
            auto& in = *static_cast<Seen*>(ctx);
            ++in.calls;
            in.moved = now->change_sets;
            CHECK(now->size == sizeof *now);
            return COTMOC_OK;
        };
        REQUIRE(cotmoc_sync_set_progress(sync.handle, &sink, nullptr) == COTMOC_OK);
        const std::string report = sync.run();
        CHECK(has(report, R"("sent":{"change_sets":1)"));
        CHECK(has(report, R"("complete":true)"));
        CHECK(seen.calls > 0);
        CHECK(seen.moved == 1);
        CHECK(has(sync.run(), R"("sent":{"change_sets":0)"));
    }
    CHECK(seen.drops == 1);
    CHECK(pipe.opened == 2);
    CHECK(pipe.closed == 2);
    CHECK(pipe.dropped == 1);
}

TEST_CASE("what a pipe of the host returns is the sync's error, and the next one goes on") {
    Province province;
    Post post(province, "don-a");
    for (int i = 0; i < 50; ++i) {
        post.add("delegation", R"({"head":"Nguyễn Văn An","partner":"Attapeu"})");
    }
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    cotmoc_error error{};
    std::string report;
    pipe.fail_open = COTMOC_HOST_FIRST + 2;
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, into_string, &report, &error) == COTMOC_HOST_FIRST + 2);
    CHECK(has(report, R"("complete":false)"));
    CHECK(pipe.closed == 0);
    pipe.fail_open = COTMOC_OK;
    pipe.fail_receive = COTMOC_CONNECTION_LOST;
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, &error) == COTMOC_CONNECTION_LOST);
    pipe.fail_receive = COTMOC_OK;
    pipe.cut_after = 300;
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, &error) == COTMOC_CONNECTION_LOST);
    CHECK(error.retry == COTMOC_RETRY_AFTER_BACK_OFF);
    CHECK(pipe.opened == pipe.closed);
    pipe.cut_after = 0;
    CHECK(has(sync.run(), R"("complete":true)"));
}

TEST_CASE("while a sync runs, others use the replica; close, suspend and a second sync are busy") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    HubPipe other_pipe(province);
    Syncer other(post.replica, other_pipe);
    cotmoc_status edited = COTMOC_INTERNAL;
    cotmoc_status closed = COTMOC_OK;
    cotmoc_status second = COTMOC_OK;
    cotmoc_status same = COTMOC_OK;
    cotmoc_status set = COTMOC_OK;
    pipe.on_receive = [&] {
        std::thread somebody([&] {
            edited = post.edit(id, R"({"head":"B"})");
            closed = cotmoc_replica_close(post.replica, nullptr);
            second = cotmoc_sync_run(other.handle, 0, 0, nullptr, nullptr, nullptr);
            same = cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr);
            set = cotmoc_sync_set_hub(sync.handle, "hub.example:7450", nullptr);
        });
        somebody.join();
    };
    CHECK(has(sync.run(), R"("complete":true)"));
    CHECK(edited == COTMOC_OK);
    CHECK(closed == COTMOC_BUSY);
    CHECK(second == COTMOC_BUSY);
    CHECK(same == COTMOC_BUSY);
    CHECK(set == COTMOC_BUSY);
    pipe.on_receive = nullptr;
    CHECK(has(sync.run(), R"("complete":true)"));
    CHECK(has(post.get(id), R"("head":"B")"));
}

TEST_CASE("a sync is cancelled half way and goes on in the next slice") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    HubPipe other_pipe(province);
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 5; ++i) {
            Bytes octets(20'000);
            province.fleet.random.fill(octets);
            one.add("delegation", (R"({"result":")" + to_hex(octets) + "\"}").c_str());
        }
        Syncer(one.replica, pipe).run();
    }
    Syncer sync(two.replica, other_pipe);
    int received = 0;
    other_pipe.on_receive = [&] {
        if (++received == 20) {
            CHECK(cotmoc_sync_cancel(sync.handle, nullptr) == COTMOC_OK);
        }
    };
    std::string report;
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, into_string, &report, nullptr) == COTMOC_OK);
    CHECK(has(report, R"("complete":false)"));
    other_pipe.on_receive = nullptr;
    CHECK(has(sync.run(), R"("complete":true)"));
    const auto digests = [](cotmoc_replica* replica) {
        return text_from([&](auto... view) { return cotmoc_replica_digests(replica, view...); });
    };
    CHECK(digests(one.replica) == digests(two.replica));
    // A cancel before the run ends that run, and no other.
    CHECK(cotmoc_sync_cancel(sync.handle, nullptr) == COTMOC_OK);
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, into_string, &report, nullptr) == COTMOC_OK);
    CHECK(has(report, R"("complete":false)"));
    CHECK(has(sync.run(), R"("complete":true)"));
}

TEST_CASE("what the progress callback returns ends the sync and comes back") {
    Province province;
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"A"})");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    cotmoc_status returns = COTMOC_HOST_FIRST + 3;
    cotmoc_progress_sink sink{};
    sink.size = sizeof sink;
    sink.ctx = &returns;
    sink.progress = [](void* ctx, const cotmoc_progress*) { return *static_cast<cotmoc_status*>(ctx); };
    REQUIRE(cotmoc_sync_set_progress(sync.handle, &sink, nullptr) == COTMOC_OK);
    std::string report;
    cotmoc_error error{};
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, into_string, &report, &error) == COTMOC_HOST_FIRST + 3);
    CHECK(error.status == COTMOC_HOST_FIRST + 3);
    CHECK(has(report, R"("complete":false)"));
    returns = COTMOC_STOP;
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_sync_set_progress(sync.handle, nullptr, nullptr) == COTMOC_OK);
    CHECK(has(sync.run(), R"("complete":true)"));
}

TEST_CASE("watch runs sessions when asked, until it is cancelled") {
    Province province;
    Post post(province, "don-a");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    struct Seen {
        cotmoc_sync* sync = nullptr;
        cotmoc_replica* replica = nullptr;
        std::vector<std::string> ended;
    } seen{sync.handle, post.replica, {}};
    const auto ended = [](void* ctx, const char* text, size_t size) -> cotmoc_status {
        auto& in = *static_cast<Seen*>(ctx);
        in.ended.emplace_back(text, size);
        if (in.ended.size() == 1) {
            REQUIRE(cotmoc_record_add(in.replica, "delegation", nullptr, nullptr, "{}", nullptr, nullptr,
                                      nullptr) == COTMOC_OK);
            return cotmoc_sync_request(in.sync, nullptr);
        }
        return cotmoc_sync_cancel(in.sync, nullptr);
    };
    CHECK(cotmoc_sync_watch(sync.handle, 0, ended, &seen, nullptr) == COTMOC_OK);
    REQUIRE(seen.ended.size() == 2);
    CHECK(has(seen.ended[0], R"("error":null)"));
    CHECK(has(seen.ended[1], R"("sent":{"change_sets":1)"));
}

TEST_CASE("what is told of a session of a watch may use the replica, but not have it for itself") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    HubPipe pipe(province);
    HubPipe other_pipe(province);
    Syncer sync(post.replica, pipe);
    Syncer other(post.replica, other_pipe);
    std::vector<cotmoc_status> busy;
    std::vector<cotmoc_status> done;
    std::function<void()> told = [&] {
        cotmoc_replica* const replica = post.replica;
        const auto* octets = reinterpret_cast<const uint8_t*>(passphrase.data());
        const std::size_t size = passphrase.size();
        busy = {
            cotmoc_replica_close(replica, nullptr),
            cotmoc_replica_suspend(replica, nullptr),
            cotmoc_replica_verify(replica, nullptr, nullptr, nullptr),
            cotmoc_replica_release(replica, "abcdef", nullptr, nullptr, nullptr),
            cotmoc_replica_rejoin(replica, octets, size, nullptr, nullptr, nullptr, nullptr),
            cotmoc_replica_change_passphrase(replica, octets, size, octets, size, nullptr),
            cotmoc_sync_run(other.handle, 0, 0, nullptr, nullptr, nullptr),
            cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr),
            cotmoc_sync_watch(other.handle, 0, nullptr, nullptr, nullptr),
            cotmoc_sync_set_hub(sync.handle, "hub.example:7450", nullptr),
        };
        done = {
            cotmoc_record_get(replica, id.c_str(), nullptr, nullptr, nullptr),
            cotmoc_replica_status(replica, nullptr, nullptr, nullptr),
            post.edit(id, R"({"head":"B"})"),
            cotmoc_sync_set_hub(other.handle, "hub.example:7450", nullptr),
            cotmoc_sync_request(sync.handle, nullptr),
            cotmoc_sync_cancel(sync.handle, nullptr),
        };
    };
    const auto ended = [](void* ctx, const char*, size_t) -> cotmoc_status {
        (*static_cast<std::function<void()>*>(ctx))();
        return COTMOC_OK;
    };
    CHECK(cotmoc_sync_watch(sync.handle, 0, ended, &told, nullptr) == COTMOC_OK);
    CHECK(busy == std::vector<cotmoc_status>(10, COTMOC_BUSY));
    CHECK(done == std::vector<cotmoc_status>(6, COTMOC_OK));
}

TEST_CASE("without a hub or a membership no sync begins") {
    Province province;
    Options options(province.directory("don-x"));
    cotmoc_replica* replica = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "don-x", &replica, nullptr) == COTMOC_OK);
    cotmoc_sync* sync = nullptr;
    REQUIRE(cotmoc_sync_new(replica, &sync, nullptr) == COTMOC_OK);
    std::string report = "none";
    CHECK(cotmoc_sync_run(sync, 0, 0, into_string, &report, nullptr) == COTMOC_NOT_JOINED);
    CHECK(cotmoc_record_add(replica, "delegation", nullptr, nullptr, "{}", nullptr, nullptr, nullptr) ==
          COTMOC_NOT_JOINED);
    CHECK(cotmoc_sync_set_hub(sync, "nonsense", nullptr) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_sync_set_attachments(sync, 9, 0, nullptr) == COTMOC_WRONG_USAGE);
    cotmoc_sync_free(sync);
    cotmoc_replica_free(replica);
    Post post(province, "don-a");
    REQUIRE(cotmoc_sync_new(post.replica, &sync, nullptr) == COTMOC_OK);
    CHECK(cotmoc_sync_run(sync, 0, 0, into_string, &report, nullptr) == COTMOC_NO_HUB);
    CHECK(report == "none");
    // Nobody listens there.
    REQUIRE(cotmoc_sync_set_hub(sync, "127.0.0.1:1", nullptr) == COTMOC_OK);
    cotmoc_error error{};
    CHECK(cotmoc_sync_run(sync, 0, 0, nullptr, nullptr, &error) == COTMOC_CONNECTION_FAILED);
    CHECK(error.retry == COTMOC_RETRY_WHEN_NETWORK_CHANGES);
    cotmoc_sync_free(sync);
}

TEST_CASE("a setter has the sync for itself: a run in another thread meanwhile is busy") {
    Province province;
    Post post(province, "don-a");
    HubPipe pipe(province);
    HubPipe next(province);
    {
        Syncer sync(post.replica, pipe);
        cotmoc_status run = COTMOC_OK;
        cotmoc_status set = COTMOC_OK;
        pipe.on_drop = [&] {
            std::thread somebody([&] {
                run = cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr);
                set = cotmoc_sync_set_hub(sync.handle, "hub.example:7450", nullptr);
            });
            somebody.join();
        };
        const cotmoc_transport transport = next.transport();
        CHECK(cotmoc_sync_set_transport(sync.handle, &transport, nullptr) == COTMOC_OK);
        CHECK(run == COTMOC_BUSY);
        CHECK(set == COTMOC_BUSY);
        CHECK(pipe.dropped == 1);
        pipe.on_drop = nullptr;
        CHECK(has(sync.run(), R"("complete":true)"));
    }
    CHECK(next.dropped == 1);
}

TEST_CASE("setters and runs of many threads: each is done or busy") {
    Province province;
    Post post(province, "don-a");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    std::atomic<int> wrong = 0;
    const auto repeat = [&](auto call) {
        return std::thread([&wrong, call] {
            for (int i = 0; i < 200; ++i) {
                const cotmoc_status status = call();
                wrong += status != COTMOC_OK && status != COTMOC_BUSY;
            }
        });
    };
    std::vector<std::thread> threads;
    threads.push_back(repeat([&] { return cotmoc_sync_set_hub(sync.handle, "hub.example:7450", nullptr); }));
    threads.push_back(repeat([&] {
        cotmoc_progress_sink sink{};
        sink.size = sizeof sink;
        sink.progress = [](void*, const cotmoc_progress*) -> cotmoc_status { return COTMOC_OK; };
        return cotmoc_sync_set_progress(sync.handle, &sink, nullptr);
    }));
    threads.push_back(repeat(
        [&] { return cotmoc_sync_set_attachments(sync.handle, COTMOC_ATTACHMENTS_NONE, 0, nullptr); }));
    for (int i = 0; i < 5; ++i) {
        const cotmoc_status status = cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr);
        wrong += status != COTMOC_OK && status != COTMOC_BUSY;
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(wrong == 0);
}

TEST_CASE("a pipe that gives nothing and does not wait has ended: nobody spins on it") {
    Province province;
    Post post(province, "don-a");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    int received = 0;
    pipe.ended = true;
    pipe.on_receive = [&] { ++received; };
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr) == COTMOC_CONNECTION_LOST);
    CHECK(received < 100);
    pipe.ended = false;
    CHECK(has(sync.run(), R"("complete":true)"));
}

TEST_CASE("a sync with a neighbour goes to the device that is named, and to no other") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    test_support::FleetDevice& laptop =
        province.fleet.add("laptop", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    province.fleet.sync("authority");
    HubPipe hub(province);
    Syncer(one.replica, hub).run();  // learns of the others
    const std::string id = one.add("delegation", R"({"head":"A"})");
    HubPipe pipe(province);
    pipe.answers = [&] {
        return sync::Session::answer({*laptop.replica, laptop.replica->keys().device, province.fleet.random});
    };
    Syncer sync(one.replica, pipe);
    const auto run_with = [&](const char* peer) {
        REQUIRE(cotmoc_sync_set_peer(sync.handle, peer, nullptr) == COTMOC_OK);
        return cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr);
    };
    CHECK(run_with("nobody") == COTMOC_UNKNOWN_DEVICE);
    CHECK(run_with("don-a") == COTMOC_WRONG_USAGE);
    CHECK(run_with("laptop@") == COTMOC_WRONG_USAGE);
    CHECK(run_with("laptop@host:0") == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_sync_set_peer(sync.handle, "", nullptr) == COTMOC_WRONG_USAGE);
    CHECK(pipe.opened == 0);
    CHECK(run_with("don-b") != COTMOC_OK);
    CHECK(run_with("laptop") == COTMOC_OK);
    CHECK(laptop.replica->store().find(*from_uuid_text(id)).value().has_value());
    // NULL: the hub again, which the laptop is not.
    CHECK(run_with(nullptr) != COTMOC_OK);
    pipe.answers = nullptr;
    CHECK(run_with(nullptr) == COTMOC_OK);
    // Over TCP it needs an address.
    REQUIRE(cotmoc_sync_set_transport(sync.handle, nullptr, nullptr) == COTMOC_OK);
    CHECK(run_with("laptop") == COTMOC_WRONG_USAGE);
    CHECK(run_with("laptop@127.0.0.1:1") == COTMOC_CONNECTION_FAILED);
}
