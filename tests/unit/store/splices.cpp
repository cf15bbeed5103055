// Edits of rich texts by position: what an editor hands over while somebody types.
#include "store_support.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

FieldEdit splice(std::uint64_t position, std::uint64_t delete_count, std::string text,
                 std::string field = "story") {
    FieldEdit edit{FieldEdit::Kind::splice, std::move(field), std::move(text)};
    edit.position = position;
    edit.delete_count = delete_count;
    return edit;
}

std::string story(std::string_view text) { return R"({"story":")" + std::string(text) + "\"}"; }

std::size_t text_ops(const ChangeSet& set) {
    std::size_t count = 0;
    for (const FieldBlock& block : set.fields) {
        count += block.kind == OpKind::edit_text ? block.ops.size() : 0;
    }
    return count;
}

/// Seals all that is pending; how many change sets that were.
std::size_t send_all(TestStore& from, TestStore& to) {
    std::size_t count = 0;
    for (; must(from->has_pending(from.space)); ++count) {
        to.receive(from.seal());
    }
    return count;
}

}  // namespace

TEST_CASE("splices count code points, each in the text as the one before left it") {
    TestStore device;
    const RecordId id = device.add("thing", {});
    CHECK(must(device.edit(id, {splice(0, 0, "Mốc 🚩 cũ"), splice(6, 2, "mới"), splice(4, 1, "🏔️")})));
    CHECK(device.body(id) == story("Mốc 🏔️ mới"));
    CHECK(must(device.edit(id, {splice(0, 4, "")})));
    CHECK(device.body(id) == story("🏔️ mới"));
    device.open();
    CHECK(must(device.edit(id, {splice(6, 0, "!"), splice(0, 2, "")})));
    CHECK(device.body(id) == story(" mới!"));
    CHECK_FALSE(must(device.edit(id, {splice(3, 0, "")})));
}

TEST_CASE("each splice is one op, and all of a call arrive") {
    TestStore from(0);
    TestStore to(1);
    const RecordId id = from.add("thing", {});
    std::vector<FieldEdit> typed;
    for (std::uint64_t i = 0; i < 300; ++i) {
        typed.push_back(splice(i, 0, i % 7 == 0 ? "ệ" : "a"));
    }
    typed.push_back(splice(10, 280, "–"));
    must(from.edit(id, typed));
    const auto sent = from.seal();
    CHECK(text_ops(sent.pending.ops) == 301);
    to.receive(sent);
    CHECK(to.body(id) == from.body(id));
    CHECK(to.digest() == from.digest());
}

TEST_CASE("a splice that does not fit is refused by name and changes nothing") {
    TestStore device;
    const RecordId id = device.add("thing", {{"story", std::string("năm 1")}, {"title", std::string("x")}});
    device.seal();
    const std::string body = device.body(id);
    const Hash256 digest = device.digest();
    const auto refused = [&](FieldEdit edit) {
        // The good one before it must not stay.
        const ErrorCode code = code_of(device.edit(id, {splice(0, 0, "trước "), std::move(edit)}));
        CHECK(device.body(id) == body);
        CHECK(device.digest() == digest);
        CHECK_FALSE(must(device->has_pending(device.space)));
        return code;
    };
    CHECK(refused(splice(12, 0, "x")) == ErrorCode::beyond_text);
    CHECK(refused(splice(11, 1, "x")) == ErrorCode::beyond_text);
    CHECK(refused(splice(1, UINT64_MAX, "x")) == ErrorCode::beyond_text);
    CHECK(refused(splice(0, 0, "\xff")) == ErrorCode::invalid_utf8);
    CHECK(refused(splice(0, 0, "x", "title")) == ErrorCode::wrong_shape);
    CHECK(refused(splice(0, 0, "x", "tags")) == ErrorCode::wrong_shape);
    CHECK(refused(splice(0, 0, "x", "nothing")) == ErrorCode::unknown_field);
    FieldEdit number = splice(0, 0, "");
    number.value = std::int64_t{1};
    CHECK(refused(number) == ErrorCode::wrong_type);
    CHECK(must(device.edit(id, {splice(5, 0, "!")})));
}

TEST_CASE("a text may grow up to the cap of a value, counted in octets after the splice") {
    TestStore device;
    const RecordId id = device.add("thing", {});
    const std::size_t accented = value_bytes_max / 3;  // "ệ" has three octets
    std::string big;
    for (std::size_t i = 0; i < accented; ++i) {
        big += "ệ";
    }
    must(device.edit(id, {splice(0, 0, big)}));
    const std::size_t room = value_bytes_max - 3 * accented;
    const Hash256 digest = device.digest();
    CHECK(code_of(device.edit(id, {splice(1, 0, std::string(room + 1, 'a'))})) == ErrorCode::value_too_long);
    CHECK(code_of(device.edit(id, {splice(1, 1, std::string(room + 4, 'a'))})) == ErrorCode::value_too_long);
    CHECK(device.digest() == digest);
    CHECK(must(device.edit(id, {splice(1, 1, std::string(room + 3, 'a'))})));
    CHECK(code_of(device.edit(id, {splice(0, 0, "a")})) == ErrorCode::value_too_long);
    CHECK(must(device.edit(id, {splice(0, 1, "abc")})));
}

TEST_CASE("a text that its create made and nobody has seen takes splices, short or long") {
    for (const std::size_t size : {std::size_t{20}, std::size_t{5000}}) {
        TestStore from(0);
        TestStore to(1);
        const std::string initial(size, 'a');
        const RecordId id = from.add("thing", {{"story", initial}});
        must(from.edit(id, {splice(3, 2, "B"), splice(0, 1, "")}));
        const std::string expected = "aaB" + std::string(size - 5, 'a');
        CHECK(from.body(id) == story(expected));
        from.open();
        CHECK(from.body(id) == story(expected));
        must(from.edit(id, {splice(0, size - 2, "")}));
        CHECK(from.body(id) == "{}");
        must(from.edit(id, {splice(0, 0, "còn lại")}));
        send_all(from, to);
        CHECK(to.body(id) == story("còn lại"));
        CHECK(to.digest() == from.digest());
    }
}

TEST_CASE("splices of an initial text whose change set is closed go into the next one") {
    TestStore from(0);
    TestStore to(1);
    const RecordId id = from.add("thing", {{"story", std::string("đầu")}});
    for (std::uint8_t i = 0; i < 5; ++i) {
        from.add("thing", {{"story", std::string(200 * 1024, static_cast<char>('a' + i))}});
    }
    REQUIRE(from->has_closed(from.space));
    must(from.edit(id, {splice(3, 0, " đuôi")}));
    CHECK(send_all(from, to) == 2);
    CHECK(to.body(id) == story("đầu đuôi"));
    CHECK(to.digest() == from.digest());
}

TEST_CASE("splices on two devices that did not see each other both stay, in one order everywhere") {
    TestStore a(0);
    TestStore b(1);
    TestStore c(2);
    const RecordId id = a.add("thing", {{"story", std::string("Mốc 12.")}});
    const auto created = a.seal();
    b.receive(created);
    c.receive(created);
    must(a.edit(id, {splice(0, 0, "Kiểm tra. "), splice(10, 3, "Cột mốc")}));
    must(b.edit(id, {splice(6, 0, " còn tốt"), splice(14, 1, "!")}));
    const auto from_a = a.seal();
    const auto from_b = b.seal();
    a.receive(from_b);
    b.receive(from_a);
    c.receive(from_b);
    c.receive(from_a);
    CHECK(a.body(id) == story("Kiểm tra. Cột mốc 12 còn tốt!"));
    for (TestStore* device : {&b, &c}) {
        CHECK(device->body(id) == a.body(id));
        CHECK(device->digest() == a.digest());
    }
}

TEST_CASE("what is typed in one call fills as many change sets as it needs") {
    TestStore from(0);
    TestStore to(1);
    const RecordId id = from.add("thing", {});
    std::vector<FieldEdit> typed;
    const std::string page(150 * 1024, 'x');
    for (int i = 0; i < 9; ++i) {
        typed.push_back(splice(0, i == 0 ? 0 : page.size(), page));
    }
    typed.push_back(splice(3, page.size() - 3, "Hết"));
    must(from.edit(id, typed));
    CHECK(send_all(from, to) == 2);
    CHECK(to.body(id) == story("xxxHết"));
    CHECK(to.digest() == from.digest());
}

TEST_CASE("deleting a text of very many pieces takes more than one op") {
    TestStore from(0);
    TestStore to(1);
    const RecordId id = from.add("thing", {});
    std::vector<FieldEdit> typed;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        typed.push_back(splice(i, 0, "x"));
    }
    must(from.edit(id, typed));
    send_all(from, to);
    must(from.edit(id, {splice(1, 19'998, "–")}));
    const auto sent = from.seal();
    CHECK(text_ops(sent.pending.ops) == 2);
    to.receive(sent);
    CHECK(to.body(id) == story("x–x"));
    CHECK(to.digest() == from.digest());
}

TEST_CASE("a long text, kept decoded between calls, goes on from what was committed") {
    TestStore from(0);
    TestStore to(1);
    const RecordId id = from.add("thing", {});
    const RecordId twin = from.add("thing", {});
    std::vector<FieldEdit> typed;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        typed.push_back(splice(i / 2, 0, i % 3 == 0 ? "đ" : "x"));  // always in the middle: much state
    }
    for (const RecordId& each : {id, twin}) {
        must(from.edit(each, typed));
    }
    const std::string before = from.body(id);
    CHECK(before == from.body(twin));
    CHECK_FALSE(from->write([&]() -> Result<void> {
        const FieldEdit lost = splice(0, 10, "mất");
        COTMOC_TRY(from->edit(id, std::span(&lost, 1)));
        return fail(ErrorCode::internal);
    }));
    CHECK(from.body(id) == before);
    must(from.edit(id, {splice(0, 1, "A")}));
    must(from.edit(twin, {splice(1, 1, "B")}));
    must(from.edit(id, {splice(2, 1, "C")}));
    must(from->check_digests());
    from.open();
    must(from.edit(id, {splice(3, 1, "D")}));
    CHECK(from.body(id).substr(10, 1) == "A");
    must(from->check_digests());
    send_all(from, to);
    must(from.edit(id, {splice(0, 0, "sau ")}));
    send_all(from, to);
    CHECK(to.body(id) == from.body(id));
    CHECK(to.body(twin) == from.body(twin));
    CHECK(to.digest() == from.digest());
    must(to->check_digests());
}
