// Bringing a record back to what it showed once, by the edits that a person would make.
#include "store/editing.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

Value value_then(const Store::Appearance& then, const Field& field) {
    const auto found = std::ranges::find(then.fields, field.key, &FieldValue::field);
    return found != then.fields.end() ? widened(field, found->value) : Value();
}

Value value_now(const Editing& editing, const Field& field, const DeviceTable& devices) {
    const auto found = editing.state().fields.find(field.key);
    return found != editing.state().fields.end()
               ? widened(field, shown_value(found->second, {devices, &field}))
               : Value();
}

Result<void> revert_fields(Editing& editing, const Store::Appearance& then, const DeviceTable& devices) {
    for (const Field& field : editing.kind()->fields) {
        Value value = value_then(then, field);
        const bool added_since = field.required && type_of(value) == ValueType::null;
        const bool forgotten = std::ranges::find(then.forgotten, field.key) != then.forgotten.end();
        if (field.retired || added_since || forgotten || value == value_now(editing, field, devices)) {
            continue;
        }
        COTMOC_TRY(editing.edit({FieldEdit::Kind::set, field.name, std::move(value)}));
    }
    return {};
}

}  // namespace

Result<bool> Store::revert(const RecordId& id, const Appearance& then) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(LoadedRecord record, impl_->get(id));
    const bool deleted = (record.flags & record_flag::deleted) != 0;
    if (deleted && then.deleted) {
        return false;
    }
    Editing editing(*impl_, std::move(record));
    COTMOC_TRY(editing.load());
    if (editing.kind() == nullptr) {
        return fail(ErrorCode::unknown_kind, editing.state().kind);
    }
    const auto on_record = [&](OpKind kind) -> Result<void> {
        editing.reserve(64);
        return editing.make(kind, "", Shape::register_, {}, true);
    };
    if (deleted) {
        COTMOC_TRY(on_record(OpKind::restore_record));
    }
    COTMOC_TRY(revert_fields(editing, then, impl_->devices));
    if (then.deleted) {
        // Last, so that a later restore shows the values of then.
        COTMOC_TRY(on_record(OpKind::delete_record));
    }
    if (!editing.changed()) {
        return false;
    }
    COTMOC_TRY(editing.save());
    return true;
}

}  // namespace cotmoc::core
