// Lists, search, SQL and views.
#include "store_support.hpp"

#include <nlohmann/json.hpp>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;
using nlohmann::json;

namespace {

/// A value for each field type, and another one of the same type.
struct TypeCase {
    std::string field;
    Value here;
    Value elsewhere;
    std::string json;
};

std::vector<TypeCase> type_cases() {
    return {{"flag", true, false, "true"},
            {"size", std::int64_t{-5}, std::int64_t{5}, "-5"},
            {"ratio", 0.1, 0.2, "0.1"},
            {"price", Decimal{1250, 2}, Decimal{1251, 2}, "\"12.50\""},
            {"title", std::string("Mốc 'số' 1"), std::string("Mốc 2"), "\"Mốc 'số' 1\""},
            {"story", std::string("dài"), std::string("ngắn"), "\"dài\""},
            {"day", *parse_date("2024-02-29"), *parse_date("2024-03-01"), "\"2024-02-29\""},
            {"instant", *parse_datetime("2024-01-31T08:00:00+07:00"), *parse_datetime("2024-01-31T08:00:00Z"),
             "\"2024-01-31T08:00:00+07:00\""},
            {"state_of", std::string("worn"), std::string("gone"), "\"worn\""},
            {"step", std::string("open"), std::string("done"), "\"open\""},
            {"visits", std::int64_t{3}, std::int64_t{4}, "3"},
            {"tags", TextList{"a", "b"}, TextList{"c"}, "[\"a\",\"b\"]"},
            {"other", RecordId{{1}}, RecordId{{2}}, "\"01000000-0000-0000-0000-000000000000\""}};
}

}  // namespace

TEST_CASE("every field type is stored, listed by value, shown in its view and read again") {
    TestStore device;
    std::vector<FieldValue> here;
    std::vector<FieldValue> elsewhere;
    for (const TypeCase& each : type_cases()) {
        here.push_back({each.field, each.here});
        elsewhere.push_back({each.field, each.elsewhere});
    }
    const RecordId first = device.add("thing", here);
    const RecordId second = device.add("thing", elsewhere);
    const RecordId empty = device.add("thing", {});
    for (const bool reopened : {false, true}) {
        if (reopened) {
            device.open();
        }
        const json body = json::parse(device.body(first));
        for (const TypeCase& each : type_cases()) {
            CAPTURE(each.field);
            CHECK(body.at(each.field) == json::parse(each.json));
            const auto listed = [&](const Value& value) {
                ListQuery query = all_of("thing");
                query.where = {{each.field, value}};
                return device.ids(query);
            };
            const auto* list = std::get_if<TextList>(&each.here);
            const auto* other_list = std::get_if<TextList>(&each.elsewhere);
            CHECK(listed(list != nullptr ? Value(TextList{list->back()}) : each.here) == std::vector{first});
            CHECK(listed(other_list != nullptr ? Value(*other_list) : each.elsewhere) == std::vector{second});
            CHECK(listed(Value()) == std::vector{empty});
            const auto rows = device.sql("SELECT \"" + each.field + "\" FROM thing ORDER BY id");
            REQUIRE(rows.size() == 3);
            const json shown = json::parse(rows[0][0]);
            if (list != nullptr) {
                CHECK(json::parse(shown.get<std::string>()) == json::parse(each.json));
            } else if (each.field == "flag") {
                CHECK(shown == 1);
            } else {
                CHECK(shown == json::parse(each.json));
            }
            CHECK(rows[2][0] == "null");
        }
    }
}

TEST_CASE("lists follow kind, space, limit, conflict and the order of arrival") {
    TestStore device;
    const RecordId a = device.add("thing", {{"size", std::int64_t{1}}});
    const RecordId b = device.add("log", {});
    const RecordId c = device.add("thing", {{"size", std::int64_t{1}}, {"title", std::string("x")}});
    CHECK(device.ids({}) == std::vector{a, b, c});
    CHECK(device.ids(all_of("thing")) == std::vector{a, c});
    ListQuery query = all_of("thing");
    query.where = {{"size", std::int64_t{1}}, {"title", std::string("x")}};
    CHECK(device.ids(query) == std::vector{c});
    query = all_of("");
    query.limit = 2;
    CHECK(device.ids(query) == std::vector{a, b});
    query.limit = 0;
    CHECK(device.ids(query).empty());
    query = all_of("");
    query.space = device.space;
    CHECK(device.ids(query).size() == 3);
    query.space = SpaceId{{99}};
    CHECK(device.ids(query).empty());
    query = all_of("");
    query.conflicts_only = true;
    CHECK(device.ids(query).empty());
    std::size_t seen = 0;
    must(device->list({}, [&](const RecordView&) { return ++seen < 2; }));
    CHECK(seen == 2);
    const auto none = [](const RecordView&) { return true; };
    CHECK(code_of(device->list(all_of("nothing"), none)) == ErrorCode::unknown_kind);
    query = all_of("thing");
    query.where = {{"nothing", std::int64_t{1}}};
    CHECK(code_of(device->list(query, none)) == ErrorCode::unknown_field);
}

TEST_CASE("search finds words without marks or case in searchable fields, and follows edits") {
    TestStore device;
    const RecordId a = device.add(
        "thing", {{"title", std::string("Đồn Biên phòng Đắk Glei")}, {"note", std::string("bimat")}});
    const RecordId b = device.add(
        "thing", {{"story", std::string("Trao đổi với Đắk Chưng")}, {"tags", TextList{"cột mốc"}}});
    const auto found = [&](std::vector<std::string> words) {
        ListQuery query;
        query.words = std::move(words);
        return device.ids(query);
    };
    CHECK(found({"dak"}) == std::vector{a, b});
    CHECK(found({"ĐẮK", "glei"}) == std::vector{a});
    CHECK(found({"dak glei"}) == std::vector{a});
    CHECK(found({"moc"}) == std::vector{b});
    CHECK(found({"bimat"}).empty());  // `note` is not searchable
    CHECK(found({"da"}).empty());     // whole words
    CHECK(found({"dak", "nothing"}).empty());
    for (const char* odd : {"\"", "*", "a OR b", "NEAR(", "-", "()", "' --", "title:dak", ""}) {
        CAPTURE(odd);
        ListQuery query;
        query.words = {odd};
        CHECK(device->list(query, [](const RecordView&) { return true; }));
    }
    device.set(a, "title", std::string("khác hẳn"));
    CHECK(found({"glei"}).empty());
    CHECK(found({"khac"}) == std::vector{a});
    device.open();
    CHECK(found({"khac"}) == std::vector{a});
    must(device->write([&] { return device->remove(a); }));
    CHECK(found({"khac"}).empty());
}

TEST_CASE("a newer catalogue makes new views and searches new fields, old rows too") {
    TestStore device;
    const RecordId id = device.add("thing", {{"note", std::string("ghi chú")}});
    std::string text(all_types_catalogue);
    const auto replace = [&](std::string_view old_part, std::string_view new_part) {
        text.replace(text.find(old_part), old_part.size(), new_part);
    };
    replace(R"("version":1)", R"("version":2)");
    replace(R"("note":{"type":"text","merge":"latest"})",
            R"("note":{"type":"text","merge":"latest","searchable":true})");
    replace(R"("flag":)", R"("brand":{"type":"text","merge":"latest","indexed":true},"flag":)");
    ListQuery query;
    query.words = {"ghi"};
    CHECK(device.ids(query).empty());
    must(device->set_catalogues(
        {{0, must(Catalogue::parse(all_types_catalogue))}, {5, must(Catalogue::parse(text))}}));
    CHECK(device.ids(query) == std::vector{id});
    CHECK(device.sql("SELECT brand, note FROM thing") ==
          std::vector<std::vector<std::string>>{{"null", "\"ghi chú\""}});
    CHECK(device->catalogue_at(4)->catalogue->version() == 1);
    CHECK(device->catalogue_at(5)->catalogue->version() == 2);
    CHECK(device->catalogue()->version() == 2);
}

TEST_CASE("a view shows the id, the space's name and undeleted records only") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}});
    std::vector<std::string> names;
    must(device->sql("SELECT * FROM thing",
                     [&](std::span<const std::string> columns, std::span<const std::string>) {
                         names.assign(columns.begin(), columns.end());
                         return true;
                     }));
    REQUIRE(names.size() == 2 + device.kind("thing").fields.size());
    CHECK(names[0] == "id");
    CHECK(names[1] == "space");
    CHECK(device.sql("SELECT id, space FROM thing") ==
          std::vector<std::vector<std::string>>{{"\"" + to_uuid_text(id) + "\"", "\"kon-tum/ngoc-hoi\""}});
    CHECK(device.sql("SELECT count(*) FROM log") == std::vector<std::vector<std::string>>{{"0"}});
}

TEST_CASE("SQL answers in JSON and refuses whatever is not one reading statement") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a\"b\n")}});
    CHECK(device.sql("SELECT 1, 2.5, 'x', NULL, x'0aff', 9e999, title FROM thing") ==
          std::vector<std::vector<std::string>>{
              {"1", "2.5", "\"x\"", "null", "\"0aff\"", "null", R"("a\"b\n")"}});
    for (const char* refused : {"DELETE FROM _record",
                                "UPDATE _record SET body = '{}'",
                                "INSERT INTO _trust VALUES(1, x'')",
                                "DROP VIEW thing",
                                "CREATE TABLE x(a)",
                                "CREATE TEMP TABLE x(a)",
                                "VACUUM",
                                "VACUUM INTO 'stolen.db'",
                                "BEGIN",
                                "COMMIT",
                                "ATTACH ':memory:' AS other",
                                "DETACH main",
                                "SAVEPOINT x",
                                "PRAGMA user_version = 7",
                                "PRAGMA rekey = 'x'",
                                "PRAGMA synchronous = OFF",
                                "PRAGMA journal_mode = DELETE",
                                "PRAGMA locking_mode = NORMAL",
                                "PRAGMA wal_checkpoint",
                                "SELECT 1; SELECT 2",
                                "SELECT 1; DELETE FROM _record",
                                "REINDEX",
                                "",
                                "  ",
                                "-- nothing",
                                "SELECT",
                                "SELECT nothing FROM thing",
                                "SELECT * FROM nothing",
                                "EXPLAIN",
                                "WITH x AS (SELECT 1) DELETE FROM _record"}) {
        CAPTURE(std::string(refused));
        const auto result = device->sql(refused, [](auto, auto) { return true; });
        CHECK_FALSE(result);
        if (!result) {
            CHECK(result.error().code == ErrorCode::bad_query);
        }
    }
    CHECK(device.body(id) == R"({"title":"a\"b\n"})");
    CHECK(device->sql("SELECT 1 ; \n", [](auto, auto) { return true; }));
    // A statement that fails while it runs is the caller's mistake too.
    CHECK(code_of(device->sql("SELECT json_extract('{', '$.a')", [](auto, auto) { return true; })) ==
          ErrorCode::bad_query);
    CHECK(device->check_digests());
    CHECK(device.sql("SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT synchronous FROM "
                     "pragma_synchronous)") == std::vector<std::vector<std::string>>{{"\"wal\"", "2"}});
    // Nothing was left open, no key was changed.
    device.set(id, "title", std::string("c"));
    device.open();
    CHECK(device.body(id) == R"({"title":"c"})");
}
