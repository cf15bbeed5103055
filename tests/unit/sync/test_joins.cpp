// Joins over real envelopes: both ids work on every device, and the digests agree.
#include "support/fleet.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

struct Offices : Fleet {
    explicit Offices(std::uint64_t seed = 1) : Fleet(seed) {
        add("so-1", Role::province_officer, {"*"});
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
        sync_all();
    }
    core::RecordView view(const std::string& device, const RecordId& id) {
        return *must(replica(device).store().find(id));
    }
};

}  // namespace

TEST_CASE("a record merged on one device is one on all, under both ids, until the merge is undone") {
    Offices offices;
    const RecordId a = offices.add_record("post-a", "delegation", {{"partner", "Sê Kông"}, {"people", "5"}});
    const RecordId b = offices.add_record("post-b", "delegation", {{"partner", "Xe Kong"}, {"head", "Bun"}});
    offices.sync_all();
    const core::JoinOutcome outcome = must(offices.replica("post-b").merge(a, b));
    CHECK(outcome.filled == std::vector<std::string>{"head"});
    offices.sync_all();
    for (const char* device : {"so-1", "post-a", "post-b"}) {
        CHECK(offices.view(device, b).id == a);
        CHECK(offices.body(device, b) == R"({"head":"Bun","partner":"Sê Kông","people":5})");
        CHECK(offices.view(device, a).merged.size() == 1);
        CHECK(offices.digest(device, "kon-tum/ngoc-hoi") == offices.digest("so-1", "kon-tum/ngoc-hoi"));
        CHECK(must(offices.replica(device).verify()).empty());
    }
    must(offices.set("post-a", b, "people", "6"));
    offices.sync_all();
    CHECK(offices.body("post-b", a).find("\"people\":6") != std::string::npos);
    // Each id keeps its own history, with the join in that of the record that went.
    const auto history = must(offices.replica("post-a").history(b));
    CHECK(history.back().field == "merged_into");
    CHECK(history.back().after == core::Value(a));
    // Going back by either id goes back in what both show.
    const auto of_a = must(offices.replica("post-a").history(a));
    CHECK(must(offices.replica("post-a").revert(b, of_a.front().change)));
    CHECK(offices.body("post-a", b) == R"({"partner":"Sê Kông","people":5})");
    CHECK(offices.view("post-a", b).id == a);
    offices.sync_all();
    offices.reopen("post-b");
    must(offices.replica("post-b").separate(b));
    offices.sync_all();
    for (const char* device : {"so-1", "post-a", "post-b"}) {
        CHECK(offices.view(device, b).id == b);
        CHECK(offices.body(device, b) == R"({"head":"Bun","partner":"Xe Kong"})");
        CHECK(offices.body(device, a) == R"({"partner":"Sê Kông","people":5})");
        CHECK(offices.digest(device, "kon-tum/ngoc-hoi") == offices.digest("so-1", "kon-tum/ngoc-hoi"));
    }
}

TEST_CASE("a device merges only what it may write") {
    Offices offices;
    offices.add("post-c", Role::border_post, {"kon-tum/dak-glei"});
    offices.sync_all();
    const RecordId a = offices.add_record("so-1", "delegation", {{"partner", "A"}}, "kon-tum");
    const RecordId b = offices.add_record("so-1", "delegation", {{"partner", "B"}}, "kon-tum");
    offices.sync_all();
    const auto merged = offices.replica("post-c").merge(a, b);
    REQUIRE(!merged);
    CHECK(merged.error().code == ErrorCode::not_allowed);
}
