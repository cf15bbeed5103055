#include "store/editing.hpp"

#include "merge/workflow.hpp"

#include <cotmoc/core/attachment.hpp>

#include <algorithm>

namespace cotmoc::core {

std::size_t encoded_size(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return text->size() + 4;
    }
    if (const auto* list = std::get_if<TextList>(&value)) {
        std::size_t size = 4;
        for (const std::string& item : *list) {
            size += item.size() + 4;
        }
        return size;
    }
    return 16;
}

Result<void> Editing::make(OpKind kind, std::string_view field, Shape shape, FieldOp op, bool keep_value) {
    changed_ = true;
    const Dot dot = next_dot();
    op.index = dot.index;
    if (now_.creations.empty()) {
        op.record.id = record_.id;
    } else {
        op.record.created = now_.creations.front().dot;
    }
    COTMOC_ASSIGN(op.at, impl_.stamp());
    const bool full_history = kind_ != nullptr && kind_->full_history;
    COTMOC_TRY(
        apply_op(now_, op, {kind, field, shape, Past(seen_, dot), impl_.devices, is_workflow(kind_, field)}));
    return impl_.journal.add_op(*space_, record_.row, kind, field, op, keep_value || full_history);
}

Result<void> Editing::check_move(const Field& field, const Value& value, const Dot& dot) const {
    return check_workflow_move(field, content(field), value, Past(seen_, dot), impl_.role);
}

const FieldContent* Editing::content(const Field& field) const {
    const auto found = now_.fields.find(field.key);
    return found != now_.fields.end() ? &found->second : nullptr;
}

Value Editing::shown(const Field& field) const {
    const FieldContent* known = content(field);
    return known != nullptr ? widened(field, shown_value(*known, {impl_.devices, &field})) : Value();
}

Result<void> Editing::check_join(const Value& target) const {
    return impl_.records.check_join(*space_, now_, record_.id, target, Past(seen_, next_dot()));
}

Result<void> Editing::set_join(const Value& target) {
    reserve(encoded_size(target) + 64);
    COTMOC_TRY(check_join(target));
    const FieldContent* known = content(join_field());
    const auto* reg = known != nullptr ? std::get_if<Register>(known) : nullptr;
    const bool disputed = reg != nullptr && !reg->listed({impl_.devices, &join_field()}).empty();
    FieldOp op;
    op.over = over(join_field());
    op.value = target;
    // Never folded into an earlier op: the target may have been made after that.
    return make(disputed ? OpKind::resolve : OpKind::set, join_key, Shape::register_, std::move(op), true);
}

const RegisterOp* Editing::displayed(const Field& field) const {
    const FieldContent* known = content(field);
    if (known == nullptr) {
        return nullptr;
    }
    const auto* counter = std::get_if<Counter>(known);
    const Register* reg = counter != nullptr ? &counter->bases() : std::get_if<Register>(known);
    return reg != nullptr ? reg->displayed({impl_.devices, &field}) : nullptr;
}

Over Editing::over(const Field& field) const {
    const RegisterOp* shown = displayed(field);
    if (shown == nullptr) {
        return {};
    }
    if (!now_.creations.empty()) {
        const Creation& creation = now_.creations.front();
        const auto position = creation.layout->position(field.key);
        if (position && creation.field_dot(*position) == shown->dot) {
            return {Over::Kind::creation, {}};
        }
    }
    return {Over::Kind::dot, shown->dot};
}

bool Editing::is_shown(const Field& field, const Value& value, bool imported) const {
    const RegisterOp* shown = displayed(field);
    if (shown == nullptr) {
        return type_of(value) == ValueType::null;
    }
    const FieldContent& content = now_.fields.find(field.key)->second;
    const RegisterView view{impl_.devices, &field};
    const auto* counter = std::get_if<Counter>(&content);
    const Register& reg = counter != nullptr ? counter->bases() : std::get<Register>(content);
    // Setting a disputed field to the value it shows is a decision, and so an edit.
    // A value of a narrower type that the catalogue once had counts as what people see of it.
    return (shown->value == value || widened(field, shown->value) == value) && reg.listed(view).empty() &&
           (counter == nullptr || imported || shown_value(content, view) == value);
}

/// Only a plain set gives way to a later one (S3), and a base only if no increment was made since: the later
/// base has seen those, the earlier one has not.
Result<bool> Editing::may_fold(const Field& field, const RegisterOp& shown) {
    const auto* counter = std::get_if<Counter>(&now_.fields.find(field.key)->second);
    if (counter != nullptr && std::ranges::any_of(counter->increments(), [&](const Increment& increment) {
            return std::ranges::find(increment.covered_by, shown.dot) == increment.covered_by.end();
        })) {
        return false;
    }
    // An acknowledgement has settled the pending value; a new one has not been looked at by anybody.
    return shown.settled ? Result<bool>(false) : impl_.journal.is_set(*space_, shown.dot);
}

Result<void> Editing::set_register(const Field& field, const Value& value, bool imported) {
    reserve(encoded_size(value) + 64);
    const RegisterOp* shown = displayed(field);
    const bool full_history = kind_ != nullptr && kind_->full_history;
    if (is_shown(field, value, imported)) {
        return {};
    }
    // What a create set is not replaced in place: the create keeps one stamp for all its fields.
    const bool created = over(field).kind == Over::Kind::creation;
    const bool own_and_open = shown != nullptr && in_open_set(shown->dot) && !created && !full_history;
    COTMOC_ASSIGN(const bool foldable, own_and_open ? may_fold(field, *shown) : Result<bool>(false));
    COTMOC_TRY(check_move(field, value, foldable ? shown->dot : next_dot()));
    if (foldable) {
        COTMOC_ASSIGN(const Hlc at, impl_.stamp());
        space_->gathered += encoded_size(value);
        auto& content = now_.fields.find(field.key)->second;
        auto* counter = std::get_if<Counter>(&content);
        const bool replaced = counter != nullptr
                                  ? counter->replace_pending_base(shown->dot, at, value)
                                  : std::get<Register>(content).replace_pending(shown->dot, at, value);
        COTMOC_CHECK(replaced);
        changed_ = true;
        return {};
    }
    if (shown != nullptr && unsealed(shown->dot) && !in_open_set(shown->dot) && !created) {
        // Its set is closed already: what it settled must reach the others, so the journal keeps its value.
        COTMOC_TRY(impl_.journal.keep_value(*space_, shown->dot, shown->at, shown->value));
    }
    FieldOp op;
    const bool in_vain = created && unsealed(shown->dot) && !full_history;
    const Dot replaced = shown != nullptr ? shown->dot : Dot();
    op.over = over(field);
    op.value = value;
    COTMOC_TRY(make(OpKind::set, field.key, field.shape, std::move(op), false));
    if (auto* reg = std::get_if<Register>(&now_.fields.find(field.key)->second); reg != nullptr && in_vain) {
        reg->forget_passed(replaced);
    }
    return {};
}

Result<void> Editing::element(const Field& field, OpKind kind, const std::string& element) {
    reserve(element.size() + 64);
    FieldOp op;
    op.value = element;
    return make(kind, field.key, Shape::set, std::move(op), true);
}

Result<void> Editing::set_elements(const Field& field, const Value& value) {
    const auto* wanted = std::get_if<TextList>(&value);
    const TextList target = wanted != nullptr ? *wanted : TextList();
    const FieldContent* known = content(field);
    const auto* held = known != nullptr ? std::get_if<ElementSet>(known) : nullptr;
    if (known != nullptr && held == nullptr) {
        return fail(ErrorCode::wrong_shape, field.name);
    }
    const TextList current = held != nullptr ? held->elements() : TextList();
    for (const std::string& item : current) {
        if (!std::ranges::binary_search(target, item)) {
            COTMOC_TRY(element(field, OpKind::remove, item));
        }
    }
    for (const std::string& item : target) {
        if (!std::ranges::binary_search(current, item)) {
            COTMOC_TRY(element(field, OpKind::insert, item));
        }
    }
    return {};
}

Result<void> Editing::add(const Field& field, std::int64_t amount) {
    reserve(64);
    const auto found = now_.fields.find(field.key);
    auto* counter = found != now_.fields.end() ? std::get_if<Counter>(&found->second) : nullptr;
    const bool full_history = kind_ != nullptr && kind_->full_history;
    if (counter != nullptr && !full_history && !counter->increments().empty()) {
        const Dot last = counter->increments().back().dot;
        if (in_open_set(last) && made_since_open(last) && counter->add_to_pending(last, amount)) {
            changed_ = true;
            return {};
        }
    }
    FieldOp op;
    op.value = amount;
    return make(OpKind::add, field.key, Shape::counter, std::move(op), false);
}

Result<void> Editing::set(const Field& field, const Value& value, bool imported) {
    switch (field.shape) {
        case Shape::register_:
        case Shape::counter:
            return set_register(field, value, imported);
        case Shape::set:
            return set_elements(field, value);
        case Shape::text:
            break;
    }
    const auto* text = std::get_if<std::string>(&value);
    return set_text(field, text != nullptr ? std::string_view(*text) : std::string_view());
}

Result<void> Editing::check_shown(const Field& field, const std::optional<std::string>& shown) const {
    if (!shown) {
        return {};
    }
    const auto found = before_.fields.find(field.key);
    const FieldContent* content = found != before_.fields.end() ? &found->second : nullptr;
    if (*shown == field_version(impl_.hasher, content, impl_.devices)) {
        return {};
    }
    std::string detail = field.name + ": ";
    append_json(detail, content != nullptr
                            ? without_keys(field, shown_value(*content, {impl_.devices, &field}))
                            : Value());
    return fail(ErrorCode::stale, std::move(detail));
}

Result<void> Editing::check_entry(const FieldEdit& edit) const {
    const Field* field = kind_ != nullptr ? kind_->find(edit.field) : nullptr;
    return field != nullptr && edit.kind != FieldEdit::Kind::remove ? check_entered(*field, edit.value)
                                                                    : Result<void>();
}

Result<void> Editing::edit(const FieldEdit& edit) {
    const Field* field = kind_ != nullptr ? kind_->find(edit.field) : nullptr;
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, now_.kind + "." + edit.field);
    }
    COTMOC_TRY(check_not_retired(*field));
    COTMOC_TRY(check_shown(*field, edit.shown));
    switch (edit.kind) {
        case FieldEdit::Kind::set:
            COTMOC_TRY(check_value(*field, edit.value));
            return set(*field, edit.value, edit.imported);
        case FieldEdit::Kind::add:
            if (field->shape != Shape::counter || type_of(edit.value) != ValueType::integer) {
                return fail(ErrorCode::wrong_shape, edit.field);
            }
            return add(*field, std::get<std::int64_t>(edit.value));
        case FieldEdit::Kind::splice:
            return splice(*field, edit);
        case FieldEdit::Kind::insert:
        case FieldEdit::Kind::remove:
            break;
    }
    const auto* item = std::get_if<std::string>(&edit.value);
    if (field->shape != Shape::set || item == nullptr) {
        return fail(ErrorCode::wrong_shape, edit.field);
    }
    COTMOC_TRY(check_value(*field, TextList{*item}));
    const FieldContent* known = content(*field);
    const auto* held = known != nullptr ? std::get_if<ElementSet>(known) : nullptr;
    if (known != nullptr && held == nullptr) {
        return fail(ErrorCode::wrong_shape, edit.field);  // a snapshot may hold it otherwise
    }
    const bool in = held != nullptr && held->contains(*item);
    const bool insert = edit.kind == FieldEdit::Kind::insert;
    if (in == insert) {
        return {};
    }
    return element(*field, insert ? OpKind::insert : OpKind::remove, *item);
}

}  // namespace cotmoc::core
