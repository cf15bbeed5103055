#include "replica/content.hpp"

#include "replica/notes.hpp"

#include <cotmoc/base/binary.hpp>

namespace cotmoc::sync {

Bytes encode_content(const ContentHead& head, const core::ChangeSet& ops) {
    BinaryWriter writer;
    writer.u48(head.newest.wall_ms);
    writer.u16(head.newest.counter);
    writer.varint(head.trust_position);
    writer.varint(head.delta.size());
    std::uint64_t next = 0;
    for (const auto& [device, seq] : head.delta) {
        writer.varint(to_number(device) - next);
        writer.varint(seq);
        next = to_number(device) + std::uint64_t{1};
    }
    write_notes(writer, head.notes);
    writer.raw(core::encode(ops));
    return writer.take();
}

Result<ContentHead> decode_content_head(BytesView bytes, BytesView& rest) {
    BinaryReader reader(bytes);
    ContentHead head;
    head.newest.wall_ms = reader.u48();
    head.newest.counter = reader.u16();
    head.trust_position = reader.varint();
    std::uint64_t next = 0;
    for (std::size_t left = reader.count(2); left > 0; --left) {
        const std::uint64_t gap = reader.varint();
        const std::uint64_t seq = reader.varint();
        constexpr std::uint64_t device_max = 1u << 20;
        if (gap > device_max || next + gap > device_max) {
            return fail(ErrorCode::bad_encoding, "frontier delta");
        }
        head.delta.emplace_back(static_cast<DeviceIndex>(next + gap), seq);
        next += gap + 1;
    }
    if (!reader.ok()) {
        return fail(ErrorCode::bad_encoding, "frontier delta");
    }
    head.notes = read_notes(reader);
    if (!reader.ok()) {
        return fail(ErrorCode::bad_encoding, "notes");
    }
    rest = reader.rest();
    return head;
}

Result<Content> decode_content(BytesView bytes) {
    Content content;
    BytesView ops;
    COTMOC_ASSIGN(content.head, decode_content_head(bytes, ops));
    COTMOC_ASSIGN(content.ops, core::decode_change_set(ops));
    return content;
}

}  // namespace cotmoc::sync
