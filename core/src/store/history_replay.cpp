#include "store/history_replay.hpp"

#include <cotmoc/core/attachment.hpp>

#include <algorithm>

namespace cotmoc::core {

bool HistoryReplay::is_void(const Dot& dot) const { return std::ranges::binary_search(void_ops_, dot); }

const Field* HistoryReplay::field(std::string_view key) const {
    const Kind* kind = view_ != nullptr ? view_->find(record_.kind) : nullptr;
    return kind != nullptr ? kind->find_key(key) : nullptr;
}

Value HistoryReplay::shown(std::string_view key) const {
    const auto found = record_.fields.find(key);
    return found != record_.fields.end() ? shown_value(found->second, {devices_, field(key)}) : Value();
}

void HistoryReplay::present(HistoryOp& op) const {
    if (const Field* known = field(op.field)) {
        op.field = known->name;
        op.before = without_keys(*known, widened(*known, std::move(op.before)));
        op.after = without_keys(*known, widened(*known, std::move(op.after)));
    }
}

void HistoryReplay::create(const HistoryStep& step, std::vector<HistoryOp>& ops) {
    const Layout& layout = step.create_block->layout;
    const bool all_void = is_void(step.dot);
    const std::size_t first = ops.size();
    ops.push_back({step.dot, step.at, "", OpKind::create, {}, {}, all_void, false});
    auto stored = std::make_unique<StoredLayout>();
    stored->layout = layout;
    const Creation creation{step.dot, step.at, stored.get()};
    std::vector<Value> values = step.create->values;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        stored->types.push_back(type_of(values[i]));
        const Dot dot = creation.field_dot(i);
        const std::string& field = layout.entries[i].field;
        if (type_of(values[i]) == ValueType::absent) {
            if (!all_void && !record_.fields.contains(field)) {
                forgotten_.insert(field);
            }
            continue;
        }
        const bool field_void = all_void || is_void(dot);
        ops.push_back({dot, step.at, field, OpKind::set, shown(field), values[i], field_void, true});
        if (field_void) {
            values[i] = Absent{};
        }
    }
    if (all_void) {
        return;
    }
    std::vector<Dot> content_dots;
    content_dots_of(hasher_, layout, values, content_dots);
    record_.kind = layout.kind;
    apply_create(record_, creation, values, content_dots, Past(step.change->seen, step.dot), devices_,
                 nullptr);
    layouts_.push_back(std::move(stored));
    for (HistoryOp& op : std::span(ops).subspan(first)) {
        // Of a set or a text the whole is told; of other fields what this create entered.
        const auto found = record_.fields.find(op.field);
        const bool grows = found != record_.fields.end() && shape_of(found->second) >= Shape::set;
        if (!op.is_void && op.kind == OpKind::set && grows) {
            op.after = shown(op.field);
        }
    }
}

/// Edits of one text in one change set are told as one: a key stroke is not worth two copies of the text.
bool HistoryReplay::continues_text(const HistoryStep& step, const std::vector<HistoryOp>& ops) const {
    return in_text_ && step.op != nullptr && step.field_block->kind == OpKind::edit_text &&
           ops.back().field == step.field_block->field && ops.back().dot.device == step.dot.device &&
           ops.back().dot.seq == step.dot.seq && !is_void(step.dot);
}

void HistoryReplay::finish(std::vector<HistoryOp>& ops) {
    if (in_text_) {
        ops.back().after = shown(ops.back().field);
        in_text_ = false;
    }
}

void HistoryReplay::field_op(const HistoryStep& step, std::vector<HistoryOp>& ops) {
    const FieldBlock& block = *step.field_block;
    if (continues_text(step, ops)) {
        const Past past(step.change->seen, step.dot);
        (void)apply_op(record_, *step.op, {block.kind, block.field, block.shape, past, devices_});
        return;
    }
    finish(ops);
    HistoryOp entry{step.dot,           step.at, block.field,       block.kind,
                    shown(block.field), {},      is_void(step.dot), false};
    if (!entry.is_void) {
        const Past past(step.change->seen, step.dot);
        entry.is_void = !apply_op(record_, *step.op, {block.kind, block.field, block.shape, past, devices_});
    }
    if (!entry.is_void) {
        forgotten_.erase(block.field);
    }
    // What somebody entered is told even where another value goes on being shown.
    const bool enters = block.kind == OpKind::set || block.kind == OpKind::resolve;
    in_text_ = block.kind == OpKind::edit_text && !entry.is_void;
    entry.after = in_text_ ? Value() : entry.is_void || enters ? step.op->value : shown(block.field);
    ops.push_back(std::move(entry));
}

void HistoryReplay::apply(const HistoryStep& step, std::vector<HistoryOp>& ops) {
    if (step.create != nullptr) {
        finish(ops);
        create(step, ops);
    } else {
        field_op(step, ops);
    }
}

Store::Appearance HistoryReplay::appearance() const {
    Store::Appearance appearance;
    appearance.deleted = record_.deleted();
    appearance.forgotten.assign(forgotten_.begin(), forgotten_.end());
    for (const auto& [name, content] : record_.fields) {
        Value value = shown(name);
        if (type_of(value) != ValueType::null) {
            appearance.fields.push_back({name, std::move(value)});
        }
    }
    return appearance;
}

}  // namespace cotmoc::core
