#include "property/record_history.hpp"

#include <cotmoc/base/check.hpp>

#include <algorithm>
#include <sstream>

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

Value chosen_value(const Field& field, std::uint8_t choice) {
    if (choice % 12 == 11) {
        return {};
    }
    if (field.shape == Shape::counter) {
        return static_cast<std::int64_t>(choice % 3);
    }
    if (!field.values.empty()) {
        const std::size_t which = choice % (field.values.size() + 2);
        static const std::string unknown[] = {"new", "newer"};
        return which < field.values.size() ? field.values[which] : unknown[which - field.values.size()];
    }
    return std::string(1, static_cast<char>('a' + choice % 3));
}

std::string chosen_element(std::uint8_t choice) { return {static_cast<char>('x' + choice % 3)}; }

/// The fields that the action can be done to.
const Field& chosen_field(Action action, std::uint8_t choice) {
    static const auto with_shape = [](Shape one, Shape other) {
        std::vector<const Field*> fields;
        for (const Field& field : ground().kind.fields) {
            if (field.shape == one || field.shape == other) {
                fields.push_back(&field);
            }
        }
        return fields;
    };
    static const std::vector<const Field*> decided = with_shape(Shape::register_, Shape::counter);
    static const std::vector<const Field*> counters = with_shape(Shape::counter, Shape::counter);
    static const std::vector<const Field*> sets = with_shape(Shape::set, Shape::set);
    static const std::vector<const Field*> texts = with_shape(Shape::text, Shape::text);
    const auto& fields = action == Action::add                                  ? counters
                         : action == Action::edit_text                          ? texts
                         : action == Action::insert || action == Action::remove ? sets
                                                                                : decided;
    return *fields[choice % fields.size()];
}

TextEdit chosen_edit(const Command& command, const RecordReplica& replica, const Dot& dot) {
    const auto found = replica.state.fields.find("story");
    const TextSequence text =
        found != replica.state.fields.end() ? std::get<TextSequence>(found->second) : TextSequence();
    const std::size_t position = command.place % (text.length() + 1);
    const std::size_t some = std::min<std::size_t>(4, text.length() - position + 1);
    const std::size_t removed = command.field % 2 == 0 ? 0 : command.field / 2 % some;
    static const std::string words[] = {"a", "bc", "đê", "ốc", "𐀀"};
    const bool typed = removed == 0 || command.value % 2 == 0;
    return text.make_edit(dot, position, removed, typed ? words[command.value / 2 % 5] : std::string());
}

}  // namespace

RecordHistory::RecordHistory(const Script& script, const HistoryOptions& options)
    : options_(options), replicas_(options.replicas, empty_replica()), open_(options.replicas) {
    for (const Command& command : script.commands) {
        run(command);
    }
    for (std::size_t who = 0; who < replicas_.size(); ++who) {
        seal(who);
    }
}

void RecordHistory::run(const Command& command) {
    const std::size_t who = command.who % replicas_.size();
    switch (command.action) {
        case Action::pull:
        case Action::pull_some:
            pull(who, command);
            break;
        case Action::seal:
            seal(who);
            break;
        default:
            write(who, command);
            break;
    }
}

/// S3: both sides seal before anything is received.
void RecordHistory::pull(std::size_t who, const Command& command) {
    const std::size_t from = command.value % replicas_.size();
    seal(who);
    seal(from);
    const bool all = command.action == Action::pull;
    std::size_t at = 0;
    for (const Change& change : changes_) {
        const bool comes = all || (command.place >> (at++ % 8) & 1) != 0;
        if (comes && replicas_[from].holds(change) && replicas_[who].ready_for(change)) {
            replicas_[who].deliver(change);
        }
    }
}

void RecordHistory::seal(std::size_t who) {
    if (open_[who]) {
        replicas_[who].seen[who] = open_[who]->seq;
        changes_.push_back(std::move(*open_[who]));
        open_[who].reset();
    }
}

void RecordHistory::write(std::size_t who, const Command& command) {
    RecordReplica& replica = replicas_[who];
    if (replica.state.creations.empty() && command.action != Action::create) {
        // Somebody who has no record to edit asks another, or makes it.
        if (command.value % 3 > 0) {
            pull(who, {Action::pull, 0, 0, command.value, 0, 0, 0});
        }
        if (replica.state.creations.empty() && command.value % 3 > 0) {
            return;
        }
    }
    if (!open_[who]) {
        if (begun_ == options_.changes) {
            return;
        }
        ++begun_;
        open_[who] = Change{static_cast<DeviceIndex>(who), replica.seen[who] + 1, replica.seen, {}, {}};
    }
    Change& change = *open_[who];
    const MadeOp* last = change.ops.empty() ? nullptr : &change.ops.back();
    const auto index =
        last == nullptr ? 0 : last->op.index + 1 + static_cast<std::uint32_t>(last->values.size());
    MadeOp made = make_op(command, replica, {change.author, change.seq, index});
    std::vector<ModelOp> model;
    if (!made.is_void) {
        append_model(model, change, made, replica.state);
        judge_roles(made, model, who);
    }
    replica.apply(change, made);
    std::ranges::move(model, std::back_inserter(change.model));
    change.ops.push_back(std::move(made));
}

/// An op that lacks a role stays in the history; the engine has to find out by itself that it is void.
void RecordHistory::judge_roles(MadeOp& made, std::vector<ModelOp>& model, std::size_t who) {
    if (made.kind == OpKind::create) {
        return;
    }
    const Field* field = ground().kind.find(made.field);
    if (field == nullptr || field->policy != Policy::workflow) {
        return;
    }
    const ModelOps past = valid_ops(held_by(replicas_[who]), ground().kind, roles_of);
    made.is_void = !workflow_allows(model.front(), past, roles_of(static_cast<DeviceIndex>(who)), *field);
}

MadeOp RecordHistory::make_op(const Command& command, const RecordReplica& replica, const Dot& dot) {
    MadeOp made;
    const bool none = replica.state.creations.empty();
    if (none || (command.action == Action::create && tricky(command))) {
        made = make_create(command);
    } else if (replica.state.deleted() && !tricky(command)) {
        made.kind = OpKind::restore_record;  // a program refuses all else
    } else if (command.action == Action::remove_record) {
        made.kind = OpKind::delete_record;
    } else if (command.action == Action::restore_record) {
        made.kind = OpKind::restore_record;
    } else {
        make_field_op(made, command, replica, dot);
    }
    made.op.index = dot.index;
    made.op.at = {1000 + command.stamp % 12u, static_cast<std::uint16_t>(command.stamp / 16 % 2)};
    if (!none) {
        made.op.record.created = replica.state.creations[command.place % replica.state.creations.size()].dot;
        choose_over(made, command, replica);
    }
    return made;
}

MadeOp RecordHistory::make_create(const Command& command) {
    MadeOp made;
    made.kind = OpKind::create;
    Layout layout{ground().kind.name, {}};
    std::size_t at = 0;
    for (const Field& field : ground().kind.fields) {
        const auto choice = static_cast<std::uint8_t>(command.value + 37 * at);
        if ((command.field >> at++ & 1) == 0) {
            continue;
        }
        layout.entries.push_back({field.name, field.shape});
        if (field.shape == Shape::set) {
            made.values.emplace_back(choice % 2 == 0 ? TextList{"x"} : TextList{"x", "y"});
        } else if (field.shape == Shape::text) {
            made.values.emplace_back(std::string(choice % 3 == 0 ? "một" : "hai ba"));
        } else {
            made.values.push_back(chosen_value(field, choice));
        }
        if (choice % 16 == 9) {
            made.values.back() = Absent{};
        } else if (choice % 16 == 10) {
            made.values.back() = Value();
        }
    }
    const auto stored = ground().interning().layout(layout, made.values);
    COTMOC_CHECK(stored.has_value());
    made.layout = *stored;
    return made;
}

void RecordHistory::make_field_op(MadeOp& made, const Command& command, const RecordReplica& replica,
                                  const Dot& dot) {
    const Field& field = chosen_field(command.action, command.field);
    made.field = field.name;
    made.shape = field.shape;
    switch (command.action) {
        case Action::add:
            made.kind = OpKind::add;
            made.op.value = static_cast<std::int64_t>(command.value % 6) - 2;
            return;
        case Action::insert:
        case Action::remove:
            made.kind = command.action == Action::insert ? OpKind::insert : OpKind::remove;
            made.op.value = chosen_element(command.value);
            return;
        case Action::edit_text:
            made.kind = OpKind::edit_text;
            made.op.edit = chosen_edit(command, replica, dot);
            if (const ModelOp* unseen = unseen_op(replica, OpKind::edit_text, made.field);
                tricky(command) && unseen != nullptr && unseen->text_dot == unseen->dot &&
                !unseen->edit.inserts.empty()) {
                made.is_void = true;
                const TextElement element{unseen->dot, 0};
                if (command.value % 2 == 0) {
                    made.op.edit.deletes = {{element, 1}};
                } else {
                    made.op.edit.inserts = {{element, Side::right, "unseen"}};
                }
            }
            return;
        default:
            break;
    }
    // Nobody is asked to decide what is not disputed.
    const bool disputed = tricky(command) || replica.view().listed.contains(made.field);
    made.kind = command.action == Action::resolve && disputed       ? OpKind::resolve
                : command.action == Action::acknowledge && disputed ? OpKind::acknowledge
                                                                    : OpKind::set;
    if (made.kind != OpKind::acknowledge) {
        made.op.value = chosen_value(field, command.value);
    }
}

/// Some op of another replica that this one does not hold; null if there is none.
const ModelOp* RecordHistory::unseen_op(const RecordReplica& replica, OpKind kind,
                                        std::string_view field) const {
    for (const Change& change : changes_) {
        for (const ModelOp& op : change.model) {
            if (!replica.holds(change) && op.kind == kind && op.field == field) {
                return &op;
            }
        }
    }
    return nullptr;
}

void RecordHistory::choose_over(MadeOp& made, const Command& command, const RecordReplica& replica) {
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
    if (tricky(command)) {
        const ModelOp* unseen = unseen_op(replica, OpKind::set, made.field);
        if (command.trick % 3 == 0) {
            const auto& from = command.trick % 2 == 0 || reg->lost().empty() ? reg->live() : reg->lost();
            over = from[command.place % from.size()].dot;
        } else if (command.trick % 3 == 1) {
            return;
        } else if (unseen != nullptr) {
            made.op.over = {Over::Kind::dot, unseen->dot};
            return;
        }
    }
    const Creation* creation = replica.state.find_creation(made.op.record.created);
    const auto position = creation->layout->position(made.field);
    const bool created = position && creation->field_dot(*position) == over;
    made.op.over = created ? Over{Over::Kind::creation, {}} : Over{Over::Kind::dot, over};
}

RecordReplica RecordHistory::delivered(const Choices& choices) const {
    RecordReplica replica = empty_replica();
    std::vector<const Change*> rest;
    for (const Change& change : changes_) {
        rest.push_back(&change);
    }
    for (std::size_t step = 0; !rest.empty(); ++step) {
        std::vector<std::size_t> ready;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            if (replica.ready_for(*rest[i])) {
                ready.push_back(i);
            }
        }
        const std::size_t next = ready[choices[step] % ready.size()];
        replica.deliver(*rest[next]);
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(next));
    }
    return replica;
}

ModelOps RecordHistory::held_by(const RecordReplica& replica) const {
    ModelOps ops;
    for (const Change& change : changes_) {
        if (replica.holds(change)) {
            for (const ModelOp& op : change.model) {
                ops.push_back(&op);
            }
        }
    }
    if (const auto own = std::ranges::find(replicas_, &replica, [](const auto& each) { return &each; });
        own != replicas_.end()) {
        const std::optional<Change>& open = open_[static_cast<std::size_t>(own - replicas_.begin())];
        if (open) {
            for (const ModelOp& op : open->model) {
                ops.push_back(&op);
            }
        }
    }
    return ops;
}

ModelView RecordHistory::reference_of(const RecordReplica& replica) const {
    return reference_view(held_by(replica), ground().kind, ground().devices, roles_of);
}

std::string RecordHistory::story() const {
    static constexpr const char* kinds[] = {"create",    "set",     "add",         "insert", "remove",
                                            "edit text", "resolve", "acknowledge", "delete", "restore"};
    std::ostringstream out;
    for (const Change& change : changes_) {
        out << "change set " << to_number(change.author) << "." << change.seq << " after";
        for (const std::uint64_t seq : change.seen) {
            out << " " << seq;
        }
        out << "\n";
        for (const MadeOp& made : change.ops) {
            out << "  " << made.op.index << " at " << made.op.at.wall_ms << "." << made.op.at.counter << ": "
                << (made.is_void ? "void " : "") << kinds[static_cast<int>(made.kind)] << " " << made.field
                << " " << to_text(made.op.value);
            for (std::size_t i = 0; i < made.values.size(); ++i) {
                out << " " << made.layout->layout.entries[i].field << "=" << to_text(made.values[i]);
            }
            out << "\n";
        }
    }
    return out.str();
}

void take_all(RecordReplica& to, const RecordReplica& from, const std::vector<Change>& changes) {
    for (const Change& change : changes) {
        if (from.holds(change) && !to.holds(change)) {
            to.deliver(change);
        }
    }
}

}  // namespace cotmoc::core::test
