#include "store/journal.hpp"

#include "store/journal_payload.hpp"

#include <algorithm>

namespace cotmoc::core {

void Journal::reserve(SpaceEntry& space, std::size_t size) const {
    if (space.next_index > 0 && space.gathered + size > change_set_gathered_max) {
        ++space.open_seq;
        space.next_index = 0;
        space.gathered = 0;
    }
}

Result<void> Journal::add_create(SpaceEntry& space, std::int64_t row, std::uint32_t fields, std::size_t size,
                                 std::span<const Value> kept_values) {
    Bytes payload;
    for (const Value& value : kept_values) {
        append_canonical(payload, value);
    }
    COTMOC_ASSIGN(Statement * insert, statements_.get("INSERT INTO _pending(space, seq, position, row, kind, "
                                                      "field, payload) VALUES(?, ?, ?, ?, 0, ?, ?)"));
    if (payload.empty()) {
        insert->bind_null(6);
    } else {
        insert->bind_blob(6, payload);
    }
    COTMOC_TRY(insert->bind(1, space.number)
                   .bind(2, static_cast<std::int64_t>(space.open_seq))
                   .bind(3, static_cast<std::int64_t>(space.next_index))
                   .bind(4, row)
                   .bind(5, static_cast<std::int64_t>(fields))
                   .run());
    space.next_index += 1 + fields;
    space.gathered += size + 32;
    return {};
}

Result<void> Journal::add_op(SpaceEntry& space, std::int64_t row, OpKind kind, std::string_view field,
                             const FieldOp& op, bool keep_value) {
    const Bytes payload = encode_payload(op, keep_value);
    COTMOC_ASSIGN(const std::uint32_t number, interning_.number(field));
    COTMOC_ASSIGN(Statement * insert, statements_.get("INSERT INTO _pending(space, seq, position, row, kind, "
                                                      "field, payload) VALUES(?, ?, ?, ?, ?, ?, ?)"));
    COTMOC_TRY(insert->bind(1, space.number)
                   .bind(2, static_cast<std::int64_t>(space.open_seq))
                   .bind(3, static_cast<std::int64_t>(op.index))
                   .bind(4, row)
                   .bind(5, static_cast<std::int64_t>(kind))
                   .bind(6, static_cast<std::int64_t>(number))
                   .bind_blob(7, payload)
                   .run());
    space.next_index = op.index + 1;
    space.gathered += payload.size() + 64;
    return {};
}

Result<bool> Journal::is_set(const SpaceEntry& space, const Dot& dot) {
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT kind FROM _pending WHERE space = ? AND seq = ? AND position = ?"));
    query->bind(1, space.number)
        .bind(2, static_cast<std::int64_t>(dot.seq))
        .bind(3, static_cast<std::int64_t>(dot.index));
    COTMOC_ASSIGN(const bool row, query->step());
    const bool set = row && query->integer(0) == static_cast<std::int64_t>(OpKind::set);
    query->reset();
    return set;
}

Result<void> Journal::keep_value(const SpaceEntry& space, const Dot& dot, Hlc at, const Value& value) {
    COTMOC_ASSIGN(
        Statement * query,
        statements_.get("SELECT payload FROM _pending WHERE space = ? AND seq = ? AND position = ?"));
    query->bind(1, space.number)
        .bind(2, static_cast<std::int64_t>(dot.seq))
        .bind(3, static_cast<std::int64_t>(dot.index));
    COTMOC_ASSIGN(const bool row, query->step());
    if (!row) {
        return {};
    }
    FieldOp op;
    const auto kept = decode_payload(query->blob(0), op);
    query->reset();
    COTMOC_TRY(kept);
    if (*kept) {
        return {};
    }
    op.at = at;
    op.value = value;
    const Bytes payload = encode_payload(op, true);
    COTMOC_ASSIGN(
        Statement * update,
        statements_.get("UPDATE _pending SET payload = ? WHERE space = ? AND seq = ? AND position = ?"));
    return update->bind_blob(1, payload)
        .bind(2, space.number)
        .bind(3, static_cast<std::int64_t>(dot.seq))
        .bind(4, static_cast<std::int64_t>(dot.index))
        .run();
}

Result<bool> Journal::any(const SpaceEntry& space) {
    COTMOC_ASSIGN(Statement * query, statements_.get("SELECT 1 FROM _pending WHERE space = ? LIMIT 1"));
    query->bind(1, space.number);
    COTMOC_ASSIGN(const bool row, query->step());
    query->reset();
    return row;
}

Result<std::uint64_t> Journal::count(const SpaceEntry& space) {
    // A create counts for itself and each of its fields.
    COTMOC_ASSIGN(Statement * query, statements_.get("SELECT coalesce(sum(CASE kind WHEN 0 THEN 1 + field "
                                                     "ELSE 1 END), 0) FROM _pending WHERE space = ?"));
    query->bind(1, space.number);
    COTMOC_ASSIGN(const bool row, query->step());
    const std::uint64_t ops = row ? static_cast<std::uint64_t>(query->integer(0)) : 0;
    query->reset();
    return ops;
}

namespace {

/// Builds the canonical change set out of ops in any order.
class ChangeSetBuilder {
public:
    void add_create(const Layout& layout, Create create) {
        // Records come in runs of one layout, which the store owns: comparing it by its fields costs more.
        if (&layout != last_layout_) {
            last_layout_ = &layout;
            last_creates_ = &creates_[layout];
        }
        last_creates_->push_back(std::move(create));
    }
    void add_op(OpKind kind, std::string_view field, Shape shape, FieldOp op) {
        fields_[{kind, std::string(field), shape}].push_back(std::move(op));
    }
    ChangeSet take(std::uint32_t op_count) {
        ChangeSet set;
        set.op_count = op_count;
        for (auto& [layout, creates] : creates_) {
            set.creates.push_back({layout, std::move(creates)});
        }
        for (auto& [key, ops] : fields_) {
            set.fields.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), std::move(ops)});
        }
        return set;
    }

private:
    std::map<Layout, std::vector<Create>> creates_;
    const Layout* last_layout_ = nullptr;
    std::vector<Create>* last_creates_ = nullptr;
    std::map<std::tuple<OpKind, std::string, Shape>, std::vector<FieldOp>> fields_;
};

const RegisterOp* find_op(const Register& reg, const Dot& dot) {
    for (const auto* ops : {&reg.live(), &reg.lost()}) {
        const auto found = std::ranges::find(*ops, dot, &RegisterOp::dot);
        if (found != ops->end()) {
            return &*found;
        }
    }
    return nullptr;
}

/// The value that the op `dot` gave to the field, as far as the record still holds it; Absent if not.
Value created_value(const FieldContent& content, const Dot& dot) {
    const Register* reg = std::get_if<Register>(&content);
    if (const auto* counter = std::get_if<Counter>(&content)) {
        reg = &counter->bases();
    }
    if (reg != nullptr) {
        const RegisterOp* op = find_op(*reg, dot);
        return op != nullptr ? op->value : Value(Absent{});
    }
    if (const auto* set = std::get_if<ElementSet>(&content)) {
        TextList list;
        for (const auto& [element, adds] : set->adds()) {
            if (std::ranges::find(adds, dot, &ElementSet::Add::dot) != adds.end()) {
                list.push_back(element);
            }
        }
        return list.empty() ? Value(Absent{}) : Value(std::move(list));
    }
    // An initial text that was set again before sealing stands either in the create or in an edit
    // (store_edit.cpp).
    const auto& text = std::get<TextSequence>(content);
    const auto fresh = text.fresh_dot();
    return fresh && fresh->device == content_device ? Value(text.text()) : Value(Absent{});
}

/// The values of a create: those the journal kept, else what the record still holds of them.
Result<void> fill_created(Create& create, const PendingRow& row, const Creation& creation,
                          const RecordState& state) {
    BytesView kept = row.payload;
    const Layout& layout = creation.layout->layout;
    for (std::uint32_t i = 0; i < layout.entries.size(); ++i) {
        if (!row.payload.empty()) {
            COTMOC_ASSIGN(Value value, read_canonical(kept));
            create.values.push_back(std::move(value));
            continue;
        }
        const auto content = state.fields.find(layout.entries[i].field);
        create.values.push_back(content != state.fields.end()
                                    ? created_value(content->second, creation.field_dot(i))
                                    : Value(Absent{}));
    }
    return {};
}

/// Fills what the record holds of a journalled op. False: a later op of this device took its place.
bool complete_op(FieldOp& op, OpKind kind, const Dot& dot, const RecordState& state, std::string_view field) {
    const auto found = state.fields.find(field);
    if (found == state.fields.end()) {
        return false;
    }
    const auto* counter = std::get_if<Counter>(&found->second);
    if (kind == OpKind::add && counter != nullptr) {
        const auto increment = std::ranges::find(counter->increments(), dot, &Increment::dot);
        if (increment == counter->increments().end()) {
            return false;
        }
        op.at = increment->at;
        op.value = increment->amount;
        return true;
    }
    const Register* reg = counter != nullptr ? &counter->bases() : std::get_if<Register>(&found->second);
    const RegisterOp* set = reg != nullptr ? find_op(*reg, dot) : nullptr;
    if (set == nullptr) {
        return false;
    }
    op.at = set->at;
    op.value = set->value;
    return true;
}

Shape shape_for(OpKind kind, const RecordState& state, std::string_view field) {
    const auto found = state.fields.find(field);
    switch (kind) {
        case OpKind::add:
            return Shape::counter;
        case OpKind::insert:
        case OpKind::remove:
            return Shape::set;
        case OpKind::edit_text:
            return Shape::text;
        default:
            return found != state.fields.end() ? shape_of(found->second) : Shape::register_;
    }
}

}  // namespace

Result<std::optional<std::uint64_t>> Journal::oldest(const SpaceEntry& space) {
    COTMOC_ASSIGN(Statement * query, statements_.get("SELECT min(seq) FROM _pending WHERE space = ?"));
    query->bind(1, space.number);
    COTMOC_ASSIGN(const bool row, query->step());
    const bool none = !row || query->is_null(0);
    const auto seq = none ? std::nullopt : std::optional(static_cast<std::uint64_t>(query->integer(0)));
    query->reset();
    return seq;
}

Result<Journal::BuiltCreate> Journal::build_create(const PendingRow& row, const Dot& dot,
                                                   const LoadedRecord& record,
                                                   std::optional<RecordState>& decoded) const {
    Create create{row.index, {}, record.id, {}};
    if (row.payload.empty()) {
        COTMOC_ASSIGN(std::optional<FreshRow> fresh, decode_fresh(record.body, record.state, interning_));
        if (fresh && fresh->creation.dot == dot) {
            create.at = fresh->creation.at;
            create.values = std::move(fresh->values);
            return BuiltCreate{&fresh->creation.layout->layout, std::move(create)};
        }
    }
    if (!decoded) {
        COTMOC_ASSIGN(decoded, records_.decode(record));
    }
    const Creation* creation = decoded->find_creation(dot);
    if (creation == nullptr) {
        return fail(ErrorCode::database_damaged, "journal");
    }
    create.at = creation->at;
    COTMOC_TRY(fill_created(create, row, *creation, *decoded));
    return BuiltCreate{&creation->layout->layout, std::move(create)};
}

Result<std::optional<PendingChangeSet>> Journal::build(const SpaceEntry& space, DeviceIndex self,
                                                       std::uint64_t seq) {
    COTMOC_ASSIGN(Statement * query,
                  statements_.get("SELECT position, row, kind, field, payload FROM _pending WHERE space = ? "
                                  "AND seq = ? ORDER BY position"));
    query->bind(1, space.number).bind(2, static_cast<std::int64_t>(seq));
    std::vector<PendingRow> rows;
    PendingChangeSet pending;
    pending.seq = seq;
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            break;
        }
        const BytesView payload = query->blob(4);
        rows.push_back({static_cast<std::uint32_t>(query->integer(0)), query->integer(1),
                        static_cast<OpKind>(query->integer(2)), static_cast<std::uint32_t>(query->integer(3)),
                        Bytes(payload.begin(), payload.end())});
    }
    if (rows.empty()) {
        return std::nullopt;
    }
    ChangeSetBuilder builder;
    std::uint32_t op_count = 0;
    std::int64_t loaded_row = 0;
    LoadedRecord record;
    std::optional<RecordState> decoded;
    const RecordState* known = nullptr;
    for (const PendingRow& row : rows) {
        if (row.row != loaded_row) {
            COTMOC_ASSIGN(record, records_.get(row.row));
            decoded.reset();
            known = records_.decoded(record);
            loaded_row = row.row;
        }
        const Dot dot{self, pending.seq, row.index};
        if (row.kind == OpKind::create) {
            COTMOC_ASSIGN(BuiltCreate built, build_create(row, dot, record, decoded));
            const std::size_t fields = built.layout->entries.size();
            pending.newest = std::max(pending.newest, built.create.at);
            op_count = row.index + 1 + static_cast<std::uint32_t>(fields);
            pending.ops_made += 1 + fields;
            builder.add_create(*built.layout, std::move(built.create));
            continue;
        }
        if (known == nullptr && !decoded) {
            COTMOC_ASSIGN(decoded, records_.decode(record));
        }
        const RecordState& state = known != nullptr ? *known : *decoded;
        FieldOp op;
        op.index = row.index;
        if (state.creations.empty()) {
            op.record.id = record.id;
        } else {
            op.record.created = state.creations.front().dot;
        }
        COTMOC_ASSIGN(const bool kept, decode_payload(row.payload, op));
        const std::string& field = interning_.name(row.field);
        op_count = row.index + 1;
        if (!kept && !complete_op(op, row.kind, dot, state, field)) {
            continue;
        }
        pending.newest = std::max(pending.newest, op.at);
        ++pending.ops_made;
        builder.add_op(row.kind, field, shape_for(row.kind, state, field), std::move(op));
    }
    pending.ops = builder.take(op_count);
    return pending;
}

Result<void> Journal::sealed(SpaceEntry& space, std::uint64_t seq, DeviceIndex self) {
    CreationRuns runs;
    COTMOC_ASSIGN(
        Statement * query,
        statements_.get(
            "SELECT position, row FROM _pending WHERE space = ? AND seq = ? AND kind = 0 ORDER BY position"));
    query->bind(1, space.number).bind(2, static_cast<std::int64_t>(seq));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            break;
        }
        runs.add(static_cast<std::uint32_t>(query->integer(0)), query->integer(1));
    }
    COTMOC_TRY(runs.store(statements_, space, self, seq));
    COTMOC_ASSIGN(Statement * forget, statements_.get("DELETE FROM _pending WHERE space = ? AND seq = ?"));
    COTMOC_TRY(forget->bind(1, space.number).bind(2, static_cast<std::int64_t>(seq)).run());
    if (space.open_seq <= seq) {
        space.open_seq = seq + 1;
        space.next_index = 0;
        space.gathered = 0;
    }
    return {};
}

}  // namespace cotmoc::core
