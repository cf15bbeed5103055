// Change sets from store to store: what arrives, what is void, how far it has come.
#include "store_support.hpp"

#include "store/state_codec.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

using Edit = FieldEdit::Kind;

/// A change set that nobody's journal made.
TestStore::Sent made_up(const TestStore& receiver, std::uint32_t author, std::uint64_t seq, ChangeSet ops,
                        std::vector<std::uint64_t> seen) {
    TestStore::Sent sent;
    sent.author = DeviceIndex{author};
    sent.pending.seq = seq;
    sent.pending.ops = std::move(ops);
    sent.seen = std::move(seen);
    sent.envelope.space = receiver.space;
    sent.envelope.author = sent.author;
    sent.envelope.seq = seq;
    sent.envelope.hash.octets.fill(static_cast<std::uint8_t>(author * 50 + seq));
    return sent;
}

FieldOp op_on(const RecordId& id, std::uint32_t index, Value value = {}) {
    FieldOp op;
    op.index = index;
    op.at = {1'704'067'200'000, 0};
    op.record.id = id;
    op.value = std::move(value);
    return op;
}

std::map<std::uint32_t, std::string> voids(TestStore& store) {
    std::map<std::uint32_t, std::string> reasons;
    for (const Store::VoidOp& op : must(store->void_ops())) {
        reasons[op.dot.index] = op.reason;
    }
    return reasons;
}

}  // namespace

TEST_CASE("what one store sends the other shows, with equal digests") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"title", std::string("a")},
                                        {"story", std::string("một hai")},
                                        {"tags", TextList{"x"}},
                                        {"visits", std::int64_t{5}}});
    CHECK(a.add("log", {}) != id);
    const ApplyOutcome outcome = b.receive(a.seal());
    CHECK(outcome.ops == 6);
    CHECK(outcome.void_ops == 0);
    CHECK(b.body(id) == a.body(id));
    CHECK(b.digest() == a.digest());
    must(b.edit(id, {{Edit::add, "visits", std::int64_t{-2}},
                     {Edit::set, "story", std::string("một hai ba")},
                     {Edit::insert, "tags", std::string("y")},
                     {Edit::remove, "tags", std::string("x")}}));
    a.set(id, "title", std::string("aa"));
    must(a.edit(
        id, {{Edit::add, "visits", std::int64_t{10}}, {Edit::set, "story", std::string("không một hai")}}));
    const auto from_b = b.seal();
    const auto from_a = a.seal();
    a.receive(from_b);
    b.receive(from_a);
    CHECK(a.body(id) == R"({"story":"không một hai ba","tags":["y"],"title":"aa","visits":13})");
    CHECK(b.body(id) == a.body(id));
    CHECK(b.digest() == a.digest());
    CHECK(a->check_digests());
    CHECK(b->check_digests());
    // The text of the words comes from the rows, so it must survive opening again.
    b.open();
    CHECK(b.body(id) == a.body(id));
    CHECK(b.digest() == a.digest());
}

TEST_CASE("concurrent values are listed in the same order on both sides, and a resolution settles them") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"title", std::string("a")}});
    b.receive(a.seal());
    a.set(id, "title", std::string("from a"));
    b.clock.wall += 1000;
    b.set(id, "title", std::string("from b"));
    const auto from_a = a.seal();
    const auto from_b = b.seal();
    CHECK(b.receive(from_a).new_conflicts == 1);
    CHECK(a.receive(from_b).new_conflicts == 1);
    for (TestStore* store : {&a, &b}) {
        const auto conflicts = must((*store)->find(id))->conflicts;
        REQUIRE(conflicts.size() == 1);
        CHECK(conflicts[0].field == "title");
        CHECK(conflicts[0].policy == Policy::review);
        REQUIRE(conflicts[0].values.size() == 2);
        CHECK(conflicts[0].values[0].value == Value(std::string("from b")));
        CHECK(conflicts[0].values[0].shown);
        CHECK(conflicts[0].values[1].value == Value(std::string("from a")));
        CHECK(must((*store)->status(store->space)).conflicts == 1);
        ListQuery query;
        query.conflicts_only = true;
        CHECK(store->ids(query) == std::vector{id});
        CHECK(code_of((*store)->write([&] {
                  return (*store)->resolve(id, "title", {2, {}});
              })) == ErrorCode::no_conflict);
    }
    must(a->write([&] { return a->resolve(id, "title", {1, {}}); }));
    CHECK(b.receive(a.seal()).new_conflicts == 0);
    for (TestStore* store : {&a, &b}) {
        CHECK(store->body(id) == R"({"title":"from a"})");
        CHECK(must((*store)->find(id))->conflicts.empty());
        CHECK(must((*store)->status(store->space)).conflicts == 0);
    }
    CHECK(a.digest() == b.digest());
}

TEST_CASE("two offices that import the same records have one of each, whoever comes first") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id{{0x70}};
    const auto import = [&](TestStore& store, std::vector<FieldValue> fields) {
        must(store->write([&]() -> Result<void> {
            COTMOC_TRY(store->add(store.space, store.kind("thing"), fields, id));
            return {};
        }));
    };
    import(a, {{"size",
                std::int64_t {
                    1
                }},
               {"story", std::string("một")},
               { "visits",
                 std::int64_t {
                     4
                 } }});
    import(b, {{"size",
                std::int64_t {
                    2
                }},
               {"story", std::string("một")},
               { "visits",
                 std::int64_t {
                     4
                 } }});
    must(b.edit(id, {{Edit::set, "tags", TextList{"x"}}}));
    const auto from_a = a.seal();
    const auto from_b = b.seal();
    a.receive(from_b);
    b.receive(from_a);
    CHECK(a.body(id) == b.body(id));
    CHECK(a.body(id).find(R"("story":"một","tags":["x"],"visits":4)") != std::string::npos);
    CHECK(a.digest() == b.digest());
    CHECK(a.ids({}).size() == 1);
    // Either creating dot finds the record.
    CHECK(must(a->record_created_by(a.space, {DeviceIndex{1}, 1, 0})) == id);
    CHECK(must(a->record_created_by(a.space, {DeviceIndex{0}, 1, 0})) == id);
    CHECK(must(a->trail(id)).applied.size() == 2);
}

TEST_CASE("creating dots find their records through runs of any shape") {
    TestStore a(0);
    TestStore b(1);
    std::map<std::uint32_t, RecordId> created;
    std::uint32_t index = 0;
    test_support::SeededRandom random(4);
    for (std::uint8_t i = 1; i <= 60; ++i) {
        std::vector<FieldValue> fields;
        if (i > 20 && random.below(2) == 0) {
            fields.push_back({"size", std::int64_t{i}});
        }
        if (i > 40 && random.below(2) == 0) {
            fields.push_back({"title", std::string("t")});
        }
        created[index] = a.add("thing", fields, i);
        index += 1 + static_cast<std::uint32_t>(fields.size());
        if (random.below(6) == 0) {
            a.set(created.begin()->second, "title", "t" + std::to_string(i));
            index += created.begin()->first == 0 && i == 1 ? 1 : 0;
        }
        index = must(a->next_pending(a.space))->ops.op_count;
    }
    b.receive(a.seal());
    for (TestStore* store : {&a, &b}) {
        for (std::uint32_t i = 0; i < index + 3; ++i) {
            const auto found = must((*store)->record_created_by(store->space, {DeviceIndex{0}, 1, i}));
            const auto expected = created.find(i);
            CAPTURE(i);
            CHECK(found.has_value() == (expected != created.end()));
            CHECK((!found || *found == expected->second));
        }
        CHECK_FALSE(must((*store)->record_created_by(store->space, {DeviceIndex{0}, 2, 0})));
        CHECK_FALSE(must((*store)->record_created_by(store->space, {DeviceIndex{1}, 1, 0})));
        CHECK_FALSE(must((*store)->record_created_by(SpaceId{{55}}, {DeviceIndex{0}, 1, 0})));
    }
}

TEST_CASE(
    "ops that do not fit are void: listed with their reason, counted, without effect, and in the digest") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"title", std::string("a")}});
    const auto first = a.seal();
    b.receive(first);
    const Hash256 before = b.digest();
    ChangeSet set;
    set.op_count = 20;
    set.creates = {
        {{"nothing", {}}, {{0, {1, 0}, RecordId{{0x41}}, {}}}},
        {{"thing", {{"size", Shape::register_}}}, {{1, {1, 0}, RecordId{{0x42}}, {std::string("x")}}}}};
    set.fields = {{OpKind::set, "nothing", Shape::register_, {op_on(id, 10, std::int64_t{1})}},
                  {OpKind::set, "state_of", Shape::register_, {op_on(id, 11, std::string("unheard"))}},
                  {OpKind::set,
                   "title",
                   Shape::register_,
                   {op_on(RecordId{{0x43}}, 12, std::string("x")), op_on(id, 13, std::string("good"))}},
                  {OpKind::add, "title", Shape::counter, {op_on(id, 14, std::int64_t{1})}},
                  {OpKind::edit_text, "story", Shape::text, {op_on(id, 15)}}};
    set.fields.back().ops[0].edit.deletes = {{{{DeviceIndex{0}, 1, 0}, 0}, 3}};
    const auto sent = made_up(b, 2, 1, set, {1});
    const ApplyOutcome outcome = b.receive(sent);
    CHECK(outcome.void_ops == 7);
    CHECK(voids(b) == std::map<std::uint32_t, std::string>{{0, "unknown_kind"},
                                                           {2, "wrong_type"},
                                                           {10, "unknown_field"},
                                                           {11, "unknown_value"},
                                                           {12, "unknown_record"},
                                                           {14, "wrong_shape"},
                                                           {15, "bad_encoding"}});
    CHECK(b.body(id) == R"({"title":"good"})");
    CHECK(b.body(RecordId{{0x42}}) == "{}");
    CHECK_FALSE(must(b->find(RecordId{{0x41}})));
    CHECK(must(b->status(b.space)).quarantined == outcome.void_ops);
    CHECK(b.digest() != before);
    CHECK(b->check_digests());
    a.receive(sent);
    CHECK(a.digest() == b.digest());
}

TEST_CASE("nothing of an author without the right to write has effect, and the envelope is held") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"title", std::string("a")}});
    const ApplyOutcome outcome = b.receive(a.seal(), false);
    CHECK(outcome.void_ops == 1);
    CHECK_FALSE(must(b->find(id)));
    CHECK(voids(b) == std::map<std::uint32_t, std::string>{{0, "not_allowed"}});
    CHECK(must(b->frontier(b.space)).size() == 1);
    CHECK(b->check_digests());
}

TEST_CASE("a change set that names what its author cannot have seen merges alike in either order") {
    TestStore a(0);
    TestStore b(1);
    TestStore c(3);
    const RecordId id = a.add("thing", {{"title", std::string("a")}, {"story", std::string("một")}});
    const auto base = a.seal();
    b.receive(base);
    c.receive(base);
    a.set(id, "title", std::string("new"));
    a.set(id, "story", std::string("một hai"));
    const auto honest = a.seal();
    // Its frontier ends before `honest`, but it speaks of what stands in there.
    ChangeSet set;
    set.op_count = 3;
    set.fields = {{OpKind::set, "title", Shape::register_, {op_on(id, 0, std::string("sly"))}},
                  {OpKind::edit_text, "story", Shape::text, {op_on(id, 1)}},
                  {OpKind::acknowledge, "size", Shape::register_, {op_on(id, 2)}}};
    set.fields[0].ops[0].over = {Over::Kind::dot, {DeviceIndex{0}, 2, 0}};
    set.fields[1].ops[0].edit.deletes = {{{{DeviceIndex{0}, 2, 1}, 0}, 2}};
    const auto sly = made_up(b, 2, 1, set, {1});
    b.receive(honest);
    b.receive(sly);
    c.receive(sly);
    c.receive(honest);
    CHECK(b.body(id) == c.body(id));
    CHECK(b.digest() == c.digest());
    CHECK(voids(b) == std::map<std::uint32_t, std::string>{{1, "bad_encoding"}});
    CHECK(voids(c) == voids(b));
    CHECK(b->check_digests());
    CHECK(c->check_digests());
    CHECK(must(b->find(id))->conflicts.size() == 1);
}

TEST_CASE("status counts what was made, held by the hub and by the province") {
    TestStore a(0, {1});
    TestStore province(1, {1});
    const auto status = [&] { return must(a->status(a.space)); };
    CHECK(status().records == 0);
    const RecordId id = a.add("thing", {{"title", std::string("a")}, {"size", std::int64_t{1}}});
    CHECK(status().records == 1);
    CHECK(status().unsent_ops == 3);
    CHECK(must(a->find(id))->progress == Progress::local);
    const auto sent = a.seal();
    CHECK(status().unsent_ops == 3);  // sealed, but nowhere else yet
    CHECK(must(a->find(id))->progress == Progress::sealed);
    CHECK(status().at_hub == 0);
    must(a->write([&] { return a->note_hub_holds(a.space, a.self, 1); }));
    CHECK(status().at_hub == 3);
    CHECK(status().unsent_ops == 0);
    CHECK(must(a->find(id))->progress == Progress::hub);
    CHECK(must(a->has_unconfirmed(a.space)));
    province.receive(sent);
    province.add("log", {});
    a.receive(province.seal());
    CHECK(must(a->find(id))->progress == Progress::province);
    CHECK(status().at_province == 3);
    CHECK_FALSE(must(a->has_unconfirmed(a.space)));
    CHECK(status().records == 2);
    CHECK(status().digest == a.digest());
}

TEST_CASE("a quarantined envelope is held, named and not applied") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {});
    TestStore::Sent sent = a.seal();
    sent.envelope.status = EnvelopeStatus::quarantined;
    sent.envelope.reason = "cannot_decrypt";
    sent.envelope.bytes = {1, 2, 3};
    must(b->write([&] { return b->quarantine(sent.envelope, sent.seen, 0); }));
    CHECK_FALSE(must(b->find(id)));
    REQUIRE(must(b->quarantined()).size() == 1);
    CHECK(must(b->quarantined())[0].reason == "cannot_decrypt");
    CHECK(must(b->status(b.space)).quarantined == 1);
    CHECK(must(b->envelope_hash(b.space, a.self, 1)) == sent.envelope.hash);
    CHECK(must(b->envelope(b.space, a.self, 1))->bytes == Bytes{1, 2, 3});
    CHECK(must(b->next_envelope(b.space, 0))->seq == 1);
    CHECK_FALSE(must(b->next_envelope(b.space, must(b->next_envelope(b.space, 0))->position)));
}

TEST_CASE("an edit that names the unseen initial text of another's create is void in every order") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"story", std::string("một")}}, 5);
    RecordId same = id;
    must(b->write([&]() -> Result<void> {
        const std::vector<FieldValue> fields{{"story", std::string("hai")}};
        COTMOC_TRY(b->add(b.space, b.kind("thing"), fields, same));
        return {};
    }));
    const TestStore::Sent by_a = a.seal();
    const TestStore::Sent by_b = b.seal();
    FieldOp op = op_on(id, 0);
    op.edit.deletes = {{{content_dot(a.hasher, "hai"), 0}, 2}};
    FieldOp seen = op_on(id, 1);
    seen.edit.deletes = {{{content_dot(a.hasher, "một"), 0}, 1}};
    ChangeSet ops;
    ops.op_count = 2;
    ops.fields = {{OpKind::edit_text, "story", Shape::text, {op, seen}}};
    TestStore first(3);
    TestStore second(3);
    const TestStore::Sent insider = made_up(first, 2, 1, ops, {1});
    for (const auto* sent : {&by_a, &by_b, &insider}) {
        first.receive(*sent);
    }
    for (const auto* sent : {&by_a, &insider, &by_b}) {
        second.receive(*sent);
    }
    CHECK(voids(first) == std::map<std::uint32_t, std::string>{{0, "bad_encoding"}});
    CHECK(voids(second) == voids(first));
    CHECK(first.digest() == second.digest());
    CHECK(first.body(id) == second.body(id));
    CHECK(first.body(id).find("hai") != std::string::npos);
}

TEST_CASE("a value set after an acknowledgement is not settled by it, though nothing was sealed between") {
    TestStore a(0);
    TestStore b(1);
    TestStore c(2);
    const RecordId id = a.add("thing", {{"title", std::string("first")}});
    const TestStore::Sent created = a.seal();
    b.receive(created);
    c.receive(created);
    b.set(id, "title", std::string("of b"));
    c.clock.wall += 1000;
    c.set(id, "title", std::string("of c"));
    const TestStore::Sent from_b = b.seal();
    const TestStore::Sent from_c = c.seal();
    a.receive(from_b);
    a.receive(from_c);
    a.set(id, "title", std::string("x"));  // over c's value; b's stays listed
    must(a->write([&] { return a->resolve(id, "title", {}); }));
    a.set(id, "title", std::string("y"));
    // c wrote at the same time, with a later clock: y loses and must stay in sight.
    c.receive(from_b);
    c.clock.wall += 100'000;
    c.set(id, "title", std::string("later"));
    const TestStore::Sent later = c.seal();
    c.receive(a.seal());
    const auto conflicts = must(c->find(id))->conflicts;
    REQUIRE(conflicts.size() == 1);
    CHECK(std::ranges::any_of(conflicts[0].values, [](const LiveValue& value) {
        return value.value == Value(std::string("y")) && !value.shown;
    }));
    a.receive(later);
    CHECK(a.digest() == c.digest());
}
