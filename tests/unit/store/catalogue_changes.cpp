// Records under a catalogue that changes: renamed, retired and wider fields, and ops of authors on other
// versions.
#include "store_support.hpp"

#include "store/schema.hpp"

#include <cotmoc/core/history.hpp>

#include <nlohmann/json.hpp>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;
using nlohmann::json;

namespace {

using Edit = FieldEdit::Kind;

/// The catalogue of the tests after these changes (a JSON patch on the fields of "thing").
std::string changed(std::uint32_t version, const std::string& patch,
                    std::string_view before = all_types_catalogue) {
    json catalogue = json::parse(before);
    catalogue["version"] = version;
    json& fields = catalogue["kinds"]["thing"]["fields"];
    fields = fields.patch(json::parse(patch));
    return catalogue.dump();
}

/// title is renamed to heading, and in the third version to caption.
std::string renamed(std::uint32_t version = 2) {
    const std::string to = version == 2 ? "heading" : "caption";
    const std::string aliases = version == 2 ? R"("title")" : R"(["title","heading"])";
    return changed(version, R"([{"op":"move","from":"/title","path":"/)" + to + R"("},
        {"op":"add","path":"/)" +
                                to + R"(/alias","value":)" + aliases + "}]");
}

std::string retired() { return changed(2, R"([{"op":"add","path":"/size/retired","value":true}])"); }

std::string widened_numbers() {
    return changed(2, R"([{"op":"replace","path":"/size","value":
        {"type":"decimal","merge":"review","scale":2,"indexed":true}},
        {"op":"replace","path":"/price/scale","value":3},
        {"op":"replace","path":"/state_of","value":{"type":"text","merge":"latest","indexed":true}}])");
}

/// Versions 1, 2 … in force from trust positions 0, 10, 20 on; the device knows all of them from now on.
void follow(TestStore& device, const std::vector<std::string>& later) {
    std::vector<CatalogueInForce> all;
    all.push_back({0, must(Catalogue::parse(all_types_catalogue))});
    for (const std::string& source : later) {
        all.push_back({all.size() * 10, must(Catalogue::parse(source))});
        must(all[all.size() - 2].catalogue->check_successor(*all.back().catalogue));
    }
    device.trust_position = (all.size() - 1) * 10;
    must(device->set_catalogues(std::move(all)));
}

std::vector<RecordId> where(TestStore& device, std::string field, Value value) {
    ListQuery query = all_of("thing");
    query.where = {{std::move(field), std::move(value)}};
    return device.ids(query);
}

std::map<std::uint32_t, std::string> voids(TestStore& store) {
    std::map<std::uint32_t, std::string> reasons;
    for (const Store::VoidOp& op : must(store->void_ops())) {
        reasons[op.dot.index] = op.reason;
    }
    return reasons;
}

/// Whether a condition on the field's shown value can be answered from the field's index.
bool uses_index(TestStore& device, const std::string& field) {
    const Field known = *device.kind("thing").find(field);
    device.store.reset();
    bool found = false;
    {
        Database database = must(Database::open({device.path(), test_key(), "chacha20"}));
        Statement number = must(database.prepare("SELECT number FROM _name WHERE name = 'thing'"));
        REQUIRE(must(number.step()));
        Statement plan =
            must(database.prepare("EXPLAIN QUERY PLAN SELECT row FROM _record WHERE kind = " +
                                  std::string(number.text(0)) + " AND " + shown_column(known) + " = '5.00'"));
        while (must(plan.step())) {
            found = found || plan.text(3).find("_field_thing." + known.key) != std::string_view::npos;
        }
    }
    return found;
}

}  // namespace

TEST_CASE("a renamed field shows and takes its new name, and its old ones are still understood") {
    TestStore device;
    const RecordId id = device.add("thing", {{"size", std::int64_t{3}}, {"title", std::string("Mốc 1")}});
    const Hash256 digest = device.digest();
    for (const std::uint32_t version : {2u, 3u}) {
        const std::string name = version == 2 ? "heading" : "caption";
        follow(device, version == 2 ? std::vector{renamed()} : std::vector{renamed(), renamed(3)});
        CHECK(device.digest() == digest);
        CHECK(json::parse(device.body(id)) == json{{"size", 3}, {name, "Mốc 1"}});
        CHECK(must(device->find(id))->retired.empty());
        for (const std::string& any_name : {std::string("title"), name}) {
            CHECK(where(device, any_name, std::string("Mốc 1")) == std::vector{id});
        }
        CHECK(device.sql("SELECT " + name + " FROM thing") ==
              std::vector<std::vector<std::string>>{{"\"Mốc 1\""}});
        ListQuery words;
        words.words = {"moc"};
        CHECK(device.ids(words) == std::vector{id});
    }
    CHECK(code_of(device->sql("SELECT title FROM thing", [](auto, auto) { return true; })) ==
          ErrorCode::bad_query);
    CHECK(device.body(id) == R"({"caption":"Mốc 1","size":3})");  // in the order of the names shown
    device.set(id, "heading", std::string("Mốc 2"));
    CHECK(device.body(id) == R"({"caption":"Mốc 2","size":3})");
    device.set(id, "caption", std::string("Mốc 3"));
    device.set(id, "title", std::string("Mốc 4"));
    CHECK(device.body(id) == R"({"caption":"Mốc 4","size":3})");
    CHECK(device->check_digests());
}

TEST_CASE("a record made by a new name travels by the first one, and an older device reads it") {
    TestStore newer(0);
    TestStore older(1);
    follow(newer, {renamed()});
    const RecordId id = newer.add("thing", {{"heading", std::string("a")}, {"size", std::int64_t{1}}});
    CHECK(code_of(newer->write([&]() -> Result<void> {
              const std::vector<FieldValue> twice{{"heading", std::string("a")}, {"title", std::string("a")}};
              COTMOC_TRY(newer->add(newer.space, newer.kind("thing"), twice, RecordId{{9}}));
              return {};
          })) == ErrorCode::duplicate_key);
    const auto sent = newer.seal();
    REQUIRE(sent.pending.ops.creates.size() == 1);
    CHECK(sent.pending.ops.creates[0].layout.entries[1].field == "title");
    CHECK(older.receive(sent).void_ops == 0);
    CHECK(older.body(id) == R"({"size":1,"title":"a"})");
    older.set(id, "title", std::string("b"));
    CHECK(newer.receive(older.seal()).void_ops == 0);
    CHECK(newer.body(id) == R"({"heading":"b","size":1})");
    CHECK(newer.digest() == older.digest());
}

TEST_CASE("conflicts and history go by the current name") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"title", std::string("a")}, {"size", std::int64_t{1}}});
    const auto created = a.seal();
    b.receive(created);
    a.set(id, "title", std::string("from a"));
    b.clock.wall += 1000;
    follow(b, {renamed()});
    b.set(id, "heading", std::string("from b"));
    const auto from_b = b.seal();
    b.receive(a.seal());
    const auto conflicts = must(b->find(id))->conflicts;
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].field == "heading");
    CHECK(conflicts[0].policy == Policy::review);
    RecordHistory history(id, b.hasher, std::vector<DeviceId>(4), {});
    history.add({created.author, 1, {}, created.pending.ops});
    const auto ops = history.ops(b->catalogue());
    REQUIRE(ops.size() == 3);
    CHECK(ops[2].field == "heading");
    CHECK(ops[2].after == Value(std::string("a")));
    for (const char* name : {"title", "heading"}) {
        CHECK(code_of(b->write([&] { return b->resolve(id, name, {5, {}}); })) == ErrorCode::no_conflict);
    }
    must(b->write([&] { return b->resolve(id, "title", {1, {}}); }));
    CHECK(b.body(id) == R"({"heading":"from a","size":1})");
    follow(a, {renamed()});
    a.receive(from_b);
    a.receive(b.seal());
    CHECK(a.body(id) == b.body(id));
    CHECK(a.digest() == b.digest());
}

TEST_CASE("a retired field keeps its values apart, and takes none") {
    TestStore device;
    const RecordId id = device.add("thing", {{"size", std::int64_t{3}}, {"title", std::string("a")}});
    const RecordId other = device.add("thing", {{"title", std::string("b")}});
    follow(device, {retired()});
    CHECK(device.body(id) == R"({"title":"a"})");
    CHECK(must(device->find(id))->retired == R"({"size":3})");
    CHECK(must(device->find(other))->retired.empty());
    CHECK(where(device, "size", std::int64_t{3}) == std::vector{id});
    // The last column, so that what asks for it by name still finds it.
    std::vector<std::string> columns;
    must(device->sql("SELECT * FROM thing", [&](std::span<const std::string> names, auto) {
        columns.assign(names.begin(), names.end());
        return false;
    }));
    CHECK(columns.back() == "size");
    CHECK(code_of(device.edit(id, {{Edit::set, "size", std::int64_t{4}}})) == ErrorCode::field_retired);
    CHECK(code_of(device.edit(id, {{Edit::set, "size", Value()}})) == ErrorCode::field_retired);
    CHECK(code_of(device->write([&]() -> Result<void> {
              const std::vector<FieldValue> fields{{"size", std::int64_t{4}}};
              COTMOC_TRY(device->add(device.space, device.kind("thing"), fields, RecordId{{9}}));
              return {};
          })) == ErrorCode::field_retired);
    device.set(id, "title", std::string("aa"));
    CHECK(must(device->find(id))->retired == R"({"size":3})");
    // It may come back.
    follow(device, {retired(), changed(3, "[]")});
    CHECK(device.body(id) == R"({"size":3,"title":"aa"})");
    device.set(id, "size", std::int64_t{5});
}

TEST_CASE("an op on a field that its author knew to be retired is void alone") {
    TestStore author(0);
    TestStore receiver(1);
    follow(receiver, {retired()});
    const RecordId id = author.add("thing", {{"size", std::int64_t{3}}, {"title", std::string("a")}});
    CHECK(receiver.receive(author.seal()).void_ops == 0);  // under version 1, where the field was in use
    author.set(id, "size", std::int64_t{4});
    author.set(id, "title", std::string("b"));
    auto sent = author.seal();
    sent.trust_position = 10;  // a program of another make, that edits it though it knows
    CHECK(receiver.receive(sent).void_ops == 1);
    CHECK(receiver.body(id) == R"({"title":"b"})");
    CHECK(must(receiver->find(id))->retired == R"({"size":3})");
    CHECK(voids(receiver).begin()->second == "field_retired");
    author.set(id, "title", std::string("c"));
    CHECK(receiver.receive(author.seal()).void_ops == 0);
    CHECK(receiver.body(id) == R"({"title":"c"})");
    const RecordId made = author.add("thing", {{"size", std::int64_t{1}}, {"title", std::string("d")}});
    sent = author.seal();
    sent.trust_position = 10;
    CHECK(receiver.receive(sent).void_ops == 1);
    CHECK(receiver.body(made) == R"({"title":"d"})");
    CHECK(must(receiver->find(made))->retired.empty());
    CHECK(receiver->check_digests());
}

TEST_CASE("a dispute about a retired field can be acknowledged and not decided anew") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"size", std::int64_t{1}}});
    b.receive(a.seal());
    a.set(id, "size", std::int64_t{2});
    b.set(id, "size", std::int64_t{3});
    const auto from_a = a.seal();
    a.receive(b.seal());
    b.receive(from_a);
    follow(a, {retired()});
    follow(b, {retired()});
    REQUIRE(must(a->find(id))->conflicts.size() == 1);
    CHECK(code_of(a->write([&] { return a->resolve(id, "size", {1, {}}); })) == ErrorCode::field_retired);
    CHECK(code_of(a->write([&] {
              return a->resolve(id, "size", {{}, Value(std::int64_t{9})});
          })) == ErrorCode::field_retired);
    must(a->write([&] { return a->resolve(id, "size", {}); }));
    CHECK(b.receive(a.seal()).void_ops == 0);
    CHECK(must(a->find(id))->conflicts.empty());
    CHECK(must(b->find(id))->conflicts.empty());
    CHECK(a.digest() == b.digest());
}

TEST_CASE("values of a field that was made wider are shown in its new type, from the same octets") {
    TestStore device;
    const RecordId id = device.add(
        "thing", {{"price", Decimal{1250, 2}}, {"size", std::int64_t{5}}, {"state_of", std::string("worn")}});
    const RecordId empty = device.add("thing", {});
    const RecordId minus = device.add("thing", {{"price", Decimal{-1, 2}}, {"size", std::int64_t{-5}}});
    const Hash256 digest = device.digest();
    follow(device, {widened_numbers()});
    CHECK(device.digest() == digest);
    CHECK(device.body(id) == R"({"price":"12.500","size":"5.00","state_of":"worn"})");
    CHECK(device.body(empty) == "{}");
    CHECK(device.body(minus) == R"({"price":"-0.010","size":"-5.00"})");
    CHECK(device.sql("SELECT price, size FROM thing ORDER BY id") ==
          std::vector<std::vector<std::string>>{
              {R"("12.500")", R"("5.00")"}, {"null", "null"}, {R"("-0.010")", R"("-5.00")"}});
    CHECK(where(device, "size", Decimal{500, 2}) == std::vector{id});
    CHECK(where(device, "price", Decimal{12500, 3}) == std::vector{id});
    CHECK(where(device, "size", Value()) == std::vector{empty});
    // What it shows already is no edit, and what is new has the new type.
    CHECK_FALSE(must(device.edit(id, {{Edit::set, "size", Decimal{500, 2}}})));
    CHECK(code_of(device.edit(id, {{Edit::set, "size", std::int64_t{5}}})) == ErrorCode::wrong_type);
    device.set(id, "size", Decimal{550, 2});
    device.set(id, "state_of", std::string("leans to the east"));
    CHECK(device.body(id) == R"({"price":"12.500","size":"5.50","state_of":"leans to the east"})");
    CHECK(where(device, "size", Decimal{550, 2}) == std::vector{id});
    CHECK(uses_index(device, "size"));
    device.open();
    CHECK(device->check_digests());
}

TEST_CASE("old and new types meet in a conflict, and whoever decides writes the new one") {
    TestStore newer(0);
    TestStore older(1);
    const RecordId id = newer.add("thing", {{"size", std::int64_t{1}}});
    older.receive(newer.seal());
    follow(newer, {widened_numbers()});
    newer.clock.wall += 1000;
    newer.set(id, "size", Decimal{250, 2});
    older.set(id, "size", std::int64_t{4});
    const auto from_newer = newer.seal();
    CHECK(newer.receive(older.seal()).void_ops == 0);
    const auto conflicts = must(newer->find(id))->conflicts;
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].values[0].value == Value(Decimal{250, 2}));
    CHECK(conflicts[0].values[1].value == Value(Decimal{400, 2}));
    must(newer->write([&] { return newer->resolve(id, "size", {1, {}}); }));
    CHECK(newer.body(id) == R"({"size":"4.00"})");
    follow(older, {widened_numbers()});
    CHECK(older.receive(from_newer).void_ops == 0);
    CHECK(older.receive(newer.seal()).void_ops == 0);
    CHECK(older.body(id) == R"({"size":"4.00"})");
    CHECK(must(older->find(id))->conflicts.empty());
    CHECK(older.digest() == newer.digest());
}

TEST_CASE("an op that does not fit its author's catalogue is void alone") {
    TestStore author(0);
    TestStore receiver(1);
    follow(author, {widened_numbers()});
    follow(receiver, {widened_numbers()});
    author.trust_position = 0;  // it claims to know version 1 only
    const RecordId id = author.add("thing", {{"size", Decimal{150, 2}}, {"title", std::string("a")}});
    author.set(id, "state_of", std::string("no value of the enum"));
    CHECK(receiver.receive(author.seal()).void_ops == 2);
    CHECK(receiver.body(id) == R"({"title":"a"})");
    author.trust_position = 10;
    author.set(id, "size", Decimal{250, 2});
    author.set(id, "title", std::string("b"));
    CHECK(receiver.receive(author.seal()).void_ops == 0);
    CHECK(receiver.body(id) == R"({"size":"2.50","title":"b"})");
    CHECK(receiver->check_digests());
}

TEST_CASE("a field is named by its key on the wire: a later name of it is void") {
    TestStore receiver(1);
    TestStore author(0);
    follow(receiver, {renamed()});
    const RecordId id = author.add("thing", {{"title", std::string("a")}});
    receiver.receive(author.seal());
    author.set(id, "title", std::string("b"));
    auto sent = author.seal();
    sent.trust_position = 10;
    sent.pending.ops.fields[0].field = "heading";
    CHECK(receiver.receive(sent).void_ops == 1);
    CHECK(voids(receiver).begin()->second == "unknown_field");
    CHECK(receiver.body(id) == R"({"heading":"a"})");
}

TEST_CASE("reports count wider numbers, and renamed fields by what they were") {
    constexpr std::string_view before = R"({"catalogue":"test","version":1,"kinds":{
 "delegation":{"dated_by":"start_date","fields":{"start_date":{"type":"date","merge":"latest"},
  "direction":{"type":"enum","merge":"latest","values":["outgoing","incoming"]},
  "people":{"type":"integer","merge":"latest"}}},
 "aid_project":{"fields":{"funding":{"type":"text","merge":"latest"},
  "committed_usd":{"type":"integer","merge":"latest"},
  "disbursed_usd":{"type":"decimal","merge":"latest","scale":2}}}}})";
    constexpr std::string_view after = R"({"catalogue":"test","version":2,"kinds":{
 "delegation":{"dated_by":"from_day","fields":{
  "from_day":{"type":"date","merge":"latest","alias":"start_date"},
  "way":{"type":"text","merge":"latest","alias":"direction"},
  "people":{"type":"decimal","merge":"latest","scale":1}}},
 "aid_project":{"fields":{"funding":{"type":"text","merge":"latest"},
  "committed_usd":{"type":"decimal","merge":"latest","scale":2},
  "disbursed_usd":{"type":"decimal","merge":"latest","scale":3}}}}})";
    TestStore device(0, {}, before);
    device.add("delegation", {{"direction", std::string("incoming")},
                              {"people", std::int64_t{7}},
                              {"start_date", *parse_date("2024-02-01")}});
    device.add("aid_project", {{"committed_usd", std::int64_t{100}},
                               {"disbursed_usd", Decimal{1050, 2}},
                               {"funding", std::string("ngo")}});
    must(device->set_catalogues({{0, must(Catalogue::parse(before))}, {10, must(Catalogue::parse(after))}}));
    device.add("delegation", {{"from_day", *parse_date("2024-03-01")},
                              {"people", Decimal{35, 1}},
                              {"way", std::string("incoming")}});
    device.add("aid_project", {{"committed_usd", Decimal{5025, 2}},
                               {"disbursed_usd", Decimal{1, 3}},
                               {"funding", std::string("ngo")}});
    ReportBuilder report("kon-tum", *parse_date("2024-01-01"), *parse_date("2024-12-31"));
    must(device->report(std::span(&device.space, 1), report));
    CHECK(report.figures().incoming.count == 2);
    CHECK(report.figures().incoming.people == 10);
    CHECK(report.figures().ngo.committed_usd == Decimal{15025, 2});
    CHECK(report.figures().ngo.disbursed_usd == Decimal{10501, 3});
}

TEST_CASE("rows follow a policy that a newer catalogue changes") {
    TestStore a(0);
    TestStore b(1);
    const auto latest = [](std::uint32_t version) {
        return changed(version, R"([{"op":"replace","path":"/state_of/merge","value":"latest"}])");
    };
    const RecordId id = a.add("thing", {{"state_of", std::string("intact")}});
    b.receive(a.seal());
    a.set(id, "state_of", std::string("gone"));
    b.clock.wall += 1000;
    b.set(id, "state_of", std::string("worn"));
    (void)a.seal();
    a.receive(b.seal());
    CHECK(a.body(id) == R"({"state_of":"gone"})");
    const Hash256 digest = a.digest();
    follow(a, {latest(2)});
    CHECK(a.body(id) == R"({"state_of":"worn"})");
    CHECK(must(a->find(id))->conflicts[0].values[0].value == Value(std::string("worn")));
    CHECK(where(a, "state_of", std::string("worn")) == std::vector{id});
    follow(a, {latest(2), changed(3, "[]")});
    CHECK(a.body(id) == R"({"state_of":"gone"})");
    CHECK(a.digest() == digest);
    CHECK(a->check_digests());
}
