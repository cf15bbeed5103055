// Records in a store: adding, editing, transactions, the journal, what is refused.
#include "store_support.hpp"

#include <cotmoc/core/database.hpp>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

using Edit = FieldEdit::Kind;

std::size_t op_count(const ChangeSet& set, OpKind kind) {
    std::size_t count = 0;
    for (const FieldBlock& block : set.fields) {
        count += block.kind == kind ? block.ops.size() : 0;
    }
    return count;
}

const FieldOp* only_op(const ChangeSet& set, OpKind kind, std::string_view field) {
    for (const FieldBlock& block : set.fields) {
        if (block.kind == kind && block.field == field && block.ops.size() == 1) {
            return &block.ops[0];
        }
    }
    return nullptr;
}

}  // namespace

TEST_CASE("a record shows what it was given, whatever the order of the fields, after opening again too") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("Mốc 12")}, {"size", std::int64_t{4}}});
    const std::string expected = R"({"size":4,"title":"Mốc 12"})";
    CHECK(device.body(id) == expected);
    device.open();
    CHECK(device.body(id) == expected);
    CHECK(must(device->find(id))->progress == Progress::local);
    CHECK_FALSE(must(device->find(RecordId{{9}})));
}

TEST_CASE("what a new record may not be is refused, and leaves nothing behind") {
    TestStore device;
    const RecordId id = device.add("thing", {});
    const Hash256 digest = device.digest();
    const auto refused = [&](std::string_view kind, std::vector<FieldValue> fields, const RecordId& with) {
        return code_of(device->write([&]() -> Result<void> {
            COTMOC_TRY(device->add(device.space, device.kind(kind), fields, with));
            return {};
        }));
    };
    const RecordId fresh{{0x55}};
    CHECK(refused("thing", {}, id) == ErrorCode::record_exists);
    CHECK(refused("thing", {{"nothing", std::int64_t{1}}}, fresh) == ErrorCode::unknown_field);
    CHECK(refused("thing", {{"size", std::string("x")}}, fresh) == ErrorCode::wrong_type);
    CHECK(refused("thing", {{"size", std::int64_t{1}}, {"size", std::int64_t{2}}}, fresh) ==
          ErrorCode::duplicate_key);
    CHECK(refused("strict", {}, fresh) == ErrorCode::missing_field);
    CHECK(refused("strict", {{"name", std::monostate{}}}, fresh) != ErrorCode::internal);
    const std::string long_text(200 * 1024, 'x');
    CHECK(refused("thing", {{"story", long_text}, {"title", long_text}, {"note", long_text}}, fresh) ==
          ErrorCode::value_too_long);
    CHECK_FALSE(must(device->find(fresh)));
    CHECK(device.digest() == digest);
    CHECK(device->check_digests());
}

TEST_CASE("edits that do not fit are refused by name and change nothing") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}, {"visits", std::int64_t{2}}});
    const std::string body = device.body(id);
    CHECK(code_of(device.edit(id, {{Edit::set, "nothing", std::int64_t{1}}})) == ErrorCode::unknown_field);
    CHECK(code_of(device.edit(id, {{Edit::set, "size", std::string("x")}})) == ErrorCode::wrong_type);
    CHECK(code_of(device.edit(id, {{Edit::set, "state_of", std::string("x")}})) == ErrorCode::unknown_value);
    CHECK(code_of(device.edit(id, {{Edit::add, "title", std::int64_t{1}}})) == ErrorCode::wrong_shape);
    CHECK(code_of(device.edit(id, {{Edit::add, "visits", std::string("1")}})) == ErrorCode::wrong_shape);
    CHECK(code_of(device.edit(id, {{Edit::insert, "visits", std::string("1")}})) == ErrorCode::wrong_shape);
    CHECK(code_of(device.edit(RecordId{{8}}, {})) == ErrorCode::unknown_record);
    // The good edit before a bad one is undone with it.
    CHECK(code_of(device.edit(id, {{Edit::set, "title", std::string("b")},
                                   {Edit::set, "nothing", Value()}})) == ErrorCode::unknown_field);
    CHECK(device.body(id) == body);
    CHECK(code_of(device->write([&] {
              return device->resolve(id, "title", {0, {}});
          })) == ErrorCode::no_conflict);
}

TEST_CASE("a failed transaction leaves body, digest, journal and settings as they were") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}});
    device.seal();
    const Hash256 digest = device.digest();
    const auto failed = device->write([&]() -> Result<void> {
        const std::vector<FieldEdit> edits{{Edit::set, "title", std::string("b")}};
        COTMOC_TRY(device->edit(id, edits));
        COTMOC_TRY(device->add(device.space, device.kind("thing"), {}, RecordId{{3}}));
        COTMOC_TRY(device->add(SpaceId{{77}}, device.kind("log"), {}, RecordId{{4}}));
        COTMOC_TRY(device->set_setting("x", as_bytes("y")));
        return fail(ErrorCode::stale);
    });
    CHECK(code_of(failed) == ErrorCode::stale);
    CHECK_FALSE(device->writing());
    CHECK(device.body(id) == R"({"title":"a"})");
    CHECK_FALSE(must(device->find(RecordId{{3}})));
    CHECK_FALSE(must(device->has_pending(device.space)));
    CHECK_FALSE(must(device->setting("x")));
    CHECK(must(device->spaces_with_records()).size() == 1);
    CHECK(device.digest() == digest);
    // What follows finds memory and file in step.
    const RecordId next = device.add("thing", {{"title", std::string("c")}});
    CHECK(device.body(next) == R"({"title":"c"})");
    CHECK(must(device->next_pending(device.space))->seq == 2);
    CHECK(device->check_digests());
    must(device->begin());
    must(device->set_setting("x", as_bytes("y")));
    device->rollback();
    CHECK_FALSE(must(device->setting("x")));
}

TEST_CASE("pending edits of one field become one op: the last set, the sum of the increments") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}});
    device.seal();
    device.clock.wall += 1000;
    for (const char* title : {"b", "c", "d"}) {
        device.set(id, "title", std::string(title));
    }
    for (const std::int64_t amount : {1, 2, 4}) {
        must(device.edit(id, {{Edit::add, "visits", amount}}));
    }
    must(device.edit(id, {{Edit::insert, "tags", std::string("x")}}));
    must(device.edit(id, {{Edit::remove, "tags", std::string("x")}}));
    const PendingChangeSet pending = *must(device->next_pending(device.space));
    CHECK(op_count(pending.ops, OpKind::set) == 1);
    CHECK(op_count(pending.ops, OpKind::add) == 1);
    CHECK(op_count(pending.ops, OpKind::insert) == 1);
    CHECK(op_count(pending.ops, OpKind::remove) == 1);
    const FieldOp* set = only_op(pending.ops, OpKind::set, "title");
    REQUIRE(set != nullptr);
    CHECK(set->value == Value(std::string("d")));
    CHECK(set->over.kind == Over::Kind::creation);  // what stood there before the first of them
    REQUIRE(only_op(pending.ops, OpKind::add, "visits") != nullptr);
    CHECK(only_op(pending.ops, OpKind::add, "visits")->value == Value(std::int64_t{7}));
    CHECK(device.body(id) == R"({"title":"d","visits":7})");
}

TEST_CASE("an edit that changes nothing is none") {
    TestStore device;
    const RecordId id = device.add(
        "thing", {{"title", std::string("a")}, {"tags", TextList{"x"}}, {"story", std::string("s")}});
    device.seal();
    const Hash256 digest = device.digest();
    CHECK_FALSE(must(device.edit(id, {{Edit::set, "title", std::string("a")},
                                      {Edit::set, "size", Value()},
                                      {Edit::set, "tags", TextList{"x"}},
                                      {Edit::set, "story", std::string("s")},
                                      {Edit::insert, "tags", std::string("x")},
                                      {Edit::remove, "tags", std::string("y")}})));
    CHECK_FALSE(must(device->has_pending(device.space)));
    CHECK(device.digest() == digest);
}

TEST_CASE("a kind with full history keeps every step until it is sealed") {
    TestStore device;
    const RecordId id = device.add("log", {{"line", std::string("a")}});
    device.set(id, "line", std::string("b"));
    device.set(id, "line", std::string("c"));
    must(device.edit(id, {{Edit::add, "times", std::int64_t{1}}}));
    must(device.edit(id, {{Edit::add, "times", std::int64_t{1}}}));
    const PendingChangeSet pending = *must(device->next_pending(device.space));
    CHECK(op_count(pending.ops, OpKind::set) == 2);
    CHECK(op_count(pending.ops, OpKind::add) == 2);
    CHECK(pending.ops.creates.at(0).creates.at(0).values.at(0) == Value(std::string("a")));
    TestStore other(1);
    other.receive(device.seal());
    CHECK(other.body(id) == R"({"line":"c","times":2})");
    CHECK(other.digest() == device.digest());
}

TEST_CASE("a full change set is closed, and both arrive") {
    TestStore device;
    std::vector<RecordId> ids;
    for (std::uint8_t i = 1; i <= 8; ++i) {
        ids.push_back(
            device.add("thing", {{"story", std::string(150 * 1024, static_cast<char>('a' + i))}}, i));
    }
    CHECK(device->has_closed(device.space));
    device.set(ids[0], "title", std::string("after its create was closed"));
    device.open();
    CHECK(device->has_closed(device.space));
    CHECK(must(device->spaces_with_pending()) == std::vector<SpaceId>{device.space});
    TestStore other(1);
    std::uint64_t sealed = 0;
    while (must(device->has_pending(device.space))) {
        const TestStore::Sent sent = device.seal();
        CHECK(encode(sent.pending.ops).size() < 1024 * 1024);
        other.receive(sent);
        ++sealed;
    }
    CHECK(sealed == 2);
    CHECK_FALSE(device->has_closed(device.space));
    for (const RecordId& id : ids) {
        CHECK(other.body(id) == device.body(id));
    }
    CHECK(other.digest() == device.digest());
    CHECK(other->check_digests());
}

TEST_CASE("the journal goes on where it stood when the store is opened again") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}, {"story", std::string("một")}});
    device.open();
    device.set(id, "title", std::string("b"));
    device.set(id, "story", std::string("một hai"));
    device.open();
    must(device.edit(id, {{Edit::add, "visits", std::int64_t{3}}}));
    TestStore other(1);
    other.receive(device.seal());
    CHECK(other.body(id) == R"({"story":"một hai","title":"b","visits":3})");
    CHECK(other.body(id) == device.body(id));
    CHECK(other.digest() == device.digest());
}

TEST_CASE("a deleted record is hidden, refuses edits, and comes back with restore") {
    TestStore device;
    const RecordId id = device.add("thing", {{"title", std::string("a")}});
    must(device->write([&] { return device->remove(id); }));
    CHECK(must(device->find(id))->deleted);
    CHECK(code_of(device.edit(id, {{Edit::set, "title", std::string("b")}})) == ErrorCode::record_deleted);
    CHECK(code_of(device->write([&] { return device->resolve(id, "title", {}); })) ==
          ErrorCode::record_deleted);
    CHECK(device.ids(all_of("thing")).empty());
    ListQuery with_deleted = all_of("thing");
    with_deleted.deleted = true;
    CHECK(device.ids(with_deleted).size() == 1);
    CHECK(device.sql("SELECT id FROM thing").empty());
    CHECK(must(device->status(device.space)).records == 0);
    must(device->write([&] { return device->restore(id); }));
    CHECK_FALSE(must(device->find(id))->deleted);
    CHECK(device.ids(all_of("thing")).size() == 1);
    CHECK(device->check_digests());
}

TEST_CASE("running digests are those of the rows after any edits, and a wrong one is found") {
    TestStore device;
    test_support::SeededRandom random(11);
    std::vector<RecordId> ids;
    for (int round = 0; round < 300; ++round) {
        const std::uint64_t what = random.below(9);
        const RecordId id = ids.empty() ? RecordId{} : ids[random.below(ids.size())];
        if (ids.empty() || what == 0) {
            ids.push_back(device.add("thing", {{"title", "t" + std::to_string(round)},
                                               {"story", std::string("một hai")},
                                               {"tags", TextList{"a", "b"}},
                                               {"visits", std::int64_t{1}}}));
        } else if (what == 1) {
            must(device->write([&] { return device->remove(id); }));
        } else if (what == 2) {
            must(device->write([&] { return device->restore(id); }));
        } else if (what == 3) {
            device.open();
        } else if (what == 4 && must(device->has_pending(device.space))) {
            device.seal();
        } else if (!must(device->find(id))->deleted) {
            const std::int64_t number = static_cast<std::int64_t>(random.below(3));
            const FieldEdit edits[] = {{Edit::set, "size", number},
                                       {Edit::add, "visits", number},
                                       {Edit::set, "story", "một " + std::to_string(number)},
                                       {number == 0 ? Edit::insert : Edit::remove, "tags", std::string("b")},
                                       {Edit::set, "tags", number == 0 ? Value() : Value(TextList{"c"})}};
            must(device.edit(id, {edits[random.below(5)]}));
        }
        REQUIRE(device->check_digests());
    }
    CHECK(ids.size() > 10);
    device.store.reset();
    {
        Database database = must(Database::open({device.path(), test_key(), "chacha20"}));
        must(database.execute("DELETE FROM _record WHERE row = 1"));
    }
    device.open();
    CHECK(code_of(device->check_digests()) == ErrorCode::diverged);
}
