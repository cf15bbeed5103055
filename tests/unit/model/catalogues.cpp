#include <cotmoc/core/catalogue.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace cotmoc;
using namespace cotmoc::core;
using nlohmann::json;

namespace {

const json small = json::parse(R"({
  "catalogue": "test", "version": 1,
  "common": {"note": {"type": "text", "merge": "latest"},
             "recorded_at": {"type": "datetime", "merge": "latest"}},
  "kinds": {
    "visit": {"label": "Chuyến thăm", "section": null, "dated_by": "day", "history": "full", "fields": {
      "day": {"type": "date", "merge": "latest", "required": true},
      "people": {"type": "integer", "merge": "review", "min": 0, "max": 100},
      "cost": {"type": "decimal", "merge": "latest", "scale": 2, "min": 0.5},
      "height": {"type": "real", "merge": "latest"},
      "level": {"type": "enum", "merge": "worst", "values": ["low", "high"]},
      "status": {"type": "workflow", "merge": "workflow", "states": ["draft", "done"],
                 "roles": {"done": ["province_officer"]}},
      "seen": {"type": "counter", "merge": "counter"},
      "tags": {"type": "set", "merge": "set"},
      "story": {"type": "richtext", "merge": "text"},
      "photos": {"type": "attachments", "merge": "set"},
      "after": {"type": "reference", "merge": "latest", "kind": "place"},
      "open": {"type": "boolean", "merge": "latest"},
      "title": {"type": "text", "merge": "latest", "unique": true, "searchable": true, "indexed": true}}},
    "place": {"section": "8", "fields": {
      "name": {"type": "text", "merge": "latest"},
      "note": {"type": "text", "merge": "latest", "label": "Ghi chú"}}}}})");

const std::string visit_fields = "/kinds/visit/fields/";

/// `small` with the value at a JSON pointer replaced, or removed where `text` is empty.
json edited(const std::string& pointer, const std::string& text) {
    json catalogue = small;
    const json::json_pointer place(pointer);
    if (text.empty()) {
        catalogue.at(place.parent_pointer()).erase(place.back());
    } else {
        catalogue[place] = json::parse(text);
    }
    return catalogue;
}

Error error_of(const std::string& source) {
    const auto catalogue = Catalogue::parse(source);
    return catalogue ? Error{ErrorCode::internal, "accepted"} : catalogue.error();
}

Catalogue parsed(const json& source) {
    auto catalogue = Catalogue::parse(source.dump());
    REQUIRE(catalogue);
    return *catalogue;
}

}  // namespace

TEST_CASE("a catalogue is read with its types, policies and shapes") {
    const std::string source = small.dump(1);
    const auto catalogue = Catalogue::parse(source);
    REQUIRE(catalogue);
    CHECK(catalogue->name() == "test");
    CHECK(catalogue->version() == 1);
    CHECK(catalogue->source() == source);
    REQUIRE(catalogue->kinds().size() == 2);
    CHECK(catalogue->kinds()[0].name == "place");
    CHECK(catalogue->find("nothing") == nullptr);
    const Kind* visit = catalogue->find("visit");
    REQUIRE(visit != nullptr);
    CHECK(visit->dated_by == "day");
    CHECK(visit->full_history);
    CHECK(visit->section.empty());
    CHECK(catalogue->find("place")->section == "8");
    CHECK_FALSE(catalogue->find("place")->full_history);
    CHECK(std::ranges::is_sorted(visit->fields, {}, &Field::name));
    CHECK(visit->fields.size() == 15);
    CHECK(visit->find("nothing") == nullptr);
    CHECK(visit->find("note") != nullptr);
    CHECK(catalogue->find("place")->find("note")->label == "Ghi chú");
    const std::tuple<const char*, FieldType, Policy, Shape> expected[] = {
        {"day", FieldType::date, Policy::latest, Shape::register_},
        {"people", FieldType::integer, Policy::review, Shape::register_},
        {"level", FieldType::enumeration, Policy::worst, Shape::register_},
        {"status", FieldType::workflow, Policy::workflow, Shape::register_},
        {"seen", FieldType::counter, Policy::counter, Shape::counter},
        {"tags", FieldType::set, Policy::set, Shape::set},
        {"photos", FieldType::attachments, Policy::set, Shape::set},
        {"story", FieldType::richtext, Policy::text, Shape::text}};
    for (const auto& [name, type, policy, shape] : expected) {
        const Field* field = visit->find(name);
        REQUIRE(field != nullptr);
        CHECK(field->type == type);
        CHECK(field->policy == policy);
        CHECK(field->shape == shape);
    }
    CHECK(visit->find("day")->required);
    CHECK(visit->find("people")->minimum == 0.0);
    CHECK(visit->find("people")->maximum == 100.0);
    CHECK(visit->find("cost")->scale == 2);
    CHECK(visit->find("level")->position("high") == 1u);
    CHECK_FALSE(visit->find("level")->position("middle"));
    CHECK(visit->find("status")->roles.at("done") == std::vector<std::string>{"province_officer"});
    CHECK(visit->find("after")->reference_kind == "place");
    CHECK(visit->find("title")->unique);
}

TEST_CASE("a catalogue with a mistake is refused, and the detail names the place") {
    const std::tuple<std::string, std::string, std::string> mistakes[] = {
        {"/extra", "1", "extra"},
        {"/catalogue", "", "catalogue"},
        {"/catalogue", "\"\"", "catalogue"},
        {"/catalogue", "3", "catalogue"},
        {"/version", "", "version"},
        {"/version", "0", "version"},
        {"/version", "1.5", "version"},
        {"/version", "4294967296", "version"},
        {"/version", "\"1\"", "version"},
        {"/kinds", "", "kinds"},
        {"/kinds", "{}", "kinds"},
        {"/kinds", "[]", "kinds"},
        {"/common", "[]", "common"},
        {"/common/note/type", "\"strange\"", "common.note.type"},
        {"/kinds/Visit", "{\"fields\":{}}", "kinds.Visit"},
        {"/kinds/body", "{\"fields\":{}}", "kinds.body"},
        {"/kinds/visit/color", "1", "kinds.visit.color"},
        {"/kinds/visit/label", "1", "kinds.visit.label"},
        {"/kinds/visit/section", "8", "kinds.visit.section"},
        {"/kinds/visit/fields", "", "kinds.visit.fields"},
        {"/kinds/visit/fields", "[]", "kinds.visit.fields"},
        {"/kinds/visit/history", "\"short\"", "kinds.visit.history"},
        {"/kinds/visit/dated_by", "\"\"", "kinds.visit.dated_by"},
        {"/kinds/visit/dated_by", "\"nothing\"", "kinds.visit.dated_by"},
        {"/kinds/visit/dated_by", "\"people\"", "kinds.visit.dated_by"},
        {"/kinds/visit/dated_by", "\"recorded_at\"", "kinds.visit.dated_by"},
        {visit_fields + "people", "3", "kinds.visit.fields.people"},
        {visit_fields + "people/typ", "3", "kinds.visit.fields.people.typ"},
        {visit_fields + "people/type", "", "kinds.visit.fields.people.type"},
        {visit_fields + "people/merge", "", "kinds.visit.fields.people.merge"},
        {visit_fields + "people/merge", "\"newest\"", "kinds.visit.fields.people.merge"},
        {visit_fields + "people/merge", "\"worst\"", "kinds.visit.fields.people.merge"},
        {visit_fields + "people/merge", "\"counter\"", "kinds.visit.fields.people.merge"},
        {visit_fields + "people/merge", "\"workflow\"", "kinds.visit.fields.people.merge"},
        {visit_fields + "seen/merge", "\"latest\"", "kinds.visit.fields.seen.merge"},
        {visit_fields + "tags/merge", "\"latest\"", "kinds.visit.fields.tags.merge"},
        {visit_fields + "photos/merge", "\"latest\"", "kinds.visit.fields.photos.merge"},
        {visit_fields + "story/merge", "\"latest\"", "kinds.visit.fields.story.merge"},
        {visit_fields + "title/merge", "\"text\"", "kinds.visit.fields.title.merge"},
        {visit_fields + "status/merge", "\"latest\"", "kinds.visit.fields.status.merge"},
        {visit_fields + "people/required", "1", "kinds.visit.fields.people.required"},
        {visit_fields + "people/min", "\"0\"", "kinds.visit.fields.people.min"},
        {visit_fields + "people/min", "101", "kinds.visit.fields.people.max"},
        {visit_fields + "title/min", "0", "kinds.visit.fields.title.min"},
        {visit_fields + "title/max", "0", "kinds.visit.fields.title.max"},
        {visit_fields + "cost/scale", "", "kinds.visit.fields.cost.scale"},
        {visit_fields + "cost/scale", "13", "kinds.visit.fields.cost.scale"},
        {visit_fields + "cost/scale", "-1", "kinds.visit.fields.cost.scale"},
        {visit_fields + "cost/scale", "2.0", "kinds.visit.fields.cost.scale"},
        {visit_fields + "people/scale", "2", "kinds.visit.fields.people.scale"},
        {visit_fields + "level/values", "", "kinds.visit.fields.level.values"},
        {visit_fields + "level/values", "[]", "kinds.visit.fields.level.values"},
        {visit_fields + "level/values", "[\"a\",\"a\"]", "kinds.visit.fields.level.values"},
        {visit_fields + "level/values", "[\"\"]", "kinds.visit.fields.level.values"},
        {visit_fields + "level/values", "[1]", "kinds.visit.fields.level.values"},
        {visit_fields + "level/states", "[\"a\"]", "kinds.visit.fields.level.states"},
        {visit_fields + "people/values", "[\"a\"]", "kinds.visit.fields.people.values"},
        {visit_fields + "status/states", "", "kinds.visit.fields.status.states"},
        {visit_fields + "status/roles/lost", "[\"province_officer\"]",
         "kinds.visit.fields.status.roles.lost"},
        {visit_fields + "status/roles/done", "[\"king\"]", "kinds.visit.fields.status.roles.done"},
        {visit_fields + "status/roles/done", "[\"hub\"]", "kinds.visit.fields.status.roles.done"},
        {visit_fields + "status/roles/done", "[]", "kinds.visit.fields.status.roles.done"},
        {visit_fields + "level/roles", "{}", "kinds.visit.fields.level.roles"},
        {visit_fields + "after/kind", "\"nothing\"", "kinds.visit.fields.after.kind"},
        {visit_fields + "title/kind", "\"place\"", "kinds.visit.fields.title.kind"},
        {visit_fields + "tags/unique", "true", "kinds.visit.fields.tags.unique"},
        {visit_fields + "photos/indexed", "true", "kinds.visit.fields.photos"},
        {visit_fields + "photos/searchable", "true", "kinds.visit.fields.photos"},
        {visit_fields + "note", R"({"type":"integer","merge":"latest"})", "kinds.visit.fields.note"},
        {visit_fields + "note", R"({"type":"text","merge":"review"})", "kinds.visit.fields.note"}};
    for (const auto& [pointer, text, place] : mistakes) {
        CAPTURE(pointer);
        CAPTURE(text);
        const Error error = error_of(edited(pointer, text).dump());
        CAPTURE(error.detail);
        CHECK(error.code == ErrorCode::bad_catalogue);
        CHECK(error.detail.starts_with(place + ": "));
    }
}

TEST_CASE("names are lower case, short and not reserved") {
    const std::string field = R"({"type":"text","merge":"latest"})";
    for (const std::string name : {"", "9a", "_a", "A", "aB", "a-b", "a b", "é", "id", "kind", "space",
                                   "state", "deleted", "body", "rowid"}) {
        CAPTURE(name);
        json catalogue = small;
        catalogue["kinds"]["visit"]["fields"][name] = json::parse(field);
        CHECK(error_of(catalogue.dump()).code == ErrorCode::bad_catalogue);
    }
    json catalogue = small;
    catalogue["kinds"]["visit"]["fields"][std::string(63, 'a')] = json::parse(field);
    CHECK(Catalogue::parse(catalogue.dump()));
    catalogue["kinds"]["visit"]["fields"][std::string(64, 'a')] = json::parse(field);
    CHECK(error_of(catalogue.dump()).code == ErrorCode::bad_catalogue);
}

TEST_CASE("what is wrong with the JSON itself keeps its own name") {
    CHECK(error_of("").code == ErrorCode::bad_json);
    CHECK(error_of("[]").code == ErrorCode::bad_catalogue);
    CHECK(error_of(small.dump() + "{}").code == ErrorCode::bad_json);
    CHECK(error_of(R"({"catalogue":"a","catalogue":"b"})").code == ErrorCode::duplicate_key);
    CHECK(error_of("{\"catalogue\":\"\xff\"}").code == ErrorCode::invalid_utf8);
    CHECK(error_of(std::string(100'000, '[')).code == ErrorCode::too_deep);
}

TEST_CASE("a catalogue may grow") {
    const Catalogue first = parsed(small);
    json next = small;
    next["version"] = 2;
    next["kinds"]["visit"]["fields"]["level"]["values"] = {"lowest", "low", "middle", "high", "highest"};
    next["kinds"]["visit"]["fields"]["level"]["merge"] = "review";
    next["kinds"]["visit"]["fields"]["people"].erase("max");
    next["kinds"]["visit"]["fields"]["people"]["min"] = -5;
    next["kinds"]["visit"]["fields"]["day"]["required"] = false;
    next["kinds"]["visit"]["fields"]["added"] = {{"type", "text"}, {"merge", "latest"}};
    next["kinds"]["another"] = {{"fields", json::object()}};
    next["common"]["who"] = {{"type", "text"}, {"merge", "latest"}};
    CHECK(first.check_successor(parsed(next)));
}

TEST_CASE("a catalogue that takes something away or changes a meaning is refused") {
    const Catalogue first = parsed(small);
    const std::tuple<std::string, std::string, std::string> changes[] = {
        {"/catalogue", "\"other\"", "catalogue"},
        {"/version", "1", "version"},
        {"/kinds/place", "null", "kinds.place"},
        {"/common/note", "", "kinds.visit.fields.note"},
        {"/common/recorded_at", R"({"type":"date","merge":"latest"})", "kinds.place.fields.recorded_at"},
        {visit_fields + "title", "", "kinds.visit.fields.title"},
        {visit_fields + "title/type", "\"date\"", "kinds.visit.fields.title"},
        {visit_fields + "cost/scale", "1", "kinds.visit.fields.cost"},
        {visit_fields + "after/kind", "\"visit\"", "kinds.visit.fields.after"},
        {visit_fields + "after/kind", "", "kinds.visit.fields.after"},
        {visit_fields + "level/values", "[\"low\"]", "kinds.visit.fields.level"},
        {visit_fields + "level/values", "[\"high\",\"low\"]", "kinds.visit.fields.level"},
        {visit_fields + "status/states", "[\"done\",\"draft\"]", "kinds.visit.fields.status"},
        {visit_fields + "title/required", "true", "kinds.visit.fields.title"},
        {visit_fields + "people/min", "1", "kinds.visit.fields.people"},
        {visit_fields + "people/max", "99", "kinds.visit.fields.people"},
        {visit_fields + "height/min", "0", "kinds.visit.fields.height"},
        {visit_fields + "height/max", "0", "kinds.visit.fields.height"}};
    for (const auto& [pointer, text, place] : changes) {
        CAPTURE(pointer);
        json next = small;
        next["version"] = 2;
        const json::json_pointer where(pointer);
        if (pointer == "/kinds/place") {
            next["kinds"].erase("place");
            next["kinds"]["visit"]["fields"]["after"]["kind"] = "visit";
        } else if (text.empty()) {
            next.at(where.parent_pointer()).erase(where.back());
            next["kinds"]["place"]["fields"]["note"] = {{"type", "text"}, {"merge", "latest"}};
        } else {
            next[where] = json::parse(text);
        }
        const auto result = first.check_successor(parsed(next));
        REQUIRE_FALSE(result);
        CAPTURE(result.error().detail);
        CHECK(result.error().code == ErrorCode::catalogue_conflict);
        CHECK(result.error().detail.starts_with(place + ": "));
    }
}
