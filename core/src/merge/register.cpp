#include "merge/register.hpp"

#include <algorithm>
#include <limits>

namespace cotmoc::core {
namespace {

void insert_in_dot_order(std::vector<RegisterOp>& ops, RegisterOp op) {
    const auto place = std::ranges::lower_bound(ops, op.dot, {}, &RegisterOp::dot);
    ops.insert(place, std::move(op));
}

/// An unknown value ranks above known ones; null, which no catalogue lists, below them.
std::int64_t enum_rank(const Value& value, const Field& field) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) {
        return -1;
    }
    const auto position = field.position(*text);
    return position ? static_cast<std::int64_t>(*position) : std::numeric_limits<std::int64_t>::max();
}

bool ranks_by_position(const RegisterView& view) {
    return view.field != nullptr &&
           (view.field->policy == Policy::worst || view.field->policy == Policy::workflow);
}

}  // namespace

/// Notes that `above` saw the sets that are live, and the earlier ones that nobody it saw had seen.
void Register::keep_passed(const Dot& above, const Past& past) {
    for (PassedOp& earlier : passed_) {
        const bool saw_one_above =
            std::ranges::any_of(earlier.above, [&](const Dot& dot) { return past.contains(dot); });
        if (past.contains(earlier.dot) && !saw_one_above) {
            earlier.above.insert(std::ranges::lower_bound(earlier.above, above), above);
        }
    }
    for (const RegisterOp& earlier : live_) {
        if (past.contains(earlier.dot)) {
            // Whoever saw one op of a change set saw all: below two of one set nobody stops at the lower.
            std::erase_if(passed_, [&](const PassedOp& lower) {
                return lower.dot.device == earlier.dot.device && lower.dot.seq == earlier.dot.seq &&
                       std::ranges::binary_search(lower.above, earlier.dot);
            });
            const auto place = std::ranges::lower_bound(passed_, earlier.dot, {}, &PassedOp::dot);
            passed_.insert(place, {earlier.dot, earlier.value, {above}});
        }
    }
}

std::vector<const Value*> Register::live_within(const Past& past) const {
    std::vector<const Value*> values;
    for (const RegisterOp& op : live_) {
        if (past.contains(op.dot)) {
            values.push_back(&op.value);
        }
    }
    for (const PassedOp& op : passed_) {
        if (past.contains(op.dot) &&
            std::ranges::none_of(op.above, [&](const Dot& dot) { return past.contains(dot); })) {
            values.push_back(&op.value);
        }
    }
    return values;
}

void Register::apply_set(RegisterOp op, const std::optional<Dot>& over, SetMode mode, const Past& past) {
    if (mode.keeps_passed) {
        keep_passed(op.dot, past);
    }
    const auto settles = [&](const RegisterOp& earlier) {
        return (over && earlier.dot == *over) || earlier.dot.device == op.dot.device ||
               (mode.settling && past.contains(earlier.dot));
    };
    std::erase_if(lost_, settles);
    std::vector<RegisterOp> still_live;
    for (RegisterOp& earlier : live_) {
        const bool settled = settles(earlier) || earlier.settled;
        if (!past.contains(earlier.dot)) {
            earlier.settled = settled;
            still_live.push_back(std::move(earlier));
        } else if (!settled) {
            insert_in_dot_order(lost_, std::move(earlier));
        }
    }
    live_ = std::move(still_live);
    op.resolving = mode.settling;
    insert_in_dot_order(live_, std::move(op));
}

void Register::apply_acknowledge(const Past& past) {
    std::erase_if(lost_, [&](const RegisterOp& earlier) { return past.contains(earlier.dot); });
    for (RegisterOp& earlier : live_) {
        earlier.settled = earlier.settled || past.contains(earlier.dot);
    }
}

void Register::forget_passed(const Dot& dot) {
    std::erase_if(passed_, [&](const PassedOp& op) { return op.dot == dot; });
}

bool Register::replace_pending(const Dot& dot, Hlc at, Value value) {
    for (RegisterOp& op : live_) {
        if (op.dot == dot) {
            op.at = at;
            op.value = std::move(value);
            return true;
        }
    }
    return false;
}

bool displays_before(const RegisterOp& a, const RegisterOp& b, const RegisterView& view) {
    if (ranks_by_position(view)) {
        const std::int64_t rank_a = enum_rank(a.value, *view.field);
        const std::int64_t rank_b = enum_rank(b.value, *view.field);
        if (rank_a != rank_b) {
            return rank_a > rank_b;
        }
        if (a.value != b.value) {
            return canonical(a.value) > canonical(b.value);
        }
    }
    if (a.at != b.at) {
        return a.at > b.at;
    }
    if (a.dot.device != b.dot.device) {
        return view.devices.id(a.dot.device) > view.devices.id(b.dot.device);
    }
    return std::pair(a.dot.index, a.dot.seq) > std::pair(b.dot.index, b.dot.seq);
}

const RegisterOp* Register::displayed(const RegisterView& view) const {
    const RegisterOp* first = nullptr;
    for (const RegisterOp& op : live_) {
        if (first == nullptr || displays_before(op, *first, view)) {
            first = &op;
        }
    }
    return first;
}

std::vector<const RegisterOp*> Register::listed(const RegisterView& view) const {
    std::vector<const RegisterOp*> losers;
    const RegisterOp* shown = displayed(view);
    if (shown == nullptr) {
        return losers;
    }
    for (const auto* ops : {&live_, &lost_}) {
        for (const RegisterOp& op : *ops) {
            if (&op != shown && !op.settled && op.value != shown->value) {
                losers.push_back(&op);
            }
        }
    }
    std::ranges::sort(losers, {}, [](const RegisterOp* op) { return op->dot; });
    return losers;
}

Register Register::from_parts(std::vector<RegisterOp> live, std::vector<RegisterOp> lost,
                              std::vector<PassedOp> passed) {
    Register result;
    result.passed_ = std::move(passed);
    result.live_ = std::move(live);
    result.lost_ = std::move(lost);
    return result;
}

}  // namespace cotmoc::core
