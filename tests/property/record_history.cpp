#include "property/record_history.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>

namespace cotmoc::core::test {
namespace {

/// The ops that the definition sees in a made one.
void append_model(std::vector<ModelOp>& out, const Change& change, const MadeOp& made,
                  const RecordState& before) {
    ModelOp op{made.kind,    made.field, made.shape,    {change.author, change.seq, made.op.index},
               change.seen,  made.op.at, made.op.value, std::nullopt,
               made.op.edit, {}};
    op.text_dot = op.dot;
    if (made.op.over.kind == Over::Kind::dot) {
        op.over = made.op.over.dot;
    } else if (made.op.over.kind == Over::Kind::creation) {
        const Creation* creation = before.find_creation(made.op.record.created);
        if (const auto position = creation->layout->position(made.field)) {
            op.over = creation->field_dot(*position);
        }
    }
    out.push_back(op);
    for (std::uint32_t i = 0; i < made.values.size(); ++i) {
        const Layout::Entry& entry = made.layout->layout.entries[i];
        ModelOp field = op;
        field.kind = OpKind::set;
        field.field = entry.field;
        field.shape = entry.shape;
        field.dot.index += 1 + i;
        field.value = made.values[i];
        if (const auto* list = std::get_if<TextList>(&made.values[i])) {
            field.kind = OpKind::insert;
            for (const std::string& element : *list) {
                field.value = element;
                out.push_back(field);
            }
        } else if (entry.shape == Shape::text && type_of(field.value) == ValueType::text) {
            const std::string& text = std::get<std::string>(field.value);
            field.kind = OpKind::edit_text;
            field.edit = {{{std::nullopt, Side::right, text}}, {}};
            field.text_dot = content_dot(ground().hasher, text);
            out.push_back(field);
        } else if (entry.shape == Shape::register_ || entry.shape == Shape::counter) {
            if (type_of(field.value) != ValueType::absent) {
                out.push_back(field);
            }
        }
    }
}

}  // namespace

RecordHistory::RecordHistory(std::uint64_t seed, const HistoryOptions& options)
    : random_(seed), options_(options), replicas_(options.replicas) {
    for (RecordReplica& replica : replicas_) {
        replica.seen.resize(options.replicas);
    }
    while (changes_.size() < options.changes) {
        const std::size_t who = pick(options.replicas);
        if (pick(2) == 0) {
            pull(who, pick(options.replicas));
        } else {
            write(who);
        }
    }
}

void RecordHistory::pull(std::size_t who, std::size_t from) {
    // Some of what the other holds, as if the link broke.
    const bool all = pick(3) > 0;
    for (const Change& change : changes_) {
        const bool held = replicas_[from].seen[to_number(change.author)] >= change.seq;
        if (held && replicas_[who].ready_for(change) && (all || pick(3) > 0)) {
            replicas_[who].deliver(change);
        }
    }
}

void RecordHistory::write(std::size_t author) {
    RecordReplica& replica = replicas_[author];
    const bool importing =
        pick(3) == 0 && std::ranges::all_of(replica.seen, [](auto seq) { return seq == 0; });
    if (replica.state.creations.empty() && !changes_.empty() && !importing) {
        return;
    }
    Change change{static_cast<DeviceIndex>(author), replica.seen[author] + 1, replica.seen, {}, {}};
    std::uint32_t index = 0;
    for (std::size_t left = 1 + pick(options_.ops); left > 0; --left) {
        MadeOp made = make_op(replica, {change.author, change.seq, index});
        if (!made.is_void) {
            append_model(change.model, change, made, replica.state);
        }
        replica.apply(change, made);
        index += 1 + static_cast<std::uint32_t>(made.values.size());
        change.ops.push_back(std::move(made));
    }
    replica.seen[author] = change.seq;
    replica.known.insert(replica.known.end(), change.model.begin(), change.model.end());
    changes_.push_back(std::move(change));
}

MadeOp RecordHistory::make_op(const RecordReplica& replica, const Dot& dot) {
    MadeOp made;
    const bool again = options_.dishonest && pick(20) == 0;
    if (replica.state.creations.empty() || again) {
        made = make_create(dot);
    } else if (replica.state.deleted() && (!options_.dishonest || pick(2) == 0)) {
        made.kind = OpKind::restore_record;
    } else if (pick(8) == 0) {
        made.kind = pick(4) == 0 ? OpKind::restore_record : OpKind::delete_record;
    } else {
        made = make_field_op(replica, dot);
    }
    made.op.index = dot.index;
    made.op.at = {1000 + pick(12), static_cast<std::uint16_t>(pick(2))};
    if (!replica.state.creations.empty()) {
        made.op.record.created = replica.state.creations[pick(replica.state.creations.size())].dot;
        choose_over(made, replica);
    }
    return made;
}

MadeOp RecordHistory::make_create(const Dot& dot) {
    MadeOp made;
    made.kind = OpKind::create;
    Layout layout{ground().kind.name, {}};
    for (const Field& field : ground().kind.fields) {
        if (pick(2) == 0) {
            layout.entries.push_back({field.name, field.shape});
            const bool list_or_text = field.shape == Shape::set || field.shape == Shape::text;
            if (field.shape == Shape::set) {
                made.values.emplace_back(pick(2) == 0 ? TextList{"x"} : TextList{"x", "y"});
            } else if (field.shape == Shape::text) {
                made.values.emplace_back(std::string(pick(3) == 0 ? "một" : "hai ba"));
            } else {
                made.values.push_back(random_value(field));
            }
            if (pick(10) == 0) {
                made.values.back() = pick(2) == 0 || list_or_text ? Value(Absent{}) : Value();
            } else if (pick(20) == 0) {
                made.values.back() = Value();
            }
        }
    }
    const auto stored = ground().interning().layout(layout, made.values);
    COTMOC_CHECK(stored.has_value() && dot.seq > 0);
    made.layout = *stored;
    return made;
}

MadeOp RecordHistory::make_field_op(const RecordReplica& replica, const Dot& dot) {
    const Field& field = ground().kind.fields[pick(ground().kind.fields.size())];
    MadeOp made;
    made.field = field.name;
    made.shape = field.shape;
    choose_kind(made, replica, dot);
    if (made.kind == OpKind::set || made.kind == OpKind::resolve) {
        made.op.value = random_value(field);
    }
    return made;
}

void RecordHistory::choose_kind(MadeOp& made, const RecordReplica& replica, const Dot& dot) {
    const bool listed = replica.view().listed.contains(made.field);
    switch (made.shape) {
        case Shape::counter:
            if (pick(2) == 0) {
                made.kind = OpKind::add;
                made.op.value = static_cast<std::int64_t>(pick(6)) - 2;
                return;
            }
            [[fallthrough]];
        case Shape::register_:
            made.kind = OpKind::set;
            if ((listed && pick(3) == 0) || (options_.dishonest && pick(6) == 0)) {
                made.kind = pick(2) == 0 ? OpKind::resolve : OpKind::acknowledge;
            }
            return;
        case Shape::set:
            made.kind = pick(2) == 0 ? OpKind::insert : OpKind::remove;
            made.op.value = std::string(1, static_cast<char>('x' + pick(3)));
            return;
        case Shape::text:
            break;
    }
    made.kind = OpKind::edit_text;
    made.op.edit = random_edit(replica, dot);
    if (!options_.dishonest || pick(4) > 0) {
        return;
    }
    const ModelOp* unseen = unseen_op(replica, OpKind::edit_text, made.field);
    if (unseen != nullptr && unseen->text_dot == unseen->dot && !unseen->edit.inserts.empty()) {
        made.is_void = true;
        const TextElement element{unseen->dot, 0};
        if (pick(2) == 0) {
            made.op.edit.deletes = {{element, 1}};
        } else {
            made.op.edit.inserts = {{element, Side::right, "unseen"}};
        }
    }
}

/// Some op of another replica that this one does not hold; null if none was found.
const ModelOp* RecordHistory::unseen_op(const RecordReplica& replica, OpKind kind, std::string_view field) {
    for (const Change& change : changes_) {
        for (const ModelOp& op : change.model) {
            const bool held = replica.seen[to_number(change.author)] >= change.seq;
            if (!held && op.kind == kind && op.field == field && pick(2) == 0) {
                return &op;
            }
        }
    }
    return nullptr;
}

void RecordHistory::choose_over(MadeOp& made, const RecordReplica& replica) {
    if (made.kind != OpKind::set && made.kind != OpKind::resolve) {
        return;
    }
    const auto found = replica.state.fields.find(made.field);
    const Register* reg = nullptr;
    if (found != replica.state.fields.end()) {
        const auto* counter = std::get_if<Counter>(&found->second);
        reg = counter != nullptr ? &counter->bases() : std::get_if<Register>(&found->second);
    }
    if (reg == nullptr || reg->live().empty()) {
        return;
    }
    Dot over = reg->displayed({ground().devices, ground().kind.find(made.field)})->dot;
    if (options_.dishonest && pick(4) == 0) {
        const auto& from = pick(2) == 0 || reg->lost().empty() ? reg->live() : reg->lost();
        over = from[pick(from.size())].dot;
    } else if (options_.dishonest && pick(6) == 0) {
        return;
    } else if (const ModelOp* unseen = unseen_op(replica, OpKind::set, made.field);
               options_.dishonest && unseen != nullptr && pick(3) == 0) {
        made.op.over = {Over::Kind::dot, unseen->dot};
        return;
    }
    const Creation* creation = replica.state.find_creation(made.op.record.created);
    const auto position = creation->layout->position(made.field);
    const bool created = position && creation->field_dot(*position) == over;
    made.op.over = created ? Over{Over::Kind::creation, {}} : Over{Over::Kind::dot, over};
}

TextEdit RecordHistory::random_edit(const RecordReplica& replica, const Dot& dot) {
    const auto found = replica.state.fields.find("story");
    const TextSequence text =
        found != replica.state.fields.end() ? std::get<TextSequence>(found->second) : TextSequence();
    const std::size_t position = pick(text.length() + 1);
    const std::size_t removed =
        pick(2) == 0 ? pick(std::min<std::size_t>(4, text.length() - position + 1)) : 0;
    static const std::string words[] = {"a", "bc", "đê", "ốc", "𐀀"};
    return text.make_edit(dot, position, removed,
                          removed == 0 || pick(2) == 0 ? words[pick(5)] : std::string());
}

Value RecordHistory::random_value(const Field& field) {
    if (pick(12) == 0) {
        return {};
    }
    if (field.shape == Shape::counter) {
        return static_cast<std::int64_t>(pick(3));
    }
    if (!field.values.empty()) {
        const std::size_t which = pick(field.values.size() + 2);
        static const std::string unknown[] = {"new", "newer"};
        return which < field.values.size() ? field.values[which] : unknown[which - field.values.size()];
    }
    return std::string(1, static_cast<char>('a' + pick(3)));
}

std::vector<const Change*> RecordHistory::random_order() {
    std::vector<const Change*> rest;
    for (const Change& change : changes_) {
        rest.push_back(&change);
    }
    RecordReplica held;
    held.seen.resize(replicas_.size());
    std::vector<const Change*> order;
    while (!rest.empty()) {
        const std::size_t first = pick(rest.size());
        for (std::size_t step = 0; step < rest.size(); ++step) {
            const std::size_t at = (first + step) % rest.size();
            if (held.ready_for(*rest[at])) {
                held.seen[to_number(rest[at]->author)] = rest[at]->seq;
                order.push_back(rest[at]);
                rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            }
        }
    }
    return order;
}

}  // namespace cotmoc::core::test
