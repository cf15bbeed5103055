// Joining two records that were made of one thing, and separating them again. Both are ordinary edits: the
// one that goes gets the other's id in its join field, the one that stays gets the values that it lacks.
#include "store/editing.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

/// Whether whoever sees `all` sees `part` too: of sets, whether no element is missing.
bool holds(const Value& all, const Value& part) {
    const auto* list = std::get_if<TextList>(&all);
    const auto* wanted = std::get_if<TextList>(&part);
    return list != nullptr && wanted != nullptr ? std::ranges::includes(*list, *wanted) : all == part;
}

/// The fields in the order in which a join fills them: texts last, right before the join's own op, since
/// their elements bear no stamp to know them by, only a place.
std::vector<const Field*> in_filling_order(const Kind& kind) {
    std::vector<const Field*> fields;
    for (const bool texts : {false, true}) {
        for (const Field& field : kind.fields) {
            if (!field.retired && (field.shape == Shape::text) == texts) {
                fields.push_back(&field);
            }
        }
    }
    return fields;
}

/// An edit that this device's role does not allow is left out.
Result<void> edit_if_allowed(Editing& editing, const FieldEdit& edit) {
    const auto edited = editing.edit(edit);
    return !edited && edited.error().code == ErrorCode::not_allowed ? Result<void>() : edited;
}

Result<void> fill(Editing& kept, const Field& field, const Value& value) {
    if (!check_value(field, value)) {
        return {};  // the catalogue has become stricter since
    }
    const Value own = kept.shown(field);
    const auto* list = std::get_if<TextList>(&value);
    if (field.shape != Shape::set || list == nullptr) {
        return is_nothing(own, field.shape) ? edit_if_allowed(kept, {FieldEdit::Kind::set, field.name, value})
                                            : Result<void>();
    }
    for (const std::string& element : *list) {
        COTMOC_TRY(kept.edit({FieldEdit::Kind::insert, field.name, element}));
    }
    return {};
}

Result<void> fill_all(Editing& kept, const Editing& other, JoinOutcome& outcome) {
    for (const Field* field : in_filling_order(*kept.kind())) {
        const Value value = other.shown(*field);
        if (is_nothing(value, field->shape)) {
            continue;
        }
        const Value before = kept.shown(*field);
        COTMOC_TRY(fill(kept, *field, value));
        const Value now = kept.shown(*field);
        if (now != before) {
            outcome.filled.push_back(field->name);
        }
        if (!holds(now, value)) {
            outcome.differs.push_back({field->name, now, value});
        }
    }
    std::ranges::sort(outcome.filled);
    std::ranges::sort(outcome.differs, {}, &JoinOutcome::Difference::field);
    return {};
}

/// Takes back what a join filled, as far as it is there untouched.
class TakingBack {
public:
    TakingBack(Editing& target, const RecordState& joined, const RegisterOp& join, const DeviceTable& devices)
        : target_(target), joined_(joined), join_(join), devices_(devices), text_dot_(join.dot) {}

    Result<std::vector<std::string>> run() {
        std::vector<std::string> taken;
        std::vector<const Field*> fields = in_filling_order(*target_.kind());
        std::ranges::reverse(fields);
        for (const Field* field : fields) {
            const Value before = target_.shown(*field);
            if (const FieldContent* content = target_.content(*field)) {
                COTMOC_TRY(std::visit([&](const auto& of) { return take(*field, of); }, *content));
            }
            if (target_.shown(*field) != before) {
                taken.push_back(field->name);
            }
        }
        std::ranges::sort(taken);
        return taken;
    }

private:
    /// A join has a stamp of its own, which its fills share.
    template <class Op>
    bool is_fill(const Op& op) const {
        return op.dot.device == join_.dot.device && op.at == join_.at;
    }
    Result<void> clear(const Field& field) {
        const FieldEdit edit{FieldEdit::Kind::set, field.name, Value()};
        return check_value(field, Value()) ? edit_if_allowed(target_, edit) : Result<void>();
    }
    Result<void> take(const Field& field, const Register&) {
        const RegisterOp* shown = target_.displayed(field);
        return shown != nullptr && is_fill(*shown) ? clear(field) : Result<void>();
    }
    Result<void> take(const Field& field, const Counter& counter) {
        const RegisterOp* shown = target_.displayed(field);
        const bool untouched = shown != nullptr && is_fill(*shown) && counter.increments().empty();
        return untouched ? clear(field) : Result<void>();
    }
    Result<void> take(const Field& field, const ElementSet& set) {
        std::vector<std::string> filled;
        for (const auto& [element, adds] : set.adds()) {
            if (std::ranges::all_of(adds, [&](const ElementSet::Add& add) { return is_fill(add); })) {
                filled.push_back(element);
            }
        }
        for (const std::string& element : filled) {
            COTMOC_TRY(target_.edit({FieldEdit::Kind::remove, field.name, element}));
        }
        return {};
    }
    Result<void> take(const Field& field, const TextSequence& text) {
        if (text.length() == 0 || text_dot_.index == 0) {
            return {};
        }
        Dot fill = text_dot_;
        --fill.index;
        const auto elements = text.make_edit(target_.next_dot(), 0, text.length(), "").deletes;
        const auto is_of_fill = [&](const TextDelete& range) { return range.first.dot == fill; };
        if (std::ranges::none_of(elements, is_of_fill)) {
            return {};
        }
        text_dot_ = fill;
        const auto other = joined_.fields.find(field.key);
        const bool untouched = std::ranges::all_of(elements, is_of_fill) && other != joined_.fields.end() &&
                               shown_value(other->second, {devices_, &field}) == Value(text.text());
        return untouched ? target_.edit({FieldEdit::Kind::set, field.name, std::string()}) : Result<void>();
    }

    Editing& target_;
    const RecordState& joined_;
    const RegisterOp& join_;
    const DeviceTable& devices_;
    Dot text_dot_;  // of the op after the text fill that is looked for
};

Result<std::vector<std::string>> separate_one(StoreImpl& impl, std::int64_t row, std::int64_t target_row) {
    std::vector<std::string> taken;
    COTMOC_ASSIGN(LoadedRecord loaded, impl.records.get(row));
    COTMOC_ASSIGN(const RecordState state, impl.records.decode(loaded));
    const auto found = state.fields.find(join_key);
    const RegisterView view{impl.devices, &join_field()};
    const auto* held = found != state.fields.end() ? std::get_if<Register>(&found->second) : nullptr;
    if (held == nullptr || !held->displayed(view)) {
        return fail(ErrorCode::wrong_shape, "join");  // a snapshot may hold it otherwise
    }
    const RegisterOp join = *held->displayed(view);
    COTMOC_ASSIGN(LoadedRecord target, impl.records.get(target_row));
    if ((target.flags & record_flag::deleted) == 0 && target_row != row) {
        Editing editing(impl, std::move(target));
        COTMOC_TRY(editing.load());
        if (editing.kind() != nullptr) {
            COTMOC_ASSIGN(taken, TakingBack(editing, state, join, impl.devices).run());
        }
        if (editing.changed()) {
            COTMOC_TRY(editing.save());
        }
    }
    Editing editing(impl, std::move(loaded));
    COTMOC_TRY(editing.load());
    COTMOC_TRY(editing.set_join(Value()));
    COTMOC_TRY(editing.save());
    return taken;
}

}  // namespace

Result<JoinOutcome> Store::join(const RecordId& keep, const RecordId& other) {
    COTMOC_CHECK(impl_->writing);
    if (keep == other) {
        return fail(ErrorCode::same_record, to_uuid_text(keep));
    }
    COTMOC_ASSIGN(LoadedRecord kept, impl_->get(keep));
    COTMOC_ASSIGN(LoadedRecord joined, impl_->get(other));
    JoinOutcome outcome{kept.id, joined.id, {}, {}, false};
    if (kept.row == joined.row) {
        outcome.joined = outcome.kept == other ? keep : other;
        return outcome;
    }
    for (const LoadedRecord* record : {&kept, &joined}) {
        if ((record->flags & record_flag::deleted) != 0) {
            return fail(ErrorCode::record_deleted, to_uuid_text(record->id));
        }
    }
    const bool one_space = kept.space == joined.space;
    Editing stays(*impl_, std::move(kept));
    Editing goes(*impl_, std::move(joined));
    COTMOC_TRY(stays.load());
    COTMOC_TRY(goes.load());
    if (!one_space || stays.state().kind != goes.state().kind) {
        return fail(ErrorCode::cannot_join, stays.state().kind + ", " + goes.state().kind);
    }
    if (stays.kind() == nullptr) {
        return fail(ErrorCode::unknown_kind, stays.state().kind);
    }
    // A stamp that no other edit of the transaction has: by it separate() knows what was filled.
    impl_->stamp_of_transaction.reset();
    COTMOC_TRY(fill_all(stays, goes, outcome));
    COTMOC_TRY(goes.set_join(outcome.kept));
    impl_->stamp_of_transaction.reset();
    if (stays.changed()) {
        COTMOC_TRY(stays.save());
    }
    COTMOC_TRY(goes.save());
    outcome.changed = true;
    return outcome;
}

Result<SeparateOutcome> Store::separate(const RecordId& id) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(const LoadedRecord record, impl_->get_itself(id));
    COTMOC_ASSIGN(const RecordTable::Way way, impl_->records.way_from(record.row));
    if (way.rows.size() < 2) {
        return fail(ErrorCode::not_merged, to_uuid_text(id));
    }
    if ((record.flags & record_flag::deleted) != 0) {
        return fail(ErrorCode::record_deleted, to_uuid_text(id));
    }
    SeparateOutcome outcome{id, way.rows[1].second, {}};
    COTMOC_ASSIGN(outcome.taken_back, separate_one(*impl_, record.row, way.rows[1].first));
    if (way.ring_begin == 0) {
        // Of a ring one join alone would leave the others: the record would only change places with them.
        for (std::size_t i = 1; i < way.rows.size(); ++i) {
            const std::size_t next = (i + 1) % way.rows.size();
            COTMOC_TRY(separate_one(*impl_, way.rows[i].first, way.rows[next].first));
        }
    }
    return outcome;
}

Result<std::vector<MergedRecord>> merged_records(StoreImpl& impl, const LoadedRecord& record,
                                                 const RecordState& state) {
    std::vector<MergedRecord> merged;
    if ((record.flags & record_flag::joined) != 0) {
        return merged;
    }
    COTMOC_ASSIGN(const std::vector<std::int64_t> rows, impl.records.joined_into(record));
    if (rows.empty()) {
        return merged;
    }
    const auto own = impl.records.visible_fields(state);
    for (const std::int64_t row : rows) {
        COTMOC_ASSIGN(const LoadedRecord other, impl.records.get(row));
        COTMOC_ASSIGN(const RecordState other_state, impl.records.decode(other));
        std::string fields = "{";
        for (const auto& [name, value] : impl.records.visible_fields(other_state)) {
            const auto found = own.find(name);
            if (found == own.end() || !holds(found->second, value)) {
                append_member(fields, name, value);
            }
        }
        merged.push_back({other.id, fields + "}"});
    }
    return merged;
}

}  // namespace cotmoc::core
