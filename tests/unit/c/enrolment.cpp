// How a device gets into a province, and what is logged meanwhile.
#include "unit/c/host.hpp"

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
