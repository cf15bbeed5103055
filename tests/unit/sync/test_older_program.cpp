// A program that cannot read the newest catalogue: it stores, shows and forwards what it does not know, and
// after its update everything is as if it had always known.
#include "support/fleet.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

std::string next_catalogue() {
    std::string text(Fleet::small_catalogue);
    const auto replace = [&](std::string_view old_part, std::string_view new_part) {
        text.replace(text.find(old_part), old_part.size(), new_part);
    };
    replace(R"("version":1)", R"("version":2)");
    replace(R"("people":)", R"("cars":{"type":"integer","merge":"latest","max":9},"people":)");
    replace(R"("log":)",
            R"("market":{"label":"Chợ","fields":{"name":{"type":"text","merge":"latest"}}},"log":)");
    return text;
}

Result<core::Catalogue> read_as_older_program(std::string_view json) {
    auto catalogue = core::Catalogue::parse(json);
    if (catalogue && catalogue->version() > 1) {
        return fail(ErrorCode::bad_catalogue, "of a newer program");
    }
    return catalogue;
}

struct Posts : Fleet {
    Posts() : Fleet(4) {
        add("old", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("new", Role::border_post, {"kon-tum/ngoc-hoi"});
        (*this)["old"].read_catalogue = read_as_older_program;
        reopen("old");
        must(authority().publish_catalogue(next_catalogue()));
        sync_all();
    }
    bool equal() { return digest("old", "kon-tum/ngoc-hoi") == digest("new", "kon-tum/ngoc-hoi"); }
    std::size_t markets() {
        std::size_t count = 0;
        must(replica("old").store().sql("SELECT name FROM market", [&](auto, auto) { return ++count > 0; }));
        return count;
    }
};

}  // namespace

TEST_CASE("an older program shows, keeps and forwards kinds and fields that it does not know") {
    Posts fleet;
    const RecordId market = fleet.add_record("new", "market", {{"name", "Bờ Y"}});
    const RecordId group = fleet.add_record("new", "delegation", {{"head", "Ông A"}, {"cars", "3"}});
    fleet.sync_all();
    REQUIRE(fleet.replica("old").catalogue()->version() == 1);
    CHECK(fleet.body("old", market) == R"({"name":"Bờ Y"})");
    CHECK(fleet.body("old", group) == R"({"cars":3,"head":"Ông A"})");
    CHECK(must(fleet.replica("old").store().void_ops()).empty());
    CHECK(fleet.equal());
    // What it knows it may edit; what it does not know stays.
    REQUIRE(fleet.set("old", group, "head", "Bà B"));
    fleet.sync_all();
    CHECK(fleet.body("new", group) == R"({"cars":3,"head":"Bà B"})");
    CHECK(fleet.equal());

    fleet["old"].read_catalogue = core::Catalogue::parse;
    fleet.reopen("old");  // the update; no session
    CHECK(fleet.replica("old").catalogue()->version() == 2);
    CHECK(fleet.markets() == 1);
    CHECK(fleet.body("old", group) == R"({"cars":3,"head":"Bà B"})");
    CHECK(fleet.equal());
    CHECK(fleet.replica("old").verify()->empty());
    CHECK(must(fleet.replica("old").history(group)).size() ==
          must(fleet.replica("new").history(group)).size());
}

TEST_CASE("after the update an op that does not fit the catalogue has no effect here either") {
    Posts fleet;
    const RecordId group = fleet.add_record("new", "delegation", {{"cars", "3"}});
    fleet.sync_all();
    // The other post's program has a fault: it lets a value pass that the catalogue forbids.
    fleet["new"].read_catalogue = [](std::string_view json) {
        std::string text(json);
        const std::size_t at = text.find(R"("max":9)");
        return core::Catalogue::parse(at == std::string::npos ? text : text.replace(at, 7, R"("max":99)"));
    };
    fleet.reopen("new");
    REQUIRE(fleet.set("new", group, "cars", "40"));
    REQUIRE(fleet.set("new", group, "head", "Ông A"));
    fleet.sync_all();
    CHECK(fleet.body("old", group) == R"({"cars":40,"head":"Ông A"})");
    fleet["old"].read_catalogue = core::Catalogue::parse;
    fleet.reopen("old");
    CHECK(fleet.body("old", group) == R"({"cars":3,"head":"Ông A"})");
    REQUIRE(must(fleet.replica("old").store().void_ops()).size() == 1);
    CHECK(must(fleet.replica("old").store().void_ops())[0].reason == "out_of_bounds");
    CHECK(fleet.digest("old", "kon-tum/ngoc-hoi") == fleet.digest("authority", "kon-tum/ngoc-hoi"));
}

TEST_CASE("what was not sealed yet when the program was updated is sealed, not lost") {
    Posts fleet;
    const RecordId group = fleet.add_record("old", "delegation", {{"head", "Ông A"}});
    fleet["old"].read_catalogue = core::Catalogue::parse;
    fleet.reopen("old");
    CHECK(fleet.body("old", group) == R"({"head":"Ông A"})");
    fleet.sync_all();
    CHECK(fleet.body("new", group) == R"({"head":"Ông A"})");
    CHECK(fleet.equal());
}
