// Small change sets for the tests of the codec.
#pragma once

#include <cotmoc/core/change_set.hpp>

#include <doctest/doctest.h>

namespace cotmoc::core {

inline RecordId record(std::uint8_t octet) {
    RecordId id;
    id.octets.fill(octet);
    return id;
}

inline RecordName created_at(std::uint32_t index) { return {std::nullopt, Dot{DeviceIndex{3}, 7, index}}; }

/// Two creates and a set over one of them: the worked example of docs/spec/encoding.md.
inline ChangeSet example() {
    ChangeSet set;
    set.op_count = 7;
    CreateBlock block;
    block.layout.kind = "visit";
    block.layout.entries = {{"commune", Shape::register_}, {"people", Shape::counter}};
    const Hlc at{1'700'000'000'000, 0};
    block.creates.push_back({0, at, record(0x11), {std::string("Đắk Plô"), std::int64_t{12}}});
    block.creates.push_back({3, at, record(0x22), {std::string("Đắk Long"), std::int64_t{11}}});
    set.creates.push_back(block);
    FieldBlock sets{OpKind::set, "people", Shape::counter, {}};
    const Hlc later{1'700'000'000'500, 1};
    sets.ops.push_back({6, later, created_at(24), {Over::Kind::creation, {}}, std::int64_t{13}, {}});
    set.fields.push_back(sets);
    return set;
}

inline FieldBlock one_op(OpKind kind, std::string field, Shape shape, Value value = std::monostate{}) {
    FieldBlock block{kind, std::move(field), shape, {}};
    FieldOp op;
    op.record = created_at(0);
    op.value = std::move(value);
    block.ops.push_back(op);
    return block;
}

inline ChangeSet with_block(FieldBlock block) {
    ChangeSet set;
    set.op_count = static_cast<std::uint32_t>(block.ops.size());
    set.fields.push_back(std::move(block));
    return set;
}

inline ChangeSet with_create(Shape shape, Value value) {
    ChangeSet set;
    set.op_count = 2;
    CreateBlock block{{"visit", {{"field", shape}}}, {}};
    block.creates.push_back({0, {}, record(1), {std::move(value)}});
    set.creates.push_back(block);
    return set;
}

inline bool accepts(const ChangeSet& set) { return decode_change_set(encode(set)).has_value(); }

inline ErrorCode refusal(const ChangeSet& set) {
    const Result<ChangeSet> decoded = decode_change_set(encode(set));
    REQUIRE_FALSE(decoded);
    return decoded.error().code;
}

}  // namespace cotmoc::core
