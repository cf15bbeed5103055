// Local edits: the same ops that others will apply, applied here first and journalled.
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

std::size_t size_of(const Value& value) {
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

bool is_nothing(const FieldValue& field, Shape shape) {
    const auto* list = std::get_if<TextList>(&field.value);
    const auto* text = std::get_if<std::string>(&field.value);
    return type_of(field.value) == ValueType::null || (list != nullptr && list->empty()) ||
           (shape == Shape::text && text != nullptr && text->empty());
}

/// One edit of one record in progress: its row, its state before and now.
class Editing {
public:
    Editing(StoreImpl& impl, LoadedRecord record) : impl_(impl), record_(std::move(record)) {}

    Result<void> load() {
        space_ = impl_.spaces.find(record_.space);
        COTMOC_CHECK(space_ != nullptr);
        COTMOC_ASSIGN(before_, impl_.records.decode(record_));
        now_ = before_;
        kind_ = impl_.records.kind(now_.kind);
        seen_ = space_->seen();
        return {};
    }
    Result<void> save() {
        COTMOC_TRY(impl_.records.save(*space_, record_, before_, now_));
        return {};
    }

    Result<void> edit(const FieldEdit& edit);
    Result<void> set(const Field& field, const Value& value, bool imported);
    bool is_shown(const Field& field, const Value& value, bool imported) const;
    Result<bool> may_fold(const Field& field, const RegisterOp& shown);
    Result<void> set_register(const Field& field, const Value& value, bool imported);
    Result<void> set_elements(const Field& field, const Value& value);
    Result<void> set_text(const Field& field, std::string_view text);
    Result<void> add(const Field& field, std::int64_t amount);
    Result<void> element(const Field& field, OpKind kind, const std::string& element);
    Result<void> make(OpKind kind, std::string_view field, Shape shape, FieldOp op, bool keep_value);

    const RecordState& state() const { return now_; }
    bool changed() const { return changed_; }
    const Kind* kind() const { return kind_; }
    const RegisterOp* displayed(const Field& field) const;
    Over over(const Field& field) const;
    void reserve(std::size_t size) { impl_.journal.reserve(*space_, size); }
    Dot next_dot() const { return impl_.next_dot(*space_); }

private:
    bool unsealed(const Dot& dot) const {
        const FeedState* own = space_->feed(*impl_.devices.self);
        return dot.device == *impl_.devices.self && dot.seq > (own != nullptr ? own->seq : 0);
    }
    bool in_open_set(const Dot& dot) const {
        return dot.device == *impl_.devices.self && dot.seq == space_->open_seq;
    }

    StoreImpl& impl_;
    LoadedRecord record_;
    SpaceEntry* space_ = nullptr;
    RecordState before_;
    RecordState now_;
    const Kind* kind_ = nullptr;
    std::vector<std::uint64_t> seen_;
    bool changed_ = false;
};

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
    COTMOC_TRY(apply_op(now_, op, {kind, field, shape, Past(seen_, dot), impl_.devices}));
    return impl_.journal.add_op(*space_, record_.row, kind, field, op, keep_value || full_history);
}

const RegisterOp* Editing::displayed(const Field& field) const {
    const auto found = now_.fields.find(field.name);
    if (found == now_.fields.end()) {
        return nullptr;
    }
    const auto* counter = std::get_if<Counter>(&found->second);
    const Register* reg = counter != nullptr ? &counter->bases() : std::get_if<Register>(&found->second);
    return reg != nullptr ? reg->displayed({impl_.devices, &field}) : nullptr;
}

Over Editing::over(const Field& field) const {
    const RegisterOp* shown = displayed(field);
    if (shown == nullptr) {
        return {};
    }
    if (!now_.creations.empty()) {
        const Creation& creation = now_.creations.front();
        const auto position = creation.layout->position(field.name);
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
    const FieldContent& content = now_.fields.find(field.name)->second;
    const RegisterView view{impl_.devices, &field};
    const auto* counter = std::get_if<Counter>(&content);
    const Register& reg = counter != nullptr ? counter->bases() : std::get<Register>(content);
    // Setting a disputed field to the value it shows is a decision, and so an edit.
    return shown->value == value && reg.listed(view).empty() &&
           (counter == nullptr || imported || shown_value(content, view) == value);
}

/// Only a plain set gives way to a later one (S3), and a base only if no increment was made since: the later
/// base has seen those, the earlier one has not.
Result<bool> Editing::may_fold(const Field& field, const RegisterOp& shown) {
    const auto* counter = std::get_if<Counter>(&now_.fields.find(field.name)->second);
    if (counter != nullptr && std::ranges::any_of(counter->increments(), [&](const Increment& increment) {
            return std::ranges::find(increment.covered_by, shown.dot) == increment.covered_by.end();
        })) {
        return false;
    }
    return impl_.journal.is_set(*space_, shown.dot);
}

Result<void> Editing::set_register(const Field& field, const Value& value, bool imported) {
    reserve(size_of(value) + 64);
    const RegisterOp* shown = displayed(field);
    const bool full_history = kind_ != nullptr && kind_->full_history;
    if (is_shown(field, value, imported)) {
        return {};
    }
    // What a create set is not replaced in place: the create keeps one stamp for all its fields.
    const bool created = over(field).kind == Over::Kind::creation;
    const bool own_and_open = shown != nullptr && in_open_set(shown->dot) && !created && !full_history;
    COTMOC_ASSIGN(const bool foldable, own_and_open ? may_fold(field, *shown) : Result<bool>(false));
    if (foldable) {
        COTMOC_ASSIGN(const Hlc at, impl_.stamp());
        space_->gathered += size_of(value);
        auto& content = now_.fields.find(field.name)->second;
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
    op.over = over(field);
    op.value = value;
    return make(OpKind::set, field.name, field.shape, std::move(op), false);
}

Result<void> Editing::element(const Field& field, OpKind kind, const std::string& element) {
    reserve(element.size() + 64);
    FieldOp op;
    op.value = element;
    return make(kind, field.name, Shape::set, std::move(op), true);
}

Result<void> Editing::set_elements(const Field& field, const Value& value) {
    const auto* wanted = std::get_if<TextList>(&value);
    const TextList target = wanted != nullptr ? *wanted : TextList();
    const auto found = now_.fields.find(field.name);
    const TextList current =
        found != now_.fields.end() ? std::get<ElementSet>(found->second).elements() : TextList();
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

Result<void> Editing::set_text(const Field& field, std::string_view text) {
    reserve(text.size() + 64);
    const auto found = now_.fields.find(field.name);
    auto* sequence = found != now_.fields.end() ? std::get_if<TextSequence>(&found->second) : nullptr;
    const auto fresh = sequence != nullptr ? sequence->fresh_dot() : std::nullopt;
    const bool full_history = kind_ != nullptr && kind_->full_history;
    if (fresh && fresh->device == content_device && !now_.creations.empty() && !full_history &&
        unsealed(now_.creations.front().dot)) {
        // Nobody has seen the initial text: the create takes the new one, or gives it up if its set is
        // closed.
        if (sequence->text() == text) {
            return {};
        }
        changed_ = true;
        if (in_open_set(now_.creations.front().dot) && !text.empty()) {
            space_->gathered += text.size();
            *sequence = TextSequence::from_text(content_dot(impl_.hasher, text), text);
            return {};
        }
        now_.fields.erase(found);
        sequence = nullptr;
    }
    FieldOp op;
    op.edit = (sequence != nullptr ? *sequence : TextSequence()).diff_to(next_dot(), text);
    if (op.edit.inserts.empty() && op.edit.deletes.empty()) {
        return {};
    }
    return make(OpKind::edit_text, field.name, Shape::text, std::move(op), true);
}

Result<void> Editing::add(const Field& field, std::int64_t amount) {
    reserve(64);
    const auto found = now_.fields.find(field.name);
    auto* counter = found != now_.fields.end() ? std::get_if<Counter>(&found->second) : nullptr;
    const bool full_history = kind_ != nullptr && kind_->full_history;
    if (counter != nullptr && !full_history && !counter->increments().empty()) {
        const Dot last = counter->increments().back().dot;
        COTMOC_ASSIGN(const Hlc at, impl_.stamp());
        if (in_open_set(last) && counter->add_to_pending(last, at, amount)) {
            changed_ = true;
            return {};
        }
    }
    FieldOp op;
    op.value = amount;
    return make(OpKind::add, field.name, Shape::counter, std::move(op), false);
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

Result<void> Editing::edit(const FieldEdit& edit) {
    const Field* field = kind_ != nullptr ? kind_->find(edit.field) : nullptr;
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, now_.kind + "." + edit.field);
    }
    switch (edit.kind) {
        case FieldEdit::Kind::set:
            COTMOC_TRY(check_value(*field, edit.value));
            return set(*field, edit.value, edit.imported);
        case FieldEdit::Kind::add:
            if (field->shape != Shape::counter || type_of(edit.value) != ValueType::integer) {
                return fail(ErrorCode::wrong_shape, edit.field);
            }
            return add(*field, std::get<std::int64_t>(edit.value));
        case FieldEdit::Kind::insert:
        case FieldEdit::Kind::remove:
            break;
    }
    const auto* item = std::get_if<std::string>(&edit.value);
    if (field->shape != Shape::set || item == nullptr) {
        return fail(ErrorCode::wrong_shape, edit.field);
    }
    COTMOC_TRY(check_value(*field, TextList{*item}));
    const auto found = now_.fields.find(field->name);
    const bool in = found != now_.fields.end() && std::get<ElementSet>(found->second).contains(*item);
    const bool insert = edit.kind == FieldEdit::Kind::insert;
    if (in == insert) {
        return {};
    }
    return element(*field, insert ? OpKind::insert : OpKind::remove, *item);
}

}  // namespace

Result<RecordId> Store::add(const SpaceId& space_id, const Kind& kind, std::span<const FieldValue> fields,
                            const RecordId& id) {
    COTMOC_CHECK(impl_->writing);
    if (!impl_->devices.self) {
        return fail(ErrorCode::not_joined);
    }
    if (!std::ranges::is_sorted(fields, {}, &FieldValue::field)) {
        // Layouts and bodies are in the order of names.
        std::vector<FieldValue> sorted(fields.begin(), fields.end());
        std::ranges::sort(sorted, {}, &FieldValue::field);
        return add(space_id, kind, sorted, id);
    }
    const auto twice = std::ranges::adjacent_find(fields, {}, &FieldValue::field);
    if (twice != fields.end()) {
        return fail(ErrorCode::duplicate_key, twice->field);
    }
    Layout layout{kind.name, {}};
    std::vector<Value> values;
    std::size_t size = 0;
    for (const FieldValue& field : fields) {
        const Field* known = kind.find(field.field);
        if (known == nullptr) {
            return fail(ErrorCode::unknown_field, kind.name + "." + field.field);
        }
        COTMOC_TRY(check_value(*known, field.value));
        if (!is_nothing(field, known->shape)) {
            layout.entries.push_back({field.field, known->shape});
            values.push_back(field.value);
            size += size_of(field.value);
        }
    }
    for (const Field& field : kind.fields) {
        if (field.required &&
            !std::ranges::binary_search(layout.entries, std::string_view(field.name), {},
                                        [](const Layout::Entry& e) { return std::string_view(e.field); })) {
            return fail(ErrorCode::missing_field, kind.name + "." + field.name);
        }
    }
    if (size > record_bytes_max) {
        return fail(ErrorCode::value_too_long, kind.name);
    }
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(space_id));
    impl_->journal.reserve(*space, size + 32);
    COTMOC_ASSIGN(const StoredLayout* stored, impl_->interning.layout(layout, values));
    COTMOC_ASSIGN(const Hlc at, impl_->stamp());
    COTMOC_ASSIGN(const std::optional<std::int64_t> row,
                  impl_->records.insert_fresh(*space, id, *stored, impl_->next_dot(*space), at, values));
    if (!row) {
        return fail(ErrorCode::record_exists, to_uuid_text(id));
    }
    COTMOC_TRY(impl_->journal.add_create(
        *space, *row, static_cast<std::uint32_t>(values.size()), size,
        kind.full_history ? std::span<const Value>(values) : std::span<const Value>()));
    return id;
}

Result<bool> Store::edit(const RecordId& id, std::span<const FieldEdit> edits) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(LoadedRecord record, impl_->get(id));
    if ((record.flags & record_flag::deleted) != 0) {
        return fail(ErrorCode::record_deleted, to_uuid_text(id));
    }
    Editing editing(*impl_, std::move(record));
    COTMOC_TRY(editing.load());
    for (const FieldEdit& edit : edits) {
        COTMOC_TRY(editing.edit(edit));
    }
    if (!editing.changed()) {
        return false;
    }
    COTMOC_TRY(editing.save());
    return true;
}

Result<void> Store::remove(const RecordId& id) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(LoadedRecord record, impl_->get(id));
    if ((record.flags & record_flag::deleted) != 0) {
        return {};
    }
    Editing editing(*impl_, std::move(record));
    COTMOC_TRY(editing.load());
    editing.reserve(64);
    COTMOC_TRY(editing.make(OpKind::delete_record, "", Shape::register_, {}, true));
    return editing.save();
}

Result<void> Store::restore(const RecordId& id) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(LoadedRecord record, impl_->get(id));
    if ((record.flags & (record_flag::deleted | record_flag::edited_while_deleted)) == 0) {
        return {};
    }
    Editing editing(*impl_, std::move(record));
    COTMOC_TRY(editing.load());
    editing.reserve(64);
    COTMOC_TRY(editing.make(OpKind::restore_record, "", Shape::register_, {}, true));
    return editing.save();
}

Result<void> Store::resolve(const RecordId& id, std::string_view field_name, const Resolution& resolution) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(LoadedRecord record, impl_->get(id));
    if ((record.flags & record_flag::deleted) != 0) {
        return fail(ErrorCode::record_deleted, to_uuid_text(id));
    }
    Editing editing(*impl_, std::move(record));
    COTMOC_TRY(editing.load());
    const Field* field = editing.kind() != nullptr ? editing.kind()->find(field_name) : nullptr;
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, std::string(field_name));
    }
    const auto all = impl_->records.conflicts(editing.state());
    const auto conflict = std::ranges::find(all, field_name, &FieldConflict::field);
    if (conflict == all.end()) {
        return fail(ErrorCode::no_conflict, std::string(field_name));
    }
    FieldOp op;
    if (resolution.take) {
        if (*resolution.take >= conflict->values.size()) {
            return fail(ErrorCode::no_conflict, std::string(field_name) + " has " +
                                                    std::to_string(conflict->values.size()) + " values");
        }
        op.value = conflict->values[*resolution.take].value;
    } else if (resolution.value) {
        COTMOC_TRY(check_value(*field, *resolution.value));
        op.value = *resolution.value;
    }
    const bool acknowledge = !resolution.take && !resolution.value;
    if (!acknowledge) {
        op.over = editing.over(*field);
    }
    editing.reserve(size_of(op.value) + 64);
    COTMOC_TRY(editing.make(acknowledge ? OpKind::acknowledge : OpKind::resolve, field_name, field->shape,
                            std::move(op), true));
    return editing.save();
}

}  // namespace cotmoc::core
