#include "property/record_replica.hpp"

#include "merge/workflow.hpp"
#include "store/schema.hpp"

#include <cotmoc/base/check.hpp>

#include <rapidcheck.h>

#include <algorithm>

namespace cotmoc::core::test {
namespace {

Field make_field(std::string name, Shape shape, Policy policy, std::vector<std::string> values = {}) {
    Field field;
    field.key = name;
    field.name = std::move(name);
    field.type = policy == Policy::workflow ? FieldType::workflow : FieldType::text;
    field.shape = shape;
    field.policy = policy;
    field.values = std::move(values);
    return field;
}

Kind make_kind() {
    Kind kind;
    kind.name = "thing";
    kind.fields = {make_field("count", Shape::counter, Policy::counter),
                   make_field("latest", Shape::register_, Policy::latest),
                   make_field("review", Shape::register_, Policy::review),
                   make_field("story", Shape::text, Policy::text),
                   make_field("tags", Shape::set, Policy::set),
                   make_field("work", Shape::register_, Policy::workflow, {"open", "done"}),
                   make_field("worst", Shape::register_, Policy::worst, {"low", "middle", "high"})};
    kind.fields[5].roles["done"] = {"officer"};
    return kind;
}

}  // namespace

RecordDevices::RecordDevices() : ids_(8) {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
        ids_[i].octets.fill(static_cast<std::uint8_t>(i * 5 % 8));
    }
    content_.octets.fill(0xff);
}

const DeviceId& RecordDevices::id(DeviceIndex index) const {
    return index == content_device ? content_ : ids_.at(to_number(index));
}

Hash256 PlainHasher::hash(std::string_view label, std::span<const BytesView> parts) const {
    Hash256 result;
    for (std::uint64_t lane = 0; lane < 4; ++lane) {
        std::uint64_t state = 0xcbf29ce484222325 + lane * 0x9e3779b97f4a7c15;
        const auto take = [&](BytesView bytes) {
            for (const std::uint8_t octet : bytes) {
                state = (state ^ octet) * 0x100000001b3;
            }
            state = (state ^ bytes.size()) * 0x100000001b3;
        };
        take(as_bytes(label));
        std::ranges::for_each(parts, take);
        for (std::size_t i = 0; i < 8; ++i) {
            result.octets[static_cast<std::size_t>(lane) * 8 + i] =
                static_cast<std::uint8_t>(state >> (8 * i));
        }
    }
    return result;
}

Ground::Ground() : kind(make_kind()), record{{1, 2, 3}} {
    auto opened = Database::open({":memory:", {}, "", true, false});
    COTMOC_CHECK(opened.has_value());
    database_.emplace(std::move(*opened));
    COTMOC_CHECK(prepare_schema(*database_).has_value());
    interning_.emplace(*database_);
    COTMOC_CHECK(interning_->load().has_value());
}

Ground& ground() {
    static Ground shared;
    return shared;
}

bool RecordReplica::ready_for(const Change& change) const {
    for (std::size_t device = 0; device < seen.size(); ++device) {
        const bool own = device == to_number(change.author);
        if (own ? seen[device] + 1 != change.seq : seen[device] < change.seen[device]) {
            return false;
        }
    }
    return true;
}

Roles roles_of(DeviceIndex device) { return to_number(device) % 2 == 0 ? Roles{"officer"} : Roles{"post"}; }

Result<void> apply_by_engine(RecordState& state, const Change& change, const MadeOp& made,
                             const Roles& roles) {
    const Kind& kind = ground().kind;
    const auto check = [&](std::string_view name, const Value& value, const Past& at) {
        const auto found = state.fields.find(name);
        return check_workflow_move(*kind.find_key(name),
                                   found != state.fields.end() ? &found->second : nullptr, value, at,
                                   *roles.begin());
    };
    const Dot dot{change.author, change.seq, made.op.index};
    const Past past(change.seen, dot);
    if (made.kind != OpKind::create) {
        if (made.kind == OpKind::set || made.kind == OpKind::resolve) {
            COTMOC_TRY(check(made.field, made.op.value, past));
        }
        return apply_op(
            state, made.op,
            {made.kind, made.field, made.shape, past, ground().devices, is_workflow(&kind, made.field)});
    }
    std::vector<Value> values = made.values;
    std::vector<Dot> content_dots(made.values.size());
    for (std::size_t i = 0; i < made.values.size(); ++i) {
        const Dot field_dot{dot.device, dot.seq, dot.index + 1 + static_cast<std::uint32_t>(i)};
        if (type_of(values[i]) != ValueType::absent &&
            !check(made.layout->layout.entries[i].field, values[i], past.at(field_dot))) {
            values[i] = Absent{};
        }
        const auto* text = std::get_if<std::string>(&made.values[i]);
        if (made.layout->layout.entries[i].shape == Shape::text && text != nullptr) {
            content_dots[i] = content_dot(ground().hasher, *text);
        }
    }
    state.kind = ground().kind.name;
    apply_create(state, {dot, made.op.at, made.layout}, values, content_dots, past, ground().devices,
                 &ground().kind);
    return {};
}

void RecordReplica::apply(const Change& change, const MadeOp& made) {
    RC_ASSERT(apply_by_engine(state, change, made, roles_of(change.author)).has_value() != made.is_void);
}

void RecordReplica::deliver(const Change& change) {
    for (const MadeOp& op : change.ops) {
        apply(change, op);
    }
    seen[to_number(change.author)] = change.seq;
}

bool RecordReplica::survives_reload() {
    if (state.creations.empty()) {
        return true;
    }
    Ground& shared = ground();
    RecordRow row;
    RecordRow again;
    if (!encode_row(row, state, &shared.kind, shared.devices, shared.interning(), shared.hasher)) {
        return false;
    }
    auto loaded = decode_row(row.body, row.state, shared.interning(), shared.hasher);
    if (!loaded) {
        return false;
    }
    const Bytes form_before = form();
    const ModelView view_before = view();
    state = std::move(*loaded);
    return form() == form_before && view() == view_before &&
           encode_row(again, state, &shared.kind, shared.devices, shared.interning(), shared.hasher) &&
           again.body == row.body && again.state == row.state;
}

Bytes RecordReplica::form() const {
    Bytes form;
    append_digest_form(form, ground().record, state, ground().devices);
    return form;
}

Bytes RecordReplica::stored() const {
    if (state.creations.empty()) {
        return {};
    }
    RecordState sorted = state;
    std::ranges::sort(sorted.creations, {}, &Creation::dot);
    std::ranges::sort(sorted.visits, {},
                      [](const Visit& visit) { return std::pair(visit.device, visit.seq); });
    RecordRow row;
    const auto encoded =
        encode_row(row, sorted, &ground().kind, ground().devices, ground().interning(), ground().hasher);
    RC_ASSERT(encoded.has_value());
    Bytes bytes(row.body.begin(), row.body.end());
    bytes.insert(bytes.end(), row.state.begin(), row.state.end());
    return bytes;
}

ModelView RecordReplica::view() const {
    ModelView view;
    for (const auto& [name, content] : state.fields) {
        const RegisterView field{ground().devices, ground().kind.find(name)};
        Value shown = shown_value(content, field);
        if (type_of(shown) != ValueType::null) {
            view.shown[name] = std::move(shown);
        }
        const Register* reg = std::get_if<Register>(&content);
        if (const auto* counter = std::get_if<Counter>(&content)) {
            reg = &counter->bases();
        }
        for (const RegisterOp* loser :
             reg != nullptr ? reg->listed(field) : std::vector<const RegisterOp*>()) {
            view.listed[name].push_back(loser->dot);
        }
    }
    view.deleted = state.deleted();
    view.edited_while_deleted = state.edited_while_deleted();
    return view;
}

}  // namespace cotmoc::core::test
