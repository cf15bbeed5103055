// Local edits: new records, and edits of one record each (editing.hpp).
#include "merge/workflow.hpp"
#include "store/editing.hpp"

#include <cotmoc/core/attachment.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

/// The same values by the stored names of their fields, in their order: that of layouts and bodies.
Result<std::vector<FieldValue>> by_key(const Kind& kind, std::span<const FieldValue> fields) {
    std::vector<FieldValue> keyed;
    keyed.reserve(fields.size());
    for (const FieldValue& field : fields) {
        const Field* known = kind.find(field.field);
        if (known == nullptr) {
            return fail(ErrorCode::unknown_field, kind.name + "." + field.field);
        }
        keyed.push_back({known->key, field.value});
    }
    std::ranges::sort(keyed, {}, &FieldValue::field);
    return keyed;
}

/// A joined record's own conflict, if it has one on the field; else what the id means.
Result<LoadedRecord> find_disputed(StoreImpl& impl, const RecordId& id, std::string_view name) {
    COTMOC_ASSIGN(LoadedRecord record, impl.get_itself(id));
    if ((record.flags & record_flag::joined) == 0) {
        return record;
    }
    COTMOC_ASSIGN(const RecordState state, impl.records.decode(record));
    const Kind* kind = impl.records.kind(state.kind);
    const Field* field = kind != nullptr ? kind->find_disputed(name) : nullptr;
    const auto all = impl.records.conflicts(state);
    const bool own =
        field != nullptr && std::ranges::find(all, field->name, &FieldConflict::field) != all.end();
    return own || name == join_key ? Result<LoadedRecord>(std::move(record))
                                   : impl.records.root(std::move(record));
}

}  // namespace

Result<RecordId> Store::add(const SpaceId& space_id, const Kind& kind, std::span<const FieldValue> fields,
                            const RecordId& id) {
    COTMOC_CHECK(impl_->writing);
    if (!impl_->devices.self) {
        return fail(ErrorCode::not_joined);
    }
    const auto is_keyed = [&](const FieldValue& field) { return kind.find_key(field.field) != nullptr; };
    if (!std::ranges::is_sorted(fields, {}, &FieldValue::field) ||
        (kind.renamed && !std::ranges::all_of(fields, is_keyed))) {
        COTMOC_ASSIGN(const std::vector<FieldValue> keyed, by_key(kind, fields));
        return add(space_id, kind, keyed, id);
    }
    const auto twice = std::ranges::adjacent_find(fields, {}, &FieldValue::field);
    if (twice != fields.end()) {
        return fail(ErrorCode::duplicate_key, twice->field);
    }
    Layout layout{kind.name, {}};
    std::vector<Value> values;
    std::size_t size = 0;
    for (const FieldValue& field : fields) {
        const Field* known = kind.find_key(field.field);
        if (known == nullptr) {
            return fail(ErrorCode::unknown_field, kind.name + "." + field.field);
        }
        COTMOC_TRY(check_not_retired(*known));
        COTMOC_TRY(check_value(*known, field.value));
        COTMOC_TRY(check_entered(*known, field.value));
        COTMOC_TRY(check_workflow_move(*known, nullptr, field.value, Past({}, {}), impl_->role));
        if (!is_nothing(field.value, known->shape)) {
            layout.entries.push_back({field.field, known->shape});
            values.push_back(field.value);
            size += encoded_size(field.value);
        }
    }
    for (const Field& field : kind.fields) {
        if (field.required && !field.retired &&
            !std::ranges::binary_search(layout.entries, std::string_view(field.key), {},
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
        COTMOC_TRY(editing.check_entry(edit));
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
    COTMOC_ASSIGN(LoadedRecord record, find_disputed(*impl_, id, field_name));
    if ((record.flags & record_flag::deleted) != 0) {
        return fail(ErrorCode::record_deleted, to_uuid_text(id));
    }
    Editing editing(*impl_, std::move(record));
    COTMOC_TRY(editing.load());
    const Field* field = editing.kind() != nullptr ? editing.kind()->find_disputed(field_name) : nullptr;
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, std::string(field_name));
    }
    COTMOC_TRY(editing.check_shown(*field, resolution.shown));
    const auto all = impl_->records.conflicts(editing.state());
    const auto conflict = std::ranges::find(all, field->name, &FieldConflict::field);
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
        COTMOC_TRY(check_value(*field, op.value));
    } else if (resolution.value) {
        COTMOC_TRY(check_value(*field, *resolution.value));
        op.value = *resolution.value;
    }
    const bool acknowledge = !resolution.take && !resolution.value;
    if (!acknowledge) {
        COTMOC_TRY(check_not_retired(*field));
        COTMOC_TRY(editing.check_move(*field, op.value, editing.next_dot()));
        if (field == &join_field()) {
            COTMOC_TRY(editing.check_join(op.value));
        }
        op.over = editing.over(*field);
    }
    editing.reserve(encoded_size(op.value) + 64);
    COTMOC_TRY(editing.make(acknowledge ? OpKind::acknowledge : OpKind::resolve, field->key, field->shape,
                            std::move(op), true));
    return editing.save();
}

}  // namespace cotmoc::core
