// The ops of a change set in the order of their indexes, whatever block they stand in.
#pragma once

#include <cotmoc/core/change_set.hpp>

#include <algorithm>
#include <type_traits>
#include <vector>

namespace cotmoc::core {

inline bool takes_over(OpKind kind) { return kind == OpKind::set || kind == OpKind::resolve; }
inline bool takes_value(OpKind kind) {
    return takes_over(kind) || kind == OpKind::add || kind == OpKind::insert || kind == OpKind::remove;
}

/// Ops and creates sorted by index. `Set` is ChangeSet or const ChangeSet, and so are the pointers.
template <class Set>
struct OpOrder {
    template <class T>
    using Pointer = std::conditional_t<std::is_const_v<Set>, const T*, T*>;
    struct Op {
        OpKind kind;
        Pointer<FieldOp> op;
    };
    struct Stamp {
        std::uint32_t index;
        std::uint32_t indexes;  // how many it uses
        Pointer<Hlc> at;
    };

    std::vector<Op> ops;        // of the field blocks
    std::vector<Stamp> stamps;  // of creates and ops

    explicit OpOrder(Set& set) {
        for (auto& block : set.creates) {
            const auto indexes = static_cast<std::uint32_t>(1 + block.layout.entries.size());
            for (auto& create : block.creates) {
                stamps.push_back({create.index, indexes, &create.at});
            }
        }
        for (auto& block : set.fields) {
            for (auto& op : block.ops) {
                stamps.push_back({op.index, 1, &op.at});
                ops.push_back({block.kind, &op});
            }
        }
        // Sorting what is sorted already costs a pass; blocks of one kind often are.
        const auto by_index = [](const Stamp& a, const Stamp& b) { return a.index < b.index; };
        if (!std::ranges::is_sorted(stamps, by_index)) {
            std::ranges::sort(stamps, by_index);
        }
        std::ranges::sort(ops, [](const Op& a, const Op& b) { return a.op->index < b.op->index; });
    }
};

}  // namespace cotmoc::core
