#include "merge/record_apply.hpp"

#include "merge/workflow.hpp"

namespace cotmoc::core {
namespace {

FieldContent empty_content(Shape shape) {
    switch (shape) {
        case Shape::register_:
            return Register();
        case Shape::counter:
            return Counter();
        case Shape::set:
            return ElementSet();
        case Shape::text:
            break;
    }
    return TextSequence();
}

std::optional<Dot> over_dot(const RecordState& state, const FieldOp& op, std::string_view field,
                            const Past& past) {
    if (op.over.kind == Over::Kind::dot) {
        // Nobody can have been shown what lies outside the past; honoured, it would count here and not there.
        return past.contains(op.over.dot) ? std::optional(op.over.dot) : std::nullopt;
    }
    if (op.over.kind == Over::Kind::creation && !op.record.id) {
        if (const Creation* creation = state.find_creation(op.record.created)) {
            if (const auto position = creation->layout->position(field)) {
                return creation->field_dot(*position);
            }
        }
    }
    return std::nullopt;
}

Result<void> apply_to_register(Register& reg, const FieldOp& op, const OpContext& context,
                               const std::optional<Dot>& over) {
    if (context.kind == OpKind::acknowledge) {
        reg.apply_acknowledge(context.past);
    } else {
        reg.apply_set({context.past.op(), op.at, op.value, false}, over,
                      {context.kind == OpKind::resolve, context.is_workflow}, context.past);
    }
    return {};
}

Result<void> apply_to_counter(Counter& counter, const FieldOp& op, const OpContext& context,
                              const std::optional<Dot>& over) {
    if (context.kind == OpKind::acknowledge) {
        counter.apply_acknowledge(context.past);
    } else if (context.kind == OpKind::add) {
        counter.apply_increment({context.past.op(), op.at, std::get<std::int64_t>(op.value), {}});
    } else {
        counter.apply_base({context.past.op(), op.at, op.value, false}, over,
                           {context.kind == OpKind::resolve, false}, context.past);
    }
    return {};
}

Result<void> apply_to_set(ElementSet& set, const FieldOp& op, const OpContext& context) {
    const std::string& element = std::get<std::string>(op.value);
    if (context.kind == OpKind::insert) {
        set.apply_insert(element, {context.past.op(), op.at}, context.past);
    } else {
        set.apply_remove(element, context.past);
    }
    return {};
}

/// The state must not decide whether an edit fits: another replica may hold more than the edit's author did.
Result<void> apply_to_text(TextSequence& text, const RecordState& state, const FieldOp& op,
                           const OpContext& context) {
    const auto was_seen = [&](const Dot& dot) {
        return dot.device == content_device ? state.initial_text_seen(context.field, dot, context.past)
                                            : dot == context.past.op() || context.past.contains(dot);
    };
    for (const TextInsert& insert : op.edit.inserts) {
        if (insert.parent && !was_seen(insert.parent->dot)) {
            return fail(ErrorCode::bad_encoding, "unseen parent of an inserted text");
        }
    }
    for (const TextDelete& range : op.edit.deletes) {
        if (!was_seen(range.first.dot)) {
            return fail(ErrorCode::bad_encoding, "deletion of an unseen element");
        }
    }
    return text.apply(context.past.op(), op.edit, context.devices);
}

}  // namespace

Result<void> apply_op(RecordState& state, const FieldOp& op, const OpContext& context) {
    const Dot dot = context.past.op();
    if (context.kind == OpKind::delete_record) {
        state.apply_delete({dot, op.at, false}, context.past);
        return {};
    }
    if (context.kind == OpKind::restore_record) {
        state.apply_restore(dot, context.past);
        return {};
    }
    auto found = state.fields.find(context.field);
    const bool is_new = found == state.fields.end();
    if (is_new && context.kind == OpKind::acknowledge) {
        // Nothing to settle. An empty field would stand in the digest form, and storage does not keep one.
        state.note_op(dot, false, context.past);
        return {};
    }
    if (is_new) {
        found = state.fields.emplace(std::string(context.field), empty_content(context.shape)).first;
    } else if (shape_of(found->second) != context.shape) {
        return fail(ErrorCode::bad_encoding, std::string(context.field) + " has another shape");
    }
    FieldContent& content = found->second;
    const auto over = over_dot(state, op, context.field, context.past);
    Result<void> applied;
    switch (context.shape) {
        case Shape::register_:
            applied = apply_to_register(std::get<Register>(content), op, context, over);
            break;
        case Shape::counter:
            applied = apply_to_counter(std::get<Counter>(content), op, context, over);
            break;
        case Shape::set:
            applied = apply_to_set(std::get<ElementSet>(content), op, context);
            break;
        case Shape::text:
            applied = apply_to_text(std::get<TextSequence>(content), state, op, context);
            break;
    }
    if (!applied) {
        if (is_new) {
            state.fields.erase(found);
        }
        return applied;
    }
    const bool value_op = context.kind != OpKind::remove && context.kind != OpKind::acknowledge;
    state.note_op(dot, value_op, context.past);
    return {};
}

void apply_create(RecordState& state, const Creation& creation, std::span<const Value> values,
                  std::span<const Dot> content_dots, const Past& past, const DeviceTable& devices,
                  const Kind* kind) {
    const Layout& layout = creation.layout->layout;
    state.prepare_creation();
    for (std::uint32_t position = 0; position < values.size(); ++position) {
        const Layout::Entry& entry = layout.entries[position];
        const Value& value = values[position];
        if (type_of(value) == ValueType::absent) {
            continue;
        }
        const Dot dot = creation.field_dot(position);
        const auto found = state.fields.find(entry.field);
        if (found == state.fields.end()) {
            state.fields.emplace(
                entry.field, initial_content(entry.shape, dot, creation.at, value, content_dots[position]));
            continue;
        }
        const Past field_past = past.at(dot);
        if (auto* reg = std::get_if<Register>(&found->second)) {
            reg->apply_set({dot, creation.at, value, false}, std::nullopt,
                           {false, is_workflow(kind, entry.field)}, field_past);
        } else if (auto* counter = std::get_if<Counter>(&found->second)) {
            counter->apply_base({dot, creation.at, value, false}, std::nullopt, {}, field_past);
        } else if (auto* set = std::get_if<ElementSet>(&found->second)) {
            if (const auto* list = std::get_if<TextList>(&value)) {
                for (const std::string& element : *list) {
                    set->apply_insert(element, {dot, creation.at}, field_past);
                }
            }
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            // Equal initial texts have equal element ids, so the second one is refused: they are one text.
            const TextEdit edit{{{std::nullopt, Side::right, *text}}, {}};
            (void)std::get<TextSequence>(found->second).apply(content_dots[position], edit, devices);
        }
    }
    state.add_creation(creation, content_dots);
    const auto last = static_cast<std::uint32_t>(creation.dot.index + layout.entries.size());
    state.note_op({creation.dot.device, creation.dot.seq, last}, true, past);
}

}  // namespace cotmoc::core
