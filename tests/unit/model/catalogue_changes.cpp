// Fields that were renamed, retired or made wider: what a catalogue may say of them, and what may follow it.
#include <cotmoc/core/catalogue.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cotmoc;
using namespace cotmoc::core;
using nlohmann::json;

namespace {

const json first = json::parse(R"({
  "catalogue": "test", "version": 1,
  "common": {"note": {"type": "text", "merge": "latest"}},
  "kinds": {
    "visit": {"dated_by": "day", "fields": {
      "day": {"type": "date", "merge": "latest"},
      "head": {"type": "text", "merge": "latest", "required": true},
      "people": {"type": "integer", "merge": "review", "min": 0, "max": 100},
      "cost": {"type": "decimal", "merge": "latest", "scale": 2},
      "height": {"type": "real", "merge": "latest"},
      "level": {"type": "enum", "merge": "worst", "values": ["low", "high"]},
      "status": {"type": "workflow", "merge": "workflow", "states": ["draft", "done"],
                 "roles": {"done": ["province_officer"]}},
      "seen": {"type": "counter", "merge": "counter"},
      "tags": {"type": "set", "merge": "set"},
      "story": {"type": "richtext", "merge": "text"},
      "after": {"type": "reference", "merge": "latest", "kind": "place"},
      "open": {"type": "boolean", "merge": "latest"}}},
    "place": {"fields": {"name": {"type": "text", "merge": "latest"}}}}})");

const std::string fields = "/kinds/visit/fields/";

/// A JSON patch (RFC 6902) on the catalogue before, with the next version.
json next_of(const json& before, const std::string& patch) {
    json next = before.patch(json::parse(patch));
    if (next["version"] == before["version"]) {
        next["version"] = before["version"].get<int>() + 1;
    }
    return next;
}

std::string replace(const std::string& path, const std::string& value) {
    return R"([{"op":"add","path":")" + path + R"(","value":)" + value + "}]";
}

std::string removal(const std::string& path) { return R"([{"op":"remove","path":")" + path + "\"}]"; }

/// The field under another name, with the aliases given as JSON.
std::string renaming(const std::string& from, const std::string& to, const std::string& aliases) {
    return R"([{"op":"move","from":")" + fields + from + R"(","path":")" + fields + to +
           R"("},{"op":"add","path":")" + fields + to + R"(/alias","value":)" + aliases + "}]";
}

Catalogue parsed(const json& source) {
    auto catalogue = Catalogue::parse(source.dump());
    if (!catalogue) {
        FAIL(describe(catalogue.error()));
    }
    return *catalogue;
}

/// "" if `next` may follow `before`, else the detail of the refusal.
std::string refusal(const json& before, const json& next) {
    const auto checked = parsed(before).check_successor(parsed(next));
    if (checked) {
        return "";
    }
    CHECK(checked.error().code == ErrorCode::catalogue_conflict);
    return checked.error().detail;
}

}  // namespace

TEST_CASE("a renamed field is found by all its names, and its first name is its key") {
    const Catalogue catalogue = parsed(next_of(first, renaming("head", "leader", R"(["head","chief"])")));
    const Kind& visit = *catalogue.find("visit");
    const Field* leader = visit.find("leader");
    REQUIRE(leader != nullptr);
    CHECK(leader->key == "head");
    CHECK(leader->aliases == std::vector<std::string>{"head", "chief"});
    CHECK(visit.find("head") == leader);
    CHECK(visit.find("chief") == leader);
    CHECK(visit.find_key("head") == leader);
    CHECK(visit.find_key("chief") == nullptr);
    CHECK(visit.find_key("leader") == nullptr);
    CHECK(visit.find("nobody") == nullptr);
    CHECK(visit.shown_name("head") == "leader");
    CHECK(visit.shown_name("people") == "people");
    CHECK(visit.shown_name("unknown") == "unknown");
    CHECK(visit.renamed);
    CHECK_FALSE(visit.shown_as_stored);
    CHECK(visit.find("people")->key == "people");
    const Kind& place = *catalogue.find("place");
    CHECK_FALSE(place.renamed);
    CHECK(place.shown_as_stored);
    CHECK(place.find_key("name") == place.find("name"));
}

TEST_CASE("one earlier name may stand alone, common fields may be renamed, and dated_by takes any name") {
    json source = next_of(first, renaming("day", "date_of", R"("day")"));
    source["common"]["remark"] = {{"type", "text"}, {"merge", "latest"}, {"alias", "note"}};
    source["common"].erase("note");
    const Catalogue catalogue = parsed(source);
    CHECK(catalogue.find("visit")->find("day")->name == "date_of");
    CHECK(catalogue.find("visit")->dated_by == "date_of");
    CHECK(catalogue.find("place")->find("note")->name == "remark");
    CHECK(refusal(first, source).empty());
}

TEST_CASE("a retired field is kept with its mark") {
    const Catalogue catalogue = parsed(next_of(first, replace(fields + "head/retired", "true")));
    const Field* head = catalogue.find("visit")->find("head");
    REQUIRE(head != nullptr);
    CHECK(head->retired);
    CHECK_FALSE(catalogue.find("visit")->shown_as_stored);
    CHECK(check_not_retired(*head).error().code == ErrorCode::field_retired);
    CHECK(check_not_retired(*catalogue.find("visit")->find("people")));
    // It was required; nobody can give it a value any more.
    CHECK(check_required(*catalogue.find("visit"), {}));
}

TEST_CASE("names that two fields claim, and other mistakes, are refused with their place") {
    const std::tuple<std::string, std::string> mistakes[] = {
        {renaming("head", "leader", R"("people")"), "kinds.visit.fields.people: "},
        {renaming("head", "leader", R"(["head","note"])"), "kinds.visit.fields.note: "},
        {replace(fields + "head/alias", R"("people")"), "kinds.visit.fields.people: "},
        {replace(fields + "head/alias", R"("head")"), "kinds.visit.fields.head.alias: "},
        {replace(fields + "head/alias", "3"), "kinds.visit.fields.head.alias: "},
        {replace(fields + "head/alias", "[]"), "kinds.visit.fields.head.alias: "},
        {replace(fields + "head/alias", R"(["a","a"])"), "kinds.visit.fields.head.alias: "},
        {replace(fields + "head/alias", R"(["Head"])"), "kinds.visit.fields.head.alias: "},
        {replace(fields + "head/alias", R"("body")"), "kinds.visit.fields.head.alias: "},
        {replace(fields + "head/retired", "1"), "kinds.visit.fields.head.retired: "},
        {replace(fields + "day/retired", "true"), "kinds.visit.dated_by: "},
        {replace(fields + "note", R"({"type":"text","merge":"latest","alias":"remark"})"),
         "kinds.visit.fields.note: "},
        {R"([{"op":"add","path":"/kinds/visit/fields/a",
              "value":{"type":"text","merge":"latest","alias":"x"}},
             {"op":"add","path":"/kinds/visit/fields/b",
              "value":{"type":"text","merge":"latest","alias":"x"}}])",
         "kinds.visit.fields.b: "}};
    for (const auto& [patch, place] : mistakes) {
        CAPTURE(patch);
        const auto catalogue = Catalogue::parse(next_of(first, patch).dump());
        REQUIRE_FALSE(catalogue);
        CAPTURE(catalogue.error().detail);
        CHECK(catalogue.error().code == ErrorCode::bad_catalogue);
        CHECK(catalogue.error().detail.starts_with(place));
    }
}

TEST_CASE("what a newer catalogue may do") {
    const std::string allowed[] = {
        renaming("head", "leader", R"("head")"),
        replace(fields + "head/alias", R"(["head","leader"])"),
        replace(fields + "head/retired", "true"),
        replace(fields + "people", R"({"type":"decimal","merge":"review","scale":2,"min":0,"max":100})"),
        replace(fields + "people", R"({"type":"real","merge":"latest","min":-1})"),
        replace(fields + "level", R"({"type":"text","merge":"latest"})"),
        replace(fields + "cost/scale", "4"),
        replace(fields + "people/max", "200"),
        removal(fields + "people/min"),
        replace(fields + "head/required", "false"),
        replace(fields + "level/values", R"(["none","low","middle","high","highest"])"),
        replace(fields + "status/states", R"(["draft","checked","done"])"),
        replace(fields + "status/roles", R"({"draft":["border_post"]})"),
        replace(fields + "level/merge", R"("review")"),
        replace(fields + "people/merge", R"("latest")"),
        replace(fields + "people/indexed", "true"),
        replace(fields + "people/unique", "true"),
        replace(fields + "people/searchable", "true"),
        replace(fields + "people/label", R"("Số người")"),
        replace(fields + "added", R"({"type":"text","merge":"latest","required":true})"),
        replace("/common/who", R"({"type":"text","merge":"latest"})"),
        replace("/kinds/another", R"({"fields":{}})"),
        removal("/kinds/visit/dated_by")};
    for (const std::string& patch : allowed) {
        CAPTURE(patch);
        CHECK(refusal(first, next_of(first, patch)) == "");
    }
}

TEST_CASE("what would break old data is refused, saying why and what to do instead") {
    const std::string head = "kinds.visit.fields.head: ";
    const std::string another_type =
        ": another type, not a wider one: retire the field and add one of another name";
    const std::string another_shape = ": another merge shape: retire the field and add one of another name";
    const std::tuple<std::string, std::string> refused[] = {
        {replace("/catalogue", R"("other")"), "catalogue: another name, other"},
        {replace("/version", "0"), ""},
        {R"([{"op":"remove","path":"/kinds/place"},{"op":"remove","path":"/kinds/visit/fields/after"}])",
         "kinds.place: missing: kinds stay and are not renamed; change the label, or retire fields"},
        {removal(fields + "head"),
         head + "missing: keep it with \"retired\": true, or with \"alias\": \"head\" under a new name"},
        {R"([{"op":"move","from":"/kinds/visit/fields/head","path":"/kinds/visit/fields/leader"}])",
         head + "missing: keep it with \"retired\": true, or with \"alias\": \"head\" under a new name"},
        {renaming("head", "leader", R"(["chief","head"])"),
         head + "\"alias\" must begin with its first name, head"},
        {replace(fields + "head/alias", R"("chief")"),
         head + "\"alias\" must begin with its first name, head"},
        {replace(fields + "head/type", R"("date")"), "kinds.visit.fields.head" + another_type},
        {replace(fields + "level", R"({"type":"workflow","merge":"workflow","states":["low","high"]})"),
         "kinds.visit.fields.level" + another_type},
        {replace(fields + "cost", R"({"type":"real","merge":"latest"})"),
         "kinds.visit.fields.cost" + another_type},
        {replace(fields + "cost", R"({"type":"integer","merge":"latest"})"),
         "kinds.visit.fields.cost" + another_type},
        {replace(fields + "height", R"({"type":"integer","merge":"latest"})"),
         "kinds.visit.fields.height" + another_type},
        {replace(fields + "day", R"({"type":"datetime","merge":"latest"})"), ""},
        {replace(fields + "head", R"({"type":"enum","merge":"latest","values":["a"],"required":true})"),
         "kinds.visit.fields.head" + another_type},
        {replace(fields + "head", R"({"type":"richtext","merge":"text","required":true})"),
         "kinds.visit.fields.head" + another_shape},
        {replace(fields + "people", R"({"type":"counter","merge":"counter"})"),
         "kinds.visit.fields.people" + another_shape},
        {replace(fields + "seen", R"({"type":"integer","merge":"latest"})"),
         "kinds.visit.fields.seen" + another_shape},
        {replace(fields + "tags", R"({"type":"text","merge":"latest"})"),
         "kinds.visit.fields.tags" + another_shape},
        {replace(fields + "cost/scale", "1"),
         "kinds.visit.fields.cost: a smaller scale: old values would lose digits"},
        {replace(fields + "after/kind", R"("visit")"),
         "kinds.visit.fields.after: refers to another kind: retire the field and add one of another name"},
        {replace(fields + "level/values", R"(["low"])"),
         "kinds.visit.fields.level: high is gone: values may be added, not removed"},
        {replace(fields + "level/values", R"(["high","low"])"),
         "kinds.visit.fields.level: high is moved: keep the order of the old values"},
        {replace(fields + "people/required", "true"),
         "kinds.visit.fields.people: required now: old records lack it; only a new field may be required"},
        {replace(fields + "people", R"({"type":"decimal","merge":"review","scale":2,"min":1,"max":100})"),
         "kinds.visit.fields.people: min is narrower: old values may lie below it"},
        {replace(fields + "people/max", "99"),
         "kinds.visit.fields.people: max is narrower: old values may lie above it"},
        {removal("/common/note"), ""}};
    for (const auto& [patch, reason] : refused) {
        CAPTURE(patch);
        json next = next_of(first, patch);
        const auto catalogue = Catalogue::parse(next.dump());
        if (!catalogue) {
            CHECK(reason.empty());  // refused already for what it is
            continue;
        }
        const std::string detail = refusal(first, next);
        CHECK(detail != "");
        if (!reason.empty()) {
            CHECK(detail == reason);
        }
    }
}

TEST_CASE("a version that is not higher is refused") {
    json same = first;
    CHECK(refusal(first, same) == "version: 1 does not follow 1: raise it");
    json second = next_of(first, replace("/version", "3"));
    CHECK(refusal(second, next_of(second, replace("/version", "2"))) ==
          "version: 2 does not follow 3: raise it");
}

TEST_CASE("over several versions a field keeps every name it ever had") {
    const json second = next_of(first, renaming("head", "leader", R"("head")"));
    CHECK(refusal(second, next_of(second, renaming("leader", "chief", R"(["head","leader"])"))) == "");
    // Renamed back: its first name is its present one and stays the key.
    const json back = next_of(second, renaming("leader", "head", R"(["head","leader"])"));
    CHECK(refusal(second, back) == "");
    CHECK(parsed(back).find("visit")->find("leader")->name == "head");
    CHECK(parsed(back).find("visit")->shown_as_stored);
    const std::string place = "kinds.visit.fields.leader: ";
    CHECK(refusal(second, next_of(second, renaming("leader", "chief", R"(["head"])"))) ==
          place + "\"alias\" must keep its earlier name leader");
    CHECK(refusal(second, next_of(second, renaming("leader", "chief", R"(["leader","head"])"))) ==
          place + "\"alias\" must begin with its first name, head");
    // An old name given to another field.
    json reused = next_of(second, removal(fields + "leader/alias"));
    reused["kinds"]["visit"]["fields"]["head"] = {{"type", "text"}, {"merge", "latest"}};
    CHECK(refusal(second, reused) == place + "\"alias\" must keep its earlier name leader");
}

TEST_CASE("a retired field comes back as it was, and no sooner as another one") {
    const json second = next_of(first, replace(fields + "people/retired", "true"));
    CHECK(refusal(second, next_of(second, removal(fields + "people/retired"))) == "");
    CHECK(refusal(second, next_of(second, removal(fields + "people"))) ==
          "kinds.visit.fields.people: missing: keep it with \"retired\": true, or with \"alias\": \"people\" "
          "under a "
          "new name");
    const std::string another = R"({"type":"date","merge":"latest"})";
    CHECK(refusal(second, next_of(second, replace(fields + "people", another))) != "");
}

TEST_CASE("a decimal notes that an earlier version kept narrower values") {
    Catalogue second = parsed(next_of(first, replace(fields + "cost/scale", "3")));
    CHECK(second.find("visit")->shown_as_stored);
    second.note_earlier(parsed(first));
    CHECK(second.find("visit")->find("cost")->widened);
    CHECK_FALSE(second.find("visit")->shown_as_stored);
    CHECK(second.find("place")->shown_as_stored);
    Catalogue same = parsed(next_of(first, replace(fields + "cost/label", R"("Chi phí")")));
    same.note_earlier(parsed(first));
    CHECK_FALSE(same.find("visit")->find("cost")->widened);
    CHECK(same.find("visit")->shown_as_stored);
}

TEST_CASE("stored values are shown in the wider type, unless it cannot hold them") {
    Field decimal;
    decimal.type = FieldType::decimal;
    decimal.scale = 2;
    CHECK(widened(decimal, std::int64_t{-5}) == Value(Decimal{-500, 2}));
    CHECK(widened(decimal, Decimal{15, 1}) == Value(Decimal{150, 2}));
    CHECK(widened(decimal, Decimal{15, 2}) == Value(Decimal{15, 2}));
    CHECK(widened(decimal, Decimal{15, 3}) == Value(Decimal{15, 3}));
    constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    CHECK(widened(decimal, highest / 100) == Value(Decimal{highest / 100 * 100, 2}));
    CHECK(widened(decimal, highest / 100 + 1) == Value(highest / 100 + 1));
    CHECK(widened(decimal, lowest) == Value(lowest));
    CHECK(widened(decimal, Value()) == Value());
    Field real;
    real.type = FieldType::real;
    CHECK(widened(real, std::int64_t{5}) == Value(5.0));
    Field text;
    text.type = FieldType::text;
    CHECK(widened(text, std::string("low")) == Value(std::string("low")));
    CHECK(widened(text, std::int64_t{5}) == Value(std::int64_t{5}));
}

TEST_CASE("input goes by any name of a field, but not by two at once") {
    const Catalogue catalogue = parsed(next_of(first, renaming("head", "zz_leader", R"("head")")));
    const Kind& visit = *catalogue.find("visit");
    const auto values = parse_json_fields(visit, R"({"head":"Ông A","people":3})");
    REQUIRE(values);
    REQUIRE(values->size() == 2);
    CHECK((*values)[0].field == "people");
    CHECK((*values)[1].field == "zz_leader");
    CHECK(check_required(visit, *values));
    const std::vector<FieldValue> by_old_name{{"head", std::string("Ông A")}};
    CHECK(check_required(visit, by_old_name));
    CHECK(check_required(visit, {}).error().code == ErrorCode::missing_field);
    const auto twice = parse_json_fields(visit, R"({"head":"Ông A","zz_leader":"Ông A"})");
    REQUIRE_FALSE(twice);
    CHECK(twice.error().code == ErrorCode::duplicate_key);
    const auto line = parse_import_line(catalogue, R"({"kind":"visit","fields":{"head":"Ông A"}})");
    REQUIRE(line);
    CHECK(line->fields[0].field == "zz_leader");
}
