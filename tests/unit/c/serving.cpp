// A device that serves through the C interface: two phones sync with no hub.
#include "unit/c/files_catalogue.hpp"
#include "unit/c/served.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/asio/tcp_pipe.hpp>

#include <filesystem>
#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

/// A sync with the device that serves at the address.
struct Caller {
    Caller(const Post& post, const std::string& device, const std::string& address) {
        REQUIRE(cotmoc_sync_new(post.replica, &handle, nullptr) == COTMOC_OK);
        REQUIRE(cotmoc_sync_set_peer(handle, (device + "@" + address).c_str(), nullptr) == COTMOC_OK);
    }
    ~Caller() { cotmoc_sync_free(handle); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    std::string run() const {
        return text_from([&](auto... view) { return cotmoc_sync_run(handle, 0, 0, view...); });
    }
    cotmoc_status try_run() const { return cotmoc_sync_run(handle, 0, 0, nullptr, nullptr, nullptr); }
    cotmoc_sync* handle = nullptr;
};

/// Does something once while the caller is inside.
class WhileInside {
public:
    WhileInside(const Caller& caller, std::function<void()> work) : work_(std::move(work)) {
        cotmoc_progress_sink sink{};
        sink.size = sizeof sink;
        sink.ctx = this;
        sink.progress = [](void* ctx, const cotmoc_progress* progress) -> cotmoc_status {
            auto& in = *static_cast<WhileInside*>(ctx);
            if (in.work_ &&
                (progress->stage == COTMOC_STAGE_LISTS || progress->stage == COTMOC_STAGE_RECORDS)) {
                std::exchange(in.work_, nullptr)();
            }
            return COTMOC_OK;
        };
        REQUIRE(cotmoc_sync_set_progress(caller.handle, &sink, nullptr) == COTMOC_OK);
    }
    bool done() const { return !work_; }

private:
    std::function<void()> work_;
};

/// Two posts that know of each other from the hub.
struct Neighbours {
    explicit Neighbours(std::string_view of = files_catalogue)
        : province(of), one(province, "don-a"), two(province, "don-b") {
        learn(one);
        learn(two);
    }
    void learn(const Post& post) {
        HubPipe pipe(province);
        Syncer(post.replica, pipe).run();
    }
    Province province;
    Post one;
    Post two;
};

cotmoc_status run(cotmoc_serve* serve, cotmoc_text_fn told = nullptr, void* ctx = nullptr) {
    return cotmoc_serve_run(serve, told, ctx, nullptr);
}

}  // namespace

TEST_CASE("two devices of a province sync with no hub, files and all") {
    Neighbours with;
    const std::string here = with.one.add("report", R"({"title":"A"})");
    const std::string there = with.two.add("report", R"({"title":"B"})");
    const std::string file = with.province.directory("a.txt");
    std::ofstream(file) << "a file";
    REQUIRE(cotmoc_attachment_add_file(with.one.replica, here.c_str(), "files", file.c_str(), nullptr,
                                       nullptr, nullptr) == COTMOC_OK);
    Served served(with.one);
    const Caller caller(with.two, "don-a", served.begin());
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(with.one.get(there) == with.two.get(there));
    CHECK(has(text_from([&](auto... view) {
                  return cotmoc_attachment_list(with.two.replica, here.c_str(), "files", view...);
              }),
              R"("held":true)"));
    with.two.add("report", R"({"title":"C"})");
    CHECK(has(caller.run(), R"("complete":true)"));
    const auto told = served.told(2);
    CHECK(served.end() == COTMOC_OK);
    REQUIRE(told.size() == 2);
    CHECK(has(told[0], R"("name":"don-b")"));
    CHECK(has(told[0], R"("complete":true,"error":"")"));
    CHECK(has(told[1], R"("complete":true,"error":"")"));
}

TEST_CASE("the owner reads and writes while a neighbour is served, and syncs do not cross") {
    Neighbours with;
    const std::string id = with.two.add("report", R"({"title":"B"})");
    Served served(with.one);
    const std::string address = served.begin();
    const Caller caller(with.two, "don-a", address);
    struct Meanwhile {
        const Post& post;
        bool busy = false;
        bool wrote = true;
    } meanwhile{with.one};
    cotmoc_progress_sink sink{};
    sink.size = sizeof sink;
    sink.ctx = &meanwhile;
    sink.progress = [](void* ctx, const cotmoc_progress* progress) -> cotmoc_status {
        auto& in = *static_cast<Meanwhile*>(ctx);
        if (progress->stage == COTMOC_STAGE_LISTS || progress->stage == COTMOC_STAGE_RECORDS) {
            // The caller is inside: nothing that needs the replica for itself goes on there.
            in.busy =
                in.busy || cotmoc_replica_verify(in.post.replica, nullptr, nullptr, nullptr) == COTMOC_BUSY;
            in.wrote =
                in.wrote && cotmoc_record_add(in.post.replica, "report", nullptr, nullptr, R"({"title":"A"})",
                                              nullptr, nullptr, nullptr) == COTMOC_OK;
        }
        return COTMOC_OK;
    };
    REQUIRE(cotmoc_sync_set_progress(caller.handle, &sink, nullptr) == COTMOC_OK);
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(meanwhile.busy);
    CHECK(meanwhile.wrote);
    CHECK(with.one.get(id) == with.two.get(id));
    CHECK(served.end() == COTMOC_OK);
    CHECK(cotmoc_replica_close(with.one.replica, nullptr) == COTMOC_OK);
}

TEST_CASE("a call that takes long keeps callers out and no more: they are told, and the serve can be ended") {
    Neighbours with;
    Served served(with.one);
    struct Meanwhile {
        Served& served;
        const Caller caller;
        cotmoc_status told = COTMOC_OK;
        cotmoc_status ended = COTMOC_INTERNAL;
        std::future<cotmoc_status> calling = {};  // its end may have to wait for that of the batch
    } meanwhile{served, {with.two, "don-a", served.begin()}};
    const auto work = [](void* ctx) -> cotmoc_status {
        auto& in = *static_cast<Meanwhile*>(ctx);
        in.calling = std::async(std::launch::async, [&in] { return in.caller.try_run(); });
        if (in.calling.wait_for(std::chrono::minutes(1)) != std::future_status::ready) {
            return COTMOC_HOST_FIRST;
        }
        in.told = in.calling.get();
        in.ended = in.served.end();
        return COTMOC_OK;
    };
    CHECK(cotmoc_replica_batch(with.one.replica, work, &meanwhile, nullptr) == COTMOC_OK);
    CHECK(meanwhile.told == COTMOC_BUSY);
    CHECK(meanwhile.ended == COTMOC_OK);
    // It is not blamed for having waited.
    CHECK(has(Caller(with.two, "don-a", served.begin()).run(), R"("complete":true)"));
}

TEST_CASE("a stranger is let in nowhere, and the others come all the same") {
    Neighbours with;
    with.two.add("report", R"({"title":"B"})");
    Served served(with.one);
    const std::string address = served.begin();
    const auto endpoint = asio::parse_endpoint(address);
    REQUIRE(endpoint);
    const auto pipe = asio::TcpPipe::connect(endpoint->host, endpoint->port, 60'000, [] { return false; });
    REQUIRE(pipe);
    REQUIRE((*pipe)->send(as_bytes("GET / HTTP/1.1\r\nHost: somebody\r\n\r\n")));
    Province other(files_catalogue);
    Post stranger(other, "don-b");
    const Caller unknown(stranger, "don-b", address);
    CHECK(unknown.try_run() != COTMOC_OK);  // it calls itself
    CHECK(has(Caller(with.two, "don-a", address).run(), R"("complete":true)"));
    CHECK(Caller(with.two, "don-a", address).run().find(R"("complete":true)") != std::string::npos);
    CHECK(served.told(1).size() == 1);
    CHECK(served.end() == COTMOC_OK);
    CHECK(served.told(1).size() == 1);  // the second session had nothing to exchange
}

TEST_CASE("a device that calls for another one than this gets nothing") {
    Neighbours with;
    Post three(with.province, "don-c");
    with.learn(three);
    with.learn(with.two);
    Served served(with.one);
    const Caller wrong(with.two, "don-c", served.begin());
    CHECK(wrong.try_run() == COTMOC_HANDSHAKE_FAILED);
    CHECK(served.end() == COTMOC_OK);
    CHECK(served.told(0).empty());
}

TEST_CASE("what the host says ends the serving, and a cancel before it begins does too") {
    Neighbours with;
    with.two.add("report", R"({"title":"B"})");
    Served served(with.one);
    const auto stop = [](void* ctx, const char*, size_t) { return *static_cast<cotmoc_status*>(ctx); };
    cotmoc_status says = COTMOC_HOST_FIRST;
    CHECK(run(served.handle, stop, &says) == COTMOC_HOST_FIRST);
    says = COTMOC_STOP;
    CHECK(run(served.handle, stop, &says) == COTMOC_OK);
    CHECK(cotmoc_serve_cancel(served.handle, nullptr) == COTMOC_OK);
    CHECK(run(served.handle) == COTMOC_OK);
    served.on_session = [&] {
        CHECK(cotmoc_replica_info(with.one.replica, nullptr, nullptr, nullptr) == COTMOC_OK);
        CHECK(run(served.handle) == COTMOC_BUSY);
        return COTMOC_HOST_LAST;
    };
    const Caller caller(with.two, "don-a", served.begin());
    caller.try_run();
    CHECK(served.wait() == COTMOC_HOST_LAST);
}

TEST_CASE("a cancel that comes while a run fails to begin is for the next one") {
    Province province;
    const Options options(province.directory("alone"));
    cotmoc_serve* serve = nullptr;
    cotmoc_log log{};
    log.size = sizeof log;
    log.ctx = &serve;
    // Told of the call that fails, before it returns.
    log.line = [](void* ctx, int32_t level, const char*) {
        if (level == COTMOC_LOG_DEBUG) {
            CHECK(cotmoc_serve_cancel(*static_cast<cotmoc_serve**>(ctx), nullptr) == COTMOC_OK);
        }
    };
    REQUIRE(cotmoc_options_set_log(options.handle, &log, COTMOC_LOG_DEBUG, nullptr) == COTMOC_OK);
    cotmoc_replica* alone = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "alone", &alone, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_serve_new(alone, &serve, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_serve_set_listen(serve, "127.0.0.1:0", nullptr) == COTMOC_OK);
    CHECK(run(serve) == COTMOC_NOT_JOINED);
    CHECK(run(serve) == COTMOC_OK);
    CHECK(run(serve) == COTMOC_NOT_JOINED);
    cotmoc_serve_free(serve);
    cotmoc_replica_free(alone);
}

TEST_CASE("what is thrown as a caller comes in ends the serve, and the replica is opened anew") {
    Province province(files_catalogue);
    Options options(province.directory("don-a"));
    cotmoc_log log{};
    log.size = sizeof log;
    log.line = [](void*, int32_t level, const char*) {
        if (level == COTMOC_LOG_ERROR) {
            throw std::runtime_error("of the host");
        }
    };
    REQUIRE(cotmoc_options_set_log(options.handle, &log, COTMOC_LOG_ERROR, nullptr) == COTMOC_OK);
    const Post one(province, "don-a", options.handle);
    const Post two(province, "don-b");
    HubPipe pipe(province);
    Syncer(one.replica, pipe).run();
    Syncer(two.replica, pipe).run();
    const std::string id = one.add("report", R"({"title":"A"})");
    // The store of files cannot be opened, which is told.
    const std::filesystem::path directory = province.directory("don-a");
    std::filesystem::remove(directory / "attachments.db");
    std::filesystem::create_directory(directory / "attachments.db");
    Served served(one);
    CHECK(Caller(two, "don-a", served.begin()).try_run() != COTMOC_OK);
    CHECK(served.wait() == COTMOC_INTERNAL);
    std::filesystem::rename(directory / "replica.db", directory / "aside");
    std::filesystem::create_directory(directory / "replica.db");
    CHECK(one.edit(id, R"({"title":"B"})") != COTMOC_OK);
    std::filesystem::remove(directory / "replica.db");
    std::filesystem::rename(directory / "aside", directory / "replica.db");
    CHECK(one.edit(id, R"({"title":"C"})") == COTMOC_OK);
}

TEST_CASE("a visit that a broken call of the owner ends is told, and the next one goes well") {
    Neighbours with;
    const std::string id = with.one.add("report", R"({"title":"A"})");
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.changed = [](void*, const char*, size_t) { throw std::runtime_error("of the host"); };
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(with.one.replica, nullptr, &observer, &subscription, nullptr) == COTMOC_OK);
    Served served(with.one);
    const Caller caller(with.two, "don-a", served.begin());
    WhileInside inside(caller, [&] {
        CHECK(with.one.edit(id, R"({"title":"B"})") == COTMOC_INTERNAL);
        cotmoc_subscription_free(std::exchange(subscription, nullptr));
    });
    CHECK(caller.try_run() != COTMOC_OK);
    CHECK(subscription == nullptr);
    const auto told = served.told(1);
    REQUIRE(told.size() == 1);
    CHECK(has(told[0], R"("name":"don-b")"));
    CHECK(has(told[0], R"("complete":false,"error":"internal")"));
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(with.one.get(id) == with.two.get(id));
    CHECK(served.end() == COTMOC_OK);
}

TEST_CASE("a serve is cancelled while a neighbour is inside, and goes on over a suspension") {
    Neighbours with;
    const std::string id = with.two.add("report", R"({"title":"B"})");
    Served served(with.one);
    {
        const Caller caller(with.two, "don-a", served.begin());
        WhileInside inside(caller, [&] {
            CHECK(cotmoc_replica_close(with.one.replica, nullptr) == COTMOC_BUSY);
            CHECK(cotmoc_replica_suspend(with.one.replica, nullptr) == COTMOC_BUSY);
            CHECK(served.end() == COTMOC_OK);
        });
        caller.try_run();
        CHECK(inside.done());
    }
    const std::size_t before = served.told(0).size();
    CHECK(cotmoc_replica_suspend(with.one.replica, nullptr) == COTMOC_OK);
    CHECK(run(served.handle) == COTMOC_BUSY);
    CHECK(cotmoc_replica_resume(with.one.replica, nullptr) == COTMOC_OK);
    const Caller caller(with.two, "don-a", served.begin());
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(with.one.get(id) == with.two.get(id));
    CHECK(served.told(before + 1).size() == before + 1);  // it has left
    CHECK(cotmoc_replica_suspend(with.one.replica, nullptr) == COTMOC_OK);
    CHECK(cotmoc_replica_resume(with.one.replica, nullptr) == COTMOC_OK);
    REQUIRE(with.two.edit(id, R"({"title":"C"})") == COTMOC_OK);
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(with.one.get(id) == with.two.get(id));
    CHECK(served.end() == COTMOC_OK);
}

TEST_CASE("a replica that is freed while a neighbour is inside is closed when that has left") {
    Neighbours with;
    with.two.add("report", R"({"title":"B"})");
    Served served(with.one);
    const Caller caller(with.two, "don-a", served.begin());
    WhileInside inside(caller, [&] { cotmoc_replica_free(std::exchange(with.one.replica, nullptr)); });
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(inside.done());
    CHECK(served.wait() == COTMOC_WRONG_USAGE);
    REQUIRE(cotmoc_replica_open(with.one.options.handle, &with.one.replica, nullptr) == COTMOC_OK);
}

TEST_CASE("observers hear of what a neighbour brings, and what one throws ends the serve") {
    Neighbours with;
    struct Heard {
        std::atomic<int> changes = 0;
        std::atomic<bool> throws = false;
    } heard;
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.ctx = &heard;
    observer.changed = [](void* ctx, const char*, size_t) {
        auto& in = *static_cast<Heard*>(ctx);
        ++in.changes;
        if (in.throws) {
            throw std::runtime_error("of the host");
        }
    };
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(with.one.replica, nullptr, &observer, &subscription, nullptr) == COTMOC_OK);
    const std::string id = with.two.add("report", R"({"title":"B"})");
    Served served(with.one);
    const Caller caller(with.two, "don-a", served.begin());
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(heard.changes == 1);
    heard.throws = true;
    REQUIRE(with.two.edit(id, R"({"title":"C"})") == COTMOC_OK);
    caller.try_run();
    CHECK(served.wait() == COTMOC_INTERNAL);
    heard.throws = false;
    CHECK(has(Caller(with.two, "don-a", served.begin()).run(), R"("complete":true)"));
    CHECK(with.one.get(id) == with.two.get(id));
    CHECK(served.end() == COTMOC_OK);
    cotmoc_subscription_free(subscription);
}

TEST_CASE("threads of the owner read and write while a neighbour comes again and again") {
    Neighbours with;
    Served served(with.one);
    const Caller caller(with.two, "don-a", served.begin());
    std::vector<std::future<int>> owners;
    for (int i = 0; i < 2; ++i) {
        owners.push_back(std::async(std::launch::async, [&] {
            int failed = 0;
            for (int j = 0; j < 20; ++j) {
                std::string id;
                failed += cotmoc_record_add(with.one.replica, "report", nullptr, nullptr,
                                            R"({"title":"A"})", into_string, &id, nullptr) != COTMOC_OK;
                failed +=
                    cotmoc_record_get(with.one.replica, id.c_str(), nullptr, nullptr, nullptr) != COTMOC_OK;
            }
            return failed;
        }));
    }
    for (int i = 0; i < 3; ++i) {
        CHECK(has(caller.run(), R"("complete":true)"));
    }
    for (std::future<int>& owner : owners) {
        CHECK(owner.get() == 0);
    }
    CHECK(has(caller.run(), R"("complete":true)"));
    CHECK(has(text_from([&](auto... view) { return cotmoc_replica_status(with.two.replica, view...); }),
              R"("records":40)"));
    CHECK(served.end() == COTMOC_OK);
}

TEST_CASE("serving is refused where it cannot be") {
    Neighbours with;
    cotmoc_serve* serve = nullptr;
    CHECK(cotmoc_serve_new(nullptr, &serve, nullptr) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_serve_new(with.one.replica, nullptr, nullptr) == COTMOC_WRONG_USAGE);
    CHECK(run(nullptr) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_serve_cancel(nullptr, nullptr) == COTMOC_WRONG_USAGE);
    cotmoc_serve_free(nullptr);
    REQUIRE(cotmoc_serve_new(with.one.replica, &serve, nullptr) == COTMOC_OK);
    CHECK(run(serve) == COTMOC_WRONG_USAGE);  // no address
    for (const char* wrong : {"", "here", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:70000"}) {
        CHECK(cotmoc_serve_set_listen(serve, wrong, nullptr) == COTMOC_WRONG_USAGE);
    }
    Served other(with.two);
    const std::string taken = other.begin();
    CHECK(cotmoc_serve_set_listen(other.handle, "127.0.0.1:0", nullptr) == COTMOC_BUSY);
    CHECK(run(other.handle) == COTMOC_BUSY);
    cotmoc_serve* second = nullptr;
    REQUIRE(cotmoc_serve_new(with.two.replica, &second, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_serve_set_listen(second, "127.0.0.1:0", nullptr) == COTMOC_OK);
    CHECK(run(second) == COTMOC_BUSY);
    cotmoc_serve_free(second);
    REQUIRE(cotmoc_serve_set_listen(serve, taken.c_str(), nullptr) == COTMOC_OK);
    CHECK(run(serve) == COTMOC_CANNOT_LISTEN);
    CHECK(cotmoc_serve_cancel(serve, nullptr) == COTMOC_OK);
    CHECK(run(serve) == COTMOC_OK);  // it ends before it begins
    CHECK(run(serve) == COTMOC_CANNOT_LISTEN);
    REQUIRE(cotmoc_serve_set_listen(serve, "127.0.0.1:0", nullptr) == COTMOC_OK);
    const auto stop = [](void*, const char*, size_t) -> cotmoc_status { return COTMOC_HOST_FIRST; };
    CHECK(run(serve, stop) == COTMOC_HOST_FIRST);
    struct Inside {
        cotmoc_serve* serve;
        cotmoc_status status = COTMOC_OK;
    } inside{serve};
    const auto work = [](void* ctx) {
        auto& in = *static_cast<Inside*>(ctx);
        in.status = run(in.serve);
        return COTMOC_OK;
    };
    CHECK(cotmoc_replica_batch(with.one.replica, work, &inside, nullptr) == COTMOC_OK);
    CHECK(inside.status == COTMOC_BUSY);
    HubPipe pipe(with.province);
    pipe.on_receive = [&] { inside.status = run(serve); };
    inside.status = COTMOC_OK;
    Syncer(with.one.replica, pipe).run();
    CHECK(inside.status == COTMOC_BUSY);
    REQUIRE(cotmoc_replica_close(with.one.replica, nullptr) == COTMOC_OK);
    CHECK(run(serve) == COTMOC_WRONG_USAGE);
    cotmoc_serve_free(serve);
}

TEST_CASE("a device that did not join, or was withdrawn, serves nobody") {
    Neighbours with;
    const Options options(with.province.directory("alone"));
    cotmoc_replica* alone = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "alone", &alone, nullptr) == COTMOC_OK);
    cotmoc_serve* serve = nullptr;
    REQUIRE(cotmoc_serve_new(alone, &serve, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_serve_set_listen(serve, "127.0.0.1:0", nullptr) == COTMOC_OK);
    CHECK(run(serve) == COTMOC_NOT_JOINED);
    cotmoc_serve_free(serve);
    cotmoc_replica_free(alone);

    // A caller that has heard of it calls no more; the device that serves has not, and goes on.
    Served served(with.one);
    const std::string address = served.begin();
    Post three(with.province, "don-c");
    with.learn(three);
    with.learn(with.one);
    test_support::must(with.province.fleet.authority().revoke("don-a", crypto::RightsReason::lost));
    with.province.publish();
    HubPipe pipe(with.province);
    const Caller caller(with.two, "don-a", address);
    CHECK(caller.try_run() == COTMOC_OK);  // it does not know either
    Syncer(with.two.replica, pipe).run();
    CHECK(caller.try_run() == COTMOC_REVOKED);
    // Once it has heard of it itself, the next caller finds the door closed.
    Syncer own(with.one.replica, pipe);
    (void)cotmoc_sync_run(own.handle, 0, 0, nullptr, nullptr, nullptr);
    CHECK(Caller(three, "don-a", address).try_run() != COTMOC_OK);
    CHECK(served.wait() == COTMOC_REVOKED);
    CHECK(run(served.handle) == COTMOC_REVOKED);
}

TEST_CASE("a replica that is closed serves no more") {
    Neighbours with;
    Served served(with.one);
    served.begin();
    CHECK(cotmoc_replica_close(with.one.replica, nullptr) == COTMOC_OK);
    CHECK(served.wait() == COTMOC_WRONG_USAGE);
}

TEST_CASE("a visit tells what it met itself, not what a sync before met") {
    Neighbours with;
    Post three(with.province, "don-c");
    with.learn(three);
    HubPipe pipe(with.province);
    const std::string id = with.one.add("report", R"({"title":"A"})");
    Syncer(with.one.replica, pipe).run();
    Syncer(three.replica, pipe).run();
    REQUIRE(three.edit(id, R"({"result":"x"})") == COTMOC_OK);
    REQUIRE(with.one.edit(id, R"({"result":"y"})") == COTMOC_OK);
    Syncer(three.replica, pipe).run();
    test_support::must(with.province.fleet.authority().revoke("don-b", crypto::RightsReason::lost));
    with.province.publish();
    CHECK(has(Syncer(with.one.replica, pipe).run(), R"("conflicts":1)"));
    Served served(with.one);
    CHECK(Caller(with.two, "don-a", served.begin()).try_run() != COTMOC_OK);
    const auto told = served.told(1);
    CHECK(served.end() == COTMOC_OK);
    REQUIRE(told.size() == 1);
    CHECK(has(told[0], R"("complete":false)"));
    CHECK(has(told[0], R"("conflicts":0)"));
}
