// Joining records: both ids go on to work, nothing is lost, and every replica hides the same ones.
#include "store_support.hpp"

#include <cotmoc/core/database.hpp>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

JoinOutcome join(TestStore& at, const RecordId& keep, const RecordId& other) {
    JoinOutcome outcome;
    must(at->write([&]() -> Result<void> {
        COTMOC_ASSIGN(outcome, at->join(keep, other));
        return {};
    }));
    return outcome;
}

ErrorCode join_error(TestStore& at, const RecordId& keep, const RecordId& other) {
    return code_of(at->write([&]() -> Result<void> {
        COTMOC_TRY(at->join(keep, other));
        return {};
    }));
}

SeparateOutcome separate(TestStore& at, const RecordId& id) {
    SeparateOutcome outcome;
    must(at->write([&]() -> Result<void> {
        COTMOC_ASSIGN(outcome, at->separate(id));
        return {};
    }));
    return outcome;
}

RecordId seen_id(TestStore& at, const RecordId& id) { return must(at->find(id))->id; }
std::vector<MergedRecord> merged(TestStore& at, const RecordId& id) { return must(at->find(id))->merged; }
std::string itself(TestStore& at, const RecordId& id) { return must(at->find_itself(id))->body; }
Value text(const char* words) { return std::string(words); }

/// Two posts that hold each other's records: A (0101…) of the first, B (02…) of the second.
struct Posts {
    TestStore first{0};
    TestStore second{1};
    RecordId a;
    RecordId b;

    explicit Posts(std::vector<FieldValue> of_a = {{"title", text("Cầu Đắk")}},
                   std::vector<FieldValue> of_b = {{"title", text("Cau Dak")}}) {
        a = first.add("thing", std::move(of_a), 1);
        b = second.add("thing", std::move(of_b), 2);
        exchange();
    }
    void exchange() {
        std::vector<TestStore::Sent> sent;
        const bool from_first = must(first->has_pending(first.space));
        const bool from_second = must(second->has_pending(second.space));
        const auto one = from_first ? std::optional(first.seal()) : std::nullopt;
        const auto two = from_second ? std::optional(second.seal()) : std::nullopt;
        if (one) {
            second.receive(*one);
        }
        if (two) {
            first.receive(*two);
        }
        CHECK(first.digest() == second.digest());
        must(first->check_digests());
        must(second->check_digests());
    }
    std::vector<TestStore*> both() { return {&first, &second}; }
};

}  // namespace

TEST_CASE("a join shows one record under both ids everywhere, and an undo shows both again") {
    Posts posts({{"title", text("Cầu")}, {"visits", std::int64_t{3}}, {"tags", TextList{"đỏ"}}},
                {{"title", text("Cau")},
                 {"size", std::int64_t{7}},
                 {"tags", TextList{"xanh"}},
                 {"story", text("dài")},
                 {"visits", std::int64_t{9}}});
    const std::string a_before = posts.first.body(posts.a);
    const std::string b_before = posts.first.body(posts.b);
    const JoinOutcome outcome = join(posts.first, posts.a, posts.b);
    CHECK(outcome.changed);
    CHECK(outcome.kept == posts.a);
    CHECK(outcome.joined == posts.b);
    CHECK(outcome.filled == std::vector<std::string>{"size", "story", "tags"});
    REQUIRE(outcome.differs.size() == 2);
    CHECK(outcome.differs[0].field == "title");
    CHECK(outcome.differs[0].kept == text("Cầu"));
    CHECK(outcome.differs[0].other == text("Cau"));
    CHECK(outcome.differs[1].field == "visits");
    posts.exchange();
    const std::string joined = R"({"size":7,"story":"dài","tags":["xanh","đỏ"],"title":"Cầu","visits":3})";
    for (TestStore* at : posts.both()) {
        CHECK(seen_id(*at, posts.b) == posts.a);
        CHECK(at->body(posts.b) == joined);
        CHECK(at->ids(all_of("thing")) == std::vector{posts.a});
        REQUIRE(merged(*at, posts.a).size() == 1);
        CHECK(merged(*at, posts.a)[0].id == posts.b);
        CHECK(merged(*at, posts.a)[0].fields == R"({"title":"Cau","visits":9})");
        CHECK(itself(*at, posts.b) == b_before);  // the join field is for nobody's eyes
        ListQuery all = all_of("thing");
        all.joined = true;
        CHECK(at->ids(all).size() == 2);
    }
    // By B's id, on the other device.
    posts.second.set(posts.b, "title", text("Cầu Đắk Glei"));
    posts.exchange();
    CHECK(posts.first.body(posts.a).find("Cầu Đắk Glei") != std::string::npos);
    posts.second.set(posts.b, "title", text("Cầu"));
    const SeparateOutcome undone = separate(posts.second, posts.b);
    CHECK(undone.from == posts.a);
    CHECK(undone.taken_back == std::vector<std::string>{"size", "story", "tags"});
    posts.exchange();
    for (TestStore* at : posts.both()) {
        CHECK(at->ids(all_of("thing")).size() == 2);
        CHECK(at->body(posts.a) == a_before);
        CHECK(at->body(posts.b) == b_before);
        CHECK(merged(*at, posts.a).empty());
    }
}

TEST_CASE("an undo leaves what somebody has changed since, or what was there before the join") {
    Posts posts({{"title", text("Cầu")}, {"story", text("chung")}}, {{"price", Decimal{150, 2}},
                                                                     {"size", std::int64_t{7}},
                                                                     {"story", text("chung")},
                                                                     {"tags", TextList{"hai", "một"}},
                                                                     {"visits", std::int64_t{2}}});
    // An edit right before, in the same transaction, is none of the join's.
    must(posts.first->write([&]() -> Result<void> {
        const std::vector<FieldEdit> edits{{FieldEdit::Kind::set, "ratio", 0.5}};
        COTMOC_TRY(posts.first->edit(posts.a, edits));
        COTMOC_TRY(posts.first->join(posts.a, posts.b));
        return {};
    }));
    posts.exchange();
    posts.second.set(posts.a, "size", std::int64_t{8});
    must(posts.second.edit(posts.a, {{FieldEdit::Kind::add, "visits", std::int64_t{1}}}));
    must(posts.second.edit(posts.a, {{FieldEdit::Kind::remove, "tags", text("hai")}}));
    must(posts.second.edit(posts.a, {{FieldEdit::Kind::insert, "tags", text("ba")}}));
    posts.exchange();
    CHECK(separate(posts.first, posts.b).taken_back == std::vector<std::string>{"price", "tags"});
    CHECK(posts.first.body(posts.a) ==
          R"({"ratio":0.5,"size":8,"story":"chung","tags":["ba"],"title":"Cầu","visits":3})");
}

TEST_CASE("a text that the join filled stays if it was edited since") {
    Posts posts({{"title", text("Cầu")}}, {{"story", text("một hai")}});
    join(posts.first, posts.a, posts.b);
    posts.first.set(posts.a, "story", text("một hai ba"));
    CHECK(separate(posts.first, posts.b).taken_back.empty());
    CHECK(posts.first.body(posts.a) == R"({"story":"một hai ba","title":"Cầu"})");
}

TEST_CASE("a join refuses what it cannot join, and joins nothing twice") {
    Posts posts;
    CHECK(join_error(posts.first, posts.a, posts.a) == ErrorCode::same_record);
    const RecordId log = posts.first.add("log", {{"line", text("x")}}, 5);
    CHECK(join_error(posts.first, posts.a, log) == ErrorCode::cannot_join);
    RecordId unknown;
    unknown.octets.fill(77);
    CHECK(join_error(posts.first, posts.a, unknown) == ErrorCode::unknown_record);
    CHECK(code_of(posts.first->write([&]() -> Result<void> {
              COTMOC_TRY(posts.first->separate(posts.a));
              return {};
          })) == ErrorCode::not_merged);
    join(posts.first, posts.a, posts.b);
    const JoinOutcome again = join(posts.first, posts.b, posts.a);
    CHECK(!again.changed);
    CHECK(again.kept == posts.a);
    CHECK(again.joined == posts.b);
    const RecordId gone = posts.first.add("thing", {{"title", text("z")}}, 6);
    must(posts.first->write([&] { return posts.first->remove(gone); }));
    CHECK(join_error(posts.first, posts.a, gone) == ErrorCode::record_deleted);
    CHECK(join_error(posts.first, gone, posts.a) == ErrorCode::record_deleted);
    // People cannot write the field.
    CHECK(code_of(posts.first.edit(posts.a, {{FieldEdit::Kind::set, "merged_into", posts.b}})) ==
          ErrorCode::unknown_field);
}

TEST_CASE("lists, SQL, reports, search and figures count joined records once, and again after an undo") {
    Posts posts;
    const auto counts = [&](TestStore& at) {
        ListQuery words = all_of("thing");
        words.words = {"dak"};
        return std::vector<std::uint64_t>{at.ids({}).size(), at.ids(words).size(),
                                          std::stoull(at.sql("SELECT count(*) FROM thing").front().front()),
                                          must(at->status(at.space)).records};
    };
    CHECK(counts(posts.first) == std::vector<std::uint64_t>{2, 2, 2, 2});
    join(posts.first, posts.b, posts.a);
    CHECK(counts(posts.first) == std::vector<std::uint64_t>{1, 1, 1, 1});
    posts.exchange();
    CHECK(counts(posts.second) == std::vector<std::uint64_t>{1, 1, 1, 1});
    posts.first.open();
    CHECK(counts(posts.first) == std::vector<std::uint64_t>{1, 1, 1, 1});
    CHECK(seen_id(posts.first, posts.a) == posts.b);
    separate(posts.first, posts.a);
    CHECK(counts(posts.first) == std::vector<std::uint64_t>{2, 2, 2, 2});
}

TEST_CASE("one record joined into two others at once is a conflict that somebody resolves") {
    Posts posts;
    const RecordId c = posts.first.add("thing", {{"title", text("C")}}, 3);
    posts.exchange();
    join(posts.first, posts.a, posts.b);
    posts.second.clock.wall += 1000;
    join(posts.second, c, posts.b);
    posts.exchange();
    for (TestStore* at : posts.both()) {
        CHECK(seen_id(*at, posts.b) == c);  // the later one
        ListQuery disputed;
        disputed.conflicts_only = true;
        CHECK(at->ids(disputed) == std::vector{posts.b});
        const auto conflicts = must((*at)->find_itself(posts.b))->conflicts;
        REQUIRE(conflicts.size() == 1);
        CHECK(conflicts[0].field == "merged_into");
        CHECK(conflicts[0].values.size() == 2);
        CHECK(must((*at)->status(at->space)).conflicts == 1);
    }
    must(posts.first->write([&] { return posts.first->resolve(posts.b, "merged_into", {1, {}}); }));
    posts.exchange();
    for (TestStore* at : posts.both()) {
        CHECK(seen_id(*at, posts.b) == posts.a);
        CHECK(must((*at)->find_itself(posts.b))->conflicts.empty());
        CHECK(merged(*at, c).empty());
        CHECK(merged(*at, posts.a).size() == 1);
    }
}

TEST_CASE("two records joined into each other at once: all show the same one, and an undo separates both") {
    Posts posts({{"title", text("A")}, {"size", std::int64_t{1}}}, {{"title", text("B")}, {"flag", true}});
    join(posts.first, posts.a, posts.b);
    join(posts.second, posts.b, posts.a);
    posts.exchange();
    for (TestStore* at : posts.both()) {
        CHECK(at->ids(all_of("thing")) == std::vector{posts.a});
        CHECK(seen_id(*at, posts.b) == posts.a);
        CHECK(seen_id(*at, posts.a) == posts.a);
        CHECK(at->body(posts.a) == R"({"flag":true,"size":1,"title":"A"})");
        REQUIRE(merged(*at, posts.a).size() == 1);
        CHECK(merged(*at, posts.a)[0].fields == R"({"title":"B"})");
    }
    separate(posts.second, posts.b);
    posts.exchange();
    for (TestStore* at : posts.both()) {
        CHECK(at->ids(all_of("thing")).size() == 2);
        CHECK(at->body(posts.a) == R"({"size":1,"title":"A"})");
        CHECK(at->body(posts.b) == R"({"flag":true,"title":"B"})");
    }
}

TEST_CASE("a late edit of a joined record, by somebody who did not know, stays in sight") {
    Posts posts;
    join(posts.first, posts.a, posts.b);
    posts.second.set(posts.b, "size", std::int64_t{5});
    posts.exchange();
    for (TestStore* at : posts.both()) {
        CHECK(at->body(posts.b) == R"({"title":"Cầu Đắk"})");
        REQUIRE(merged(*at, posts.a).size() == 1);
        CHECK(merged(*at, posts.a)[0].fields == R"({"size":5,"title":"Cau Dak"})");
    }
}

TEST_CASE("joins of joined records lead to one root") {
    TestStore store;
    const RecordId a = store.add("thing", {{"title", text("a")}});
    const RecordId b = store.add("thing", {{"title", text("b")}});
    const RecordId c = store.add("thing", {{"title", text("c")}});
    join(store, b, c);
    CHECK(join(store, a, c).joined == b);  // what c means
    CHECK(seen_id(store, c) == a);
    CHECK(merged(store, a).size() == 2);
    CHECK(merged(store, b).size() == 2);
    CHECK(store.ids({}) == std::vector{a});
    separate(store, b);
    CHECK(seen_id(store, c) == b);
    CHECK(seen_id(store, b) == b);
    // The target was made after the join that it replaces, in one change set.
    separate(store, c);
    const RecordId d = store.add("thing", {{"title", text("d")}});
    join(store, d, c);
    TestStore other(1);
    CHECK(other.receive(store.seal()).void_ops == 0);
    CHECK(seen_id(other, c) == d);
    CHECK(other.digest() == store.digest());
}

TEST_CASE("a join into what its author had not seen, or into another kind, has no effect anywhere") {
    for (const std::string_view target : {"unseen", "another kind", "itself", "no record"}) {
        CAPTURE(target);
        Posts fresh;
        const RecordId log = fresh.first.add("log", {{"line", text("x")}}, 5);
        fresh.exchange();
        const RecordId late = fresh.second.add("thing", {{"title", text("late")}}, 9);
        fresh.first.set(fresh.a, "size", std::int64_t{1});
        auto sent = fresh.first.seal();
        auto& block = sent.pending.ops.fields.front();
        block.field = join_key;
        block.ops.front().value = target == "unseen"         ? Value(late)
                                  : target == "another kind" ? Value(log)
                                  : target == "itself"       ? Value(fresh.a)
                                                             : Value(std::int64_t{1});
        (void)fresh.second.seal();
        CHECK(fresh.second.receive(sent).void_ops == 1);
        CHECK(seen_id(fresh.second, fresh.a) == fresh.a);
        CHECK(fresh.second.ids(all_of("thing")).size() == 3);
        must(fresh.second->check_digests());
    }
}

TEST_CASE("a create cannot carry the join field, not even under a catalogue that cannot be read") {
    TestStore author;
    TestStore reader(1);
    author.add("thing", {{"title", text("x")}});
    auto sent = author.seal();
    sent.pending.ops.creates.front().layout.entries.front().field = join_key;
    must(reader->set_catalogues({{0, std::nullopt}}));
    CHECK(reader.receive(sent).void_ops == 1);
}

TEST_CASE("equal digests and equal roots in every order of arrival") {
    Posts posts;
    const RecordId c = posts.first.add("thing", {{"title", text("C")}}, 3);
    posts.exchange();
    join(posts.first, posts.a, posts.b);
    posts.second.clock.wall += 10;
    join(posts.second, posts.b, c);
    join(posts.second, c, posts.a);  // c means b: a goes into b
    posts.exchange();
    for (TestStore* at : posts.both()) {
        CHECK(at->ids(all_of("thing")) == std::vector{posts.a});
        for (const RecordId& id : {posts.a, posts.b, c}) {
            CHECK(seen_id(*at, id) == posts.a);
        }
        CHECK(merged(*at, posts.a).size() == 2);
    }
}

TEST_CASE("live queries hear of records that a join hides, and of those that an undo shows again") {
    Posts posts;
    std::vector<std::string> told;
    const auto subscription = must(posts.first->observe(all_of("thing"), [&](const QueryChange& change) {
        told.push_back("+" + std::to_string(change.entered.size()) + " ~" +
                       std::to_string(change.changed.size()) + " -" + std::to_string(change.left.size()));
    }));
    join(posts.first, posts.a, posts.b);
    posts.first->notify();
    CHECK(told == std::vector<std::string>{"+0 ~0 -1"});
    separate(posts.first, posts.b);
    posts.first->notify();
    CHECK(told.back() == "+1 ~0 -0");
    // A ring: what a join of somebody else hides was not touched by it itself.
    join(posts.first, posts.b, posts.a);
    posts.first->notify();
    posts.second.clock.wall += 1000;
    join(posts.second, posts.a, posts.b);
    posts.exchange();
    posts.first->notify();
    CHECK(told.back() == "+1 ~0 -1");
}

TEST_CASE("a database of the version before joins shows its views without joined records") {
    TestStore store;
    const RecordId a = store.add("thing", {{"title", text("a")}});
    const RecordId b = store.add("thing", {{"title", text("b")}});
    store.store.reset();
    {
        Database old = must(Database::open({store.path(), test_key(), "chacha20", true, true}));
        must(
            old.execute("DROP INDEX _record_joined; DROP TABLE _unsent; DROP TABLE _side; DROP TABLE _fork; "
                        "DROP VIEW thing; "
                        "PRAGMA user_version = 2; CREATE VIEW "
                        "thing AS SELECT lower(hex(id)) AS id FROM _record WHERE NOT (flags & 1)"));
    }
    store.open();
    join(store, a, b);
    CHECK(store.sql("SELECT title FROM thing") == std::vector<std::vector<std::string>>{{"\"a\""}});
}

TEST_CASE("no catalogue may name the join field") {
    CHECK(code_of(Catalogue::parse(R"({"catalogue":"t","version":1,"kinds":{"a":{"label":"a","fields":{
        "merged_into":{"type":"reference","merge":"latest"}}}}})")) == ErrorCode::bad_catalogue);
}
