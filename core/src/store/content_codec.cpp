#include "store/content_codec.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

void write_value(BinaryWriter& writer, const Value& value) {
    Bytes bytes;
    append_canonical(bytes, value);
    writer.blob(bytes);
}

Value read_value(BinaryReader& reader) {
    BytesView bytes = reader.blob();
    auto value = read_canonical(bytes);
    if (!value || !bytes.empty()) {
        reader.set_failed();
        return {};
    }
    return std::move(*value);
}

void write_register(BinaryWriter& writer, const Register& reg) {
    for (const auto* ops : {&reg.live(), &reg.lost()}) {
        writer.varint(ops->size());
        for (const RegisterOp& op : *ops) {
            write_dot(writer, op.dot);
            write_stamp(writer, op.at);
            writer.u8(static_cast<std::uint8_t>((op.settled ? 1 : 0) | (op.resolving ? 2 : 0)));
            write_value(writer, op.value);
        }
    }
}

Register read_register(BinaryReader& reader) {
    std::vector<RegisterOp> parts[2];
    for (std::vector<RegisterOp>& ops : parts) {
        for (std::size_t left = reader.count(12); left > 0; --left) {
            RegisterOp op;
            op.dot = read_dot(reader);
            op.at = read_stamp(reader);
            const std::uint8_t flags = reader.u8();
            op.settled = (flags & 1) != 0;
            op.resolving = (flags & 2) != 0;
            op.value = read_value(reader);
            ops.push_back(std::move(op));
        }
    }
    return Register::from_parts(std::move(parts[0]), std::move(parts[1]));
}

/// Stands last and only if there is something, since few registers are workflows that moved.
void write_passed(BinaryWriter& writer, const std::vector<PassedOp>& passed) {
    if (passed.empty()) {
        return;
    }
    writer.varint(passed.size());
    for (const PassedOp& op : passed) {
        write_dot(writer, op.dot);
        write_value(writer, op.value);
        write_dots(writer, op.above);
    }
}

std::vector<PassedOp> read_passed(BinaryReader& reader) {
    std::vector<PassedOp> passed;
    for (std::size_t left = reader.finished() ? 0 : reader.count(6); left > 0; --left) {
        PassedOp op;
        op.dot = read_dot(reader);
        op.value = read_value(reader);
        op.above = read_dots(reader);
        passed.push_back(std::move(op));
    }
    return passed;
}

Counter read_counter(BinaryReader& reader) {
    Register bases = read_register(reader);
    std::vector<Increment> increments;
    for (std::size_t left = reader.count(12); left > 0; --left) {
        Increment increment;
        increment.dot = read_dot(reader);
        increment.at = read_stamp(reader);
        increment.amount = reader.svarint();
        increment.covered_by = read_dots(reader);
        increments.push_back(std::move(increment));
    }
    return Counter::from_parts(std::move(bases), std::move(increments));
}

ElementSet read_set(BinaryReader& reader) {
    std::map<std::string, std::vector<ElementSet::Add>> all;
    for (std::size_t left = reader.count(2); left > 0; --left) {
        std::vector<ElementSet::Add>& adds = all[std::string(reader.string())];
        for (std::size_t count = reader.count(10); count > 0; --count) {
            const Dot dot = read_dot(reader);
            adds.push_back({dot, read_stamp(reader)});
        }
    }
    return ElementSet::from_parts(std::move(all));
}

}  // namespace

void write_dot(BinaryWriter& writer, const Dot& dot) {
    writer.varint(to_number(dot.device));
    writer.varint(dot.seq);
    writer.varint(dot.index);
}

void write_dots(BinaryWriter& writer, const std::vector<Dot>& dots) {
    writer.varint(dots.size());
    std::ranges::for_each(dots, [&](const Dot& dot) { write_dot(writer, dot); });
}

void write_stamp(BinaryWriter& writer, Hlc at) {
    writer.u48(at.wall_ms);
    writer.varint(at.counter);
}

Dot read_dot(BinaryReader& reader) {
    const auto device = static_cast<DeviceIndex>(reader.varint());
    const std::uint64_t seq = reader.varint();
    return {device, seq, static_cast<std::uint32_t>(reader.varint())};
}

std::vector<Dot> read_dots(BinaryReader& reader) {
    std::vector<Dot> dots;
    for (std::size_t left = reader.count(3); left > 0; --left) {
        dots.push_back(read_dot(reader));
    }
    return dots;
}

Hlc read_stamp(BinaryReader& reader) {
    const std::uint64_t wall = reader.u48();
    return {wall, static_cast<std::uint16_t>(reader.varint())};
}

void write_content(BinaryWriter& writer, const FieldContent& content) {
    if (const auto* reg = std::get_if<Register>(&content)) {
        write_register(writer, *reg);
        write_passed(writer, reg->passed());
    } else if (const auto* counter = std::get_if<Counter>(&content)) {
        write_register(writer, counter->bases());
        writer.varint(counter->increments().size());
        for (const Increment& increment : counter->increments()) {
            write_dot(writer, increment.dot);
            write_stamp(writer, increment.at);
            writer.svarint(increment.amount);
            write_dots(writer, increment.covered_by);
        }
    } else if (const auto* set = std::get_if<ElementSet>(&content)) {
        writer.varint(set->adds().size());
        for (const auto& [element, adds] : set->adds()) {
            writer.string(element);
            writer.varint(adds.size());
            for (const ElementSet::Add& add : adds) {
                write_dot(writer, add.dot);
                write_stamp(writer, add.at);
            }
        }
    } else {
        std::get<TextSequence>(content).save(writer);
    }
}

Result<FieldContent> read_content(BinaryReader& reader, Shape shape, const Value& shown) {
    switch (shape) {
        case Shape::register_: {
            const Register reg = read_register(reader);
            return Register::from_parts(reg.live(), reg.lost(), read_passed(reader));
        }
        case Shape::counter:
            return read_counter(reader);
        case Shape::set:
            return read_set(reader);
        case Shape::text:
            break;
    }
    const auto* text = std::get_if<std::string>(&shown);
    COTMOC_ASSIGN(TextSequence sequence,
                  TextSequence::load(reader, text != nullptr ? *text : std::string_view()));
    return sequence;
}

}  // namespace cotmoc::core
