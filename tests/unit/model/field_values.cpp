#include <cotmoc/core/catalogue.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

const Catalogue& catalogue() {
    static const Catalogue parsed = *Catalogue::parse(R"({
  "catalogue": "test", "version": 1,
  "common": {"unit": {"type": "text", "merge": "latest"}, "note": {"type": "text", "merge": "latest"},
             "recorded_at": {"type": "datetime", "merge": "latest"}},
  "kinds": {"visit": {"dated_by": "day", "fields": {
      "day": {"type": "date", "merge": "latest", "required": true},
      "people": {"type": "integer", "merge": "review", "min": 0, "max": 100},
      "cost": {"type": "decimal", "merge": "latest", "scale": 2, "min": 0.5},
      "height": {"type": "real", "merge": "latest", "min": -90, "max": 90},
      "level": {"type": "enum", "merge": "worst", "values": ["low", "high"]},
      "status": {"type": "workflow", "merge": "workflow", "states": ["draft", "done"]},
      "seen": {"type": "counter", "merge": "counter"},
      "tags": {"type": "set", "merge": "set"},
      "story": {"type": "richtext", "merge": "text"},
      "photos": {"type": "attachments", "merge": "set"},
      "after": {"type": "reference", "merge": "latest", "kind": "visit"},
      "open": {"type": "boolean", "merge": "latest"},
      "title": {"type": "text", "merge": "latest"}}}, "bare": {"fields": {}}}})");
    return parsed;
}

const Kind& visit() { return *catalogue().find("visit"); }
const Field& field(std::string_view name) { return *visit().find(name); }

std::string failure(const Result<Value>& value) {
    return value ? "accepted " + to_text(*value) : std::string(error_name(value.error().code));
}
std::string from_text(std::string_view name, std::string_view text) {
    return failure(parse_text_value(field(name), text));
}
std::string from_json(std::string_view name, std::string_view text) {
    return failure(parse_json_value(field(name), text));
}
std::string import_failure(std::string_view line) {
    const auto read = parse_import_line(catalogue(), line);
    return read ? "accepted" : std::string(error_name(read.error().code));
}

const std::string some_id = "76b5bede-4d21-5f42-b629-fa4ec6307882";

}  // namespace

TEST_CASE("text of the command line becomes a value of the field's type") {
    CHECK(parse_text_value(field("day"), "2024-01-31") == Value(Date{19753}));
    CHECK(parse_text_value(field("people"), "5") == Value(std::int64_t{5}));
    CHECK(parse_text_value(field("seen"), "-7") == Value(std::int64_t{-7}));
    CHECK(parse_text_value(field("cost"), "123.4") == Value(Decimal{12340, 2}));
    CHECK(parse_text_value(field("height"), "-0.0") == Value(0.0));
    CHECK(parse_text_value(field("height"), "1e1") == Value(10.0));
    CHECK(parse_text_value(field("level"), "high") == Value(std::string("high")));
    CHECK(parse_text_value(field("open"), "true") == Value(true));
    CHECK(parse_text_value(field("tags"), "a, b") == Value(TextList{"a, b"}));
    CHECK(parse_text_value(field("after"), some_id) == Value(*from_uuid_text(some_id)));
    CHECK(parse_text_value(field("recorded_at"), "1970-01-01T07:00:00+07:00") == Value(DateTime{0, 420}));
}

TEST_CASE("empty text clears a field, but is a text where the field is one") {
    CHECK(parse_text_value(field("people"), "") == Value());
    CHECK(parse_text_value(field("tags"), "") == Value());
    CHECK(parse_text_value(field("level"), "") == Value());
    CHECK(parse_text_value(field("title"), "") == Value(std::string()));
    CHECK(parse_text_value(field("story"), "") == Value(std::string()));
    CHECK(from_text("day", "") == "missing_field");
}

TEST_CASE("text that does not fit its field is refused by name") {
    for (const std::string text :
         {"x", "5.0", "5 ", " 5", "+5", "0x5", "5e1", "9223372036854775808", "--5"}) {
        CAPTURE(text);
        CHECK(from_text("people", text) == "wrong_type");
    }
    CHECK(from_text("people", "-1") == "out_of_bounds");
    CHECK(from_text("people", "101") == "out_of_bounds");
    CHECK(from_text("cost", "0.49") == "out_of_bounds");
    CHECK(from_text("cost", "0.5") == "accepted 0.50");
    CHECK(from_text("cost", "1.234") == "wrong_type");
    CHECK(from_text("cost", "1,5") == "wrong_type");
    CHECK(from_text("height", "90.0001") == "out_of_bounds");
    for (const std::string text : {"nan", "inf", "-infinity", "1e999", "1.2.3", "0x1p3", "1_000"}) {
        CAPTURE(text);
        CHECK(from_text("height", text) == "wrong_type");
    }
    CHECK(from_text("open", "yes") == "wrong_type");
    CHECK(from_text("open", "True") == "wrong_type");
    CHECK(from_text("day", "2024-02-30") == "bad_date");
    CHECK(from_text("recorded_at", "2024-02-03") == "bad_date");
    CHECK(from_text("level", "middle") == "unknown_value");
    CHECK(from_text("status", "lost") == "unknown_value");
    CHECK(from_text("after", "x") == "bad_id");
    CHECK(from_text("photos", "x") == "wrong_type");
    CHECK(from_text("title", "\xff") == "invalid_utf8");
    CHECK(from_text("title", std::string_view("a\0b", 3)) == "invalid_utf8");
    CHECK(from_text("title", std::string(value_bytes_max + 1, 'x')) == "value_too_long");
    CHECK(parse_text_value(field("title"), std::string(value_bytes_max, 'x')));
}

TEST_CASE("JSON becomes a value of the field's type") {
    CHECK(parse_json_value(field("people"), "5") == Value(std::int64_t{5}));
    CHECK(parse_json_value(field("people"), " null ") == Value());
    CHECK(parse_json_value(field("cost"), "\"123.4\"") == Value(Decimal{12340, 2}));
    CHECK(parse_json_value(field("cost"), "7") == Value(Decimal{700, 2}));
    CHECK(parse_json_value(field("cost"), "90071992547409.93") == Value(Decimal{9007199254740993, 2}));
    CHECK(parse_json_value(field("height"), "22") == Value(22.0));
    CHECK(parse_json_value(field("height"), "2.25e1") == Value(22.5));
    CHECK(parse_json_value(field("open"), "false") == Value(false));
    CHECK(parse_json_value(field("tags"), R"(["đ","b","a","b"])") == Value(TextList{"a", "b", "đ"}));
    CHECK(parse_json_value(field("tags"), "[]") == Value(TextList{}));
    CHECK(parse_json_value(field("title"), R"("\u0110\n")") == Value(std::string("Đ\n")));
    CHECK(parse_json_value(field("day"), "\"2024-01-31\"") == Value(Date{19753}));
    CHECK(parse_json_value(field("seen"), "-9223372036854775808") ==
          Value(std::numeric_limits<std::int64_t>::min()));
}

TEST_CASE("JSON that does not fit its field is refused by name") {
    const std::tuple<std::string, std::string, std::string> refused[] = {
        {"people", "5.0", "wrong_type"},
        {"people", "\"5\"", "wrong_type"},
        {"people", "true", "wrong_type"},
        {"people", "-3", "out_of_bounds"},
        {"people", "9223372036854775808", "bad_json"},
        {"people", "-9223372036854775809", "bad_json"},
        {"people", "99999999999999999999999", "bad_json"},
        {"seen", "1.5", "wrong_type"},
        {"cost", "1.234", "wrong_type"},
        {"cost", "1e2", "wrong_type"},
        {"cost", "true", "wrong_type"},
        {"cost", "\"\"", "wrong_type"},
        {"cost", "0", "out_of_bounds"},
        {"height", "\"5\"", "wrong_type"},
        {"height", "1e999", "bad_json"},
        {"height", "NaN", "bad_json"},
        {"height", "91", "out_of_bounds"},
        {"open", "1", "wrong_type"},
        {"open", "\"true\"", "wrong_type"},
        {"tags", "\"a\"", "wrong_type"},
        {"tags", "[1]", "wrong_type"},
        {"tags", "{}", "wrong_type"},
        {"title", "1", "wrong_type"},
        {"title", "[]", "wrong_type"},
        {"title", R"("\u0000")", "invalid_utf8"},
        {"title", R"("\ud800")", "bad_json"},
        {"level", "\"\"", "unknown_value"},
        {"level", "0", "wrong_type"},
        {"day", "\"\"", "bad_date"},
        {"day", "20240131", "wrong_type"},
        {"day", "null", "missing_field"},
        {"after", "\"x\"", "bad_id"},
        {"photos", "[\"photo.jpg\"]", "wrong_type"},
        {"title", "", "bad_json"},
        {"title", "\"a\" \"b\"", "bad_json"},
        {"title", "'a'", "bad_json"},
        {"people", "5,", "bad_json"},
        {"people", "05", "bad_json"},
        {"people", "// no\n5", "bad_json"}};
    for (const auto& [name, text, expected] : refused) {
        CAPTURE(name);
        CAPTURE(text);
        CHECK(from_json(name, text) == expected);
    }
    const std::string half = "\"" + std::string(value_bytes_max / 2, 'x');
    CHECK(from_json("tags", "[" + half + "\"," + half + "y\"]") == "value_too_long");
}

TEST_CASE("an error's detail names the field and never the value") {
    const auto detail = [](std::string_view name, std::string_view json) {
        return parse_json_value(field(name), json).error().detail;
    };
    CHECK(detail("people", "-3") == "people: below 0");
    CHECK(detail("height", "90.5") == "height: above 90");
    CHECK(detail("people", "\"secret\"") == "people: not an integer");
    CHECK(detail("people", "9.75") == "people: not an integer");
    CHECK(detail("tags", "[975]") == "tags: not a text");
    CHECK(detail("cost", "\"secret\"") == "cost: not a number with at most 2 decimals");
    CHECK(detail("level", "\"secret\"") == "level");
    CHECK(detail("day", "\"secret\"") == "day");
    CHECK(detail("people", "97597597597597597597597") == "an integer is too large");
    CHECK(parse_text_value(field("people"), "secret").error().detail == "people: not an integer");
}

TEST_CASE("a value of another type than its field's is refused whoever made it") {
    const auto refused = [](std::string_view name, const Value& value) {
        const auto result = check_value(field(name), value);
        return result ? std::string("accepted") : std::string(error_name(result.error().code));
    };
    CHECK(refused("people", std::string("5")) == "wrong_type");
    CHECK(refused("title", std::int64_t{5}) == "wrong_type");
    CHECK(refused("title", Absent{}) == "wrong_type");
    CHECK(refused("cost", Decimal{100, 3}) == "wrong_type");
    CHECK(refused("tags", TextList{"b", "a"}) == "wrong_type");
    CHECK(refused("tags", TextList{"a", "a"}) == "wrong_type");
    CHECK(refused("tags", TextList{"\xff"}) == "invalid_utf8");
    CHECK(refused("height", std::numeric_limits<double>::quiet_NaN()) == "out_of_bounds");
    CHECK(refused("day", Date{2932897}) == "bad_date");
    CHECK(refused("recorded_at", DateTime{0, 1440}) == "bad_date");
    CHECK(refused("day", Value()) == "missing_field");
    CHECK(refused("title", Value()) == "accepted");
    CHECK(refused("photos", TextList{"photo.jpg"}) == "accepted");  // but not entered here: check_entered()
}

TEST_CASE("a new record needs its required fields") {
    const std::vector<FieldValue> without{{"title", std::string("x")}};
    REQUIRE_FALSE(check_required(visit(), without));
    CHECK(check_required(visit(), without).error().detail == "day");
    CHECK_FALSE(check_required(visit(), std::vector<FieldValue>{{"day", Value()}}));
    CHECK(check_required(visit(), std::vector<FieldValue>{{"day", Date{1}}}));
}

TEST_CASE("fields from JSON come sorted; unknown ones are refused") {
    const auto fields = parse_json_fields(visit(), R"({"title":"x","day":"2024-01-31","people":null})");
    REQUIRE(fields);
    REQUIRE(fields->size() == 3);
    CHECK((*fields)[0].field == "day");
    CHECK((*fields)[1].value == Value());
    CHECK((*fields)[2].value == Value(std::string("x")));
    CHECK(parse_json_fields(visit(), R"({"titel":"x"})").error().code == ErrorCode::unknown_field);
    CHECK(parse_json_fields(visit(), R"({"title":"x","title":"y"})").error().code ==
          ErrorCode::duplicate_key);
    CHECK(parse_json_fields(visit(), "[]").error().code == ErrorCode::wrong_type);
}

TEST_CASE("an import line gives id, kind, space and fields, the common ones among them") {
    const auto line = parse_import_line(catalogue(), R"({"id": ")" + some_id + R"(", "kind": "visit",
        "space": "kon-tum", "unit": "xã", "recorded_at": "2024-04-11T07:00:00+07:00",
        "fields": {"title": "x", "day": "2024-04-11"}, "note": "n"})");
    REQUIRE(line);
    CHECK(line->id == from_uuid_text(some_id));
    CHECK(line->kind == "visit");
    CHECK(line->space == "kon-tum");
    std::string names;
    for (const FieldValue& value : line->fields) {
        names += value.field + " ";
    }
    CHECK(names == "day note recorded_at title unit ");
    const auto least = parse_import_line(catalogue(), R"({"kind":"visit"})");
    REQUIRE(least);
    CHECK_FALSE(least->id);
    CHECK(least->space.empty());
    CHECK(least->fields.empty());
}

TEST_CASE("a line that is not an import line is refused by name") {
    const std::pair<std::string, std::string> refused[] = {
        {"", "bad_json"},
        {"{}", "missing_field"},
        {"[]", "wrong_type"},
        {"null", "wrong_type"},
        {"{\"kind\":\"visit\"", "bad_json"},
        {"{\"kind\":\"visit\"}x", "bad_json"},
        {R"({"kind":"journey"})", "unknown_kind"},
        {R"({"kind":7})", "wrong_type"},
        {R"({"kind":"visit","id":"7"})", "bad_id"},
        {R"({"kind":"visit","id":7})", "wrong_type"},
        {R"({"kind":"visit","id":null})", "wrong_type"},
        {R"({"kind":"visit","space":7})", "wrong_type"},
        {R"({"kind":"visit","color":7})", "unknown_field"},
        {R"({"kind":"visit","title":"x"})", "unknown_field"},
        {R"({"kind":"visit","kind":"visit"})", "duplicate_key"},
        {R"({"kind":"visit","fields":{"title":"x","title":"x"}})", "duplicate_key"},
        {R"({"kind":"visit","fields":[]})", "wrong_type"},
        {R"({"kind":"visit","fields":{"titel":"x"}})", "unknown_field"},
        {R"({"kind":"visit","fields":{"people":-1}})", "out_of_bounds"},
        {R"({"kind":"visit","fields":{"people":"1"}})", "wrong_type"},
        {R"({"kind":"visit","fields":{"day":"2024-02-30"}})", "bad_date"},
        {R"({"kind":"visit","fields":{"level":"?"}})", "unknown_value"},
        {R"({"kind":"visit","recorded_at":"yesterday"})", "bad_date"},
        {R"({"kind":"visit","note":"a","fields":{"note":"b"}})", "duplicate_key"},
        {R"({"kind":"visit","note":"a","fields":{"note":"a"}})", "accepted"},
        {"{\"kind\":\"visit\",\"note\":\"\xc3\"}", "invalid_utf8"}};
    for (const auto& [line, expected] : refused) {
        CAPTURE(line);
        CHECK(import_failure(line) == expected);
    }
}

TEST_CASE("a line longer than a mebibyte and endless nesting are refused without harm") {
    const std::string padding(1024 * 1024 - 16, ' ');
    CHECK(import_failure("{\"kind\":\"visit\"}" + padding) == "accepted");
    CHECK(import_failure("{\"kind\":\"visit\"}" + padding + " ") == "line_too_long");
    const std::string open(100'000, '[');
    CHECK(import_failure(open) == "too_deep");
    CHECK(import_failure(open + std::string(100'000, ']')) == "too_deep");
    const auto nested = [](std::size_t depth) {
        return "{\"kind\":\"visit\",\"fields\":{\"title\":" + std::string(depth, '[') +
               std::string(depth, ']') + "}}";
    };
    CHECK(import_failure(nested(30)) == "wrong_type");
    CHECK(import_failure(nested(31)) == "too_deep");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) {
        objects += "{\"a\":";
    }
    CHECK(import_failure(objects) == "too_deep");
}
