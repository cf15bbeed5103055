#include <cotmoc/core/transplant.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

struct HeldOp {
    OpKind kind{};
    const std::string* field = nullptr;
    const FieldOp* op = nullptr;
};

struct HeldCreate {
    const std::string* kind = nullptr;
    const Create* create = nullptr;
};

/// A change set by the indexes of its ops.
struct ByIndex {
    std::map<std::uint32_t, HeldOp> ops;
    std::map<std::uint32_t, HeldCreate> creates;

    explicit ByIndex(const ChangeSet& set) {
        for (const CreateBlock& block : set.creates) {
            for (const Create& create : block.creates) {
                creates[create.index] = {&block.layout.kind, &create};
            }
        }
        for (const FieldBlock& block : set.fields) {
            for (const FieldOp& op : block.ops) {
                ops[op.index] = {block.kind, &block.field, &op};
            }
        }
    }

    /// The values of a create are not compared: one that was given up before sealing leaves its place there.
    bool has(const Layout& layout, const Create& create) const {
        const auto found = creates.find(create.index);
        return found != creates.end() && found->second.create->id == create.id &&
               found->second.create->at == create.at && *found->second.kind == layout.kind;
    }
    const FieldOp* find(const FieldBlock& block, std::uint32_t index) const {
        const auto found = ops.find(index);
        const bool same =
            found != ops.end() && found->second.kind == block.kind && *found->second.field == block.field;
        return same ? found->second.op : nullptr;
    }
};

bool is_same(OpKind kind, const FieldOp& mine, const FieldOp& held) {
    // An increment keeps the stamp that it began with: a larger one of the same beginning holds it.
    return mine.at == held.at && (kind == OpKind::add ? mine.record == held.record
                                                      : mine.value == held.value && mine.edit == held.edit);
}

Hlc newest_shared(const ChangeSet& mine, const ByIndex& held, bool& any) {
    Hlc newest;
    for (const CreateBlock& block : mine.creates) {
        for (const Create& create : block.creates) {
            if (held.has(block.layout, create)) {
                any = true;
                newest = std::max(newest, create.at);
            }
        }
    }
    for (const FieldBlock& block : mine.fields) {
        for (const FieldOp& op : block.ops) {
            const FieldOp* other = held.find(block, op.index);
            if (other != nullptr && is_same(block.kind, op, *other)) {
                any = true;
                newest = std::max(newest, op.at);
            }
        }
    }
    return newest;
}

/// An increment that grew after the copies parted is told by its amount: the program that ran on adds to it,
/// the one that opened a copy does not (Editing::made_since_open).
std::optional<FieldOp> grown_part(const FieldOp& mine, const FieldOp& held) {
    const auto* own = std::get_if<std::int64_t>(&mine.value);
    const auto* other = std::get_if<std::int64_t>(&held.value);
    if (own == nullptr || other == nullptr || !(*own > 0 ? *own > *other : *own < *other)) {
        return std::nullopt;
    }
    std::int64_t grown = 0;
    if (__builtin_sub_overflow(*own, *other, &grown)) {
        return std::nullopt;
    }
    FieldOp part = mine;
    part.value = grown;
    return part;
}

std::optional<FieldOp> unshared_part(const FieldBlock& block, const FieldOp& op, const FieldOp* held,
                                     Hlc shared_until) {
    if (held == nullptr) {
        return op;
    }
    const bool replaced = block.kind == OpKind::set && op.at <= shared_until && op.at < held->at;
    if (!replaced && !is_same(block.kind, op, *held)) {
        return op;
    }
    return block.kind == OpKind::add ? grown_part(op, *held) : std::nullopt;
}

}  // namespace

Unshared without_shared(const ChangeSet& mine, const ChangeSet& held_set, Hlc& shared_until) {
    const ByIndex held(held_set);
    Unshared result;
    shared_until = std::max(shared_until, newest_shared(mine, held, result.any_shared));
    result.ops.op_count = mine.op_count;
    for (const CreateBlock& block : mine.creates) {
        CreateBlock left{block.layout, {}};
        std::ranges::copy_if(block.creates, std::back_inserter(left.creates),
                             [&](const Create& create) { return !held.has(block.layout, create); });
        if (!left.creates.empty()) {
            result.ops.creates.push_back(std::move(left));
        }
    }
    for (const FieldBlock& block : mine.fields) {
        FieldBlock left{block.kind, block.field, block.shape, {}};
        for (const FieldOp& op : block.ops) {
            if (auto own = unshared_part(block, op, held.find(block, op.index), shared_until)) {
                left.ops.push_back(std::move(*own));
            }
        }
        if (!left.ops.empty()) {
            result.ops.fields.push_back(std::move(left));
        }
    }
    return result;
}

void Transplant::note(const ChangeSet& set, std::uint64_t seq, std::uint64_t new_seq) {
    for (const CreateBlock& block : set.creates) {
        const auto fields = static_cast<std::uint32_t>(block.layout.entries.size());
        for (const Create& create : block.creates) {
            moved_[{seq, create.index}] = {create.index + fields, new_seq};
        }
    }
    for (const FieldBlock& block : set.fields) {
        for (const FieldOp& op : block.ops) {
            moved_[{seq, op.index}] = {op.index, new_seq};
        }
    }
}

void Transplant::rename(Dot& dot) const {
    if (dot.device != from_) {
        return;
    }
    auto run = moved_.upper_bound({dot.seq, dot.index});
    if (run == moved_.begin()) {
        return;
    }
    --run;
    if (run->first.first == dot.seq && dot.index <= run->second.last) {
        dot = {to_, run->second.new_seq, dot.index};
    }
}

void Transplant::move(ChangeSet& set, std::uint64_t seq, std::uint64_t new_seq) {
    note(set, seq, new_seq);
    for (FieldBlock& block : set.fields) {
        for (FieldOp& op : block.ops) {
            if (!op.record.id) {
                rename(op.record.created);
            }
            if (op.over.kind == Over::Kind::dot) {
                rename(op.over.dot);
            }
            for (TextInsert& insert : op.edit.inserts) {
                if (insert.parent) {
                    rename(insert.parent->dot);
                }
            }
            for (TextDelete& removal : op.edit.deletes) {
                rename(removal.first.dot);
            }
        }
    }
}

}  // namespace cotmoc::core
