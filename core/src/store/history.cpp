#include <cotmoc/core/history.hpp>

#include "merge/record_apply.hpp"
#include "store/record_table.hpp"

#include <algorithm>

namespace cotmoc::core {

struct HistoryReplay::State {
    RecordId id;
    const Catalogue* catalogue = nullptr;
    const Hasher& hasher;
    DeviceIds devices;
    std::vector<Dot> void_dots;
    RecordState record;
    std::vector<std::unique_ptr<StoredLayout>> layouts;

    bool is_void(const Dot& dot) const { return std::ranges::find(void_dots, dot) != void_dots.end(); }
    Value shown(std::string_view field) const {
        const auto found = record.fields.find(field);
        if (found == record.fields.end()) {
            return {};
        }
        const Kind* kind = catalogue != nullptr ? catalogue->find(record.kind) : nullptr;
        return shown_value(found->second, {devices, kind != nullptr ? kind->find_key(field) : nullptr});
    }
    /// What people see of an op: its field's current name, values in the type that the field has now.
    void present(HistoryOp& op) const {
        const Kind* kind = catalogue != nullptr ? catalogue->find(record.kind) : nullptr;
        const Field* field = kind != nullptr ? kind->find_key(op.field) : nullptr;
        if (field != nullptr) {
            op.field = field->name;
            op.before = widened(*field, std::move(op.before));
            op.after = widened(*field, std::move(op.after));
        }
    }
    void create(const CreateBlock& block, const Create& create, const IncomingChangeSet& set,
                std::vector<HistoryOp>& ops);
    void field_op(const FieldBlock& block, const FieldOp& op, const IncomingChangeSet& set,
                  std::vector<HistoryOp>& ops);
};

void HistoryReplay::State::create(const CreateBlock& block, const Create& create,
                                  const IncomingChangeSet& set, std::vector<HistoryOp>& ops) {
    const Dot dot{set.author, set.seq, create.index};
    const bool all_void = is_void(dot);
    ops.push_back({dot, create.at, "", OpKind::create, {}, {}, all_void});
    auto stored = std::make_unique<StoredLayout>();
    stored->layout = block.layout;
    const Creation creation{dot, create.at, stored.get()};
    std::vector<Value> values = create.values;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        stored->types.push_back(type_of(values[i]));
        const Dot field_dot = creation.field_dot(i);
        if (type_of(values[i]) == ValueType::absent) {
            continue;
        }
        const bool field_void = all_void || is_void(field_dot);
        const std::string& field = block.layout.entries[i].field;
        ops.push_back({field_dot, create.at, field, OpKind::set, shown(field), values[i], field_void});
        if (field_void) {
            values[i] = Absent{};
        }
    }
    if (all_void) {
        return;
    }
    std::vector<Dot> content_dots;
    content_dots_of(hasher, block.layout, values, content_dots);
    record.kind = block.layout.kind;
    apply_create(record, creation, values, content_dots, Past(set.seen, dot), devices, nullptr);
    layouts.push_back(std::move(stored));
    for (HistoryOp& op : ops) {
        if (!op.is_void && op.dot.seq == dot.seq && op.dot.device == dot.device && op.kind == OpKind::set) {
            op.after = shown(op.field);
        }
    }
}

void HistoryReplay::State::field_op(const FieldBlock& block, const FieldOp& op, const IncomingChangeSet& set,
                                    std::vector<HistoryOp>& ops) {
    const Dot dot{set.author, set.seq, op.index};
    HistoryOp entry{dot, op.at, block.field, block.kind, shown(block.field), {}, is_void(dot)};
    const Past past(set.seen, dot);
    if (!entry.is_void) {
        entry.is_void = !apply_op(record, op, {block.kind, block.field, block.shape, past, devices});
    }
    entry.after = entry.is_void ? op.value : shown(block.field);
    ops.push_back(std::move(entry));
}

HistoryReplay::HistoryReplay(const RecordId& id, const Catalogue* catalogue, const Hasher& hasher,
                             std::vector<DeviceId> devices, std::vector<Dot> void_dots)
    : state_(new State{id, catalogue, hasher, {}, std::move(void_dots), {}, {}}) {
    state_->devices.ids = std::move(devices);
}

HistoryReplay::~HistoryReplay() = default;

std::vector<HistoryOp> HistoryReplay::add(const IncomingChangeSet& set) {
    std::vector<HistoryOp> ops;
    for (const CreateBlock& block : set.ops->creates) {
        for (const Create& create : block.creates) {
            if (create.id == state_->id) {
                state_->create(block, create, set, ops);
            }
        }
    }
    std::vector<std::pair<const FieldBlock*, const FieldOp*>> mine;
    for (const FieldBlock& block : set.ops->fields) {
        for (const FieldOp& op : block.ops) {
            if (op.record.id ? *op.record.id == state_->id
                             : state_->record.find_creation(op.record.created) != nullptr) {
                mine.emplace_back(&block, &op);
            }
        }
    }
    std::ranges::sort(mine, {}, [](const auto& entry) { return entry.second->index; });
    for (const auto& [block, op] : mine) {
        state_->field_op(*block, *op, set, ops);
    }
    std::ranges::for_each(ops, [&](HistoryOp& op) { state_->present(op); });
    return ops;
}

}  // namespace cotmoc::core
