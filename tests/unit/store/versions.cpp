// Edits that say what their author was shown, and the way back to what a record showed once.
#include "store_support.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

using Edit = FieldEdit::Kind;

std::string version(TestStore& store, const RecordId& id, std::string_view field) {
    for (const FieldVersion& each : must(store->versions(id))) {
        if (each.field == field) {
            return each.version;
        }
    }
    return "";
}

FieldEdit set_shown(std::string field, Value value, std::string shown) {
    FieldEdit edit{Edit::set, std::move(field), std::move(value)};
    edit.shown = std::move(shown);
    return edit;
}

Result<bool> revert(TestStore& store, const RecordId& id, const Store::Appearance& then) {
    bool changed = false;
    COTMOC_TRY(store->write([&]() -> Result<void> {
        COTMOC_ASSIGN(changed, store->revert(id, then));
        return {};
    }));
    return changed;
}

}  // namespace

TEST_CASE("an edit of what has changed since it was shown is stale, and changes nothing") {
    TestStore a(0);
    const RecordId id = a.add("thing", {{"title", std::string("một")}, {"size", std::int64_t{1}}});
    const std::string shown = version(a, id, "title");
    CHECK(shown.size() == 16);
    a.set(id, "title", std::string("hai"));
    const auto stale =
        a.edit(id, {{Edit::set, "size", std::int64_t{9}}, set_shown("title", std::string("ba"), shown)});
    REQUIRE(code_of(stale) == ErrorCode::stale);
    CHECK(stale.error().detail == R"(title: "hai")");
    CHECK(a.body(id) == R"({"size":1,"title":"hai"})");
    // Another field's change does not matter, nor does what one call does to a field twice.
    a.set(id, "size", std::int64_t{2});
    const std::string now = version(a, id, "title");
    CHECK(must(a.edit(
        id, {set_shown("title", std::string("ba"), now), set_shown("title", std::string("bốn"), now)})));
    CHECK(a.body(id) == R"({"size":2,"title":"bốn"})");
}

TEST_CASE("every shape has a version that follows its changes, also before it has a value") {
    TestStore a(0);
    const RecordId id = a.add("thing", {});
    const std::vector<FieldEdit> edits = {
        {Edit::set, "title", std::string("x")},     {Edit::set, "story", std::string("một hai")},
        {Edit::set, "visits", std::int64_t{1}},     {Edit::add, "visits", std::int64_t{2}},
        {Edit::insert, "tags", std::string("x")},   {Edit::remove, "tags", std::string("x")},
        {Edit::set, "story", std::string("một ba")}};
    for (const FieldEdit& each : edits) {
        const auto before = must(a->versions(id));
        FieldEdit edit = each;
        edit.shown = version(a, id, each.field);
        CHECK(must(a.edit(id, {edit})));
        for (const FieldVersion& old : before) {
            INFO(each.field, " ", old.field);
            CHECK((version(a, id, old.field) == old.version) == (old.field != each.field));
        }
        CHECK(code_of(a.edit(id, {edit})) == ErrorCode::stale);
    }
}

TEST_CASE("stores with the same history have the same versions, and a conflict's resolution may name one") {
    TestStore a(0);
    TestStore b(1);
    const RecordId id = a.add("thing", {{"title", std::string("a")}});
    b.receive(a.seal());
    a.set(id, "title", std::string("b"));
    b.set(id, "title", std::string("c"));
    const std::string shown = version(b, id, "title");
    const auto from_a = a.seal();
    const auto from_b = b.seal();
    CHECK(version(a, id, "title") != shown);
    a.receive(from_b);
    b.receive(from_a);
    const std::string both = version(a, id, "title");
    CHECK(both == version(b, id, "title"));
    CHECK(both != shown);
    const auto resolve = [&](const std::string& seen) {
        return b->write([&] { return b->resolve(id, "title", {0, std::nullopt, seen}); });
    };
    CHECK(code_of(resolve(shown)) == ErrorCode::stale);
    CHECK(must(b->find(id))->conflicts.size() == 1);
    CHECK(resolve(both));
    CHECK(must(b->find(id))->conflicts.empty());
}

TEST_CASE("a record goes back to what it showed in every shape, and only what differs is edited") {
    TestStore a(0);
    const RecordId id = a.add("thing", {{"title", std::string("a")},
                                        {"size", std::int64_t{1}},
                                        {"story", std::string("một hai ba")},
                                        {"tags", TextList{"x", "y"}},
                                        {"visits", std::int64_t{5}}});
    const std::string body = a.body(id);
    const Store::Appearance then{{{"size", std::int64_t{1}},
                                  {"story", std::string("một hai ba")},
                                  {"tags", TextList{"x", "y"}},
                                  {"title", std::string("a")},
                                  {"visits", std::int64_t{5}}},
                                 false};
    CHECK_FALSE(must(revert(a, id, then)));
    (void)a.seal();
    must(a.edit(id, {{Edit::set, "title", std::string("b")},
                     {Edit::set, "flag", true},
                     {Edit::set, "story", std::string("một ba bốn")},
                     {Edit::insert, "tags", std::string("z")},
                     {Edit::remove, "tags", std::string("x")},
                     {Edit::add, "visits", std::int64_t{3}}}));
    (void)a.seal();
    CHECK(must(revert(a, id, then)));
    CHECK(a.body(id) == body);
    CHECK_FALSE(must(revert(a, id, then)));
    std::vector<std::string> touched;
    const auto pending = must(a->next_pending(a.space));
    for (const FieldBlock& block : pending->ops.fields) {
        touched.push_back(block.field);
    }
    CHECK(std::ranges::count(touched, "size") == 0);
    CHECK(std::ranges::count(touched, "flag") == 1);
    CHECK(std::ranges::count(touched, "story") == 1);
}

TEST_CASE("a revert deletes and restores, and leaves alone what it cannot know") {
    TestStore a(0);
    const RecordId id = a.add("thing", {{"title", std::string("a")}});
    must(a->write([&] { return a->remove(id); }));
    CHECK(must(revert(a, id, {{{"title", std::string("z")}}, false})));
    CHECK(a.body(id) == R"({"title":"z"})");
    CHECK_FALSE(must(a->find(id))->deleted);
    CHECK(must(revert(a, id, {{{"title", std::string("a")}}, true})));
    CHECK(must(a->find(id))->deleted);
    CHECK_FALSE(must(revert(a, id, {{{"title", std::string("a")}}, true})));
    must(a->write([&] { return a->restore(id); }));
    CHECK(a.body(id) == R"({"title":"a"})");
    // A field that the catalogue made required since had no value; one that it does not know is not touched.
    const RecordId strict = a.add("strict", {{"name", std::string("n")}});
    CHECK_FALSE(must(revert(a, strict, {{{"unheard", std::string("x")}}, false})));
    CHECK(a.body(strict) == R"({"name":"n"})");
    // What does not fit any more fails as a whole.
    CHECK(code_of(revert(a, id, {{{"size", std::int64_t{1}}, {"title", true}}, false})) ==
          ErrorCode::wrong_type);
    CHECK(a.body(id) == R"({"title":"a"})");
}
