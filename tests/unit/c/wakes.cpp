// When the library wakes a pipe of the host.
#include "unit/c/host.hpp"

#include "pipe.hpp"

#include <future>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_c;

TEST_CASE("a cancel ends an open of the host that waits") {
    Province province;
    Post post(province, "don-a");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    std::promise<void> opening;
    std::promise<void> woken;
    bool in_time = false;
    pipe.on_open = [&]() -> cotmoc_status {
        opening.set_value();
        in_time = woken.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready;
        return COTMOC_CONNECTION_FAILED;
    };
    pipe.on_wake = [&] { woken.set_value(); };
    std::string report;
    cotmoc_status ended = COTMOC_INTERNAL;
    std::thread runs([&] { ended = cotmoc_sync_run(sync.handle, 0, 0, into_string, &report, nullptr); });
    opening.get_future().wait();
    CHECK(cotmoc_sync_cancel(sync.handle, nullptr) == COTMOC_OK);
    runs.join();
    CHECK(in_time);
    CHECK(ended == COTMOC_OK);
    CHECK(has(report, R"("complete":false)"));
    CHECK(pipe.closed == 0);
    pipe.on_open = nullptr;
    CHECK(has(sync.run(), R"("complete":true)"));
    CHECK(pipe.woken == 1);
}

TEST_CASE("a cancel wakes no pipe that is not open") {
    Province province;
    Post post(province, "don-a");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    const auto cancel = [&] { CHECK(cotmoc_sync_cancel(sync.handle, nullptr) == COTMOC_OK); };
    const auto run = [&] { return cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr); };
    cancel();
    CHECK(run() == COTMOC_OK);
    CHECK(pipe.opened == 0);
    pipe.on_close = cancel;
    CHECK(run() == COTMOC_OK);
    pipe.on_close = nullptr;
    CHECK(pipe.opened == 1);
    const auto ended = [](void* ctx, const char*, size_t) {
        return cotmoc_sync_cancel(static_cast<cotmoc_sync*>(ctx), nullptr);
    };
    CHECK(cotmoc_sync_watch(sync.handle, 0, ended, sync.handle, nullptr) == COTMOC_OK);
    CHECK(pipe.opened == 2);
    pipe.fail_open = COTMOC_CONNECTION_FAILED;
    CHECK(cotmoc_sync_watch(sync.handle, 0, ended, sync.handle, nullptr) == COTMOC_OK);
    CHECK(pipe.woken == 0);
    pipe.fail_open = COTMOC_OK;
    pipe.on_receive = cancel;
    CHECK(run() == COTMOC_OK);
    CHECK(pipe.woken > 0);
}

TEST_CASE("a pipe is not closed while somebody wakes it") {
    Province province;
    Post post(province, "don-a");
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    std::promise<void> receiving;
    std::promise<void> waking;
    std::atomic<bool> closing = false;
    bool at_once = false;
    pipe.fail_receive = COTMOC_CONNECTION_LOST;
    pipe.on_receive = [&] {
        receiving.set_value();
        waking.get_future().wait();
    };
    pipe.on_wake = [&] {
        waking.set_value();
        // Time enough for the sync's thread to close.
        for (int i = 0; i < 100'000 && !closing; ++i) {
            std::this_thread::yield();
        }
        at_once = closing;
    };
    pipe.on_close = [&] { closing = true; };
    std::thread runs([&] { (void)cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr); });
    receiving.get_future().wait();
    CHECK(cotmoc_sync_cancel(sync.handle, nullptr) == COTMOC_OK);
    runs.join();
    CHECK(!at_once);
    CHECK(pipe.closed == 1);
}

TEST_CASE("a sync that was cancelled before the host opens a pipe opens none") {
    Province province;
    HubPipe host(province);
    const auto pipe = capi::make_host_pipe(capi::hold(host.transport()));
    pipe->wake();
    CHECK(pipe->open(1'000, [] { return true; }).error().code == ErrorCode::connection_lost);
    pipe->wake();
    CHECK(host.opened == 0);
    CHECK(pipe->open(1'000, [] { return false; }));
    CHECK(host.woken == 0);
    pipe->wake();
    pipe->close();
    pipe->wake();
    CHECK(host.woken == 1);
}
