// What leaves a replica through the C interface: as a table, and as signed history that anybody can check.
#include "unit/c/host.hpp"

#include <cotmoc/core/database.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/sync/archive.hpp>
#include <cotmoc/sync/hub.hpp>

#include <filesystem>
#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_c;

namespace {

struct Rows {
    std::vector<std::string> all;
    cotmoc_replica* replica = nullptr;
    cotmoc_status inside = COTMOC_OK;
    cotmoc_status returns = COTMOC_OK;

    cotmoc_status run(const char* kind, const char* space) {
        all.clear();
        const auto row = [](void* ctx, const char* text, size_t size) -> cotmoc_status {
            auto& in = *static_cast<Rows*>(ctx);
            in.all.emplace_back(text, size);
            in.inside = cotmoc_replica_info(in.replica, nullptr, nullptr, nullptr);
            return in.returns;
        };
        return cotmoc_replica_export_csv(replica, kind, space, row, this, nullptr);
    }
};

std::string export_signed(const Post& post, const std::string& path) {
    return text_from(
        [&](auto... view) { return cotmoc_replica_export_signed(post.replica, path.c_str(), view...); });
}

}  // namespace

TEST_CASE("records of a kind are exported as a table, quoted where they must be") {
    Province province;
    Post post(province, "don-a");
    const std::string id = post.add("delegation", R"({"head":"A, \"B\"","note":"one\ntwo"})");
    post.add("inspection", R"({"marker_no":"M-1"})");
    Rows rows;
    rows.replica = post.replica;
    REQUIRE(rows.run("delegation", nullptr) == COTMOC_OK);
    REQUIRE(rows.all.size() == 2);
    CHECK(rows.all[0].starts_with("id,space,"));
    CHECK(has(rows.all[0], ",head"));
    CHECK(rows.all[1].starts_with(id + ",kon-tum/ngoc-hoi,"));
    CHECK(has(rows.all[1], R"(,"A, ""B""")"));
    CHECK(has(rows.all[1], "\"one\ntwo\""));
    CHECK_FALSE(rows.all[1].ends_with("\n"));
    CHECK(rows.inside == COTMOC_BUSY);
    CHECK(rows.run("inspection", "kon-tum/ngoc-hoi") == COTMOC_OK);
    CHECK(rows.all.size() == 2);
}

TEST_CASE("a table is of one kind, and ends when the host says so") {
    Province province;
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"A"})");
    Rows rows;
    rows.replica = post.replica;
    CHECK(rows.run(nullptr, nullptr) == COTMOC_WRONG_USAGE);
    CHECK(rows.run("", nullptr) == COTMOC_WRONG_USAGE);
    CHECK(rows.run("nothing", nullptr) == COTMOC_UNKNOWN_KIND);
    CHECK(rows.run("delegation", "kon-tum/nowhere") == COTMOC_UNKNOWN_SPACE);
    CHECK(rows.all.empty());
    rows.returns = COTMOC_STOP;
    CHECK(rows.run("delegation", nullptr) == COTMOC_OK);
    CHECK(rows.all.size() == 1);  // the names of the fields
    rows.returns = COTMOC_HOST_FIRST;
    CHECK(rows.run("delegation", nullptr) == COTMOC_HOST_FIRST);
}

TEST_CASE("signed history in a file is checked without keys, and never written over something") {
    Province province;
    Post post(province, "don-a");
    post.add("delegation", R"({"head":"Somebody"})");
    const std::string path = province.directory("history");
    CHECK(export_signed(post, path) ==
          records::JsonObject().text("file", path).number("change_sets", std::uint64_t{1}).finish());
    {
        const auto archive = test_support::must(sync::open_sqlite_hub_store(path));
        const sync::ArchiveCheck checked = test_support::must(sync::check_archive(*archive, std::nullopt));
        CHECK(checked.wrong.empty());
        CHECK(checked.change_sets == 1);
        CHECK(checked.trust_entries != 0);
    }
    CHECK(cotmoc_replica_export_signed(post.replica, path.c_str(), nullptr, nullptr, nullptr) ==
          COTMOC_ALREADY_EXISTS);
    CHECK(cotmoc_replica_export_signed(post.replica, nullptr, nullptr, nullptr, nullptr) ==
          COTMOC_WRONG_USAGE);
    std::ifstream file(path, std::ios::binary);
    const std::string octets((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    CHECK(octets.find("Somebody") == std::string::npos);
}

TEST_CASE("signed history in a file is checked as `verify FILE` does, without a replica") {
    Province province;
    std::string path;
    {
        Post post(province, "don-a");
        post.add("delegation", R"({"head":"Somebody"})");
        path = province.directory("lịch sử");
        export_signed(post, path);
    }
    const auto verify = [&](const std::string& file, const char* root) {
        return text_from([&](auto... view) { return cotmoc_verify_file(file.c_str(), root, view...); });
    };
    const std::string found = verify(path, nullptr);
    CHECK(found.starts_with(R"({"ok":true,"problems":[],"checked":{"trust_entries":)"));
    CHECK(has(found, R"("change_sets":1,"without_right":0,"root":")"));
    CHECK(has(found, "that needs keys\",\"whether the root is the right one"));
    const std::string root = member(found, "root");
    CHECK(has(verify(path, root.c_str()), R"("not_checked":["what is inside the change sets)"));
    CHECK_FALSE(has(verify(path, root.c_str()), "whether the root"));
    std::string other = root;
    other.front() = other.front() == '2' ? '3' : '2';
    CHECK(has(verify(path, other.c_str()), R"({"ok":false,"problems":[{"error":"wrong_root")"));

    cotmoc_error error{};
    const auto fails = [&](const std::string& file, const char* with) {
        return cotmoc_verify_file(file.c_str(), with, nullptr, nullptr, &error);
    };
    CHECK(fails(path, "no fingerprint") == COTMOC_WRONG_ROOT);
    CHECK(fails(path, "") == COTMOC_WRONG_ROOT);
    CHECK(fails(province.directory("none"), nullptr) == COTMOC_CANNOT_READ_FILE);
    CHECK_FALSE(std::filesystem::exists(province.directory("none")));
    CHECK(fails(province.directory("don-a") + "/replica.db", nullptr) == COTMOC_CANNOT_READ_FILE);
    CHECK(fails("\xff", nullptr) == COTMOC_INVALID_UTF8);
    // A hub's database without an entry of trust says nothing, whatever root it is held against.
    const std::string empty = province.directory("empty.db");
    REQUIRE(sync::open_sqlite_hub_store(empty));
    CHECK(fails(empty, nullptr) == COTMOC_CANNOT_READ_FILE);
    CHECK(fails(empty, std::string(64, '0').c_str()) == COTMOC_CANNOT_READ_FILE);
}

TEST_CASE("a database of others is no signed history, and stays as it is") {
    Province province;
    const std::string path = province.directory("notes.db");
    {
        auto notes = core::Database::open({.path = path, .key = {}, .cipher = {}, .exclusive = false});
        REQUIRE(notes);
        REQUIRE(notes->execute("CREATE TABLE meta (a); CREATE TABLE notes (b)"));
    }
    const std::string before = test_support::octets_of(path);
    CHECK(cotmoc_verify_file(path.c_str(), nullptr, nullptr, nullptr, nullptr) == COTMOC_CANNOT_READ_FILE);
    CHECK(test_support::octets_of(path) == before);
}

TEST_CASE("of a signed export that fails nothing stays") {
    Province province;
    Post post(province, "don-a");
    const auto run = [&](cotmoc_replica* replica, const std::string& path) {
        return cotmoc_replica_export_signed(replica, path.c_str(), nullptr, nullptr, nullptr);
    };
    CHECK(run(post.replica, province.directory("none/history")) != COTMOC_OK);
    CHECK_FALSE(std::filesystem::exists(province.directory("none")));
    const Options options(province.directory("alone"));
    cotmoc_replica* alone = nullptr;
    REQUIRE(cotmoc_replica_create(options.handle, "alone", &alone, nullptr) == COTMOC_OK);
    CHECK(run(alone, province.directory("history")) == COTMOC_NOT_JOINED);
    CHECK_FALSE(std::filesystem::exists(province.directory("history")));
    cotmoc_replica_free(alone);
    HubPipe pipe(province);
    Syncer sync(post.replica, pipe);
    cotmoc_status inside = COTMOC_OK;
    pipe.on_receive = [&] { inside = run(post.replica, province.directory("history")); };
    sync.run();
    CHECK(inside == COTMOC_BUSY);
}
