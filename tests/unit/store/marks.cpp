// Marks of unique fields and references, and pairs of records that may be of one thing.
#include "store_support.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

constexpr std::string_view passes_catalogue = R"({"catalogue":"test","version":1,
"common":{"unit":{"type":"text","merge":"latest","searchable":true}},
"kinds":{"pass":{"label":"Giấy","dated_by":"day","fields":{
 "number":{"type":"text","merge":"latest","unique":true},
 "day":{"type":"date","merge":"latest"},
 "holder":{"type":"text","merge":"latest","required":true},
 "village":{"type":"text","merge":"latest","required":true},
 "purpose":{"type":"text","merge":"latest","searchable":true},
 "post":{"type":"reference","merge":"latest","kind":"post"},
 "other":{"type":"reference","merge":"latest"}}},
"post":{"label":"Đồn","fields":{"name":{"type":"text","merge":"latest","searchable":true}}}}})";

struct Office : TestStore {
    explicit Office(std::uint32_t device = 0) : TestStore(device, {}, passes_catalogue) {}

    RecordId pass(std::vector<FieldValue> fields) {
        for (const char* needed : {"holder", "village"}) {
            if (std::ranges::find(fields, needed, &FieldValue::field) == fields.end()) {
                fields.push_back({needed, std::string("name ") + std::to_string(++made)});
            }
        }
        return add("pass", std::move(fields));
    }
    std::vector<std::string> marks(const RecordId& id) {
        std::vector<std::string> lines;
        const auto view = must(store->find_itself(id));
        for (const RecordMark& mark : view->marks) {
            const bool unique = mark.kind == RecordMark::Kind::not_unique;
            lines.push_back(mark.field + (unique ? " not unique" : " missing") + " " +
                            std::to_string(mark.with.size()));
        }
        return lines;
    }
    void remove(const RecordId& id) {
        must(store->write([&] { return store->remove(id); }));
    }
    void join(const RecordId& keep, const RecordId& other) {
        must(store->write([&]() -> Result<void> {
            COTMOC_TRY(store->join(keep, other));
            return {};
        }));
    }
    std::vector<std::string> pairs(std::string_view kind_name = "pass") {
        std::vector<std::string> lines;
        const auto found = must(store->duplicates(kind(kind_name), std::nullopt));
        for (const Duplicate& pair : found) {
            std::string line =
                std::to_string(pair.first.octets[15]) + "," + std::to_string(pair.second.octets[15]) + ":";
            for (const Duplicate::Why& why : pair.why) {
                line += " " + why.field;
            }
            lines.push_back(line);
        }
        return lines;
    }
    int made = 0;
};

using Lines = std::vector<std::string>;
Value text(const char* words) { return std::string(words); }
const Value may_day = Date{19844};

}  // namespace

TEST_CASE("records with one number are all kept and all marked, until it is theirs alone again") {
    Office office;
    const RecordId a = office.pass({{"number", text("GT-7")}});
    CHECK(office.marks(a).empty());
    const RecordId b = office.pass({{"number", text("GT-7")}});
    const RecordId without = office.pass({});
    CHECK(office.pass({}) != without);
    const Lines marked{"number not unique 1"};
    CHECK(office.marks(a) == marked);
    CHECK(office.marks(b) == marked);
    CHECK(must(office.store->find(a))->marks[0].with == std::vector{b});
    CHECK(office.marks(without).empty());  // two without a number are no two of one number
    office.set(b, "number", text("GT-8"));
    CHECK(office.marks(a).empty());
    office.set(b, "number", text("GT-7"));
    office.remove(b);
    CHECK(office.marks(a).empty());
    CHECK(office.marks(b).empty());
    must(office.store->write([&] { return office.store->restore(b); }));
    CHECK(office.marks(a) == marked);
    office.join(a, b);
    CHECK(office.marks(a).empty());
    CHECK(office.marks(b).empty());
    // Received ones count alike.
    Office other(1);
    const RecordId c = other.pass({{"number", text("GT-7")}});
    CHECK(other.marks(c).empty());
    (void)other.seal();
    other.receive(office.seal());
    CHECK(other.marks(c) == marked);
    CHECK(other.marks(a) == marked);
}

TEST_CASE("a reference to what is not there, deleted, or of another kind is marked") {
    Office office;
    const RecordId post = office.add("post", {{"name", text("Đắk Chưng")}});
    const RecordId second = office.add("post", {{"name", text("Dak Chung")}});
    const RecordId a = office.pass({{"post", post}, {"other", post}});
    CHECK(office.marks(a).empty());
    office.remove(post);
    CHECK(office.marks(a) == Lines{"other missing 1", "post missing 1"});
    must(office.store->write([&] { return office.store->restore(post); }));
    CHECK(office.marks(a).empty());
    office.join(second, post);  // the id goes on to mean something
    CHECK(office.marks(a).empty());
    office.set(a, "other", a);
    office.set(a, "post", a);  // of another kind
    CHECK(office.marks(a) == Lines{"post missing 1"});
    RecordId unknown;
    unknown.octets.fill(99);
    office.set(a, "other", unknown);
    CHECK(office.marks(a) == Lines{"other missing 1", "post missing 1"});
    office.remove(a);
    CHECK(office.marks(a).empty());
}

TEST_CASE("the same date and names, written otherwise, make a pair; other dates do not") {
    Office office;
    office.pass({{"day", may_day}, {"holder", text("Nguyễn Văn An")}, {"village", text("Đắk Chưng")}});
    office.pass({{"day", may_day}, {"holder", text("an nguyen van")}, {"village", text("Dak Chung")}});
    office.pass({{"day", Date{19845}}, {"holder", text("Nguyễn Văn An")}, {"village", text("Đắk Chưng")}});
    office.pass({{"holder", text("Nguyễn Văn An")}, {"village", text("Đắk Chưng")}});
    office.pass({{"day", may_day}, {"holder", text("Bun My")}, {"village", text("Dak Chung")}});
    CHECK(office.pairs() == Lines{"1,2: day holder village", "1,5: day village", "2,5: day village"});
}

TEST_CASE("one number makes a pair whatever the rest says; a purpose, a unit or a date alone do not") {
    Office office;
    office.pass({{"day", may_day}, {"number", text("GT 7")}});
    office.pass({{"number", text("gt-7")}});
    const std::vector<FieldValue> common{
        {"day", may_day}, {"purpose", text("Trao đổi hàng hóa")}, {"unit", text("Đồn 1")}};
    office.pass(common);
    const RecordId last = office.pass(common);
    CHECK(office.pairs() == Lines{"1,2: number"});
    office.join(last, must(office.store->root_of(office.ids(all_of("pass")).front())));
    CHECK(office.pairs() == Lines{"2,4: number"});  // the number went over with the join
}

TEST_CASE("a kind without a date, and without required names, is compared by what people search for") {
    Office office;
    office.add("post", {{"name", text("Đắk Blô")}, {"unit", text("x")}});
    office.add("post", {{"name", text("Dak Blo")}});
    office.add("post", {{"name", text("Dak Long")}, {"unit", text("x")}});
    CHECK(office.pairs("post") == Lines{"1,2: name"});
}
