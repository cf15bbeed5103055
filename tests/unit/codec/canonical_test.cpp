#include "unit/codec/change_set_samples.hpp"

#include <cotmoc/base/binary.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;

namespace {

/// The decoder's answer to the encoding of `set` with its last octets replaced.
ErrorCode with_end(const ChangeSet& set, const std::string& end, const std::string& other) {
    std::string hex = to_hex(encode(set));
    REQUIRE(hex.ends_with(end));
    hex.replace(hex.size() - end.size(), end.size(), other);
    const Result<ChangeSet> decoded = decode_change_set(*from_hex(hex));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().detail == "not the canonical form");
    return decoded.error().code;
}

ChangeSet inserts_of(const std::vector<std::string>& texts) {
    FieldBlock block{OpKind::insert, "a", Shape::set, {}};
    for (const std::string& text : texts) {
        FieldOp op = one_op(OpKind::insert, "a", Shape::set, text).ops[0];
        op.index = static_cast<std::uint32_t>(block.ops.size());
        block.ops.push_back(op);
    }
    return with_block(block);
}

}  // namespace

TEST_CASE("the decoder accepts only the mode and the numbering that the rules give") {
    const ChangeSet same = inserts_of({"a", "a", "a", "a"});
    const ChangeSet two = inserts_of({"a", "b", "a", "b"});
    const ChangeSet distinct = inserts_of({"a", "b", "c", "d"});
    // Plain instead of a dictionary.
    CHECK(with_end(same,
                   "01"
                   "01"
                   "0002"
                   "61"
                   "0000",
                   "00"
                   "0002"
                   "61616161") == ErrorCode::bad_encoding);
    // Numbers in another order than that of first appearance: "b", "a" with 1, 0, 1, 0.
    CHECK(with_end(two,
                   "01"
                   "02"
                   "0002"
                   "6162"
                   "0100010a",
                   "01"
                   "02"
                   "0002"
                   "6261"
                   "01000105") == ErrorCode::bad_encoding);
    // A dictionary where more than half of the texts are distinct.
    CHECK(with_end(distinct,
                   "00"
                   "0002"
                   "61626364",
                   "01"
                   "04"
                   "0002"
                   "61626364"
                   "020001e4") == ErrorCode::bad_encoding);
    // Phrases where a dictionary is due.
    CHECK(with_end(same,
                   "01"
                   "01"
                   "0002"
                   "61"
                   "0000",
                   "02"
                   "01"
                   "0002"
                   "61"
                   "0002"
                   "00000000") == ErrorCode::bad_encoding);
}

TEST_CASE("the decoder accepts only the narrowest column of integers") {
    FieldBlock block{OpKind::add, "a", Shape::counter, {}};
    for (const std::int64_t number : {3, 5, 3}) {
        FieldOp op = one_op(OpKind::add, "a", Shape::counter, number).ops[0];
        op.index = static_cast<std::uint32_t>(block.ops.size());
        block.ops.push_back(op);
    }
    const ChangeSet set = with_block(block);
    const std::string good =
        "01"
        "06"
        "02"
        "02";  // one bit: 3 + 2 * (0, 1, 0)
    CHECK(with_end(set, good,
                   "02"
                   "06"
                   "01"
                   "08") == ErrorCode::bad_encoding);  // a step of 1
    CHECK(with_end(set, good,
                   "02"
                   "06"
                   "02"
                   "04") == ErrorCode::bad_encoding);  // two bits
    CHECK(with_end(set, good,
                   "01"
                   "06"
                   "02"
                   "0a") == ErrorCode::bad_encoding);  // an unused bit set
    CHECK(with_end(set, good,
                   "80"
                   "06"
                   "01"
                   "03"
                   "04"
                   "01") == ErrorCode::bad_encoding);  // differences
    CHECK(with_end(set, good,
                   "02"
                   "04"
                   "01"
                   "19") == ErrorCode::bad_encoding);  // a lower least value
}

TEST_CASE("the canonical order of equal stamps and names is the only one accepted") {
    const Bytes good = encode(example());
    // One run of stamps cut in two: lengths 1, 1, 1 instead of 2, 1.
    const std::string hex = to_hex(good);
    const std::string runs =
        "02"
        "01020101"
        "0180a0abfef962f40302"
        "01000102";
    const std::size_t at = hex.find(runs);
    REQUIRE(at != std::string::npos);
    BinaryWriter cut;
    cut.varint(3);
    cut.raw(Bytes{0, 2});
    cut.raw(*from_hex("0180a0abfef962f40304"));
    cut.raw(*from_hex("01000104"));
    const std::string other = hex.substr(0, at) + to_hex(cut.bytes()) + hex.substr(at + runs.size());
    const Result<ChangeSet> decoded = decode_change_set(*from_hex(other));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == ErrorCode::bad_encoding);
}
