// The canonical form of a record for the state digest. Layout: docs/spec/digest.md.
#include "merge/record_state.hpp"

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::core {
namespace {

class FormWriter {
public:
    FormWriter(Bytes& out, const DeviceTable& devices) : out_(out), devices_(devices) {}

    void number(std::uint64_t value) {
        while (value >= 0x80) {
            out_.push_back(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        out_.push_back(static_cast<std::uint8_t>(value));
    }
    void text(std::string_view text) {
        number(text.size());
        out_.insert(out_.end(), text.begin(), text.end());
    }
    void octets(BytesView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    void dot(const Dot& dot) {
        number(to_number(dot.device));
        number(dot.seq);
        number(dot.index);
    }
    void stamp(Hlc at) {
        number(at.wall_ms);
        number(at.counter);
    }
    void value(const Value& value) { append_canonical(out_, value); }

    void register_op(const RegisterOp& op) {
        dot(op.dot);
        stamp(op.at);
        out_.push_back(op.settled ? 1 : 0);
        value(op.value);
    }
    void content(const Register& reg) {
        number(reg.live().size());
        std::ranges::for_each(reg.live(), [&](const RegisterOp& op) { register_op(op); });
        number(reg.lost().size());
        std::ranges::for_each(reg.lost(), [&](const RegisterOp& op) { register_op(op); });
    }
    void content(const Counter& counter) {
        content(counter.bases());
        number(counter.increments().size());
        for (const Increment& increment : counter.increments()) {
            dot(increment.dot);
            stamp(increment.at);
            value(increment.amount);
            number(increment.covered_by.size());
            std::ranges::for_each(increment.covered_by, [&](const Dot& base) { dot(base); });
        }
    }
    void content(const ElementSet& set) {
        number(set.adds().size());
        for (const auto& [element, adds] : set.adds()) {
            text(element);
            number(adds.size());
            for (const ElementSet::Add& add : adds) {
                dot(add.dot);
                stamp(add.at);
            }
        }
    }
    void content(const TextSequence& sequence) { sequence.append_canonical(out_, devices_); }

    void head(const RecordId& id, std::string_view kind, std::span<const std::pair<Dot, Hlc>> creations) {
        octets(id.view());
        text(kind);
        number(creations.size());
        for (const auto& [created, at] : creations) {
            dot(created);
            stamp(at);
        }
    }
    void field(std::string_view name, Shape shape) {
        text(name);
        out_.push_back(static_cast<std::uint8_t>(shape));
    }

private:
    Bytes& out_;
    const DeviceTable& devices_;
};

}  // namespace

void append_digest_form(Bytes& out, const RecordId& id, const RecordState& state,
                        const DeviceTable& devices) {
    FormWriter form(out, devices);
    std::vector<std::pair<Dot, Hlc>> creations;
    for (const Creation& creation : state.creations) {
        creations.emplace_back(creation.dot, creation.at);
    }
    std::ranges::sort(creations);
    form.head(id, state.kind, creations);
    form.number(state.fields.size());
    for (const auto& [name, content] : state.fields) {
        form.field(name, shape_of(content));
        std::visit([&](const auto& shape_content) { form.content(shape_content); }, content);
    }
    form.number(state.deletions.size());
    for (const Deletion& deletion : state.deletions) {
        form.dot(deletion.dot);
        form.stamp(deletion.at);
        out.push_back(deletion.effective ? 1 : 0);
    }
}

void append_field_form(Bytes& out, const FieldContent& content, const DeviceTable& devices) {
    FormWriter form(out, devices);
    std::visit([&](const auto& shape_content) { form.content(shape_content); }, content);
}

void append_fresh_digest_form(Bytes& out, const RecordId& id, const StoredLayout& layout, const Dot& dot,
                              Hlc at, std::span<const Value> values, std::span<const Dot> content_dots,
                              const DeviceTable& devices) {
    FormWriter form(out, devices);
    const std::pair<Dot, Hlc> creation(dot, at);
    form.head(id, layout.layout.kind, std::span(&creation, 1));
    form.number(values.size());
    for (std::uint32_t position = 0; position < values.size(); ++position) {
        const Layout::Entry& entry = layout.layout.entries[position];
        form.field(entry.field, entry.shape);
        const Dot field_dot{dot.device, dot.seq, dot.index + 1 + position};
        if (entry.shape == Shape::register_ || entry.shape == Shape::counter) {
            form.number(1);
            form.dot(field_dot);
            form.stamp(at);
            out.push_back(0);
            form.value(values[position]);
            form.number(0);  // nothing lost
            if (entry.shape == Shape::counter) {
                form.number(0);  // no increments
            }
        } else {
            const FieldContent content =
                initial_content(entry.shape, field_dot, at, values[position], content_dots[position]);
            std::visit([&](const auto& shape_content) { form.content(shape_content); }, content);
        }
    }
    form.number(0);  // no deletions
}

}  // namespace cotmoc::core
