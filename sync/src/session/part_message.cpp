#include "session/message.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>

namespace cotmoc::sync {

std::uint64_t part_check(BytesView octets) {
    const Hash256 hash = crypto::hash("part-check", {octets});
    BinaryReader reader(hash.view());
    return reader.u64();
}

Bytes encode_part(const Part& part) {
    BinaryWriter writer;
    writer.varint(part.offset);
    writer.varint(part.left);
    writer.raw(part.octets);
    return writer.take();
}

Result<Part> decode_part(BytesView body) {
    BinaryReader reader(body);
    Part part;
    part.offset = reader.varint();
    part.left = reader.varint();
    part.octets = reader.rest();
    const std::uint64_t most = crypto::envelope_bytes_max;
    const bool fits = part.offset <= most && part.left <= most && !part.octets.empty() &&
                      part.offset + part.octets.size() + part.left <= most;
    if (!reader.finished() || !fits) {
        return fail(ErrorCode::protocol_error, "part");
    }
    return part;
}

Bytes encode_limit(std::uint64_t octets) {
    BinaryWriter writer;
    writer.varint(octets);
    return writer.take();
}

Result<std::uint64_t> decode_limit(BytesView body) {
    BinaryReader reader(body);
    const std::uint64_t octets = reader.varint();
    if (!reader.finished() || octets > limit_max) {
        return fail(ErrorCode::protocol_error, "limit");
    }
    return octets;
}

}  // namespace cotmoc::sync
