#include "unit/codec/change_set_samples.hpp"

#include "codec/limits.hpp"

#include <cotmoc/base/binary.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <limits>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

void refuses(const std::function<void(ChangeSet&)>& change) {
    ChangeSet set = example();
    change(set);
    CHECK(refusal(set) == ErrorCode::bad_encoding);
}

const std::vector<Value> one_of_each{
    std::monostate{}, true,      std::int64_t{5},    0.5,     Decimal{5, 2}, std::string("a"), Date{1},
    DateTime{1, 0},   record(1), TextList{"a", "b"}, Absent{}};

/// The types of values that are accepted, one letter each: - for null, b, i, r, d, t, D, T, R, l, . for
/// absent.
std::string accepted(const std::function<ChangeSet(Value)>& make) {
    std::string types;
    for (std::size_t i = 0; i < one_of_each.size(); ++i) {
        if (accepts(make(one_of_each[i]))) {
            types += "-birdtDTRl."[i];
        }
    }
    return types;
}

}  // namespace

TEST_CASE("the worked example of the specification has these octets") {
    const std::string expected =
        "01"
        "07"  // version, seven indexes
        "01"
        "057669736974"
        "02"  // one create block: "visit", two entries
        "07636f6d6d756e65"
        "00"
        "0670656f706c65"
        "01"  // "commune", a register; "people", a counter
        "02"  // two creates
        "01"
        "01"
        "0670656f706c65"
        "01"
        "01"  // one field block: set, "people", a counter, one op
        "01000302"
        "000c"  // indexes 0, 3; index 6
        "02"
        "01020101"              // two runs of stamps: lengths 2, 1
        "0180a0abfef962f40302"  // walls: 500 ms apart
        "01000102"              // counters 0, 1
        "0011111111111111111111111111111111"
        "22222222222222222222222222222222"
        "000a"
        "00"
        "0016"
        "c490e1baaf6b20506cc3b4"
        "c490e1baaf6b204c6f6e67"
        "0004"
        "01160101"
        "01"
        "0000"
        "0006"
        "000e"
        "0030"
        "0000"  // one record: by dot, device 3, seq 7, index 24
        "0002"  // over: the creation
        "0004"
        "001a";  // the value 13
    CHECK(to_hex(encode(example())) == expected);
    CHECK(decode_change_set(encode(example())) == example());
}

TEST_CASE("an empty change set takes four octets") {
    CHECK(encode(ChangeSet{}) == Bytes{1, 0, 0, 0, 0});
    CHECK(decode_change_set(Bytes{1, 0, 0, 0, 0}) == ChangeSet{});
    CHECK_FALSE(decode_change_set(Bytes{}));
}

TEST_CASE("another version is named as such") {
    for (const int version : {0, 2, 255}) {
        Bytes bytes = encode(example());
        bytes[0] = static_cast<std::uint8_t>(version);
        const Result<ChangeSet> decoded = decode_change_set(bytes);
        REQUIRE_FALSE(decoded);
        CHECK(decoded.error().code == ErrorCode::unsupported_version);
    }
}

TEST_CASE("names of kinds and fields are lower case, begin with a letter and have at most 63 octets") {
    const auto with_name = [](const std::string& name) {
        ChangeSet set = example();
        set.creates[0].layout.kind = name;
        ChangeSet entry = example();
        entry.creates[0].layout.entries[0].field = name;
        ChangeSet field = example();
        field.fields[0].field = name;
        const bool fits = accepts(set);
        CHECK(accepts(entry) == fits);
        CHECK(accepts(field) == fits);
        return fits;
    };
    CHECK(with_name("a"));
    CHECK(with_name("a_9" + std::string(60, 'x')));
    for (const std::string& name : {std::string(), std::string("A"), std::string("9a"), std::string("_a"),
                                    std::string("a-b"), std::string("đ"), "a" + std::string(63, 'x')}) {
        CHECK_FALSE(with_name(name));
    }
}

TEST_CASE("blocks and layouts are sorted, distinct and not empty") {
    refuses([](ChangeSet& set) { std::ranges::reverse(set.creates[0].layout.entries); });
    refuses([](ChangeSet& set) { set.creates[0].layout.entries[1] = {"commune", Shape::counter}; });
    refuses([](ChangeSet& set) { set.creates[0].creates.clear(); });
    refuses([](ChangeSet& set) { set.fields[0].ops.clear(); });
    const auto with_two = [](const FieldBlock& first, FieldBlock second) {
        ChangeSet set;
        set.op_count = 2;
        second.ops[0].index = 1;
        set.fields = {first, second};
        return accepts(set);
    };
    const FieldBlock a = one_op(OpKind::set, "a", Shape::register_);
    CHECK(with_two(a, one_op(OpKind::set, "b", Shape::register_)));
    CHECK(with_two(a, one_op(OpKind::set, "a", Shape::counter)));
    CHECK(with_two(a, one_op(OpKind::resolve, "a", Shape::register_)));
    CHECK_FALSE(with_two(a, a));
    CHECK_FALSE(with_two(one_op(OpKind::set, "b", Shape::register_), a));
    CHECK_FALSE(with_two(one_op(OpKind::set, "a", Shape::counter), a));
    CHECK_FALSE(with_two(one_op(OpKind::resolve, "a", Shape::register_), a));
    const auto with_creates = [](const std::string& first, const std::string& second) {
        ChangeSet set;
        set.op_count = 2;
        set.creates = {{{first, {}}, {{0, {}, record(1), {}}}}, {{second, {}}, {{1, {}, record(2), {}}}}};
        return accepts(set);
    };
    CHECK(with_creates("a", "b"));
    CHECK_FALSE(with_creates("a", "a"));
    CHECK_FALSE(with_creates("b", "a"));
}

TEST_CASE("indexes are distinct, rise in a block and lie below the op count") {
    CHECK(accepts(example()));
    refuses([](ChangeSet& set) { set.creates[0].creates[1].index = 2; });  // of the first create
    refuses([](ChangeSet& set) { set.creates[0].creates[1].index = 0; });
    refuses([](ChangeSet& set) { std::ranges::reverse(set.creates[0].creates); });
    refuses([](ChangeSet& set) { set.fields[0].ops[0].index = 1; });  // set by the create at 0
    refuses([](ChangeSet& set) { set.fields[0].ops[0].index = 7; });
    refuses([](ChangeSet& set) { set.creates[0].creates[1].index = 4; });  // its range holds 6
    refuses([](ChangeSet& set) { set.op_count = 6; });
    ChangeSet with_gaps = example();
    with_gaps.op_count = 20;
    with_gaps.fields[0].ops[0].index = 15;
    CHECK(accepts(with_gaps));
}

TEST_CASE("creates hold values that fit the shape") {
    const auto types = [](Shape shape) {
        return accepted([&](Value value) { return with_create(shape, std::move(value)); });
    };
    CHECK(types(Shape::register_) == "-birdtDTR.");
    CHECK(types(Shape::counter) == "-i.");
    CHECK(types(Shape::set) == "-l.");
    CHECK(types(Shape::text) == "-t.");
}

TEST_CASE("sets and resolves hold what the shape lets them write") {
    for (const OpKind kind : {OpKind::set, OpKind::resolve}) {
        const auto types = [&](Shape shape) {
            return accepted([&](Value value) { return with_block(one_op(kind, "a", shape, value)); });
        };
        CHECK(types(Shape::register_) == "-birdtDTR");
        CHECK(types(Shape::counter) == "-i");
        CHECK(types(Shape::set).empty());
        CHECK(types(Shape::text).empty());
    }
}

TEST_CASE("other ops hold one type of value, for one shape") {
    const auto types = [](OpKind kind, Shape shape) {
        return accepted([&](Value value) { return with_block(one_op(kind, "a", shape, value)); });
    };
    CHECK(types(OpKind::add, Shape::counter) == "i");
    CHECK(types(OpKind::insert, Shape::set) == "t");
    CHECK(types(OpKind::remove, Shape::set) == "t");
    for (const OpKind kind : {OpKind::add, OpKind::insert, OpKind::remove}) {
        for (const Shape shape : {Shape::register_, Shape::counter, Shape::set, Shape::text}) {
            const Shape own = kind == OpKind::add ? Shape::counter : Shape::set;
            CHECK(types(kind, shape).empty() == (shape != own));
        }
    }
}

TEST_CASE("ops without a value fit their shapes and names") {
    const auto fits = [](OpKind kind, const std::string& field, Shape shape) {
        return accepts(with_block(one_op(kind, field, shape)));
    };
    CHECK(fits(OpKind::acknowledge, "a", Shape::register_));
    CHECK(fits(OpKind::acknowledge, "a", Shape::counter));
    CHECK_FALSE(fits(OpKind::acknowledge, "a", Shape::set));
    CHECK_FALSE(fits(OpKind::acknowledge, "a", Shape::text));
    CHECK(fits(OpKind::edit_text, "a", Shape::text));
    CHECK_FALSE(fits(OpKind::edit_text, "a", Shape::register_));
    for (const OpKind kind : {OpKind::delete_record, OpKind::restore_record}) {
        CHECK(fits(kind, "", Shape::register_));
        CHECK_FALSE(fits(kind, "a", Shape::register_));
        CHECK_FALSE(fits(kind, "", Shape::counter));
    }
    CHECK_FALSE(fits(OpKind::create, "a", Shape::register_));
    CHECK_FALSE(fits(static_cast<OpKind>(10), "a", Shape::register_));
    CHECK_FALSE(fits(OpKind::acknowledge, "a", static_cast<Shape>(4)));
    refuses([](ChangeSet& set) { set.creates[0].layout.entries[0].shape = static_cast<Shape>(4); });
}

TEST_CASE("values outside their ranges are refused") {
    const auto fits = [](Value value) { return accepts(with_create(Shape::register_, std::move(value))); };
    CHECK(fits(Date{-719162}));
    CHECK_FALSE(fits(Date{-719163}));
    CHECK(fits(Date{2932896}));
    CHECK_FALSE(fits(Date{2932897}));
    CHECK(fits(Decimal{1, 12}));
    CHECK_FALSE(fits(Decimal{1, 13}));
    CHECK(fits(DateTime{0, 1439}));
    CHECK_FALSE(fits(DateTime{0, 1440}));
    CHECK_FALSE(fits(DateTime{std::numeric_limits<std::int64_t>::max(), 0}));
    CHECK_FALSE(fits(std::numeric_limits<double>::infinity()));
    CHECK_FALSE(fits(std::string("\xc3\x28")));
    CHECK_FALSE(fits(std::string("\xed\xa0\x80")));
    CHECK_FALSE(fits(std::string(1, '\0')));
    const auto fits_list = [](TextList list) { return accepts(with_create(Shape::set, std::move(list))); };
    CHECK(fits_list({"a", "b"}));
    CHECK_FALSE(fits_list({"b", "a"}));
    CHECK_FALSE(fits_list({"a", "a"}));
}

TEST_CASE("a wall of more than 48 bits is refused") {
    ChangeSet set = example();
    set.fields[0].ops[0].at.wall_ms = hlc_wall_max;
    CHECK(accepts(set));
    set.fields[0].ops[0].at.wall_ms = hlc_wall_max + 1;
    CHECK(refusal(set) == ErrorCode::bad_encoding);
}

TEST_CASE("a text or a list of more than 256 KiB is refused") {
    CHECK(accepts(with_create(Shape::register_, std::string(value_bytes_max, 'a'))));
    const std::string longer(value_bytes_max + 1, 'a');
    CHECK(refusal(with_create(Shape::register_, longer)) == ErrorCode::limit_exceeded);
    const std::string half(value_bytes_max / 2, 'a');
    CHECK(accepts(with_create(Shape::set, TextList{half, half.substr(1) + "b"})));
    CHECK(refusal(with_create(Shape::set, TextList{half, half + "b"})) == ErrorCode::limit_exceeded);
}

TEST_CASE("text edits insert something and delete something within the offsets") {
    const auto with_edit = [](const TextEdit& edit) {
        FieldBlock block = one_op(OpKind::edit_text, "a", Shape::text);
        block.ops[0].edit = edit;
        return with_block(block);
    };
    const TextElement element{Dot{DeviceIndex{1}, 2, 3}, 4};
    const TextInsert at_start{std::nullopt, Side::right, "a"};
    CHECK(accepts(with_edit({{at_start, {element, Side::left, "b"}}, {{element, 5}}})));
    CHECK_FALSE(accepts(with_edit({{{std::nullopt, Side::right, ""}}, {}})));
    CHECK_FALSE(accepts(with_edit({{}, {{element, 0}}})));
    CHECK(accepts(with_edit({{}, {{{element.dot, 0xfffffff0u}, 15}}})));
    CHECK_FALSE(accepts(with_edit({{}, {{{element.dot, 0xfffffff0u}, 16}}})));
}

TEST_CASE("more ops than 2^24 are over the limit") {
    ChangeSet set;
    set.op_count = op_count_max;
    CHECK(accepts(set));
    set.op_count = op_count_max + 1;
    CHECK(refusal(set) == ErrorCode::limit_exceeded);
}

TEST_CASE("a few octets cannot stand for millions of ops or values") {
    // 2^20 acknowledgements of one record: regular, so they would take some twenty octets.
    BinaryWriter ops;
    ops.raw(Bytes{1});
    ops.varint(op_count_max);
    ops.raw(Bytes{0, 1, static_cast<std::uint8_t>(OpKind::acknowledge), 1, 'a', 0});
    ops.varint(1u << 20);
    ops.raw(Bytes(40));
    const Result<ChangeSet> many_ops = decode_change_set(ops.bytes());
    REQUIRE_FALSE(many_ops);
    CHECK(many_ops.error().code == ErrorCode::limit_exceeded);

    BinaryWriter creates;
    creates.raw(Bytes{1});
    creates.varint(op_count_max);
    creates.raw(Bytes{1, 1, 'a', 6, 1, 'a', 0, 1, 'b', 0, 1, 'c', 0, 1, 'd', 0, 1, 'e', 0, 1, 'f', 0});
    creates.varint(1u << 20);
    creates.raw(Bytes(40));
    const Result<ChangeSet> many_creates = decode_change_set(creates.bytes());
    REQUIRE_FALSE(many_creates);
    CHECK(many_creates.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("more rows than the op count has room for are refused") {
    const Bytes creates{1, 3, 1, 1, 'a', 1, 1, 'a', 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(decode_change_set(creates).error().code == ErrorCode::bad_encoding);
    const Bytes ops{1, 1, 0, 1, 7, 1, 'a', 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(decode_change_set(ops).error().code == ErrorCode::bad_encoding);
}

TEST_CASE("lists and text edits cannot stand for millions of parts") {
    // The counts of insertions and of deletions are the last two columns of two octets each.
    const Bytes edits = encode(with_block(one_op(OpKind::edit_text, "a", Shape::text)));
    // The count of items is the last column.
    const Bytes lists = encode(with_create(Shape::set, TextList{}));
    const auto with_count = [](BytesView start, std::int64_t count) {
        BinaryWriter out;
        out.raw(start);
        out.u8(0);
        out.svarint(count);
        out.raw(Bytes(40));
        const Result<ChangeSet> decoded = decode_change_set(out.bytes());
        REQUIRE_FALSE(decoded);
        return decoded.error().code;
    };
    const std::int64_t inserts = std::int64_t{1} << 22;
    CHECK(with_count(BytesView(edits).first(edits.size() - 4), inserts) == ErrorCode::limit_exceeded);
    ChangeSet many = with_create(Shape::set, TextList{});
    for (std::uint32_t i = 1; i < 20; ++i) {
        Create create = many.creates[0].creates[0];
        create.index = 2 * i;
        many.creates[0].creates.push_back(create);
        many.op_count += 2;
    }
    const Bytes twenty = encode(many);
    const std::int64_t items = value_bytes_max;
    CHECK(with_count(BytesView(twenty).first(twenty.size() - 2), items) == ErrorCode::limit_exceeded);
    CHECK(with_count(BytesView(lists).first(lists.size() - 2), items) == ErrorCode::bad_encoding);
}
