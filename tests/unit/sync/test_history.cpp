// Looking back over real envelopes: the same story on every replica, the way back, what was merged unseen.
#include "replica/change_name.hpp"
#include "support/fleet.hpp"

#include <cotmoc/core/database.hpp>

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
        sync_all();  // everybody knows everybody
    }
    std::vector<sync::HistoryEntry> history(const std::string& device, const RecordId& id) {
        return must(replica(device).history(id));
    }
    /// One line an op, with all that must be told alike.
    std::vector<std::string> story(const std::string& device, const RecordId& id) {
        std::vector<std::string> lines;
        for (const sync::HistoryEntry& entry : history(device, id)) {
            std::string line = entry.device_name + " " + entry.change.substr(0, 8) + " " +
                               std::to_string(entry.dot.seq) + ":" + std::to_string(entry.dot.index) + " " +
                               entry.field + " ";
            core::append_json(line, entry.before);
            core::append_json(line += " -> ", entry.after);
            lines.push_back(line + (entry.is_void ? " void" : ""));
        }
        return lines;
    }
    std::string change(const std::string& device, const RecordId& id, std::string_view field,
                       const core::Value& after) {
        for (const sync::HistoryEntry& entry : history(device, id)) {
            if (entry.field == field && entry.after == after) {
                return entry.change;
            }
        }
        return "";
    }
    std::string dot(const sync::HistoryEntry& entry) { return sync::dot_text(entry.device, entry.dot); }
    std::vector<core::FieldConflict> conflicts(const std::string& device, const RecordId& id) {
        return must(replica(device).store().find(id))->conflicts;
    }
    std::vector<std::string> soft(const std::string& device, const RecordId& id) {
        std::vector<std::string> fields;
        for (const sync::HistoryEntry& entry : must(replica(device).soft_conflicts(id))) {
            fields.push_back(entry.device_name + " " + entry.field);
        }
        return fields;
    }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE(!result);
    return result.error().code;
}

const std::string text(const char* value) { return value; }

}  // namespace

TEST_CASE("history is told alike on every replica, each change after what its author had seen") {
    Offices fleet;
    fleet["post-b"].clock.offset = -7'200'000;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "1"}, {"result", "một"}});
    fleet.sync_all();
    for (int round = 0; round < 3; ++round) {
        fleet.advance(1'000);
        REQUIRE(fleet.set("post-b", id, "partner", "b" + std::to_string(round)));
        REQUIRE(fleet.set("post-a", id, "head", "a" + std::to_string(round)));
        REQUIRE(fleet.set("post-a", id, "result", "một" + std::to_string(round)));
        // They meet in another order each time.
        (void)fleet.sync(round % 2 == 0 ? "post-a" : "post-b");
        fleet.sync_all();
    }
    const auto told = fleet.story("so-1", id);
    CHECK(told.size() == 12);
    CHECK(told.front().starts_with("post-a"));
    for (const char* device : {"post-a", "post-b", "authority"}) {
        CHECK(fleet.story(device, id) == told);
        fleet.reopen(device);
        CHECK(fleet.story(device, id) == told);
    }
    // The clock of post-b is two hours late, but what it had seen comes first.
    std::map<std::string, std::size_t> place;
    const auto entries = fleet.history("so-1", id);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        std::string value;
        core::append_json(value, entries[i].after);
        place[value] = i;
    }
    CHECK(place[R"("a0")"] < place[R"("b1")"]);
    CHECK(place[R"("b0")"] < place[R"("a1")"]);
    CHECK(place[R"("a1")"] < place[R"("b2")"]);
}

TEST_CASE("pending changes are told too, and an older database tells the same") {
    Offices fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    fleet.sync_all();
    REQUIRE(fleet.set("post-b", id, "partner", "2"));
    fleet.sync_all();
    REQUIRE(fleet.set("post-a", id, "partner", "3"));
    fleet.sync_all();
    REQUIRE(fleet.set("post-b", id, "head", "chưa gửi"));
    CHECK(fleet.history("post-b", id).back().change.empty());
    const auto told = fleet.story("post-b", id);
    CHECK(told.size() == 5);
    FleetDevice& device = fleet["post-b"];
    device.replica.reset();
    {
        const BytesView key = device.keys.database_key.view(crypto::SecretAccess());
        auto database =
            must(core::Database::open({device.path, Bytes(key.begin(), key.end()), device.keys.cipher}));
        must(
            database.execute("DROP TABLE _seen; DROP TABLE _unsent; DROP TABLE _side; DROP TABLE _fork;"
                             "DROP INDEX _void_op_row; DROP INDEX _record_joined;"
                             "ALTER TABLE _void_op DROP COLUMN row; PRAGMA user_version = 1"));
    }
    fleet.reopen("post-b");
    CHECK(fleet.story("post-b", id) == told);
    CHECK(fleet.soft("post-b", id).empty());
    fleet.sync_all();
    CHECK(fleet.story("post-b", id) == fleet.story("post-a", id));
}

TEST_CASE("a change without effect is told and marked, and nobody can go back to it") {
    Offices fleet;
    const RecordId id = fleet.add_record("so-1", "delegation", {{"partner", "thật"}}, "kon-tum");
    fleet.sync_all();
    // post-a may not write the province-wide space, and does it behind its replica's back.
    const core::FieldEdit edit{core::FieldEdit::Kind::set, "partner", std::string("giả")};
    core::Store& store = fleet.replica("post-a").store();
    must(store.write([&]() -> Result<void> {
        COTMOC_TRY(store.edit(id, std::span(&edit, 1)));
        return {};
    }));
    must(fleet.replica("post-a").seal());
    const auto space = must(fleet.replica("so-1").find_space("kon-tum"));
    sync::Replica& officer = fleet.replica("so-1");
    std::int64_t position = 0;
    while (const auto held = must(fleet.replica("post-a").next_envelope(space.id, position))) {
        position = held->position;
        must(officer.accept(held->bytes));
    }
    must(officer.commit());
    CHECK(fleet.body("so-1", id) == R"({"partner":"thật"})");
    const auto entries = fleet.history("so-1", id);
    REQUIRE(entries.size() == 3);
    CHECK(entries.back().is_void);
    CHECK(entries.back().device_name == "post-a");
    CHECK(entries.back().before == core::Value(text("thật")));
    CHECK(entries.back().after == core::Value(text("giả")));
    CHECK(code_of(officer.revert(id, entries.back().change)) == ErrorCode::void_change);
    CHECK(code_of(officer.revert(id, fleet.dot(entries.back()))) == ErrorCode::void_change);
}

TEST_CASE("revert brings back what the author of a change saw, as an ordinary edit") {
    Offices fleet;
    const RecordId id = fleet.add_record("post-a", "delegation",
                                         {{"partner", "một"}, {"people", "3"}, {"result", "Thăm, làm việc"}});
    fleet.sync_all();
    // Without knowing of each other: what post-b wrote was not shown to post-a.
    REQUIRE(fleet.set("post-a", id, "partner", "hai"));
    REQUIRE(fleet.set("post-b", id, "people", "9"));
    fleet.sync_all();
    REQUIRE(fleet.set("post-b", id, "head", "Ông C"));
    REQUIRE(fleet.set("post-b", id, "result", "Thăm"));
    fleet.sync_all();
    const std::string change = fleet.change("so-1", id, "partner", text("hai"));
    CHECK(change.size() == 64);
    CHECK(must(fleet.replica("so-1").revert(id, change.substr(0, 8))));
    CHECK_FALSE(must(fleet.replica("so-1").revert(id, change)));
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        CHECK(fleet.body(device, id) == R"({"partner":"hai","people":3,"result":"Thăm, làm việc"})");
    }
    const auto entries = fleet.history("post-a", id);
    CHECK(entries.back().device_name == "so-1");
    // Any op of a create means the create; here by its dot.
    CHECK(must(fleet.replica("post-b").revert(id, fleet.dot(entries[2]))));
    CHECK(fleet.body("post-b", id) == R"({"partner":"một","people":3,"result":"Thăm, làm việc"})");
}

TEST_CASE(
    "a value that its author replaced before sealing is not in the history, and revert leaves it alone") {
    Offices fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "một"}, {"head", "Ông A"}});
    REQUIRE(fleet.set("post-a", id, "partner", "hai"));
    REQUIRE(fleet.set("post-a", id, "people", "4"));
    fleet.sync_all();
    REQUIRE(fleet.set("post-b", id, "head", "Bà B"));
    CHECK(must(fleet.replica("post-b").revert(id, fleet.dot(fleet.history("post-b", id).front()))));
    CHECK(fleet.body("post-b", id).find(R"("head":"Ông A","partner":"hai")") != std::string::npos);
    CHECK(fleet.body("post-b", id).find(R"("people":4)") == std::string::npos);
}

TEST_CASE("revert deletes and restores, and names what it cannot find") {
    Offices fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "một"}});
    fleet.sync_all();
    REQUIRE(fleet.replica("post-b").remove(id));
    fleet.sync_all();
    const auto entries = fleet.history("so-1", id);
    REQUIRE(entries.back().op == core::OpKind::delete_record);
    sync::Replica& officer = fleet.replica("so-1");
    CHECK_FALSE(must(officer.revert(id, entries.back().change)));
    CHECK(must(officer.revert(id, entries.front().change)));
    CHECK_FALSE(must(officer.store().find(id))->deleted);
    CHECK(must(officer.revert(id, entries.back().change)));
    CHECK(must(officer.store().find(id))->deleted);
    CHECK(code_of(officer.revert(id, "00000000")) == ErrorCode::unknown_change);
    CHECK(code_of(officer.revert(id, entries.front().change.substr(0, 5))) == ErrorCode::unknown_change);
    CHECK(code_of(officer.revert(id, "no change")) == ErrorCode::unknown_change);
    CHECK(code_of(officer.revert(id, "ab:1:2")) == ErrorCode::unknown_change);
    CHECK(code_of(officer.revert(id, fleet.dot(entries.front()) + "9")) == ErrorCode::unknown_change);
    CHECK(code_of(officer.revert(RecordId{}, "000000")) == ErrorCode::unknown_record);
}

TEST_CASE("the first digits of a change must mean one change set, of which the last op with effect counts") {
    std::vector<sync::HistoryEntry> entries(4);
    entries[0].change = "aaaaaa1111";
    entries[1].change = entries[2].change = "aaaaaa2222";
    entries[3].change = "bbbbbb";
    for (std::uint32_t i = 0; i < 4; ++i) {
        entries[i].dot = {DeviceIndex{0}, 1, i};
        entries[i].is_void = i >= 2;
    }
    CHECK(code_of(sync::find_change(entries, "aaaaaa")) == ErrorCode::ambiguous_change);
    CHECK(must(sync::find_change(entries, "aaaaaa1")).index == 0);
    CHECK(must(sync::find_change(entries, "aaaaaa2")).index == 1);
    CHECK(code_of(sync::find_change(entries, "bbbbbb")) == ErrorCode::void_change);
    CHECK(code_of(sync::find_change(entries, "aaaaa")) == ErrorCode::unknown_change);
    CHECK(code_of(sync::find_change(entries, "")) == ErrorCode::unknown_change);
    CHECK(must(sync::find_change(entries, sync::dot_text({}, entries[1].dot))).index == 1);
}

TEST_CASE("different fields edited at once are a soft conflict until somebody edits with both in sight") {
    Offices fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "một"}});
    const RecordId other = fleet.add_record("post-b", "delegation", {{"partner", "khác"}});
    fleet.sync_all();
    REQUIRE(fleet.set("post-a", id, "partner", "hai"));
    REQUIRE(fleet.set("post-b", id, "people", "9"));
    CHECK(fleet.soft("post-a", id).empty());
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        auto found = fleet.soft(device, id);
        std::ranges::sort(found);
        CHECK(found == std::vector<std::string>{"post-a partner", "post-b people"});
        CHECK(fleet.conflicts(device, id).empty());
        CHECK(fleet.soft(device, other).empty());
    }
    REQUIRE(fleet.set("so-1", id, "head", "Bà B"));
    CHECK(fleet.soft("so-1", id).empty());
    fleet.sync_all();
    CHECK(fleet.soft("post-a", id).empty());
    // The same field on both sides is a hard conflict and no soft one.
    REQUIRE(fleet.set("post-a", id, "head", "a"));
    REQUIRE(fleet.set("post-b", id, "head", "b"));
    fleet.sync_all();
    CHECK(fleet.soft("so-1", id).empty());
    CHECK(fleet.conflicts("so-1", id).size() == 1);
}

TEST_CASE("two people who resolve one conflict differently are in conflict again") {
    Offices fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "Ông A"}});
    fleet.sync_all();
    REQUIRE(fleet.set("post-a", id, "head", "Bà B"));
    REQUIRE(fleet.set("post-b", id, "head", "Ông C"));
    fleet.sync_all();
    const auto before = fleet.conflicts("so-1", id);
    REQUIRE(before.size() == 1);
    for (const core::LiveValue& value : before[0].values) {
        CHECK_FALSE(value.resolving);
    }
    REQUIRE(fleet.replica("post-a").resolve(id, "head", {0, std::nullopt}));
    REQUIRE(fleet.replica("so-1").resolve(id, "head", {1, std::nullopt}));
    CHECK(fleet.conflicts("post-a", id).empty());
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        const auto found = fleet.conflicts(device, id);
        REQUIRE(found.size() == 1);
        REQUIRE(found[0].values.size() == 2);
        CHECK(found[0].values[0].resolving);
        CHECK(found[0].values[1].resolving);
    }
    // Looking at it and leaving it so is a change like any other: it reaches all and has an author.
    REQUIRE(fleet.replica("post-b").resolve(id, "head", {}));
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1", "authority"}) {
        CHECK(fleet.conflicts(device, id).empty());
        const auto last = fleet.history(device, id).back();
        CHECK(last.op == core::OpKind::acknowledge);
        CHECK(last.device_name == "post-b");
        CHECK(last.at_ms > 0);
        CHECK(fleet.digest(device, "kon-tum/ngoc-hoi") == fleet.digest("so-1", "kon-tum/ngoc-hoi"));
    }
}
