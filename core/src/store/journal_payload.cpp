#include "store/journal_payload.hpp"

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {
namespace {

void write_dot(BinaryWriter& writer, const Dot& dot) {
    writer.varint(to_number(dot.device));
    writer.varint(dot.seq);
    writer.varint(dot.index);
}

Dot read_dot(BinaryReader& reader) {
    const auto device = static_cast<DeviceIndex>(reader.varint());
    const std::uint64_t seq = reader.varint();
    return {device, seq, static_cast<std::uint32_t>(reader.varint())};
}

void write_element(BinaryWriter& writer, const TextElement& element) {
    write_dot(writer, element.dot);
    writer.varint(element.offset);
}

TextElement read_element(BinaryReader& reader) {
    const Dot dot = read_dot(reader);
    return {dot, static_cast<std::uint32_t>(reader.varint())};
}

void write_edit(BinaryWriter& writer, const TextEdit& edit) {
    writer.varint(edit.inserts.size());
    for (const TextInsert& insert : edit.inserts) {
        writer.u8(insert.parent ? 1 : 0);
        if (insert.parent) {
            write_element(writer, *insert.parent);
        }
        writer.u8(static_cast<std::uint8_t>(insert.side));
        writer.string(insert.text);
    }
    writer.varint(edit.deletes.size());
    for (const TextDelete& removal : edit.deletes) {
        write_element(writer, removal.first);
        writer.varint(removal.length);
    }
}

TextEdit read_edit(BinaryReader& reader) {
    TextEdit edit;
    for (std::size_t left = reader.count(3); left > 0; --left) {
        TextInsert insert;
        if (reader.u8() != 0) {
            insert.parent = read_element(reader);
        }
        insert.side = reader.u8() == 0 ? Side::left : Side::right;
        insert.text = reader.string();
        edit.inserts.push_back(std::move(insert));
    }
    for (std::size_t left = reader.count(5); left > 0; --left) {
        const TextElement first = read_element(reader);
        edit.deletes.push_back({first, static_cast<std::uint32_t>(reader.varint())});
    }
    return edit;
}

}  // namespace

Bytes encode_payload(const FieldOp& op, bool keep_value) {
    BinaryWriter writer;
    writer.u8(static_cast<std::uint8_t>(op.over.kind));
    if (op.over.kind == Over::Kind::dot) {
        write_dot(writer, op.over.dot);
    }
    if (keep_value) {
        writer.u48(op.at.wall_ms);
        writer.u16(op.at.counter);
        Bytes value;
        append_canonical(value, op.value);
        writer.blob(value);
        write_edit(writer, op.edit);
    }
    return writer.take();
}

Result<bool> decode_payload(BytesView payload, FieldOp& op) {
    BinaryReader reader(payload);
    op.over.kind = static_cast<Over::Kind>(reader.u8());
    if (op.over.kind == Over::Kind::dot) {
        op.over.dot = read_dot(reader);
    }
    const bool kept = reader.ok() && reader.remaining() > 0;
    if (kept) {
        op.at.wall_ms = reader.u48();
        op.at.counter = reader.u16();
        BytesView value = reader.blob();
        COTMOC_ASSIGN(op.value, read_canonical(value));
        op.edit = read_edit(reader);
    }
    if (!reader.finished()) {
        return fail(ErrorCode::database_damaged, "journal");
    }
    return kept;
}

}  // namespace cotmoc::core
