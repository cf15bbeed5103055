// What is told of a replica through the C interface: its state, its export, its audit, its quarantine.
#include "unit/c/host.hpp"

using namespace cotmoc;
using namespace cotmoc::test_c;

TEST_CASE("the rest that is told of a replica") {
    Province province;
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"A"})");
    const auto text = [&](auto call) {
        return text_from([&](auto... view) { return call(post.replica, view...); });
    };
    CHECK(has(text(cotmoc_replica_info), R"("name":"don-a","joined":true,"restored":false)"));
    CHECK(has(text(cotmoc_replica_info), R"("space":"kon-tum/ngoc-hoi")"));
    CHECK(has(text(cotmoc_replica_catalogue), R"("catalogue":"test")"));
    CHECK(has(text(cotmoc_replica_verify), R"("ok":true)"));
    CHECK(text(cotmoc_replica_quarantine) == "[]");
    const std::string report = text_from([&](auto... view) {
        return cotmoc_replica_report(post.replica, "kon-tum/ngoc-hoi", "2024-01-01", "2024-12-31", view...);
    });
    CHECK(has(report, "{"));
    CHECK(cotmoc_replica_report(post.replica, "kon-tum/ngoc-hoi", "soon", "2024-12-31", nullptr, nullptr,
                                nullptr) == COTMOC_BAD_DATE);
    CHECK(text_from([&](auto... view) {
              return cotmoc_record_import(post.replica, R"({"kind":"log","fields":{"line":"x"}})", view...);
          }) == "added");
    CHECK(text_from([&](auto... view) {
              return cotmoc_record_duplicates(post.replica, "delegation", nullptr, view...);
          }) == "[]");
    int lines = 0;
    const auto count = [](void* ctx, const char*, size_t) -> cotmoc_status {
        ++*static_cast<int*>(ctx);
        return COTMOC_OK;
    };
    CHECK(cotmoc_replica_audit(post.replica, count, &lines, nullptr) == COTMOC_OK);
    CHECK(lines > 0);
}

TEST_CASE("records are exported in the form that import takes, and the audit tells of it") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A","note":"n"})");
    post.add("inspection", R"({"marker_no":"M-1"})");
    struct Lines {
        std::vector<std::string> all;
        cotmoc_replica* replica = nullptr;
        cotmoc_status inside = COTMOC_OK;
        cotmoc_status returns = COTMOC_OK;
    } lines;
    lines.replica = post.replica;
    const auto line = [](void* ctx, const char* text, size_t size) -> cotmoc_status {
        auto& in = *static_cast<Lines*>(ctx);
        in.all.emplace_back(text, size);
        in.inside = cotmoc_replica_info(in.replica, nullptr, nullptr, nullptr);
        return in.returns;
    };
    const auto run = [&](const char* kind, const char* space) {
        lines.all.clear();
        return cotmoc_replica_export(post.replica, kind, space, line, &lines, nullptr);
    };
    REQUIRE(run("delegation", nullptr) == COTMOC_OK);
    REQUIRE(lines.all.size() == 1);
    CHECK(has(lines.all[0], id));
    CHECK(has(lines.all[0], R"("fields":{)"));
    CHECK(has(lines.all[0], R"("note":"n")"));
    CHECK(lines.inside == COTMOC_BUSY);
    const std::string exported = lines.all[0];
    CHECK(text_from([&](auto... view) {
              return cotmoc_record_import(post.replica, exported.c_str(), view...);
          }) == "unchanged");
    CHECK(run(nullptr, "kon-tum/ngoc-hoi") == COTMOC_OK);
    CHECK(lines.all.size() == 2);
    lines.returns = COTMOC_STOP;
    CHECK(run(nullptr, nullptr) == COTMOC_OK);
    CHECK(lines.all.size() == 1);
    lines.returns = COTMOC_HOST_FIRST;
    CHECK(run(nullptr, nullptr) == COTMOC_HOST_FIRST);
    CHECK(run("nothing", nullptr) == COTMOC_UNKNOWN_KIND);
    CHECK(run(nullptr, "kon-tum/nowhere") == COTMOC_UNKNOWN_SPACE);
    lines.all.clear();
    lines.returns = COTMOC_OK;
    HubPipe pipe(province);
    Syncer(post.replica, pipe).run();
    CHECK(cotmoc_replica_audit(post.replica, line, &lines, nullptr) == COTMOC_OK);
    std::string audit;
    for (const std::string& each : lines.all) {
        audit += each;
    }
    CHECK(has(audit, "export"));
}

TEST_CASE("what is not in quarantine is not released") {
    Province province;
    Post post(province, "don-a");
    const auto release = [&](const char* hash) {
        return cotmoc_replica_release(post.replica, hash, nullptr, nullptr, nullptr);
    };
    CHECK(release("abcdef") == COTMOC_UNKNOWN_CHANGE);
    CHECK(release("abc") == COTMOC_WRONG_USAGE);
    CHECK(release(nullptr) == COTMOC_WRONG_USAGE);
}

TEST_CASE("who belongs to the province is told, and how it stands with them") {
    Province province;
    Post post(province, "don-a");
    Post other(province, "don-c");
    HubPipe pipe(province);
    const auto devices = [&] {
        Syncer(post.replica, pipe).run();
        return text_from([&](auto... view) { return cotmoc_replica_devices(post.replica, view...); });
    };
    const std::string before = devices();
    CHECK(has(before, R"("name":"don-a","role":"border_post","spaces":["kon-tum/ngoc-hoi"],"state":"active",)"
                      R"("not_after":")"));
    CHECK(has(before, R"("name":"don-c","role":"border_post")"));
    CHECK(has(before, R"("last_seen":null)"));
    CHECK(before.find("reason") == std::string::npos);
    test_support::must(province.fleet.authority().revoke("don-c", crypto::RightsReason::lost));
    province.fleet.sync("authority");
    CHECK(has(devices(), R"("state":"revoked","reason":"lost")"));
    const auto status = [](cotmoc_replica* replica) {
        return cotmoc_replica_devices(replica, nullptr, nullptr, nullptr);
    };
    Options options(province.directory("don-b"));
    cotmoc_replica* fresh = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "don-b", &fresh, nullptr) == COTMOC_OK);
    CHECK(status(fresh) == COTMOC_NOT_JOINED);
    cotmoc_replica_free(fresh);
    REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    CHECK(status(post.replica) == COTMOC_WRONG_USAGE);
    CHECK(status(nullptr) == COTMOC_WRONG_USAGE);
}

TEST_CASE("edits of different fields that were merged are told of one record, or of all") {
    Province province;
    Post one(province, "don-a");
    Post two(province, "don-b");
    HubPipe pipe(province);
    const auto sync = [&](const Post& post) { Syncer(post.replica, pipe).run(); };
    const std::string id = one.add("delegation", R"({"head":"A"})");
    const std::string alone = one.add("delegation", R"({"head":"B"})");
    sync(one);
    sync(two);
    CHECK(one.edit(id, R"({"head":"C"})") == COTMOC_OK);
    CHECK(two.edit(id, R"({"people":4})") == COTMOC_OK);
    sync(one);
    sync(two);
    sync(one);
    const auto soft = [&](const char* of) {
        return text_from([&](auto... view) { return cotmoc_conflict_soft(one.replica, of, view...); });
    };
    CHECK(has(soft(id.c_str()), R"("label":"soft")"));
    CHECK(soft(alone.c_str()) == "[]");
    CHECK(soft(nullptr) == soft(id.c_str()));
    CHECK(cotmoc_conflict_soft(one.replica, "", nullptr, nullptr, nullptr) == COTMOC_BAD_ID);

    const auto by_cursor = [&](const char* kind) {
        cotmoc_query* query = nullptr;
        REQUIRE(cotmoc_query_new(&query, nullptr) == COTMOC_OK);
        REQUIRE(cotmoc_query_set_kind(query, kind, nullptr) == COTMOC_OK);
        cotmoc_cursor* cursor = nullptr;
        REQUIRE(cotmoc_conflict_soft_cursor(one.replica, query, &cursor, nullptr) == COTMOC_OK);
        cotmoc_query_free(query);
        std::vector<std::string> all;
        for (int32_t found = 1; found != 0;) {
            std::string text;
            REQUIRE(cotmoc_cursor_next(cursor, into_string, &text, &found, nullptr) == COTMOC_OK);
            if (found != 0) {
                all.push_back(text);
            }
        }
        cotmoc_cursor_free(cursor);
        return all;
    };
    const std::vector<std::string> told = by_cursor("delegation");
    REQUIRE(told.size() == 1);
    CHECK(soft(id.c_str()) == "[" + told[0] + "]");
    CHECK(by_cursor("inspection").empty());
}

TEST_CASE("a cursor over what was merged is opened for a query that fits, and ends with its replica") {
    Province province;
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"A"})");
    cotmoc_query* query = nullptr;
    REQUIRE(cotmoc_query_new(&query, nullptr) == COTMOC_OK);
    REQUIRE(cotmoc_query_set_kind(query, "nothing", nullptr) == COTMOC_OK);
    cotmoc_cursor* cursor = nullptr;
    CHECK(cotmoc_conflict_soft_cursor(post.replica, query, &cursor, nullptr) == COTMOC_UNKNOWN_KIND);
    CHECK(cursor == nullptr);
    cotmoc_query_free(query);
    CHECK(cotmoc_conflict_soft_cursor(post.replica, nullptr, nullptr, nullptr) == COTMOC_WRONG_USAGE);
    REQUIRE(cotmoc_conflict_soft_cursor(post.replica, nullptr, &cursor, nullptr) == COTMOC_OK);
    int32_t found = 1;
    CHECK(cotmoc_cursor_next(cursor, nullptr, nullptr, &found, nullptr) == COTMOC_OK);
    CHECK(found == 0);
    REQUIRE(cotmoc_replica_close(post.replica, nullptr) == COTMOC_OK);
    CHECK(cotmoc_cursor_next(cursor, nullptr, nullptr, &found, nullptr) == COTMOC_WRONG_USAGE);
    cotmoc_cursor_free(cursor);
}
