// Syncs, observers, bundles, custody and logs of the host.
#include "unit/c/host.hpp"

#include <filesystem>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

/// A key store of the host in memory.
struct Vault {
    Bytes file;
    Bytes recovery;
    int loads = 0;
    int saves = 0;
    int drops = 0;
    cotmoc_status fails = COTMOC_OK;
    bool gives = true;

    cotmoc_key_store store() {
        cotmoc_key_store made{};
        made.size = sizeof made;
        made.ctx = this;
        made.drop = [](void* ctx) { ++static_cast<Vault*>(ctx)->drops; };
        made.load = [](void* ctx, cotmoc_octets_fn take, void* sink) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            ++in.loads;
            if (in.fails != COTMOC_OK || !in.gives) {
                return in.fails;
            }
            return in.file.empty() ? COTMOC_NO_REPLICA : take(sink, in.file.data(), in.file.size());
        };
        made.save = [](void* ctx, const uint8_t* octets, size_t size) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            ++in.saves;
            if (in.fails == COTMOC_OK) {
                in.file.assign(octets, octets + size);
            }
            return in.fails;
        };
        made.load_recovery = [](void* ctx, cotmoc_octets_fn take, void* sink) -> cotmoc_status {
            auto& in = *static_cast<Vault*>(ctx);
            return in.recovery.empty() ? COTMOC_NO_RECOVERY
                                       : take(sink, in.recovery.data(), in.recovery.size());
        };
        made.save_recovery = [](void* ctx, const uint8_t* octets, size_t size) -> cotmoc_status {
            static_cast<Vault*>(ctx)->recovery.assign(octets, octets + size);
            return COTMOC_OK;
        };
        return made;
    }
};

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

TEST_CASE("the host keeps the key file") {
    Province province;
    Vault vault;
    std::string id;
    {
        Options options(province.directory("don-a"));
        const cotmoc_key_store store = vault.store();
        REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
        Post post(province, "don-a", options.handle);
        id = post.add("delegation", R"({"head":"A"})");
        CHECK(vault.saves == 1);
        CHECK(!std::filesystem::exists(province.directory("don-a") + "/key.cotmoc"));
        const std::string fresh = "một mật khẩu khác hẳn";
        const auto octets = [](const std::string& text) {
            return reinterpret_cast<const uint8_t*>(text.data());
        };
        CHECK(cotmoc_replica_change_passphrase(post.replica, octets(fresh), fresh.size(), octets(passphrase),
                                               passphrase.size(), nullptr) == COTMOC_WRONG_PASSPHRASE);
        CHECK(cotmoc_replica_change_passphrase(post.replica, octets(passphrase), passphrase.size(),
                                               octets("x"), 1, nullptr) == COTMOC_WEAK_PASSPHRASE);
        CHECK(cotmoc_replica_change_passphrase(post.replica, octets(passphrase), passphrase.size(),
                                               octets(fresh), fresh.size(), nullptr) == COTMOC_OK);
        options.set_passphrase(fresh);
        REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
        cotmoc_replica* again = nullptr;
        REQUIRE(cotmoc_replica_open(options.handle, &again, nullptr) == COTMOC_OK);
        CHECK(cotmoc_record_get(again, id.c_str(), nullptr, nullptr, nullptr) == COTMOC_OK);
        cotmoc_replica_free(again);
        CHECK(vault.drops == 0);
    }
    CHECK(vault.drops == 1);
}

TEST_CASE("what a key store's callback returns comes back") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    cotmoc_key_store store = vault.store();
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    cotmoc_replica* replica = nullptr;
    vault.fails = COTMOC_HOST_FIRST + 1;
    cotmoc_error error{};
    CHECK(cotmoc_replica_create(options.handle, "don-a", &replica, &error) == COTMOC_HOST_FIRST + 1);
    CHECK(replica == nullptr);
    CHECK(!std::filesystem::exists(province.directory("don-a") + "/replica.db"));
    vault.fails = COTMOC_OK;
    REQUIRE(cotmoc_replica_create(options.handle, "don-a", &replica, &error) == COTMOC_OK);
    cotmoc_replica_free(replica);
    vault.gives = false;  // says that it has, and gives nothing
    CHECK(cotmoc_replica_open(options.handle, &replica, &error) == COTMOC_INTERNAL);
    vault.gives = true;
    vault.file.pop_back();
    CHECK(cotmoc_replica_open(options.handle, &replica, &error) == COTMOC_KEY_FILE_DAMAGED);
    // What is not taken is not dropped.
    store.save = nullptr;
    CHECK(cotmoc_options_set_key_store(options.handle, &store, &error) == COTMOC_WRONG_USAGE);
    CHECK(vault.drops == 0);
    store.size = 3;
    CHECK(cotmoc_options_set_key_store(options.handle, &store, &error) == COTMOC_WRONG_USAGE);
}

TEST_CASE("a structure of an older header is taken as far as it goes") {
    Province province;
    Vault vault;
    Options options(province.directory("don-a"));
    cotmoc_key_store store = vault.store();
    store.size = offsetof(cotmoc_key_store, load_recovery);
    REQUIRE(cotmoc_options_set_key_store(options.handle, &store, nullptr) == COTMOC_OK);
    Post post(province, "don-a", options.handle);
    CHECK(vault.recovery.empty());
    CHECK(vault.saves == 1);
}

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
    CHECK(cotmoc_sync_run(sync.handle, 0, 0, nullptr, nullptr, nullptr) == COTMOC_HOST_FIRST + 3);
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

TEST_CASE("without a hub or a membership no sync begins") {
    Province province;
    Options options(province.directory("don-x"));
    cotmoc_replica* replica = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "don-x", &replica, nullptr) == COTMOC_OK);
    cotmoc_sync* sync = nullptr;
    REQUIRE(cotmoc_sync_new(replica, &sync, nullptr) == COTMOC_OK);
    CHECK(cotmoc_sync_run(sync, 0, 0, nullptr, nullptr, nullptr) == COTMOC_NOT_JOINED);
    CHECK(cotmoc_record_add(replica, "delegation", nullptr, nullptr, "{}", nullptr, nullptr, nullptr) ==
          COTMOC_NOT_JOINED);
    CHECK(cotmoc_sync_set_hub(sync, "nonsense", nullptr) == COTMOC_WRONG_USAGE);
    CHECK(cotmoc_sync_set_attachments(sync, 9, 0, nullptr) == COTMOC_WRONG_USAGE);
    cotmoc_sync_free(sync);
    cotmoc_replica_free(replica);
    Post post(province, "don-a");
    REQUIRE(cotmoc_sync_new(post.replica, &sync, nullptr) == COTMOC_OK);
    CHECK(cotmoc_sync_run(sync, 0, 0, nullptr, nullptr, nullptr) == COTMOC_NO_HUB);
    // Nobody listens there.
    REQUIRE(cotmoc_sync_set_hub(sync, "127.0.0.1:1", nullptr) == COTMOC_OK);
    cotmoc_error error{};
    CHECK(cotmoc_sync_run(sync, 0, 0, nullptr, nullptr, &error) == COTMOC_CONNECTION_FAILED);
    CHECK(error.retry == COTMOC_RETRY_WHEN_NETWORK_CHANGES);
    cotmoc_sync_free(sync);
}

TEST_CASE("a bundle carries work from one post to the other") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    Syncer(one.replica, pipe).run();  // learns of the other post
    const std::string id = one.add("delegation", R"({"head":"A"})");
    const std::string path = province.directory("stick");
    cotmoc_bundle* bundle = nullptr;
    REQUIRE(cotmoc_bundle_new(one.replica, &bundle, nullptr) == COTMOC_OK);
    CHECK(cotmoc_bundle_import(bundle, nullptr, nullptr, nullptr) == COTMOC_WRONG_USAGE);
    REQUIRE(cotmoc_bundle_set_reader(bundle, "nobody", nullptr) == COTMOC_OK);
    CHECK(cotmoc_bundle_export(bundle, path.c_str(), nullptr, nullptr, nullptr) == COTMOC_UNKNOWN_DEVICE);
    REQUIRE(cotmoc_bundle_set_reader(bundle, "don-b", nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_bundle_set_volume_size(bundle, 7, nullptr) == COTMOC_OK);
    CHECK(cotmoc_bundle_export(bundle, path.c_str(), nullptr, nullptr, nullptr) == COTMOC_OUT_OF_BOUNDS);
    REQUIRE(cotmoc_bundle_set_volume_size(bundle, 1 << 20, nullptr) == COTMOC_OK);
    CHECK(has(text_from([&](auto... view) { return cotmoc_bundle_export(bundle, path.c_str(), view...); }),
              R"("change_sets":1)"));
    CHECK(cotmoc_bundle_export(bundle, path.c_str(), nullptr, nullptr, nullptr) == COTMOC_FILE_EXISTS);
    cotmoc_bundle_free(bundle);
    CHECK(has(text_from([&](auto... view) { return cotmoc_bundle_inspect(path.c_str(), view...); }),
              R"("change_sets":{"count":1)"));
    REQUIRE(cotmoc_bundle_new(two.replica, &bundle, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_bundle_add_file(bundle, path.c_str(), nullptr) == COTMOC_OK);
    CHECK(has(text_from([&](auto... view) { return cotmoc_bundle_import(bundle, view...); }),
              R"("complete":true)"));
    REQUIRE(cotmoc_bundle_add_file(bundle, province.directory("none").c_str(), nullptr) == COTMOC_OK);
    std::string report;
    CHECK(cotmoc_bundle_import(bundle, into_string, &report, nullptr) == COTMOC_CANNOT_READ_FILE);
    CHECK(has(report, R"("complete":false)"));
    cotmoc_bundle_free(bundle);
    CHECK(two.get(id) == one.get(id));
}

TEST_CASE("the log tells of failures without texts of records") {
    Province province;
    struct Lines {
        std::vector<std::string> all;
        int drops = 0;
    } lines;
    cotmoc_log log{};
    log.size = sizeof log;
    log.ctx = &lines;
    log.drop = [](void* ctx) { ++static_cast<Lines*>(ctx)->drops; };
    log.line = [](void* ctx, int32_t, const char* line) { static_cast<Lines*>(ctx)->all.emplace_back(line); };
    {
        Options options(province.directory("don-a"));
        REQUIRE(cotmoc_options_set_log(options.handle, &log, COTMOC_LOG_DEBUG, nullptr) == COTMOC_OK);
        Post post(province, "don-a", options.handle);
        const std::string id = post.add("inspection", R"({"marker_no":"bí-mật"})");
        CHECK(post.edit(id, R"({"latitude":91})") == COTMOC_OUT_OF_BOUNDS);
    }
    CHECK(lines.drops == 1);
    std::string all;
    for (const std::string& line : lines.all) {
        CHECK(line.find('\n') == std::string::npos);
        all += line + "\n";
    }
    CHECK(has(all, "latitude"));
    CHECK(has(all, "closed"));
    CHECK(all.find("bí-mật") == std::string::npos);
}

TEST_CASE("a grant for another device, or of another root, is refused") {
    Province province;
    Options options(province.directory("don-b"));
    cotmoc_replica* replica = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "don-b", &replica, nullptr) == COTMOC_OK);
    const std::string request =
        text_from([&](auto... view) { return cotmoc_replica_request(replica, view...); });
    const std::string grant = province.enrol(request, crypto::Role::border_post, {"kon-tum/dak-glei"});
    Options other_options(province.directory("don-c"));
    cotmoc_replica* other = nullptr;
    REQUIRE(cotmoc_replica_create(other_options.handle, "don-c", &other, nullptr) == COTMOC_OK);
    const auto join = [&](cotmoc_replica* in, const char* root) {
        return cotmoc_replica_join(in, grant.data(), grant.size(), root, nullptr);
    };
    CHECK(join(replica, nullptr) == COTMOC_ROOT_NEEDED);
    CHECK(join(replica, "0000") == COTMOC_WRONG_ROOT);
    const std::string root = text_from(
        [&](auto... view) { return cotmoc_grant_fingerprint(grant.data(), grant.size(), view...); });
    CHECK(join(other, root.c_str()) == COTMOC_WRONG_GRANT);
    cotmoc_replica_free(other);
    CHECK(cotmoc_replica_join(replica, "grant", 5, root.c_str(), nullptr) == COTMOC_BAD_GRANT);
    CHECK(join(replica, root.c_str()) == COTMOC_OK);
    CHECK(join(replica, nullptr) == COTMOC_ALREADY_JOINED);
    const auto* octets = reinterpret_cast<const uint8_t*>(passphrase.data());
    CHECK(cotmoc_replica_rejoin(replica, octets, passphrase.size(), nullptr, nullptr, nullptr, nullptr) ==
          COTMOC_NOT_RESTORED);
    cotmoc_replica_free(replica);
}
