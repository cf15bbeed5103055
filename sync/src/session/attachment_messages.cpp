#include "session/attachment_messages.hpp"

#include <cotmoc/base/binary.hpp>

namespace cotmoc::sync {
namespace {

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::protocol_error, what); }

void write_state(BinaryWriter& writer, const AttachmentState& state) {
    writer.u8(static_cast<std::uint8_t>(state.kind));
    switch (state.kind) {
        case AttachmentState::Kind::unknown:
            break;
        case AttachmentState::Kind::held:
            writer.varint(state.chunks.size());
            writer.raw(state.chunks.bits());
            writer.varint(state.part_octets);
            if (state.part_octets != 0) {
                writer.varint(state.part_chunk);
            }
            break;
        case AttachmentState::Kind::refused:
            writer.u16(state.refusal);
            break;
    }
}

void read_held(BinaryReader& reader, AttachmentState& state) {
    const std::uint64_t size = reader.varint();
    if (size == 0 || size > crypto::attachment_chunks_max) {
        reader.set_failed();
        return;
    }
    const auto count = static_cast<std::size_t>(size);
    auto chunks = ChunkSet::from(reader.raw((count + 7) / 8), count);
    state.part_octets = reader.varint();
    state.part_chunk = state.part_octets != 0 ? reader.varint() : 0;
    const bool fits = chunks && state.part_octets <= crypto::attachment_chunk_size + 16 &&
                      state.part_chunk < size &&
                      (state.part_octets == 0 || !chunks->has(static_cast<std::size_t>(state.part_chunk)));
    if (!fits) {
        reader.set_failed();
        return;
    }
    state.chunks = std::move(*chunks);
}

AttachmentState read_state(BinaryReader& reader) {
    AttachmentState state;
    state.kind = static_cast<AttachmentState::Kind>(reader.u8());
    switch (state.kind) {
        case AttachmentState::Kind::unknown:
            return state;
        case AttachmentState::Kind::held:
            read_held(reader, state);
            return state;
        case AttachmentState::Kind::refused:
            state.refusal = reader.u16();
            return state;
    }
    reader.set_failed();
    return state;
}

}  // namespace

std::optional<std::size_t> attachment_body_size_max(MessageType type) {
    constexpr std::size_t state_max = 16 + crypto::attachment_chunks_max / 8;
    switch (type) {
        case MessageType::ask:
            return 2 + Hash256::size * attachment_asked_max;
        case MessageType::states:
            return 2 + state_max * attachment_asked_max;
        case MessageType::manifest:
            return crypto::attachment_manifest_bytes_max;
        case MessageType::get:
            return Hash256::size + 1 + state_max;
        case MessageType::put:
            return Hash256::size;
        case MessageType::chunk_part:
            return 8 + attachment_part_octets_max;
        case MessageType::stored:
            return 10;
        case MessageType::file_end:
            return 0;
        default:
            return std::nullopt;
    }
}

AttachmentState state_of(const HeldAttachment& held) {
    return {AttachmentState::Kind::held, held.chunks, held.part_chunk, held.part_octets, 0};
}

Bytes encode_ask(const std::vector<Hash256>& ids) {
    BinaryWriter writer;
    writer.varint(ids.size());
    for (const Hash256& id : ids) {
        writer.id(id);
    }
    return writer.take();
}

Result<std::vector<Hash256>> decode_ask(BytesView body) {
    BinaryReader reader(body);
    const std::size_t count = reader.count(Hash256::size);
    if (count == 0 || count > attachment_asked_max) {
        return malformed("ask");
    }
    std::vector<Hash256> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        ids.push_back(reader.id<Hash256>());
        if (i > 0 && ids[i] <= ids[i - 1]) {
            return malformed("ask");
        }
    }
    return reader.finished() ? Result<std::vector<Hash256>>(std::move(ids)) : malformed("ask");
}

Bytes encode_states(const std::vector<AttachmentState>& states) {
    BinaryWriter writer;
    writer.varint(states.size());
    for (const AttachmentState& state : states) {
        write_state(writer, state);
    }
    return writer.take();
}

Result<std::vector<AttachmentState>> decode_states(BytesView body) {
    BinaryReader reader(body);
    const std::size_t count = reader.count();
    if (count == 0 || count > attachment_asked_max) {
        return malformed("states");
    }
    std::vector<AttachmentState> states;
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        states.push_back(read_state(reader));
    }
    return reader.finished() ? Result<std::vector<AttachmentState>>(std::move(states)) : malformed("states");
}

Bytes encode_get(const AttachmentGet& get) {
    BinaryWriter writer;
    writer.id(get.id);
    writer.u8(get.manifest ? 1 : 0);
    if (!get.manifest) {
        write_state(writer, get.held);
    }
    return writer.take();
}

Result<AttachmentGet> decode_get(BytesView body) {
    BinaryReader reader(body);
    AttachmentGet get;
    get.id = reader.id<Hash256>();
    const std::uint8_t manifest = reader.u8();
    get.manifest = manifest == 1;
    if (manifest == 0) {
        get.held = read_state(reader);
    }
    const bool right = manifest <= 1 && (get.manifest || get.held.kind == AttachmentState::Kind::held);
    return reader.finished() && right ? Result<AttachmentGet>(std::move(get)) : malformed("get");
}

Bytes encode_put(const Hash256& id) { return {id.octets.begin(), id.octets.end()}; }

Result<Hash256> decode_put(BytesView body) {
    const auto id = Hash256::from(body);
    return id ? Result<Hash256>(*id) : malformed("put");
}

Bytes encode_chunk_part(const AttachmentPart& part) {
    BinaryWriter writer;
    writer.varint(part.chunk);
    writer.varint(part.offset);
    writer.raw(part.octets);
    return writer.take();
}

Result<AttachmentPart> decode_chunk_part(BytesView body) {
    BinaryReader reader(body);
    AttachmentPart part;
    part.chunk = reader.varint();
    part.offset = reader.varint();
    part.octets = reader.rest();
    const bool right = reader.ok() && part.chunk < crypto::attachment_chunks_max &&
                       part.offset <= crypto::attachment_chunk_size && !part.octets.empty() &&
                       part.octets.size() <= attachment_part_octets_max;
    return right ? Result<AttachmentPart>(part) : malformed("part");
}

Bytes encode_stored(std::uint64_t chunks) {
    BinaryWriter writer;
    writer.varint(chunks);
    return writer.take();
}

Result<std::uint64_t> decode_stored(BytesView body) {
    BinaryReader reader(body);
    const std::uint64_t chunks = reader.varint();
    return reader.finished() ? Result<std::uint64_t>(chunks) : malformed("stored");
}

}  // namespace cotmoc::sync
