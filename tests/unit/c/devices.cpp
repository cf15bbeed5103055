// What is done to the directory of a device: the wipe, and the way back after a forgotten passphrase.
#include "unit/c/served.hpp"

#include <cotmoc/crypto/recovery.hpp>

#include <filesystem>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_c;

TEST_CASE("a wipe takes a replica away once its work was sent, or is given up") {
    Province province;
    const std::string directory = province.directory("don-a");
    Options options(directory);
    const auto wipe = [&](int32_t discard) {
        return cotmoc_device_wipe(options.handle, discard, nullptr, nullptr, nullptr);
    };
    CHECK(wipe(1) == COTMOC_NO_REPLICA);
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"A"})");
    CHECK(wipe(0) == COTMOC_BUSY);
    CHECK(wipe(1) == COTMOC_BUSY);
    REQUIRE(cotmoc_replica_suspend(post.replica, nullptr) == COTMOC_OK);
    CHECK(wipe(0) == COTMOC_UNSENT_WORK);
    options.set_passphrase("a wrong passphrase it is");
    CHECK(wipe(0) == COTMOC_WRONG_PASSPHRASE);
    CHECK(std::filesystem::exists(directory + "/replica.db"));
    options.set_passphrase(passphrase);
    REQUIRE(cotmoc_replica_resume(post.replica, nullptr) == COTMOC_OK);
    HubPipe pipe(province);
    Syncer(post.replica, pipe).run();
    REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    const std::string removed =
        text_from([&](auto... view) { return cotmoc_device_wipe(options.handle, 0, view...); });
    CHECK(has(removed, "\"key.cotmoc\""));
    CHECK(has(removed, "\"replica.db\""));
    CHECK(!std::filesystem::exists(directory + "/replica.db"));
    cotmoc_replica* replica = nullptr;
    CHECK(cotmoc_replica_open(options.handle, &replica, nullptr) == COTMOC_NO_REPLICA);
    // Given up: without the passphrase.
    Post lost(province, "don-b");
    lost.add("delegation", R"({"head":"B"})");
    CHECK(cotmoc_replica_request_remote(lost.replica, nullptr, 0, nullptr, nullptr, nullptr) == COTMOC_OK);
    CHECK(std::filesystem::exists(province.directory("don-b") + "/remote-enrolment"));
    REQUIRE(cotmoc_replica_close(lost.replica, nullptr) == COTMOC_OK);
    Options forgotten(province.directory("don-b"));
    forgotten.set_passphrase("a wrong passphrase it is");
    CHECK(cotmoc_device_wipe(forgotten.handle, 1, nullptr, nullptr, nullptr) == COTMOC_OK);
#ifdef _WIN32
    // It may stay if nothing is in it (docs/windows.md).
    std::filesystem::remove(province.directory("don-b"));
#endif
    CHECK(!std::filesystem::exists(province.directory("don-b")));
    CHECK(cotmoc_device_wipe(nullptr, 1, nullptr, nullptr, nullptr) == COTMOC_WRONG_USAGE);
}

TEST_CASE("a forgotten passphrase: the office's answer opens the database under a new identity") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A"})");
    Options options(province.directory("don-a"));
    options.set_passphrase("mật khẩu hoàn toàn mới");
    const auto ask = [&](auto... view) { return cotmoc_device_ask_recovery(options.handle, view...); };
    CHECK(ask(nullptr, nullptr, nullptr) == COTMOC_BUSY);
    REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    const auto recover = [&](const std::string& answer) {
        return cotmoc_device_recover(options.handle, answer.data(), answer.size(), nullptr, nullptr, nullptr);
    };
    CHECK(recover("answer") == COTMOC_BAD_RECOVERY);
    options.set_passphrase("x");
    CHECK(ask(nullptr, nullptr, nullptr) == COTMOC_WEAK_PASSPHRASE);
    options.set_passphrase("mật khẩu hoàn toàn mới");
    const std::string asked = text_from(ask);
    const auto request = test_support::must(crypto::parse_recovery_request(member(asked, "request")));
    CHECK(member(asked, "code") == request.code());
    const std::string answer = test_support::must(province.fleet.authority().answer_recovery(request));
    CHECK(recover("answer") == COTMOC_BAD_RECOVERY);
    options.set_passphrase("another one, not that of the request");
    CHECK(recover(answer) == COTMOC_WRONG_PASSPHRASE);
    cotmoc_replica* replica = nullptr;
    CHECK(cotmoc_replica_open(options.handle, &replica, nullptr) == COTMOC_WRONG_PASSPHRASE);
    options.set_passphrase("mật khẩu hoàn toàn mới");
    const std::string recovered = text_from([&](auto... view) {
        return cotmoc_device_recover(options.handle, answer.data(), answer.size(), view...);
    });
    REQUIRE(cotmoc_replica_open(options.handle, &replica, nullptr) == COTMOC_OK);
    const std::string grant =
        province.enrol(member(recovered, "request"), crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    const std::string root = text_from(
        [&](auto... view) { return cotmoc_grant_fingerprint(grant.data(), grant.size(), view...); });
    CHECK(cotmoc_replica_join(replica, grant.data(), grant.size(), root.c_str(), nullptr) == COTMOC_OK);
    // What was not sent before comes back, signed anew, once the hub has given back what it holds.
    HubPipe pipe(province);
    Syncer(replica, pipe).run();
    CHECK(has(text_from([&](auto... view) { return cotmoc_record_get(replica, id.c_str(), view...); }),
              R"("head":"A")"));
    cotmoc_replica_free(replica);
    CHECK(cotmoc_replica_open(post.options.handle, &replica, nullptr) == COTMOC_WRONG_PASSPHRASE);
}

TEST_CASE("a restored backup is noticed, writes nothing, and comes back under a new identity") {
    Province province;
    const std::filesystem::path folder = province.directory("don-a");
    const std::filesystem::path backup = province.directory("backup");
    Options options(folder.string());
    REQUIRE(cotmoc_options_set_state_directory(options.handle, province.directory("state").c_str(),
                                               nullptr) == COTMOC_OK);
    Post post(province, "don-a", options.handle);
    HubPipe pipe(province);
    const auto reopen = [&](const auto& between) {
        cotmoc_replica_free(post.replica);
        post.replica = nullptr;
        between();
        REQUIRE(cotmoc_replica_open(options.handle, &post.replica, nullptr) == COTMOC_OK);
    };
    const auto info = [&] {
        return text_from([&](auto... view) { return cotmoc_replica_info(post.replica, view...); });
    };
    const std::string early = post.add("delegation", R"({"head":"A"})");
    Syncer(post.replica, pipe).run();
    reopen([&] { std::filesystem::copy(folder, backup, std::filesystem::copy_options::recursive); });
    const std::string late = post.add("delegation", R"({"head":"B"})");
    Syncer(post.replica, pipe).run();
    const std::string device = member(info(), "device");
    CHECK(has(info(), R"("restored":false)"));
    reopen([&] {
        std::filesystem::remove_all(folder);
        std::filesystem::rename(backup, folder);
    });
    CHECK(has(info(), R"("restored":true)"));
    CHECK(post.edit(early, R"({"head":"C"})") == COTMOC_REPLICA_RESTORED);
    const auto rejoin = [&](const std::string& secret, auto... view) {
        return cotmoc_replica_rejoin(post.replica, reinterpret_cast<const uint8_t*>(secret.data()),
                                     secret.size(), nullptr, view...);
    };
    CHECK(rejoin("a wrong passphrase it is", nullptr, nullptr, nullptr) == COTMOC_WRONG_PASSPHRASE);
    CHECK(member(info(), "device") == device);
    reopen([] {});  // and the passphrase opens it as before
    std::string request;
    std::thread([&] {
        request = text_from([&](auto... view) { return rejoin(passphrase, view...); });
    }).join();
    CHECK(member(info(), "device") == device);
    const std::string grant = province.enrol(request, crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    const std::string root = text_from(
        [&](auto... view) { return cotmoc_grant_fingerprint(grant.data(), grant.size(), view...); });
    // Who serves still answers to the former keys: with the new ones that is over, whoever calls.
    Served served(post);
    served.begin();
    REQUIRE(cotmoc_replica_join(post.replica, grant.data(), grant.size(), root.c_str(), nullptr) ==
            COTMOC_OK);
    CHECK(served.ended());
    CHECK(served.end() == COTMOC_WRONG_USAGE);
    Syncer(post.replica, pipe).run();
    CHECK(member(info(), "device") != device);
    CHECK(has(info(), R"("restored":false)"));
    CHECK(has(post.get(late), R"("head":"B")"));
    CHECK(post.edit(early, R"({"head":"C"})") == COTMOC_OK);
}
