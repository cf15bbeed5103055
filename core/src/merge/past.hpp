// The causal past of an op (semantics S2): its change set's frontier and the earlier ops of its own feed.
#pragma once

#include <cotmoc/core/change_set.hpp>

#include <span>

namespace cotmoc::core {

class Past {
public:
    /// `seqs` holds, by device index, the last seq that the change set's author had seen; missing ones are 0.
    /// It must outlive this object.
    Past(std::span<const std::uint64_t> seqs, Dot op) : seqs_(seqs), op_(op) {}

    bool contains(const Dot& dot) const {
        if (dot.device == op_.device) {
            return dot.seq < op_.seq || (dot.seq == op_.seq && dot.index < op_.index);
        }
        const std::size_t device = to_number(dot.device);
        return device < seqs_.size() && dot.seq <= seqs_[device];
    }
    const Dot& op() const { return op_; }
    /// The past of another op of the same change set.
    Past at(Dot op) const { return {seqs_, op}; }

private:
    std::span<const std::uint64_t> seqs_;
    Dot op_;
};

}  // namespace cotmoc::core
