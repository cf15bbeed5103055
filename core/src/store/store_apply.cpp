// Received change sets: each op is checked against the catalogue its author knew, then merged.
#include "store/store_impl.hpp"

#include "store/digest_sum.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>
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
                const Catalogue* catalogue)
        : impl_(impl), incoming_(incoming), space_(space), catalogue_(catalogue) {}

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
    /// `row`: the record that the op is about, if it is here.
    Result<void> void_op(std::uint32_t index, std::string_view reason,
                         std::optional<std::int64_t> row = std::nullopt);
    Result<void> check(const FieldBlock& block, const FieldOp& op, std::string_view kind) const;

    StoreImpl& impl_;
    const IncomingChangeSet& incoming_;
    SpaceEntry& space_;
    const Catalogue* catalogue_;
    CreationRuns runs_;
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
        if (!incoming_.author_may_write) {
            COTMOC_TRY(void_op(each->index, error_name(ErrorCode::not_allowed)));
        } else if (kind == nullptr) {
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

/// What may stand in the field; the reason why not otherwise.
Result<void> check_created(const Field* field, const Layout::Entry& entry, const Value& value) {
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field);
    }
    if (field->shape != entry.shape) {
        return fail(ErrorCode::wrong_shape);
    }
    if (type_of(value) == ValueType::absent) {
        return {};
    }
    return check_value(*field, value);
}

bool is_empty_value(const Value& value, Shape shape) {
    const auto* list = std::get_if<TextList>(&value);
    const auto* text = std::get_if<std::string>(&value);
    return (list != nullptr && list->empty()) || (shape == Shape::text && text != nullptr && text->empty());
}

Result<void> Application::create(const CreateBlock& block, const Kind* kind, const Create& create) {
    bool as_sent = true;
    std::vector<Value> values;
    for (std::size_t i = 0; i < create.values.size(); ++i) {
        const Layout::Entry& entry = block.layout.entries[i];
        const Field* field = kind->find(entry.field);
        const auto fits = check_created(field, entry, create.values[i]);
        const bool changed = !fits || is_empty_value(create.values[i], entry.shape);
        if (changed && as_sent) {
            as_sent = false;
            values = create.values;
        }
        if (!fits) {
            values[i] = Absent{};
            COTMOC_TRY(
                void_op(create.index + 1 + static_cast<std::uint32_t>(i), error_name(fits.error().code)));
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
    apply_create(now, creation, values, content_dots, past(creation.dot.index), impl_.devices);
    COTMOC_ASSIGN(const RecordTable::Saved saved, impl_.records.save(space_, *record, before, now));
    outcome_.new_conflicts +=
        saved.conflicts_after > saved.conflicts_before ? saved.conflicts_after - saved.conflicts_before : 0;
    runs_.add(creation.dot.index, record->row);
    return {};
}

Result<std::optional<std::int64_t>> Application::row_of(const FieldOp& op) {
    if (!op.record.id) {
        if (!past(op.index).contains(op.record.created)) {
            return std::nullopt;
        }
        return CreationRuns::find(impl_.statements, space_, op.record.created);
    }
    COTMOC_ASSIGN(const std::optional<LoadedRecord> record, impl_.records.find(*op.record.id));
    if (!record || record->space != space_.number) {
        return std::nullopt;
    }
    return record->row;
}

Result<void> Application::field_blocks() {
    std::vector<PlacedOp> placed;
    for (const FieldBlock& block : incoming_.ops->fields) {
        for (const FieldOp& op : block.ops) {
            ++outcome_.ops;
            COTMOC_ASSIGN(const std::optional<std::int64_t> row, row_of(op));
            if (!incoming_.author_may_write) {
                COTMOC_TRY(void_op(op.index, error_name(ErrorCode::not_allowed), row));
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

Result<void> Application::check(const FieldBlock& block, const FieldOp& op,
                                std::string_view kind_name) const {
    if (block.field.empty()) {
        return {};
    }
    const Kind* kind = catalogue_ != nullptr ? catalogue_->find(kind_name) : nullptr;
    const Field* field = kind != nullptr ? kind->find(block.field) : nullptr;
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field);
    }
    if (field->shape != block.shape) {
        return fail(ErrorCode::wrong_shape);
    }
    if (block.kind == OpKind::set || block.kind == OpKind::resolve) {
        return check_value(*field, op.value);
    }
    if (block.kind == OpKind::insert) {
        return check_value(*field, TextList{std::get<std::string>(op.value)});
    }
    return {};
}

Result<void> Application::apply_to_record(std::span<const PlacedOp> ops) {
    COTMOC_ASSIGN(const LoadedRecord record, impl_.records.get(ops.front().row));
    COTMOC_ASSIGN(const RecordState before, impl_.records.decode(record));
    RecordState now = before;
    for (const PlacedOp& placed : ops) {
        const FieldOp& op = *placed.op;
        const Past op_past = past(op.index);
        // Two offices' creates may share the row; only a creation in the op's past makes the record known to
        // it.
        const bool known = std::ranges::any_of(
            now.creations, [&](const Creation& creation) { return op_past.contains(creation.dot); });
        Result<void> fits = known ? check(*placed.block, op, now.kind) : fail(ErrorCode::unknown_record);
        if (fits) {
            fits = apply_op(
                now, op,
                {placed.block->kind, placed.block->field, placed.block->shape, op_past, impl_.devices});
        }
        if (!fits) {
            COTMOC_TRY(void_op(op.index, error_name(fits.error().code), record.row));
        }
    }
    COTMOC_ASSIGN(const RecordTable::Saved saved, impl_.records.save(space_, record, before, now));
    outcome_.new_conflicts +=
        saved.conflicts_after > saved.conflicts_before ? saved.conflicts_after - saved.conflicts_before : 0;
    return {};
}

Result<void> insert_envelope(StoreImpl& impl, const SpaceEntry& space, const EnvelopeRow& envelope,
                             std::span<const std::uint64_t> seen) {
    COTMOC_TRY(impl.spaces.set_seen(space, envelope.author, envelope.seq, seen));
    COTMOC_ASSIGN(Statement * insert,
                  impl.statements.get("INSERT INTO _envelope(space, device, seq, hash, ops, status, reason, "
                                      "bytes) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"));
    return insert->bind(1, space.number)
        .bind(2, static_cast<std::int64_t>(to_number(envelope.author)))
        .bind(3, static_cast<std::int64_t>(envelope.seq))
        .bind_blob(4, envelope.hash.view())
        .bind(5, static_cast<std::int64_t>(envelope.ops))
        .bind(6, static_cast<std::int64_t>(envelope.status))
        .bind(7, std::string_view(envelope.reason))
        .bind_blob(8, envelope.bytes)
        .run();
}

/// The own past may come back from a hub or peer (a restored backup): new ops go after it.
void after_own(const StoreImpl& impl, SpaceEntry& space, DeviceIndex author, std::uint64_t seq) {
    if (impl.devices.self == author && space.open_seq <= seq) {
        space.open_seq = seq + 1;
        space.next_index = 0;
        space.gathered = 0;
    }
}

}  // namespace

Result<ApplyOutcome> Store::apply(const IncomingChangeSet& incoming, const EnvelopeRow& envelope) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(incoming.space));
    COTMOC_ASSIGN(const bool pending, impl_->journal.any(*space));
    COTMOC_CHECK(!pending);
    Application application(*impl_, incoming, *space, catalogue_at(incoming.trust_position));
    COTMOC_ASSIGN(const ApplyOutcome outcome, application.run());
    COTMOC_TRY(insert_envelope(*impl_, *space, envelope, incoming.seen));
    COTMOC_TRY(impl_->spaces.set_feed(*space, {incoming.author, incoming.seq, envelope.hash}, incoming.seen,
                                      incoming.trust_position));
    after_own(*impl_, *space, incoming.author, incoming.seq);
    impl_->clock->observe(incoming.newest);
    return outcome;
}

Result<void> Store::quarantine(const EnvelopeRow& envelope, std::vector<std::uint64_t> seen,
                               std::uint64_t trust_position) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(envelope.space));
    COTMOC_TRY(insert_envelope(*impl_, *space, envelope, seen));
    after_own(*impl_, *space, envelope.author, envelope.seq);
    return impl_->spaces.set_feed(*space, {envelope.author, envelope.seq, envelope.hash}, seen,
                                  trust_position);
}

Result<void> Store::store_sealed(const PendingChangeSet& pending, const EnvelopeRow& envelope,
                                 std::vector<std::uint64_t> seen, std::uint64_t trust_position) {
    COTMOC_CHECK(impl_->writing && impl_->devices.self);
    COTMOC_ASSIGN(SpaceEntry * space, impl_->spaces.get(envelope.space));
    COTMOC_TRY(impl_->journal.sealed(*space, pending.seq, *impl_->devices.self));
    COTMOC_TRY(insert_envelope(*impl_, *space, envelope, seen));
    COTMOC_TRY(
        impl_->spaces.set_feed(*space, {envelope.author, envelope.seq, envelope.hash}, seen, trust_position));
    space->open_seq = std::max(space->open_seq, envelope.seq + 1);
    return {};
}

}  // namespace cotmoc::core
