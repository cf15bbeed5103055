// How a device gets into a province, and what is logged meanwhile.
#include "unit/c/host.hpp"

#include <cotmoc/crypto/remote_enrolment.hpp>

#include <filesystem>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_c;

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

TEST_CASE("a device enrols from afar by nine digits") {
    Province province;
    crypto::SystemRandom random;
    Options options(province.directory("don-b"));
    cotmoc_replica* replica = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "don-b", &replica, nullptr) == COTMOC_OK);
    const auto says = [&](const char* message, auto... view) {
        const std::size_t size = message != nullptr ? std::char_traits<char>::length(message) : 0;
        return cotmoc_replica_request_remote(replica, message, size, view...);
    };
    const auto step = [&](const char* message) {
        return text_from([&](auto... view) { return says(message, view...); });
    };
    const auto refused = [&](const char* message) { return says(message, nullptr, nullptr, nullptr); };
    std::string grant = "x";
    const auto join = [&](const char* code) {
        return cotmoc_replica_join_remote(replica, grant.data(), grant.size(), code, nullptr);
    };
    // The whole conversation with an office of this root; what the two people read out.
    const auto converse = [&](const Hash256& root) {
        auto office = crypto::RemoteEnrolment::of_authority(root, random);
        std::string said;
        std::thread([&] { said = step(nullptr); }).join();
        REQUIRE(office.take(member(said, "message")));
        CHECK(refused("nonsense") == COTMOC_BAD_OFFER);
        CHECK(refused("") == COTMOC_BAD_OFFER);
        said = step(office.commit().c_str());
        REQUIRE(office.take(member(said, "message")));
        CHECK(said.find("code") == std::string::npos);
        if (grant == "x") {
            const std::string request = test_support::must(office.request());
            grant = province.enrol(request, crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        }
        CHECK(join("123 456 789") == COTMOC_BAD_OFFER);
        said = step(test_support::must(office.reveal()).c_str());
        CHECK(said.find("message") == std::string::npos);
        CHECK(member(said, "code") == test_support::must(office.code()));
        return member(said, "code");
    };
    CHECK(refused("nonsense") == COTMOC_BAD_OFFER);
    CHECK(join("123 456 789") == COTMOC_BAD_GRANT);
    // The digits stand for the root that the other side told: a grant of another one is not taken.
    Hash256 other;
    other.octets.fill(6);
    CHECK(join(converse(other).c_str()) == COTMOC_WRONG_ROOT);
    std::string digits = converse(province.fleet.replica("authority").trust().root_fingerprint());
    CHECK(join(nullptr) == COTMOC_WRONG_USAGE);
    std::string differs = digits;
    differs[0] = differs[0] == '1' ? '2' : '1';
    CHECK(join(differs.c_str()) == COTMOC_CODE_DIFFERS);
    std::erase(digits, ' ');
    CHECK(join(digits.c_str()) == COTMOC_OK);
    CHECK(has(text_from([&](auto... view) { return cotmoc_replica_info(replica, view...); }),
              R"("joined":true)"));
    CHECK(!std::filesystem::exists(province.directory("don-b") + "/remote-enrolment"));
    CHECK(join(digits.c_str()) == COTMOC_BAD_OFFER);
    REQUIRE(cotmoc_replica_close(replica, nullptr) == COTMOC_OK);
    CHECK(refused(nullptr) == COTMOC_WRONG_USAGE);
    CHECK(join(digits.c_str()) == COTMOC_WRONG_USAGE);
    cotmoc_replica_free(replica);
    replica = nullptr;
    CHECK(refused(nullptr) == COTMOC_WRONG_USAGE);
}
