// The audit: who did what, told alike wherever the same history is held.
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
        advance(1000);
    }
    std::vector<sync::AuditLine> audit(const std::string& device) {
        std::vector<sync::AuditLine> lines;
        must(replica(device).audit([&](const sync::AuditLine& line) {
            lines.push_back(line);
            return true;
        }));
        return lines;
    }
    /// "who what field=value", of what is no trust entry.
    std::vector<std::string> acts(const std::string& device) {
        std::vector<std::string> all;
        for (const sync::AuditLine& line : audit(device)) {
            if (line.position) {
                continue;
            }
            std::string text = line.who + " " + line.what;
            text += line.field.empty() ? "" : " " + line.field;
            const std::string value = core::to_text(line.value);
            text += value.empty() ? "" : "=" + value;
            text += line.records ? " " + std::to_string(*line.records) : "";
            all.push_back(text + (line.is_void ? " void " + line.reason : ""));
        }
        return all;
    }
};

using Acts = std::vector<std::string>;

}  // namespace

TEST_CASE("the trust feed is told position by position") {
    Offices offices;
    std::vector<std::string> told;
    std::uint64_t next = 1;
    for (const sync::AuditLine& line : offices.audit("post-a")) {
        REQUIRE(line.position);
        CHECK(*line.position == next++);
        CHECK(!line.change.empty());
        CHECK(!line.is_void);
        CHECK(line.who.starts_with(line.what == "root_published" ? "root " : "issuer "));
        if (line.what == "enrolled") {
            CHECK(line.device);
            told.push_back(core::to_text(line.value));
        }
    }
    CHECK(next == offices.replica("post-a").trust().position() + 1);
    REQUIRE(told.size() == 5);
    CHECK(told[1] == "hub-1: hub");
    CHECK(told[2] == "so-1: province_officer *");
    CHECK(told[4] == "post-b: border_post kon-tum/ngoc-hoi");
}

TEST_CASE("approvals, resolutions, deletions, merges and exports are told alike on every device") {
    Offices offices;
    const RecordId id = offices.add_record("post-a", "inspection", {{"marker_no", "1"}, {"value", "1"}});
    const RecordId other = offices.add_record("post-a", "inspection", {{"marker_no", "1"}});
    offices.add_record("post-a", "inspection", {{"marker_no", "3"}, {"status", "closed"}});
    offices.add_record("post-a", "inspection", {{"marker_no", "4"}, {"status", "reported"}});
    offices.sync_all();
    offices.advance(1000);
    must(offices.set("post-a", id, "value", "2"));
    must(offices.set("post-b", id, "value", "3"));
    must(offices.set("post-b", id, "status", "verified"));
    offices.sync_all();
    offices.advance(1000);
    must(offices.replica("so-1").resolve(id, "value", {std::size_t{1}, std::nullopt}));
    must(offices.replica("so-1").merge(id, other));
    must(offices.replica("so-1").remove(id));
    must(offices.replica("so-1").restore(id));
    const sync::ExportedNote note{must(offices.replica("so-1").find_space("kon-tum/ngoc-hoi")).id, "", "csv",
                                  3};
    must(offices.replica("so-1").note_exported(std::span(&note, 1)));
    offices.sync_all();
    const Acts acts = offices.acts("so-1");
    REQUIRE(acts.size() == 7);
    CHECK(acts[0] == "post-a entered status=closed");
    CHECK(acts[1] == "post-b entered status=verified");
    CHECK(acts[2].starts_with("so-1 resolved value="));
    CHECK(acts[3].starts_with("so-1 merged merged_into="));
    CHECK(acts[4] == "so-1 deleted");
    CHECK(acts[5] == "so-1 restored");
    CHECK(acts[6] == "so-1 exported=csv 3");
    CHECK(offices.acts("post-a") == acts);
    CHECK(offices.acts("post-b") == acts);
    const auto lines = offices.audit("post-b");
    CHECK(lines.back().space == "kon-tum/ngoc-hoi");
    for (std::size_t i = 1; i < lines.size(); ++i) {
        CHECK(*lines[i - 1].at_ms <= *lines[i].at_ms);
    }
}

TEST_CASE("what has no effect is told as void, with the reason") {
    constexpr std::string_view guarded = R"({"catalogue":"test","version":1,"common":{},
"kinds":{"visit":{"label":"Đoàn","fields":{
 "status":{"type":"workflow","merge":"workflow","states":["draft","approved"],
           "roles":{"approved":["province_officer"]}}}}}})";
    Fleet fleet(4, guarded);
    fleet.add("so-1", Role::province_officer, {"*"});
    // Its program knows of no guarded states, so it lets its user approve.
    FleetDevice& post = fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
    post.read_catalogue = [](std::string_view json) {
        std::string text(json);
        const std::string_view roles = R"("roles":{"approved":["province_officer"]})";
        text.replace(text.find(roles), roles.size(), R"("roles":{})");
        return core::Catalogue::parse(text);
    };
    fleet.reopen("post-a");
    const RecordId id = fleet.add_record("post-a", "visit", {{"status", "draft"}});
    must(fleet.set("post-a", id, "status", "approved"));
    fleet.sync_all();
    std::vector<sync::AuditLine> entered;
    must(fleet.replica("so-1").audit([&](const sync::AuditLine& line) {
        if (!line.position) {
            entered.push_back(line);
        }
        return true;
    }));
    REQUIRE(entered.size() == 1);
    CHECK(entered[0].what == "entered");
    CHECK(entered[0].id == id);
    CHECK(entered[0].kind == "visit");
    CHECK(entered[0].is_void);
    CHECK(entered[0].reason == "not_allowed");
    const auto history = must(fleet.replica("so-1").history(id));
    CHECK(history.back().is_void);
    CHECK(history.back().reason == "not_allowed");
}

TEST_CASE("an audit ends when its reader has enough") {
    Offices offices;
    int lines = 0;
    must(offices.replica("so-1").audit([&](const sync::AuditLine&) { return ++lines < 3; }));
    CHECK(lines == 3);
}
