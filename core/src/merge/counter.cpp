#include "merge/counter.hpp"

#include <algorithm>
#include <limits>

namespace cotmoc::core {
namespace {

std::int64_t add_saturating(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) {
        return sum;
    }
    return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

}  // namespace

void Counter::apply_base(RegisterOp base, const std::optional<Dot>& over, SetMode mode, const Past& past) {
    const Dot dot = base.dot;
    bases_.apply_set(std::move(base), over, mode, past);
    for (Increment& increment : increments_) {
        std::erase_if(increment.covered_by, [&](const Dot& covering) {
            return std::ranges::none_of(bases_.live(),
                                        [&](const RegisterOp& op) { return op.dot == covering; });
        });
        if (past.contains(increment.dot)) {
            increment.covered_by.insert(std::ranges::lower_bound(increment.covered_by, dot), dot);
        }
    }
}

void Counter::apply_increment(Increment increment) {
    const auto place = std::ranges::lower_bound(increments_, increment.dot, {}, &Increment::dot);
    increments_.insert(place, std::move(increment));
}

bool Counter::add_to_pending(const Dot& dot, std::int64_t amount) {
    for (Increment& increment : increments_) {
        if (increment.dot == dot && increment.covered_by.empty()) {
            increment.amount = add_saturating(increment.amount, amount);
            return true;
        }
    }
    return false;
}

std::optional<std::int64_t> Counter::total(const RegisterView& view) const {
    const RegisterOp* base = bases_.displayed(view);
    std::optional<std::int64_t> sum;
    if (base != nullptr) {
        if (const auto* number = std::get_if<std::int64_t>(&base->value)) {
            sum = *number;
        }
    }
    for (const Increment& increment : increments_) {
        if (base == nullptr || !std::ranges::binary_search(increment.covered_by, base->dot)) {
            sum = add_saturating(sum.value_or(0), increment.amount);
        }
    }
    return sum;
}

Counter Counter::from_parts(Register bases, std::vector<Increment> increments) {
    Counter result;
    result.bases_ = std::move(bases);
    result.increments_ = std::move(increments);
    return result;
}

}  // namespace cotmoc::core
