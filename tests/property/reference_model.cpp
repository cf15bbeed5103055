#include "property/reference_model.hpp"

#include "unit/merge/text_model.hpp"

#include <limits>
#include <tuple>

namespace cotmoc::core::test {
namespace {

using Ops = ModelOps;

bool is_set(const ModelOp& op) { return op.kind == OpKind::set || op.kind == OpKind::resolve; }
bool is_settling(const ModelOp& op) { return op.kind == OpKind::resolve || op.kind == OpKind::acknowledge; }

bool is_value_op(const ModelOp& op) {
    switch (op.kind) {
        case OpKind::remove:
        case OpKind::acknowledge:
        case OpKind::delete_record:
            return false;
        default:
            return true;
    }
}

bool in_past_of_any(const ModelOp& x, const Ops& ops) {
    return std::ranges::any_of(ops, [&](const ModelOp* y) { return in_past(x, *y); });
}

/// What S7 orders live values by; the greatest is displayed.
auto rank(const ModelOp& op, const Field& field, const DeviceTable& devices) {
    std::int64_t position = 0;
    Bytes bytes;
    if (field.policy == Policy::worst || field.policy == Policy::workflow) {
        position = -1;
        if (const auto* text = std::get_if<std::string>(&op.value)) {
            const auto known = std::ranges::find(field.values, *text);
            position = known == field.values.end() ? std::numeric_limits<std::int64_t>::max()
                                                   : known - field.values.begin();
        }
        bytes = canonical(op.value);
    }
    return std::tuple(position, bytes, op.at, devices.id(op.dot.device), op.dot.index);
}

/// S7: the displayed one of the field's sets; null if there is none.
const ModelOp* displayed(const Ops& ops, const Field& field, const DeviceTable& devices) {
    Ops sets;
    std::ranges::copy_if(ops, std::back_inserter(sets), [](const ModelOp* op) { return is_set(*op); });
    const ModelOp* first = nullptr;
    for (const ModelOp* op : sets) {
        const bool live = !in_past_of_any(*op, sets);
        if (live && (first == nullptr || rank(*op, field, devices) > rank(*first, field, devices))) {
            first = op;
        }
    }
    return first;
}

/// S12: null stands before the first state, an unknown state after the last.
std::int64_t place_of(const Value& value, const Field& field) {
    const auto* state = std::get_if<std::string>(&value);
    if (state == nullptr) {
        return -1;
    }
    return std::ranges::find(field.values, *state) - field.values.begin();
}

/// S8. An `over` outside the past cannot have been displayed to the author, and is none.
bool settled(const ModelOp& x, const Ops& ops) {
    return std::ranges::any_of(ops, [&](const ModelOp* y) {
        const bool later_of_same_device = is_set(*y) && y->dot.device == x.dot.device && in_past(x, *y);
        return (y->over == x.dot && in_past(x, *y)) || later_of_same_device ||
               (is_settling(*y) && in_past(x, *y));
    });
}

std::vector<Dot> listed(const Ops& ops, const ModelOp& shown) {
    std::vector<Dot> losers;
    for (const ModelOp* x : ops) {
        if (is_set(*x) && canonical(x->value) != canonical(shown.value) && !settled(*x, ops)) {
            losers.push_back(x->dot);
        }
    }
    std::ranges::sort(losers);
    return losers;
}

/// S9.
Value counter_total(const Ops& ops, const ModelOp* base) {
    std::int64_t total = 0;
    bool any = false;
    if (base != nullptr && std::holds_alternative<std::int64_t>(base->value)) {
        total = std::get<std::int64_t>(base->value);
        any = true;
    }
    for (const ModelOp* op : ops) {
        if (op->kind == OpKind::add && (base == nullptr || !in_past(*op, *base))) {
            total += std::get<std::int64_t>(op->value);
            any = true;
        }
    }
    return any ? Value(total) : Value();
}

/// S10.
Value elements(const Ops& ops) {
    std::set<std::string> in;
    for (const ModelOp* add : ops) {
        const bool removed = std::ranges::any_of(ops, [&](const ModelOp* remove) {
            return remove->kind == OpKind::remove && remove->value == add->value && in_past(*add, *remove);
        });
        if (add->kind == OpKind::insert && !removed) {
            in.insert(std::get<std::string>(add->value));
        }
    }
    return in.empty() ? Value() : Value(TextList(in.begin(), in.end()));
}

/// S10. Two creates with the same initial text made the same elements.
Value text(const Ops& ops, const DeviceTable& devices) {
    TextModel model(devices);
    std::set<Dot> inserted;
    for (const ModelOp* op : ops) {
        if (op->kind == OpKind::edit_text && inserted.insert(op->text_dot).second) {
            model.apply(op->text_dot, op->edit);
        }
    }
    std::string utf8;
    for (const char32_t value : model.text()) {
        utf8 += encode(value);
    }
    return utf8.empty() ? Value() : Value(utf8);
}

/// S11. A delete that a later edit, restore or delete has seen is history.
void judge_deletes(const Ops& ops, ModelView& view) {
    Ops deletes;
    Ops undoing;
    for (const ModelOp* op : ops) {
        if (op->kind == OpKind::delete_record) {
            deletes.push_back(op);
        }
        if (op->kind == OpKind::delete_record || is_value_op(*op)) {
            undoing.push_back(op);
        }
    }
    bool any = false;
    for (const ModelOp* each : deletes) {
        if (in_past_of_any(*each, undoing)) {
            continue;
        }
        any = true;
        const bool edited_beside = std::ranges::any_of(
            ops, [&](const ModelOp* op) { return is_value_op(*op) && !in_past(*op, *each); });
        view.deleted = view.deleted || !edited_beside;
    }
    view.edited_while_deleted = any && !view.deleted;
}

}  // namespace

bool in_past(const ModelOp& x, const ModelOp& y) {
    if (x.dot.device == y.dot.device) {
        return std::pair(x.dot.seq, x.dot.index) < std::pair(y.dot.seq, y.dot.index);
    }
    const std::size_t device = to_number(x.dot.device);
    return device < y.seen.size() && x.dot.seq <= y.seen[device];
}

bool workflow_allows(const ModelOp& op, const ModelOps& past, const Roles& roles, const Field& field) {
    if (field.policy != Policy::workflow || op.field != field.name || !is_set(op)) {
        return true;
    }
    ModelOps sets;
    std::ranges::copy_if(past, std::back_inserter(sets),
                         [&](const ModelOp* x) { return x->field == field.name && is_set(*x); });
    std::int64_t from = -1;
    for (const ModelOp* x : sets) {
        if (!in_past_of_any(*x, sets)) {
            from = std::max(from, place_of(x->value, field));
        }
    }
    const std::int64_t to = place_of(op.value, field);
    const auto count = static_cast<std::int64_t>(field.values.size());
    for (std::int64_t place = std::max<std::int64_t>(std::min(from, to), 0);
         from != to && place <= std::min(std::max(from, to), count - 1); ++place) {
        const auto guard = field.roles.find(field.values[static_cast<std::size_t>(place)]);
        const bool has_role =
            guard == field.roles.end() ||
            std::ranges::any_of(guard->second, [&](const std::string& role) { return roles.contains(role); });
        if (!has_role) {
            return false;
        }
    }
    return true;
}

ModelOps valid_ops(const ModelOps& ops, const Kind& kind, const RolesOf& roles) {
    ModelOps valid;
    for (const ModelOp* op : ops) {
        const Field* field = kind.find(op->field);
        if (field == nullptr || field->policy != Policy::workflow) {
            valid.push_back(op);
            continue;
        }
        ModelOps past;
        std::ranges::copy_if(valid, std::back_inserter(past),
                             [&](const ModelOp* x) { return in_past(*x, *op); });
        if (workflow_allows(*op, past, roles(op->dot.device), *field)) {
            valid.push_back(op);
        }
    }
    return valid;
}

ModelView reference_view(const ModelOps& all, const Kind& kind, const DeviceTable& devices,
                         const RolesOf& roles) {
    const ModelOps ops = valid_ops(all, kind, roles);
    ModelView view;
    judge_deletes(ops, view);
    for (const Field& field : kind.fields) {
        Ops here;
        std::ranges::copy_if(ops, std::back_inserter(here),
                             [&](const ModelOp* op) { return op->field == field.name; });
        Value shown;
        if (field.shape == Shape::register_ || field.shape == Shape::counter) {
            const ModelOp* first = displayed(here, field, devices);
            const std::vector<Dot> losers = first != nullptr ? listed(here, *first) : std::vector<Dot>();
            if (!losers.empty()) {
                view.listed[field.name] = losers;
            }
            shown = field.shape == Shape::counter ? counter_total(here, first)
                    : first != nullptr            ? first->value
                                                  : Value();
        } else {
            shown = field.shape == Shape::set ? elements(here) : text(here, devices);
        }
        if (type_of(shown) != ValueType::null) {
            view.shown[field.name] = shown;
        }
    }
    return view;
}

}  // namespace cotmoc::core::test
