#include "store/apply_change_set.hpp"

#include "merge/workflow.hpp"
#include "store/digest_sum.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace cotmoc::core {
namespace {

/// One op of a field block, with where it belongs.
struct PlacedOp {
    std::int64_t row = 0;
    const FieldBlock* block = nullptr;
    const FieldOp* op = nullptr;
};

class Application {
public:
    Application(StoreImpl& impl, const IncomingChangeSet& incoming, SpaceEntry& space,
                const CatalogueInForce* in_force)
        : impl_(impl),
          incoming_(incoming),
          space_(space),
          catalogue_(in_force != nullptr && in_force->catalogue ? &*in_force->catalogue : nullptr),
          unchecked_(in_force != nullptr && !in_force->catalogue) {}

    Result<ApplyOutcome> run() {
        COTMOC_TRY(create_blocks());
        COTMOC_TRY(runs_.store(impl_.statements, space_, incoming_.author, incoming_.seq));
        COTMOC_TRY(field_blocks());
        return outcome_;
    }

private:
    Past past(std::uint32_t index) const { return {incoming_.seen, dot(index)}; }
    Dot dot(std::uint32_t index) const { return {incoming_.author, incoming_.seq, index}; }

    Result<void> create_blocks();
    Result<void> create(const CreateBlock& block, const Kind* kind, const Create& create);
    Result<void> merge_create(const Creation& creation, const RecordId& id, std::span<const Value> values);
    Result<void> field_blocks();
    Result<void> apply_to_record(std::span<const PlacedOp> ops);
    Result<std::optional<std::int64_t>> row_of(const FieldOp& op);
    /// A record that an id may mean.
    struct Named {
        std::string kind;
        std::int64_t row = 0;
        std::vector<Creation> creations;
    };
    Result<std::vector<Named>> records_named(const RecordId& id);
    /// `row`: the record that the op is about, if it is here.
    Result<void> void_op(std::uint32_t index, std::string_view reason,
                         std::optional<std::int64_t> row = std::nullopt);
    Result<void> check_created(const Kind& kind, const Layout::Entry& entry, const Value& value,
                               const RecordState* record, const Past& past) const;
    Result<void> check(const FieldBlock& block, const FieldOp& op, const RecordState& record,
                       const RecordId& id, const Past& past) const;

    StoreImpl& impl_;
    const IncomingChangeSet& incoming_;
    SpaceEntry& space_;
    const Catalogue* catalogue_;
    bool unchecked_;  // the author's catalogue cannot be read here
    CreationRuns runs_;
    std::unordered_map<RecordId, std::vector<Named>> named_;  // after the creates, which may add to them
    ApplyOutcome outcome_;
};

Result<void> Application::void_op(std::uint32_t index, std::string_view reason,
                                  std::optional<std::int64_t> row) {
    ++outcome_.void_ops;
    // Void ops stand in the digest too (S18): replicas must agree on what has no effect.
    digest_add(space_.digest, void_op_digest(impl_.hasher, dot(index)));
    space_.digest_changed = true;
    COTMOC_ASSIGN(
        Statement * insert,
        impl_.statements.get(
            "INSERT INTO _void_op(space, device, seq, position, reason, row) VALUES(?, ?, ?, ?, ?, ?)"));
    insert->bind(1, space_.number)
        .bind(2, static_cast<std::int64_t>(to_number(incoming_.author)))
        .bind(3, static_cast<std::int64_t>(incoming_.seq))
        .bind(4, static_cast<std::int64_t>(index))
        .bind(5, reason);
    if (row) {
        insert->bind(6, *row);
    } else {
        insert->bind_null(6);
    }
    return insert->run();
}

Result<void> Application::create_blocks() {
    // In index order over all layouts, as their author made them: a creating dot finds its row by runs of
    // both.
    std::vector<std::pair<const CreateBlock*, const Create*>> creates;
    for (const CreateBlock& block : incoming_.ops->creates) {
        for (const Create& each : block.creates) {
            creates.emplace_back(&block, &each);
        }
    }
    std::ranges::sort(creates, {}, [](const auto& entry) { return entry.second->index; });
    const CreateBlock* last_block = nullptr;
    const Kind* kind = nullptr;
    std::unordered_set<RecordId> made;
    for (const auto& [block, each] : creates) {
        if (block != last_block) {
            kind = catalogue_ != nullptr ? catalogue_->find(block->layout.kind) : nullptr;
            last_block = block;
        }
        outcome_.ops += 1 + block->layout.entries.size();
        if (incoming_.no_right) {
            COTMOC_TRY(void_op(each->index, error_name(*incoming_.no_right)));
        } else if (kind == nullptr && !unchecked_) {
            COTMOC_TRY(void_op(each->index, error_name(ErrorCode::unknown_kind)));
        } else if (!made.insert(each->id).second) {
            // Nobody makes a record twice at once; merging such creates again and again would take for ever.
            COTMOC_TRY(void_op(each->index, error_name(ErrorCode::record_exists)));
        } else {
            COTMOC_TRY(create(*block, kind, *each));
        }
    }
    return {};
}

const FieldContent* content_of(const RecordState* record, std::string_view field) {
    const auto found =
        record != nullptr ? record->fields.find(field) : decltype(record->fields.find(field))();
    return record != nullptr && found != record->fields.end() ? &found->second : nullptr;
}

/// What may stand in the field; the reason why not otherwise. `record` is what others made of the id before.
Result<void> Application::check_created(const Kind& kind, const Layout::Entry& entry, const Value& value,
                                        const RecordState* record, const Past& past) const {
    const Field* field = kind.find_key(entry.field);
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field);
    }
    if (field->shape != entry.shape) {
        return fail(ErrorCode::wrong_shape);
    }
    if (type_of(value) == ValueType::absent) {
        return {};
    }
    COTMOC_TRY(check_not_retired(*field));
    COTMOC_TRY(check_value(*field, value));
    return check_workflow_move(*field, content_of(record, entry.field), value, past, incoming_.author_role);
}

bool has_guards(const Kind* kind) {
    return kind != nullptr &&
           std::ranges::any_of(kind->fields, [](const Field& field) { return !field.roles.empty(); });
}

Result<void> Application::create(const CreateBlock& block, const Kind* kind, const Create& create) {
    std::optional<RecordState> known;
    if (has_guards(kind)) {
        COTMOC_ASSIGN(const std::optional<LoadedRecord> record,
                      impl_.records.find(create.id, space_, block.layout.kind));
        if (record) {
            COTMOC_ASSIGN(known, impl_.records.decode(*record));
        }
    }
    bool as_sent = true;
    std::vector<Value> values;
    for (std::size_t i = 0; i < create.values.size(); ++i) {
        const Layout::Entry& entry = block.layout.entries[i];
        const auto index = create.index + 1 + static_cast<std::uint32_t>(i);
        Result<void> fits;
        if (entry.field == join_key) {
            fits = fail(ErrorCode::unknown_field);  // nothing is joined before it is there
        } else if (kind != nullptr) {
            fits = check_created(*kind, entry, create.values[i], known ? &*known : nullptr, past(index));
        }
        const bool changed = !fits || is_nothing(create.values[i], entry.shape);
        if (changed && as_sent) {
            as_sent = false;
            values = create.values;
        }
        if (!fits) {
            values[i] = Absent{};
            COTMOC_TRY(void_op(index, error_name(fits.error().code)));
        } else if (changed) {
            values[i] = std::monostate{};
        }
    }
    const std::span<const Value> applied = as_sent ? std::span<const Value>(create.values) : values;
    COTMOC_ASSIGN(const StoredLayout* layout, impl_.interning.layout(block.layout, applied));
    const bool whole =
        std::ranges::none_of(applied, [](const Value& value) { return type_of(value) == ValueType::absent; });
    if (whole) {
        COTMOC_ASSIGN(
            const std::optional<std::int64_t> row,
            impl_.records.insert_fresh(space_, create.id, *layout, dot(create.index), create.at, applied));
        if (row) {
            runs_.add(create.index, *row);
            return {};
        }
    }
    return merge_create({dot(create.index), create.at, layout}, create.id, applied);
}

Result<void> Application::merge_create(const Creation& creation, const RecordId& id,
                                       std::span<const Value> values) {
    COTMOC_ASSIGN(std::optional<LoadedRecord> record,
                  impl_.records.find(id, space_, creation.layout->layout.kind));
    if (!record) {
        COTMOC_ASSIGN(const std::int64_t row, impl_.records.insert_state(space_, id, creation, values));
        runs_.add(creation.dot.index, row);
        return {};
    }
    COTMOC_ASSIGN(const RecordState before, impl_.records.decode(*record));
    RecordState now = before;
    std::vector<Dot> content_dots;
    content_dots_of(impl_.hasher, creation.layout->layout, values, content_dots);
    apply_create(now, creation, values, content_dots, past(creation.dot.index), impl_.devices,
                 impl_.records.kind(now.kind));
    COTMOC_ASSIGN(const RecordTable::Saved saved,
                  impl_.records.save(space_, *record, before, std::move(now)));
    outcome_.new_conflicts +=
        saved.conflicts_after > saved.conflicts_before ? saved.conflicts_after - saved.conflicts_before : 0;
    runs_.add(creation.dot.index, record->row);
    return {};
}

Result<std::vector<Application::Named>> Application::records_named(const RecordId& id) {
    COTMOC_ASSIGN(const std::vector<LoadedRecord> records, impl_.records.find_all(id, space_));
    std::vector<Named> named;
    for (const LoadedRecord& record : records) {
        COTMOC_ASSIGN(RecordState state, impl_.records.decode(record));
        named.push_back({std::move(state.kind), record.row, std::move(state.creations)});
    }
    std::ranges::sort(named, {}, &Named::kind);
    return named;
}

Result<std::optional<std::int64_t>> Application::row_of(const FieldOp& op) {
    if (!op.record.id) {
        if (!past(op.index).contains(op.record.created)) {
            return std::nullopt;
        }
        return CreationRuns::find(impl_.statements, space_, op.record.created);
    }
    // A space may hold the id in two kinds; the first by name that its author can have known is meant.
    auto found = named_.find(*op.record.id);
    if (found == named_.end()) {
        COTMOC_ASSIGN(std::vector<Named> records, records_named(*op.record.id));
        found = named_.emplace(*op.record.id, std::move(records)).first;
    }
    const auto meant = std::ranges::find_if(
        found->second, [&](const Named& record) { return is_known(record.creations, past(op.index)); });
    return meant != found->second.end() ? std::optional(meant->row) : std::nullopt;
}

Result<void> Application::field_blocks() {
    std::vector<PlacedOp> placed;
    for (const FieldBlock& block : incoming_.ops->fields) {
        for (const FieldOp& op : block.ops) {
            ++outcome_.ops;
            COTMOC_ASSIGN(const std::optional<std::int64_t> row, row_of(op));
            if (incoming_.no_right) {
                COTMOC_TRY(void_op(op.index, error_name(*incoming_.no_right), row));
            } else if (row) {
                placed.push_back({*row, &block, &op});
            } else {
                COTMOC_TRY(void_op(op.index, error_name(ErrorCode::unknown_record)));
            }
        }
    }
    std::ranges::sort(placed, [](const PlacedOp& a, const PlacedOp& b) {
        return std::pair(a.row, a.op->index) < std::pair(b.row, b.op->index);
    });
    for (std::size_t first = 0; first < placed.size();) {
        std::size_t last = first;
        while (last < placed.size() && placed[last].row == placed[first].row) {
            ++last;
        }
        COTMOC_TRY(apply_to_record(std::span(placed).subspan(first, last - first)));
        first = last;
    }
    return {};
}

Result<void> Application::check(const FieldBlock& block, const FieldOp& op, const RecordState& record,
                                const RecordId& id, const Past& past) const {
    if (block.field == join_key) {
        // No catalogue has a say in it, not even one that cannot be read here.
        if (block.shape != Shape::register_) {
            return fail(ErrorCode::wrong_shape);
        }
        return block.kind == OpKind::acknowledge
                   ? Result<void>()
                   : impl_.records.check_join(space_, record, id, op.value, past);
    }
    if (block.field.empty() || unchecked_) {
        return {};
    }
    const Kind* kind = catalogue_ != nullptr ? catalogue_->find(record.kind) : nullptr;
    const Field* field = kind != nullptr ? kind->find_key(block.field) : nullptr;
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field);
    }
    if (field->shape != block.shape) {
        return fail(ErrorCode::wrong_shape);
    }
    if (block.kind != OpKind::acknowledge) {
        COTMOC_TRY(check_not_retired(*field));
    }
    if (block.kind == OpKind::set || block.kind == OpKind::resolve) {
        COTMOC_TRY(check_value(*field, op.value));
        return check_workflow_move(*field, content_of(&record, block.field), op.value, past,
                                   incoming_.author_role);
    }
    if (block.kind == OpKind::insert) {
        return check_value(*field, TextList{std::get<std::string>(op.value)});
    }
    return {};
}

Result<void> Application::apply_to_record(std::span<const PlacedOp> ops) {
    COTMOC_ASSIGN(const LoadedRecord record, impl_.records.get(ops.front().row));
    COTMOC_ASSIGN(const RecordState before, impl_.records.decode_to_change(record));
    RecordState now = before;
    for (const PlacedOp& placed : ops) {
        const FieldOp& op = *placed.op;
        const Past op_past = past(op.index);
        Result<void> fits = is_known(now.creations, op_past)
                                ? check(*placed.block, op, now, record.id, op_past)
                                : fail(ErrorCode::unknown_record);
        if (fits) {
            fits = apply_op(now, op,
                            {placed.block->kind, placed.block->field, placed.block->shape, op_past,
                             impl_.devices, is_workflow(impl_.records.kind(now.kind), placed.block->field)});
        }
        if (!fits) {
            COTMOC_TRY(void_op(op.index, error_name(fits.error().code), record.row));
        }
    }
    COTMOC_ASSIGN(const RecordTable::Saved saved, impl_.records.save(space_, record, before, std::move(now)));
    outcome_.new_conflicts +=
        saved.conflicts_after > saved.conflicts_before ? saved.conflicts_after - saved.conflicts_before : 0;
    return {};
}

}  // namespace

Result<ApplyOutcome> apply_change_set(StoreImpl& impl, const IncomingChangeSet& incoming, SpaceEntry& space,
                                      const CatalogueInForce* in_force) {
    return Application(impl, incoming, space, in_force).run();
}

}  // namespace cotmoc::core
