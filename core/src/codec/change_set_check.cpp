#include "codec/change_set_check.hpp"

#include "codec/limits.hpp"
#include "codec/op_order.hpp"

#include <tuple>

namespace cotmoc::core {
namespace {

bool is_name(std::string_view name) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto fits = [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name.size() <= field_name_max && is_lower(name.front()) &&
           std::ranges::all_of(name, fits);
}

bool fits_shape(OpKind kind, Shape shape) {
    switch (kind) {
        case OpKind::set:
        case OpKind::resolve:
        case OpKind::acknowledge:
            return shape == Shape::register_ || shape == Shape::counter;
        case OpKind::add:
            return shape == Shape::counter;
        case OpKind::insert:
        case OpKind::remove:
            return shape == Shape::set;
        case OpKind::edit_text:
            return shape == Shape::text;
        case OpKind::delete_record:
        case OpKind::restore_record:
            return shape == Shape::register_;
        case OpKind::create:
            return false;
    }
    return false;
}

bool is_on_record(OpKind kind) { return kind == OpKind::delete_record || kind == OpKind::restore_record; }

/// What a set or a resolve may write to a field of the shape.
bool fits_register(Shape shape, ValueType type) {
    if (shape == Shape::counter) {
        return type == ValueType::null || type == ValueType::integer;
    }
    return type != ValueType::absent && type != ValueType::text_list;
}

/// What a create may write to a field of the shape.
bool fits_create(Shape shape, ValueType type) {
    if (type == ValueType::absent || type == ValueType::null) {
        return true;
    }
    switch (shape) {
        case Shape::register_:
        case Shape::counter:
            return fits_register(shape, type);
        case Shape::set:
            return type == ValueType::text_list;
        case Shape::text:
            return type == ValueType::text;
    }
    return false;
}

bool fits_op(const FieldBlock& block, ValueType type) {
    switch (block.kind) {
        case OpKind::set:
        case OpKind::resolve:
            return fits_register(block.shape, type);
        case OpKind::add:
            return type == ValueType::integer;
        case OpKind::insert:
        case OpKind::remove:
            return type == ValueType::text;
        default:
            return type == ValueType::null;
    }
}

template <class Ops>
bool rises(const Ops& ops) {
    return std::ranges::adjacent_find(ops, [](const auto& a, const auto& b) { return a.index >= b.index; }) ==
           ops.end();
}

}  // namespace

Result<void> check_layout(const Layout& layout) {
    if (!is_name(layout.kind)) {
        return fail(ErrorCode::bad_encoding, "name of a kind");
    }
    for (std::size_t i = 0; i < layout.entries.size(); ++i) {
        const Layout::Entry& entry = layout.entries[i];
        if (!is_name(entry.field) || entry.shape > Shape::text) {
            return fail(ErrorCode::bad_encoding, "field of a layout");
        }
        if (i > 0 && layout.entries[i - 1].field >= entry.field) {
            return fail(ErrorCode::bad_encoding, "order of a layout");
        }
    }
    return {};
}

Result<void> check_field_block(const FieldBlock& block) {
    const bool has_name = is_on_record(block.kind) ? block.field.empty() : is_name(block.field);
    if (!has_name || block.shape > Shape::text || !fits_shape(block.kind, block.shape)) {
        return fail(ErrorCode::bad_encoding, "field block " + block.field);
    }
    return {};
}

Result<void> check_block_order(const ChangeSet& set) {
    const auto not_below = [](const auto& a, const auto& b) { return !(a < b); };
    const auto key = [](const FieldBlock& block) { return std::tie(block.kind, block.field, block.shape); };
    if (std::ranges::adjacent_find(set.creates, not_below, &CreateBlock::layout) != set.creates.end() ||
        std::ranges::adjacent_find(set.fields, not_below, key) != set.fields.end()) {
        return fail(ErrorCode::bad_encoding, "order of blocks");
    }
    return {};
}

Result<void> check_indexes(ChangeSet& set) {
    bool is_rising = true;
    for (const CreateBlock& block : set.creates) {
        is_rising = is_rising && rises(block.creates);
    }
    for (const FieldBlock& block : set.fields) {
        is_rising = is_rising && rises(block.ops);
    }
    if (!is_rising) {
        return fail(ErrorCode::bad_encoding, "indexes do not rise");
    }
    std::uint64_t next = 0;
    for (const auto& stamp : OpOrder(set).stamps) {
        if (stamp.index < next) {
            return fail(ErrorCode::bad_encoding, "index used twice");
        }
        next = std::uint64_t{stamp.index} + stamp.indexes;
    }
    if (next > set.op_count) {
        return fail(ErrorCode::bad_encoding, "index beyond the op count");
    }
    return {};
}

Result<void> check_values(const ChangeSet& set) {
    for (const CreateBlock& block : set.creates) {
        for (const Create& create : block.creates) {
            for (std::size_t i = 0; i < create.values.size(); ++i) {
                const Layout::Entry& entry = block.layout.entries[i];
                if (!fits_create(entry.shape, type_of(create.values[i]))) {
                    return fail(ErrorCode::bad_encoding, "value of " + entry.field);
                }
            }
        }
    }
    for (const FieldBlock& block : set.fields) {
        for (const FieldOp& op : block.ops) {
            if (!fits_op(block, type_of(op.value))) {
                return fail(ErrorCode::bad_encoding, "value of " + block.field);
            }
        }
    }
    return {};
}

}  // namespace cotmoc::core
