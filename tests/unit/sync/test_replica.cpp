// Replicas with real crypto and a real hub: what one writes arrives at the others, merged.
#include "support/fleet.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

std::vector<core::FieldConflict> conflicts(Fleet& fleet, const std::string& device, const RecordId& id) {
    return must(fleet.replica(device).store().find(id))->conflicts;
}

struct Posts : Fleet {
    explicit Posts(std::uint64_t seed = 1) : Fleet(seed) {
        add("so-1", Role::province_officer, {"*"});
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-c", Role::district_officer, {"kon-tum/dak-glei"});
    }
    void check_equal(std::string_view space, std::initializer_list<const char*> devices) {
        for (const char* device : devices) {
            CHECK(digest(device, space) == digest(*devices.begin(), space));
            CHECK(replica(device).verify()->empty());
        }
    }
};

}  // namespace

TEST_CASE("a record written offline arrives at the province and at the other post") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation",
                                         {{"direction", "incoming"},
                                          {"partner", "Huyện Đắk Chung"},
                                          {"people", "11"},
                                          {"start_date", "2024-04-11"},
                                          {"result", "Thăm, làm việc"}});
    fleet.sync_all();
    const std::string expected =
        R"({"direction":"incoming","partner":"Huyện Đắk Chung","people":11,"result":"Thăm, làm việc",)"
        R"("start_date":"2024-04-11"})";
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        CHECK(fleet.body(device, id) == expected);
    }
    CHECK(fleet.body("post-c", id).empty());
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1", "authority"});
    CHECK(must(fleet.replica("post-a").store().find(id))->progress == core::Progress::province);
}

TEST_CASE(
    "different fields edited offline both survive; the same review field is a conflict until resolved") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "Ông A"}, {"people", "5"}});
    fleet.sync_all();
    REQUIRE(fleet.set("post-a", id, "partner", "Xản Xay"));
    REQUIRE(fleet.set("post-b", id, "people", "6"));
    REQUIRE(fleet.set("post-a", id, "head", "Bà B"));
    fleet.advance(1000);
    REQUIRE(fleet.set("post-b", id, "head", "Ông C"));
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        CHECK(fleet.body(device, id) == R"({"head":"Ông C","partner":"Xản Xay","people":6})");
        const auto found = conflicts(fleet, device, id);
        REQUIRE(found.size() == 1);
        CHECK(found[0].field == "head");
        REQUIRE(found[0].values.size() == 2);
        CHECK(found[0].values[0].shown);
        CHECK(std::get<std::string>(found[0].values[1].value) == "Bà B");
    }
    REQUIRE(fleet.replica("so-1").resolve(id, "head", {1, std::nullopt}));
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        CHECK(fleet.body(device, id) == R"({"head":"Bà B","partner":"Xản Xay","people":6})");
        CHECK(conflicts(fleet, device, id).empty());
    }
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1", "authority"});
}

TEST_CASE("a later edit that saw another stands above it whatever the clocks say") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "một"}});
    fleet["post-a"].clock.offset = 70ll * 365 * 24 * 3600 * 1000;
    REQUIRE(fleet.set("post-a", id, "partner", "hai"));
    fleet.sync_all();
    REQUIRE(fleet.set("post-b", id, "partner", "ba"));
    fleet.sync_all();
    CHECK(fleet.body("post-a", id) == R"({"partner":"ba"})");
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("counters, sets, worst and texts merge; deletes meet edits") {
    Posts fleet;
    const RecordId id =
        fleet.add_record("post-a", "inspection", {{"marker_no", "790"}, {"condition", "intact"}});
    const RecordId gone =
        fleet.add_record("post-a", "delegation", {{"partner", "x"}, {"result", "ngày một"}});
    fleet.sync_all();
    const auto edit = [&](const char* device, core::FieldEdit::Kind kind, const char* field,
                          core::Value value) {
        const core::FieldEdit each{kind, field, std::move(value)};
        REQUIRE(fleet.replica(device).edit(id, std::span(&each, 1)));
    };
    using Kind = core::FieldEdit::Kind;
    edit("post-a", Kind::add, "visits", std::int64_t{2});
    edit("post-b", Kind::add, "visits", std::int64_t{3});
    edit("post-a", Kind::insert, "units", std::string("Bờ Y"));
    edit("post-b", Kind::insert, "units", std::string("Đắk Xú"));
    edit("post-a", Kind::set, "condition", std::string("damaged"));
    edit("post-b", Kind::set, "condition", std::string("worn"));
    REQUIRE(fleet.replica("post-a").remove(gone));
    REQUIRE(fleet.set("post-b", gone, "result", "ngày một, hai"));
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        CHECK(fleet.body(device, id) ==
              R"({"condition":"damaged","marker_no":"790","units":["Bờ Y","Đắk Xú"],"visits":5})");
        const auto view = must(fleet.replica(device).store().find(gone));
        CHECK(!view->deleted);
        CHECK(view->edited_while_deleted);
        CHECK(view->body == R"({"partner":"x","result":"ngày một, hai"})");
    }
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("pending edits of a field travel as one op, and sealing does not change what is shown") {
    Posts fleet;
    const RecordId id =
        fleet.add_record("post-a", "delegation", {{"partner", "1"}, {"result", "a"}, {"head", "h"}});
    for (const char* text : {"2", "3", "4"}) {
        REQUIRE(fleet.set("post-a", id, "partner", text));
        REQUIRE(fleet.set("post-a", id, "result", text));
    }
    const std::string before = fleet.body("post-a", id);
    const Hash256 digest = fleet.digest("post-a", "kon-tum/ngoc-hoi");
    fleet.reopen("post-a");
    CHECK(must(fleet.replica("post-a").history(id)).size() == 4);  // create, head, result, one set of partner
    fleet.sync_all();
    CHECK(fleet.body("post-a", id) == before);
    CHECK(fleet.digest("post-a", "kon-tum/ngoc-hoi") == digest);
    CHECK(fleet.body("post-b", id) == R"({"head":"h","partner":"4","result":"4"})");
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("a kind with full history keeps every edit") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "log", {{"line", "1"}, {"story", "xin"}});
    REQUIRE(fleet.set("post-a", id, "line", "2"));
    REQUIRE(fleet.set("post-a", id, "line", "3"));
    REQUIRE(fleet.set("post-a", id, "story", "xin chào"));
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b"}) {
        const auto history = must(fleet.replica(device).history(id));
        std::vector<std::string> lines;
        for (const auto& entry : history) {
            if (entry.field == "line") {
                lines.push_back(std::get<std::string>(entry.after));
            }
        }
        CHECK(lines == std::vector<std::string>{"1", "2", "3"});
        CHECK(fleet.body(device, id) == R"({"line":"3","story":"xin chào"})");
    }
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("two offices that import the same record agree, and equal values are no conflict") {
    Posts fleet;
    core::ImportLine line;
    line.id = from_uuid_text("76b5bede-4d21-5f42-b629-fa4ec6307882");
    line.kind = "inspection";
    line.space = "kon-tum/ngoc-hoi";
    line.fields = {
        {"marker_no", std::string("1")}, {"units", core::TextList{"a", "b"}}, {"visits", std::int64_t{4}}};
    core::ImportLine text = line;
    text.id = from_uuid_text("ee19b5be-1919-56a8-b559-706967b0c716");
    text.kind = "delegation";
    text.fields = {{"people", std::int64_t{3}}, {"result", std::string("Biên bản")}};
    for (const char* device : {"post-a", "post-b"}) {
        CHECK(must(fleet.replica(device).import(line)) == sync::Replica::Imported::added);
        CHECK(must(fleet.replica(device).import(text)) == sync::Replica::Imported::added);
        CHECK(must(fleet.replica(device).import(line)) == sync::Replica::Imported::unchanged);
    }
    fleet.sync_all();
    for (const char* device : {"post-a", "post-b", "so-1"}) {
        CHECK(fleet.body(device, *line.id) == R"({"marker_no":"1","units":["a","b"],"visits":4})");
        CHECK(fleet.body(device, *text.id) == R"({"people":3,"result":"Biên bản"})");
        CHECK(conflicts(fleet, device, *line.id).empty());
        CHECK(must(fleet.replica(device).import(line)) == sync::Replica::Imported::unchanged);
        CHECK(must(fleet.replica(device).import(text)) == sync::Replica::Imported::unchanged);
    }
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("a post may not write the province-wide space, and what it forges there is void everywhere") {
    Posts fleet;
    fleet.sync_all();  // everybody knows everybody
    const auto space = must(fleet.replica("post-a").find_space("kon-tum"));
    CHECK(!space.writable);
    const auto refused = fleet.replica("post-a").add(space, "delegation", {});
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::not_allowed);
    sync::SpaceInfo forged = space;
    forged.writable = true;
    const core::FieldValue field{"partner", std::string("giả")};
    const RecordId id = must(fleet.replica("post-a").add(forged, "delegation", std::span(&field, 1)));
    (void)fleet.sync("post-a");  // the hub refuses it: the certificate does not allow the space
    CHECK(fleet.hub().frontier(space.id).empty());
    // A hub that lets it pass does not help: the others keep it, void.
    const auto held = must(fleet.replica("post-a").next_envelope(space.id, 0));
    for (const char* device : {"so-1", "post-b"}) {
        sync::Replica& other = fleet.replica(device);
        CHECK(must(other.accept(held->bytes)).acceptance == sync::Acceptance::stored);
        must(other.commit());
        CHECK(fleet.body(device, id).empty());
        CHECK(must(other.store().void_ops()).size() == 1);
    }
    fleet.check_equal("kon-tum", {"so-1", "post-b"});
}

TEST_CASE("search finds with and without diacritics, also what was changed since") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "Đoàn Đắk Glei"}});
    const auto search = [&](std::vector<std::string> words) {
        std::size_t found = 0;
        core::ListQuery query;
        query.words = std::move(words);
        must(fleet.replica("post-a").store().list(query, [&](const core::RecordView&) {
            ++found;
            return true;
        }));
        return found;
    };
    CHECK(search({"dak", "glei"}) == 1);
    CHECK(search({"Đắk"}) == 1);
    CHECK(search({"xản"}) == 0);
    REQUIRE(fleet.set("post-a", id, "partner", "Xản Xay"));
    CHECK(search({"glei"}) == 0);
    CHECK(search({"xan xay"}) == 1);
    CHECK(search({"..."}) == 0);
}

TEST_CASE("more than an envelope takes is closed into several change sets, in one batch") {
    Posts fleet;
    sync::Replica& post = fleet.replica("post-a");
    const auto space = must(post.default_space());
    std::vector<RecordId> ids;
    REQUIRE(post.batch([&]() -> Result<void> {
        for (int i = 0; i < 40; ++i) {
            std::string text;
            for (int j = 0; j < 60'000; ++j) {
                text.push_back(static_cast<char>('a' + fleet.random.below(26)));
            }
            const core::FieldValue fields[] = {{"partner", text}, {"result", text.substr(0, 50)}};
            COTMOC_ASSIGN(const RecordId id, post.add(space, "delegation", fields));
            ids.push_back(id);
        }
        const core::FieldEdit edit{core::FieldEdit::Kind::set, "result", std::string("sửa")};
        return post.edit(ids.front(), std::span(&edit, 1));
    }));
    fleet.sync_all();
    for (const RecordId& id : ids) {
        CHECK(fleet.body("post-b", id) == fleet.body("post-a", id));
    }
    CHECK(fleet.body("post-b", ids.front()).ends_with(R"("result":"sửa"})"));
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("a failed write changes nothing, in memory or on disk") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "một"}});
    const Hash256 before = fleet.digest("post-a", "kon-tum/ngoc-hoi");
    const auto failed = fleet.replica("post-a").batch([&]() -> Result<void> {
        COTMOC_TRY(fleet.set("post-a", id, "partner", "hai"));
        COTMOC_TRY(fleet.set("post-a", id, "people", "3"));
        return fail(ErrorCode::wrong_usage);
    });
    CHECK(!failed);
    CHECK(fleet.digest("post-a", "kon-tum/ngoc-hoi") == before);
    CHECK(fleet.body("post-a", id) == R"({"partner":"một"})");
    REQUIRE(fleet.set("post-a", id, "partner", "ba"));
    fleet.sync_all();
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("an edit after a resolve, before sealing, is an op of its own") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "một"}});
    fleet.sync_all();
    REQUIRE(fleet.set("post-a", id, "head", "hai"));
    REQUIRE(fleet.set("post-b", id, "head", "ba"));
    fleet.sync_all();
    REQUIRE(fleet.replica("post-a").resolve(id, "head", {1, std::nullopt}));
    REQUIRE(fleet.set("post-a", id, "head", "bốn"));
    REQUIRE(fleet.set("post-a", id, "head", "năm"));
    fleet.sync_all();
    CHECK(fleet.body("post-b", id) == R"({"head":"năm"})");
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("a counter's base set after an increment covers it") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "inspection", {{"marker_no", "1"}});
    const auto edit = [&](core::FieldEdit::Kind kind, std::int64_t value) {
        const core::FieldEdit each{kind, "visits", value};
        REQUIRE(fleet.replica("post-a").edit(id, std::span(&each, 1)));
    };
    edit(core::FieldEdit::Kind::set, 100);
    edit(core::FieldEdit::Kind::add, 5);
    edit(core::FieldEdit::Kind::set, 90);
    CHECK(fleet.body("post-a", id) == R"({"marker_no":"1","visits":90})");
    fleet.sync_all();
    CHECK(fleet.body("post-b", id) == R"({"marker_no":"1","visits":90})");
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("what is written while the province's session waits is not displaced by its confirmation") {
    Posts fleet;
    fleet.sync_all();
    const RecordId theirs = fleet.add_record("post-a", "delegation", {{"head", "a"}});
    (void)fleet.sync("post-a");
    sync::Replica& province = fleet.replica("so-1");
    REQUIRE(province.begin_session());
    const auto space = must(province.find_space("kon-tum/ngoc-hoi"));
    const auto envelope = must(fleet.replica("post-a").next_envelope(space.id, 0));
    CHECK(must(province.accept(envelope->bytes)).acceptance == sync::Acceptance::stored);
    const core::FieldValue field{"head", std::string("b")};
    const RecordId ours = must(province.add(space, "delegation", std::span(&field, 1)));
    REQUIRE(province.received_all());
    fleet.sync_all();
    CHECK(fleet.body("post-b", ours) == R"({"head":"b"})");
    CHECK(fleet.body("post-b", theirs) == R"({"head":"a"})");
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("an initial text that is emptied before sealing leaves no trace that others lack") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "a"}, {"result", "abc"}});
    REQUIRE(fleet.set("post-a", id, "result", ""));
    fleet.sync_all();
    CHECK(fleet.body("post-b", id) == R"({"head":"a"})");
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE("one id in two spaces is two records, whoever arrives first") {
    Posts fleet;
    const auto id = from_uuid_text("76b5bede-4d21-5f42-b629-fa4ec6307882");
    const core::FieldValue field{"head", std::string("a")};
    for (const auto& [device, name] :
         {std::pair("post-a", "kon-tum/ngoc-hoi"), std::pair("post-c", "kon-tum/dak-glei")}) {
        const auto space = must(fleet.replica(device).find_space(name));
        must(fleet.replica(device).add(space, "delegation", std::span(&field, 1), id));
    }
    fleet.sync_all();
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
    fleet.check_equal("kon-tum/dak-glei", {"post-c", "so-1"});
    CHECK(must(fleet.replica("so-1").store().void_ops()).empty());
}

TEST_CASE("a batch in which a call failed changes nothing, even if the app goes on") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "Ông A"}});
    const auto done = fleet.replica("post-a").batch([&]() -> Result<void> {
        const std::vector<core::FieldEdit> edits{
            {core::FieldEdit::Kind::set, "head", std::string("Bà B")},
            {core::FieldEdit::Kind::set, "people", std::int64_t{-1}},
        };
        CHECK(!fleet.replica("post-a").edit(id, edits));
        return {};
    });
    REQUIRE(!done);
    CHECK(done.error().code == ErrorCode::out_of_bounds);
    CHECK(fleet.body("post-a", id) == R"({"head":"Ông A"})");
    fleet.sync_all();
    CHECK(fleet.body("so-1", id) == R"({"head":"Ông A"})");
    fleet.check_equal("kon-tum/ngoc-hoi", {"post-a", "post-b", "so-1"});
}

TEST_CASE(
    "key strokes of one text in one change set are one line of its history, with the text before and after") {
    Posts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"result", "Chào"}});
    fleet.sync_all();
    for (const char* letter : {"!", "?", "."}) {
        core::FieldEdit edit{core::FieldEdit::Kind::splice, "result", std::string(letter)};
        edit.position = 4;
        REQUIRE(fleet.replica("post-a").edit(id, std::span(&edit, 1)));
    }
    fleet.sync_all();
    const auto history = must(fleet.replica("so-1").history(id));
    REQUIRE(history.size() == 3);
    CHECK(history[2].before == core::Value(std::string("Chào")));
    CHECK(history[2].after == core::Value(std::string("Chào.?!")));
}
