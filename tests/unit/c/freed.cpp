// Handles that the host frees in the middle of their own call. The address sanitizer sees what goes wrong.
#include "unit/c/host.hpp"

#include <utility>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

constexpr cotmoc_status host_status = COTMOC_HOST_FIRST + 7;

/// Frees the cursor that it is called by, and fails.
cotmoc_status free_cursor(void* ctx, const char*, size_t) {
    cotmoc_cursor_free(std::exchange(*static_cast<cotmoc_cursor**>(ctx), nullptr));
    return host_status;
}

void check_freed_in_view(decltype(cotmoc_cursor_open)* open, cotmoc_replica* replica) {
    cotmoc_cursor* cursor = nullptr;
    REQUIRE(open(replica, nullptr, &cursor, nullptr) == COTMOC_OK);
    cotmoc_cursor* const called = cursor;
    int32_t found = 1;
    CHECK(cotmoc_cursor_next(called, free_cursor, &cursor, &found, nullptr) == host_status);
    CHECK(cursor == nullptr);
    CHECK(found == 0);
}

/// A key store in memory of which every callback does something first.
struct Vault {
    Bytes file;
    std::function<void()> first;

    cotmoc_key_store store() {
        cotmoc_key_store made{};
        made.size = sizeof made;
        made.ctx = this;
        made.load = [](void* ctx, cotmoc_octets_fn take, void* sink) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            in.first();
            return in.file.empty() ? COTMOC_NO_REPLICA : take(sink, in.file.data(), in.file.size());
        };
        made.save = [](void* ctx, const uint8_t* octets, size_t size) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            in.first();
            in.file.assign(octets, octets + size);
            return COTMOC_OK;
        };
        return made;
    }
};

cotmoc_options* take(Options&& options) { return std::exchange(options.handle, nullptr); }

cotmoc_options* options_with(const std::string& directory, Vault& vault) {
    cotmoc_options* options = take(Options(directory));
    const cotmoc_key_store store = vault.store();
    REQUIRE(cotmoc_options_set_key_store(options, &store, nullptr) == COTMOC_OK);
    return options;
}

}  // namespace

TEST_CASE("a view may free its own cursor, also one that then fails") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    HubPipe other_pipe(province);
    const std::string id = one.add("delegation", R"({"head":"A","people":1})");
    Syncer(one.replica, pipe).run();
    Syncer(two.replica, other_pipe).run();
    REQUIRE(one.edit(id, R"({"head":"B","people":2})") == COTMOC_OK);
    REQUIRE(two.edit(id, R"({"head":"C"})") == COTMOC_OK);
    Syncer(one.replica, pipe).run();
    Syncer(two.replica, other_pipe).run();
    check_freed_in_view(cotmoc_cursor_open, two.replica);
    check_freed_in_view(cotmoc_conflict_cursor, two.replica);
    check_freed_in_view(cotmoc_conflict_soft_cursor, two.replica);
}

TEST_CASE("an observer may change and free the bundle that is being read, which is read as it was begun") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    Syncer(one.replica, pipe).run();  // learns of the other post
    const auto write = [&](const std::string& name) {
        const std::string path = province.directory(name);
        cotmoc_bundle* bundle = nullptr;
        REQUIRE(cotmoc_bundle_new(one.replica, &bundle, nullptr) == COTMOC_OK);
        CHECK(cotmoc_bundle_export(bundle, path.c_str(), nullptr, nullptr, nullptr) == COTMOC_OK);
        cotmoc_bundle_free(bundle);
        return path;
    };
    const std::string first = one.add("delegation", R"({"head":"A"})");
    const std::string first_path = write("một quyển có tên dài");
    const std::string second = one.add("delegation", R"({"head":"B"})");
    const std::string second_path = write("hai quyển có tên dài");
    const std::string answer = province.directory("thư trả lời có tên dài");
    cotmoc_bundle* bundle = nullptr;
    REQUIRE(cotmoc_bundle_new(two.replica, &bundle, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_bundle_add_file(bundle, first_path.c_str(), nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_bundle_add_file(bundle, second_path.c_str(), nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_bundle_set_answer(bundle, answer.c_str(), nullptr) == COTMOC_OK);
    cotmoc_bundle* const read = bundle;
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.ctx = &bundle;
    observer.changed = [](void* ctx, const char*, size_t) {
        if (cotmoc_bundle* own = std::exchange(*static_cast<cotmoc_bundle**>(ctx), nullptr)) {
            CHECK(cotmoc_bundle_add_file(own, "there is no such volume", nullptr) == COTMOC_OK);
            cotmoc_bundle_free(own);
        }
    };
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(two.replica, nullptr, &observer, &subscription, nullptr) == COTMOC_OK);
    const std::string told = text_from([&](auto... view) { return cotmoc_bundle_import(read, view...); });
    CHECK(bundle == nullptr);
    CHECK(has(told, R"("complete":true)"));
    CHECK(has(told, R"("ack")"));
    CHECK(two.get(first) == one.get(first));
    CHECK(two.get(second) == one.get(second));
    cotmoc_subscription_free(subscription);
}

TEST_CASE("a key store may free the options that a replica is made or opened with") {
    Province province;
    Vault vault;
    cotmoc_options* options = nullptr;
    vault.first = [&] { cotmoc_options_free(std::exchange(options, nullptr)); };
    cotmoc_options* used = options = options_with(province.directory("don-a"), vault);
    cotmoc_replica* replica = nullptr;
    CHECK(cotmoc_replica_create(used, "don-a", &replica, nullptr) == COTMOC_OK);
    CHECK(options == nullptr);
    cotmoc_replica_free(replica);
    used = options = options_with(province.directory("don-a"), vault);
    CHECK(cotmoc_replica_open(used, &replica, nullptr) == COTMOC_OK);
    CHECK(options == nullptr);
    cotmoc_replica_free(replica);
    used = options = options_with(province.directory("don-a"), vault);
    CHECK(cotmoc_device_wipe(used, 0, nullptr, nullptr, nullptr) == COTMOC_OK);
    CHECK(options == nullptr);
}

TEST_CASE("what a log, a key store or an observer owns may be the handle that lets it go") {
    Province province;
    Vault vault;
    struct Owner {
        cotmoc_options* options = nullptr;
        cotmoc_replica* replica = nullptr;
        int drops = 0;
    } owner;
    const auto drop = [](void* ctx) {
        auto& in = *static_cast<Owner*>(ctx);
        ++in.drops;
        cotmoc_options_free(std::exchange(in.options, nullptr));
        cotmoc_replica_free(std::exchange(in.replica, nullptr));
    };
    cotmoc_log log{};
    log.size = sizeof log;
    log.ctx = &owner;
    log.drop = drop;
    log.line = [](void*, int32_t, const char*) {};
    cotmoc_options* options = options_with(province.directory("don-a"), vault);
    REQUIRE(cotmoc_options_set_log(options, &log, COTMOC_LOG_ERROR, nullptr) == COTMOC_OK);
    owner.options = options;
    log.drop = nullptr;
    CHECK(cotmoc_options_set_log(options, &log, COTMOC_LOG_ERROR, nullptr) == COTMOC_OK);
    CHECK(owner.drops == 1);

    cotmoc_key_store store = vault.store();
    store.ctx = &owner;
    store.drop = drop;
    options = take(Options(province.directory("don-b")));
    REQUIRE(cotmoc_options_set_key_store(options, &store, nullptr) == COTMOC_OK);
    owner.options = options;
    store.drop = nullptr;
    CHECK(cotmoc_options_set_key_store(options, &store, nullptr) == COTMOC_OK);
    CHECK(owner.drops == 2);

    Post post(province, "don-c");
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.ctx = &owner;
    observer.drop = drop;
    observer.changed = [](void*, const char*, size_t) {};
    cotmoc_subscription* subscription = nullptr;
    REQUIRE(cotmoc_observe_query(post.replica, nullptr, &observer, &subscription, nullptr) == COTMOC_OK);
    owner.replica = post.replica;
    cotmoc_replica_free(std::exchange(post.replica, nullptr));
    CHECK(owner.drops == 3);
    CHECK(owner.replica == nullptr);
    cotmoc_subscription_free(subscription);
}

TEST_CASE("a sync, a serve and a subscription may be freed in their own callbacks") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    HubPipe pipe(province);
    cotmoc_sync* sync = nullptr;
    REQUIRE(cotmoc_sync_new(post.replica, &sync, nullptr) == COTMOC_OK);
    const cotmoc_transport transport = pipe.transport();
    REQUIRE(cotmoc_sync_set_transport(sync, &transport, nullptr) == COTMOC_OK);
    cotmoc_sync* const running = sync;
    pipe.on_receive = [&] { cotmoc_sync_free(std::exchange(sync, nullptr)); };
    std::string report;
    CHECK(cotmoc_sync_run(running, 0, 0, into_string, &report, nullptr) == COTMOC_OK);
    CHECK(has(report, R"("complete":true)"));
    CHECK(sync == nullptr);
    CHECK(pipe.dropped == 1);

    cotmoc_serve* serve = nullptr;
    REQUIRE(cotmoc_serve_new(post.replica, &serve, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_serve_set_listen(serve, "127.0.0.1:0", nullptr) == COTMOC_OK);
    cotmoc_serve* const serving = serve;
    const auto ends = [](void* ctx, const char*, size_t) -> cotmoc_status {
        cotmoc_serve_free(std::exchange(*static_cast<cotmoc_serve**>(ctx), nullptr));
        return host_status;
    };
    CHECK(cotmoc_serve_run(serving, ends, &serve, nullptr) == host_status);
    CHECK(serve == nullptr);

    cotmoc_subscription* subscription = nullptr;
    cotmoc_observer observer{};
    observer.size = sizeof observer;
    observer.ctx = &subscription;
    observer.changed = [](void* ctx, const char*, size_t) {
        cotmoc_subscription_free(std::exchange(*static_cast<cotmoc_subscription**>(ctx), nullptr));
    };
    REQUIRE(cotmoc_observe_record(post.replica, id.c_str(), &observer, &subscription, nullptr) == COTMOC_OK);
    CHECK(post.edit(id, R"({"head":"B"})") == COTMOC_OK);
    CHECK(subscription == nullptr);
}
