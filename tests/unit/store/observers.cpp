// Live queries: what a subscriber is told, once a commit and never in a transaction.
#include "store_support.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

using Ids = std::vector<RecordId>;

/// Keeps what it was told.
struct Listener {
    std::vector<QueryChange> told;
    QueryCallback callback() {
        return [this](const QueryChange& change) { told.push_back(change); };
    }
    bool heard(const Ids& entered, const Ids& changed, const Ids& left) {
        const bool as_expected = told.size() == 1 && told[0].entered == entered &&
                                 told[0].changed == changed && told[0].left == left;
        told.clear();
        return as_expected;
    }
    bool heard_nothing() const { return told.empty(); }
};

ListQuery things(std::vector<FieldValue> where = {}) {
    ListQuery query = all_of("thing");
    query.where = std::move(where);
    return query;
}

void remove(TestStore& device, const RecordId& id) {
    must(device->write([&] { return device->remove(id); }));
}

void restore(TestStore& device, const RecordId& id) {
    must(device->write([&] { return device->restore(id); }));
}

Result<void> set_inside(TestStore& device, const RecordId& id, const char* field, Value value) {
    const FieldEdit edit{FieldEdit::Kind::set, field, std::move(value)};
    COTMOC_TRY(device->edit(id, std::span(&edit, 1)));
    return {};
}

}  // namespace

TEST_CASE("a subscriber hears which records entered, changed in and left the result") {
    TestStore device;
    const RecordId before = device.add("thing", {{"size", std::int64_t{3}}});
    Listener listener;
    const auto subscription = must(device->observe(things({{"size", std::int64_t{3}}}), listener.callback()));
    device->notify();
    CHECK(listener.heard_nothing());  // what was there at first is not news

    const RecordId added = device.add("thing", {{"size", std::int64_t{3}}});
    const RecordId other = device.add("thing", {{"size", std::int64_t{4}}});
    CHECK(listener.heard_nothing());  // not before notify
    device->notify();
    CHECK(listener.heard({added}, {}, {}));
    device.set(before, "title", std::string("mới"));
    device->notify();
    CHECK(listener.heard({}, {before}, {}));
    device.set(before, "size", std::int64_t{5});
    device->notify();
    CHECK(listener.heard({}, {}, {before}));
    device.set(other, "size", std::int64_t{3});
    device->notify();
    CHECK(listener.heard({other}, {}, {}));
    remove(device, other);
    device->notify();
    CHECK(listener.heard({}, {}, {other}));
    restore(device, other);
    device->notify();
    CHECK(listener.heard({other}, {}, {}));
    device->notify();
    CHECK(listener.heard_nothing());
}

TEST_CASE("with deleted records in the query a delete is a change") {
    TestStore device;
    const RecordId id = device.add("thing", {});
    ListQuery query = things();
    query.deleted = true;
    Listener listener;
    const auto subscription = must(device->observe(query, listener.callback()));
    remove(device, id);
    device->notify();
    CHECK(listener.heard({}, {id}, {}));
}

TEST_CASE("many changes of one commit are told at once, in the order of a list") {
    TestStore device;
    const RecordId a = device.add("thing", {});
    const RecordId b = device.add("thing", {});
    Listener listener;
    const auto subscription = must(device->observe(things(), listener.callback()));
    RecordId c{{0x77}};
    must(device->write([&]() -> Result<void> {
        COTMOC_TRY(set_inside(device, b, "note", std::string("2")));
        COTMOC_TRY(set_inside(device, a, "note", std::string("1")));
        COTMOC_TRY(set_inside(device, b, "note", std::string("3")));
        COTMOC_TRY(device->add(device.space, device.kind("thing"), {}, c));
        return set_inside(device, c, "note", std::string("4"));
    }));
    device->notify();
    CHECK(listener.heard({c}, {a, b}, {}));
}

TEST_CASE("a rolled back transaction is not told, and the next one is told rightly") {
    TestStore device;
    const RecordId a = device.add("thing", {});
    Listener listener;
    const auto subscription = must(device->observe(things(), listener.callback()));
    CHECK_FALSE(device->write([&]() -> Result<void> {
        COTMOC_TRY(set_inside(device, a, "note", std::string("1")));
        COTMOC_TRY(device->add(device.space, device.kind("thing"), {}, RecordId{{0x77}}));
        return fail(ErrorCode::internal);
    }));
    device->notify();
    CHECK(listener.heard_nothing());
    const RecordId b = device.add("thing", {});
    device->notify();
    CHECK(listener.heard({b}, {}, {}));
}

TEST_CASE("a commit that changes nothing in the result is not told") {
    TestStore device;
    const RecordId small = device.add("thing", {{"size", std::int64_t{1}}});
    const RecordId big = device.add("thing", {{"size", std::int64_t{9}}});
    Listener listener;
    const auto subscription = must(device->observe(things({{"size", std::int64_t{1}}}), listener.callback()));
    device.set(big, "title", std::string("ngoài"));  // not in the result
    device.add("log", {});                           // another kind
    device.set(small, "size", std::int64_t{1});      // as it was
    must(device->write([&]() -> Result<void> {       // there and back
        COTMOC_TRY(set_inside(device, small, "size", std::int64_t{2}));
        return set_inside(device, small, "size", std::int64_t{1});
    }));
    device.seal();
    must(device->write([&] { return device->set_setting("x", as_bytes("y")); }));
    device->notify();
    CHECK(listener.heard_nothing());
    device.set(small, "note", std::string("trong"));
    device->notify();
    CHECK(listener.heard({}, {small}, {}));
}

TEST_CASE("inside a transaction nothing is told; it waits") {
    TestStore device;
    Listener listener;
    const auto subscription = must(device->observe(things(), listener.callback()));
    const RecordId id = device.add("thing", {});
    must(device->write([&]() -> Result<void> {
        device->notify();
        CHECK(listener.heard_nothing());
        return {};
    }));
    device->notify();
    CHECK(listener.heard({id}, {}, {}));
}

TEST_CASE("a callback may edit: its commit is told after it returns, to all in the order of the commits") {
    TestStore device;
    std::vector<std::string> order;
    int depth = 0;
    const auto first = must(device->observe(things(), [&](const QueryChange& change) {
        CHECK(++depth == 1);
        CHECK_FALSE(device->writing());
        order.push_back("first " + std::to_string(change.entered.size()) +
                        std::to_string(change.changed.size()));
        if (!change.entered.empty()) {
            device.set(change.entered.front(), "note", std::string("đã thấy"));
            device->notify();
            CHECK(device.ids(things()).size() == 1);
        }
        --depth;
    }));
    const auto second = must(device->observe(things(), [&](const QueryChange& change) {
        order.push_back("second " + std::to_string(change.entered.size()) +
                        std::to_string(change.changed.size()));
    }));
    device.add("thing", {});
    device->notify();
    CHECK(order == std::vector<std::string>{"first 10", "second 10", "first 01", "second 01"});
}

TEST_CASE("callbacks may subscribe and unsubscribe, themselves too") {
    TestStore device;
    Listener later;
    Subscription itself;
    Subscription made;
    int calls = 0;
    Listener victim;
    Subscription other;
    itself = must(device->observe(things(), [&, owned = std::make_shared<int>(7)](const QueryChange&) {
        ++calls;
        made = must(device->observe(things(), later.callback()));
        other.cancel();  // though a message to it waits
        itself.cancel();
        CHECK(*owned == 7);  // the callback lives until it returns
    }));
    other = must(device->observe(things(), victim.callback()));
    device.add("thing", {});
    device->notify();
    CHECK(calls == 1);
    CHECK(victim.heard_nothing());
    CHECK(later.heard_nothing());  // what was committed before is in its first result
    CHECK_FALSE(itself.active());
    CHECK_FALSE(other.active());
    const RecordId next = device.add("thing", {});
    device->notify();
    CHECK(calls == 1);
    CHECK(later.heard({next}, {}, {}));
}

TEST_CASE("a subscription ends with its object, can be moved, and may outlive the store") {
    auto device = std::make_unique<TestStore>();
    Listener listener;
    Subscription kept;
    {
        auto subscription = must((*device)->observe(things(), listener.callback()));
        const auto gone = must((*device)->observe(things(), [](const QueryChange&) { CHECK(false); }));
        kept = std::move(subscription);
    }
    const RecordId id = device->add("thing", {});
    (*device)->notify();
    CHECK(listener.heard({id}, {}, {}));
    device.reset();
    CHECK(kept.active());
    kept.cancel();
    CHECK_FALSE(kept.active());
}

TEST_CASE("a query with a limit lets the next record in when one leaves") {
    TestStore device;
    const RecordId a = device.add("thing", {});
    const RecordId b = device.add("thing", {});
    const RecordId c = device.add("thing", {});
    ListQuery query = things();
    query.limit = 2;
    Listener listener;
    const auto subscription = must(device->observe(query, listener.callback()));
    device.set(c, "note", std::string("ngoài"));
    device->notify();
    CHECK(listener.heard_nothing());
    must(device->write([&]() -> Result<void> {
        COTMOC_TRY(set_inside(device, b, "note", std::string("trong")));
        return device->remove(a);
    }));
    device->notify();
    CHECK(listener.heard({c}, {b}, {a}));
}

TEST_CASE("search words and conflicts are followed too") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"title", std::string("Đắk Glei")}});
    b.receive(a.seal());
    ListQuery words;
    words.words = {"dak", "glei"};
    ListQuery conflicts;
    conflicts.conflicts_only = true;
    Listener found;
    Listener disputed;
    Listener plain;
    const auto one = must(b->observe(words, found.callback()));
    const auto two = must(b->observe(conflicts, disputed.callback()));
    const auto three = must(b->observe(things(), plain.callback()));
    a.set(id, "title", std::string("Đắk Glei cũ"));
    b.clock.wall += 1000;
    b.set(id, "title", std::string("Ngọc Hồi"));
    b->notify();
    CHECK(found.heard({}, {}, {id}));
    CHECK(plain.heard({}, {id}, {}));
    b.seal();
    b.receive(a.seal());  // loses, so that the values shown stay: but now there is a conflict
    b->notify();
    CHECK(found.heard_nothing());
    CHECK(disputed.heard({id}, {}, {}));
    CHECK(plain.heard({}, {id}, {}));
    must(b->write([&] { return b->resolve(id, "title", {1, std::nullopt}); }));
    b->notify();
    CHECK(found.heard({id}, {}, {}));
    CHECK(disputed.heard({}, {}, {id}));
}

TEST_CASE("who subscribes inside a transaction hears of what comes after it") {
    TestStore device;
    Listener listener;
    Subscription subscription;
    const auto subscribing = [&](bool succeed) {
        return device->write([&]() -> Result<void> {
            COTMOC_TRY(
                device->add(device.space, device.kind("thing"), {}, succeed ? RecordId{{8}} : RecordId{{9}}));
            COTMOC_ASSIGN(subscription, device->observe(things(), listener.callback()));
            COTMOC_TRY(
                device->add(device.space, device.kind("thing"), {}, succeed ? RecordId{{6}} : RecordId{{7}}));
            return succeed ? Result<void>() : fail(ErrorCode::internal);
        });
    };
    for (const bool succeed : {true, false}) {
        CHECK(subscribing(succeed).has_value() == succeed);
        device->notify();
        CHECK(listener.heard_nothing());
        const RecordId id = device.add("thing", {});
        device->notify();
        CHECK(listener.heard({id}, {}, {}));
    }
}

TEST_CASE("a query that cannot be asked is refused, in a transaction too") {
    TestStore device;
    const auto nothing = [](const QueryChange&) {};
    CHECK(code_of(device->observe(all_of("nothing"), nothing)) == ErrorCode::unknown_kind);
    must(device->write([&]() -> Result<void> {
        CHECK(code_of(device->observe(things({{"nothing", std::int64_t{1}}}), nothing)) ==
              ErrorCode::unknown_field);
        return {};
    }));
}

TEST_CASE("one record is observed from before it exists, through merges, delete and restore") {
    TestStore a(0);
    TestStore b(1);
    const RecordId other = b.add("thing", {});
    RecordId id;
    id.octets.fill(1);
    id.octets[0] = 0;
    int calls = 0;
    const auto subscription = must(b->observe(id, [&](const RecordId& told) {
        CHECK(told == id);
        ++calls;
    }));
    const auto heard = [&] {
        b->notify();
        return std::exchange(calls, 0);
    };
    b.set(other, "note", std::string("x"));
    CHECK(heard() == 0);
    REQUIRE(a.add("thing", {{"story", std::string("một")}}) == id);
    b.seal();
    b.receive(a.seal());
    CHECK(heard() == 1);
    b.set(id, "note", std::string("y"));
    CHECK(heard() == 1);
    b.seal();
    CHECK(heard() == 0);
    a.set(id, "story", std::string("một hai"));
    b.receive(a.seal());
    CHECK(heard() == 1);
    remove(b, id);
    CHECK(heard() == 1);
    restore(b, id);
    CHECK(heard() == 1);
}

TEST_CASE("a new catalogue runs the queries again without news of what did not change") {
    TestStore device;
    const RecordId id = device.add("thing", {});
    Listener listener;
    const auto subscription = must(device->observe(things(), listener.callback()));
    std::string newer(all_types_catalogue);
    newer.replace(newer.find("\"version\":1"), 11, "\"version\":2");
    must(device->set_catalogues({{0, must(Catalogue::parse(newer))}}));
    device->notify();
    CHECK(listener.heard_nothing());
    device.set(id, "note", std::string("sau"));
    device->notify();
    CHECK(listener.heard({}, {id}, {}));
}
