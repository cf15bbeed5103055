// Devices on different versions of the catalogue: what each writes stays valid, and all of them agree.
#include "support/fleet.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;
using nlohmann::json;

namespace {

/// The catalogue of the fleet after this JSON patch on the fields of "delegation".
std::string changed(const std::string& before, const char* patch) {
    json catalogue = json::parse(before);
    catalogue["version"] = catalogue["version"].get<int>() + 1;
    json& fields = catalogue["kinds"]["delegation"]["fields"];
    fields = fields.patch(json::parse(patch));
    return catalogue.dump();
}

const std::string second = changed(std::string(Fleet::small_catalogue), R"([
 {"op":"move","from":"/head","path":"/leader"},{"op":"add","path":"/leader/alias","value":"head"},
 {"op":"replace","path":"/people","value":{"type":"decimal","merge":"latest","scale":1}},
 {"op":"add","path":"/weather","value":{"type":"text","merge":"latest"}}])");

const std::string third = changed(second, R"([
 {"op":"move","from":"/leader","path":"/chief"},{"op":"add","path":"/chief/alias","value":["head","leader"]},
 {"op":"replace","path":"/people/scale","value":2},
 {"op":"replace","path":"/direction/values","value":["outgoing","transit","incoming"]},
 {"op":"add","path":"/partner/retired","value":true}])");

/// post-a knows version 1, post-b version 2, so-1 version 3; they have just written, offline.
struct ThreeVersions : Fleet {
    ThreeVersions() : Fleet(7) {
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("so-1", Role::province_officer, {"*"});
        common =
            add_record("post-a", "delegation", {{"head", "Ông A"}, {"partner", "Xản Xay"}, {"people", "5"}});
        sync_all();
        publish(second, "post-b");
        publish(third, "so-1");
        CHECK(replica("post-a").catalogue()->version() == 1);
        CHECK(replica("post-b").catalogue()->version() == 2);
        CHECK(replica("so-1").catalogue()->version() == 3);
        from_a = add_record("post-a", "delegation", {{"head", "Ông B"}, {"people", "6"}});
        REQUIRE(set("post-a", common, "partner", "Đắk Chung"));
        advance(1000);
        from_b =
            add_record("post-b", "delegation", {{"leader", "Bà C"}, {"people", "7.5"}, {"weather", "mưa"}});
        REQUIRE(set("post-b", common, "head", "Bà D"));
        advance(1000);
        from_c =
            add_record("so-1", "delegation",
                       {{"chief", "Bà E"}, {"direction", "transit"}, {"people", "1.25"}}, "kon-tum/ngoc-hoi");
        REQUIRE(set("so-1", common, "people", "9"));
    }
    void publish(const std::string& catalogue, const std::string& device) {
        must(authority().publish_catalogue(catalogue));
        sync("authority");
        sync(device);
    }
    void check_newest(const std::string& device) {
        CAPTURE(device);
        CHECK(body(device, common) == R"({"chief":"Bà D","people":"9.00"})");
        CHECK(must(replica(device).store().find(common))->retired == R"({"partner":"Đắk Chung"})");
        CHECK(body(device, from_a) == R"({"chief":"Ông B","people":"6.00"})");
        CHECK(body(device, from_b) == R"({"chief":"Bà C","people":"7.50","weather":"mưa"})");
        CHECK(body(device, from_c) == R"({"chief":"Bà E","direction":"transit","people":"1.25"})");
        CHECK(must(replica(device).store().void_ops()).empty());
        CHECK(replica(device).verify()->empty());
    }

    RecordId common;
    RecordId from_a;
    RecordId from_b;
    RecordId from_c;
};

}  // namespace

TEST_CASE("devices on three catalogues sync in any order and agree") {
    std::vector<std::string> order{"post-a", "post-b", "so-1"};
    do {
        CAPTURE(order);
        ThreeVersions fleet;
        for (const std::string& name : order) {
            CHECK(fleet.sync(name).complete);
        }
        // The last one got every catalogue and every change in this one session: nothing waits for another.
        fleet.check_newest(order.back());
        fleet.sync_all();
        for (const char* name : {"authority", "post-a", "post-b", "so-1"}) {
            fleet.check_newest(name);
            CHECK(fleet.digest(name, "kon-tum/ngoc-hoi") == fleet.digest("so-1", "kon-tum/ngoc-hoi"));
        }
    } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("an update alone changes what is shown of records that are held already") {
    ThreeVersions fleet;
    CHECK(fleet.body("post-a", fleet.from_a) == R"({"head":"Ông B","people":6})");
    REQUIRE(fleet.replica("post-a").take_trust(must(fleet.replica("so-1").store().trust_entries())));
    CHECK(fleet.replica("post-a").catalogue()->version() == 3);
    CHECK(fleet.body("post-a", fleet.from_a) == R"({"chief":"Ông B","people":"6.00"})");
    fleet.reopen("post-a");
    CHECK(fleet.body("post-a", fleet.from_a) == R"({"chief":"Ông B","people":"6.00"})");
    // What was written under version 1 was sealed under it.
    fleet.sync_all();
    CHECK(must(fleet.replica("so-1").store().void_ops()).empty());
    fleet.check_newest("so-1");
}

TEST_CASE("history tells old changes by current names and types") {
    ThreeVersions fleet;
    fleet.sync_all();
    const auto entries = must(fleet.replica("so-1").history(fleet.common));
    const auto change = [&](std::string_view field, const core::Value& before, const core::Value& after) {
        return std::ranges::count_if(entries, [&](const sync::HistoryEntry& entry) {
            return entry.field == field && entry.before == before && entry.after == after;
        });
    };
    CHECK(change("chief", {}, std::string("Ông A")) == 1);
    CHECK(change("chief", std::string("Ông A"), std::string("Bà D")) == 1);
    CHECK(change("people", {}, core::Decimal{500, 2}) == 1);
    CHECK(change("people", core::Decimal{500, 2}, core::Decimal{900, 2}) == 1);
    CHECK(change("partner", std::string("Xản Xay"), std::string("Đắk Chung")) == 1);
}

TEST_CASE("the authority refuses a catalogue that breaks old data, and one that is not newer") {
    ThreeVersions fleet;
    const std::uint64_t position = fleet.replica("authority").trust().position();
    const std::string gone = changed(third, R"([{"op":"remove","path":"/partner"}])");
    for (const std::string& source : {third, second, gone}) {
        const auto published = fleet.authority().publish_catalogue(source);
        REQUIRE_FALSE(published);
        CHECK(published.error().code == ErrorCode::catalogue_conflict);
    }
    CHECK(fleet.replica("authority").trust().position() == position);
    CHECK(fleet.replica("authority").catalogue()->version() == 3);
}

TEST_CASE("what a version could not read is read after the update, once") {
    Fleet fleet(11);
    fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "Ông A"}});
    fleet.sync_all();
    const Hash256 digest = fleet.digest("post-b", "kon-tum/ngoc-hoi");
    // As a version left it that knew of no dictionary: the change set is there, its records are not.
    const auto left_by = [&](std::uint8_t level) {
        core::Store& store = fleet.replica("post-b").store();
        const SpaceId space = must(fleet.replica("post-b").find_space("kon-tum/ngoc-hoi")).id;
        must(store.write([&]() -> Result<void> {
            COTMOC_TRY(store.forget_records(space));
            return store.set_setting("read_so_far", Bytes{level, 0});
        }));
        fleet.reopen("post-b");
        must(fleet.replica("post-b").begin_session());
        return must(fleet.replica("post-b").store().find(id)).has_value();
    };
    CHECK(left_by(2));
    CHECK(fleet.digest("post-b", "kon-tum/ngoc-hoi") == digest);
    CHECK_FALSE(left_by(3));  // brought up to date before: nothing is applied again
}
