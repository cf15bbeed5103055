#include "envelope_header.hpp"

#include "envelope_chunks.hpp"
#include "envelope_payload.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::string_view magic = "CMC1";
constexpr std::uint8_t format = 1;

Result<void> check_place(const EnvelopeHeader& header) {
    if (header.epoch == 0) {
        return fail(ErrorCode::bad_envelope, "epoch 0");
    }
    if (header.seq == 0) {
        return fail(ErrorCode::bad_envelope, "sequence number 0");
    }
    if (header.previous.is_zero() != (header.seq == 1)) {
        return fail(ErrorCode::bad_envelope, "the previous hash does not fit the sequence number");
    }
    return {};
}

Result<void> check_lengths(const EnvelopeHeader& header) {
    if (header.ciphertext_length > envelope_bytes_max) {
        return fail(ErrorCode::limit_exceeded, "ciphertext length");
    }
    const std::optional<std::size_t> plaintext =
        plaintext_length(header.ciphertext_length, header.chunk_count);
    if (!plaintext) {
        return fail(ErrorCode::bad_envelope, "the chunk count does not fit the ciphertext length");
    }
    // Also a hub can hold authors to the padding classes, so that sizes tell no more than they must.
    if (*plaintext < payload_head_size || padded_length(*plaintext) != *plaintext) {
        return fail(ErrorCode::bad_envelope, "the ciphertext length is of no padding class");
    }
    return {};
}

}  // namespace

HeaderBytes encode_header(const EnvelopeHeader& header) {
    BinaryWriter writer;
    writer.raw(as_bytes(magic));
    writer.u8(format);
    writer.u8(static_cast<std::uint8_t>(header.type));
    writer.u16(suite_1);
    writer.u32(0);
    writer.u32(header.epoch);
    writer.id(header.space);
    writer.id(header.author);
    writer.u64(header.seq);
    writer.id(header.previous);
    writer.id(header.frontier);
    writer.u32(header.chunk_count);
    writer.u32(header.ciphertext_length);
    writer.id(header.salt);
    writer.id(header.commitment);
    HeaderBytes bytes{};
    COTMOC_CHECK(writer.size() == bytes.size());
    std::ranges::copy(writer.bytes(), bytes.begin());
    return bytes;
}

Result<EnvelopeHeader> decode_header(BytesView bytes) {
    BinaryReader reader(bytes);
    if (as_text(reader.raw(magic.size())) != magic) {
        return fail(ErrorCode::bad_envelope, "magic");
    }
    if (reader.u8() != format && !switched_off("envelope-version")) {
        return fail(ErrorCode::unsupported_version, "envelope format");
    }
    EnvelopeHeader header;
    header.type = static_cast<EnvelopeType>(reader.u8());
    if (header.type != EnvelopeType::change_set && !switched_off("envelope-version")) {
        return fail(ErrorCode::unsupported_version, "envelope type");
    }
    if (reader.u16() != suite_1 && !switched_off("envelope-version")) {
        return fail(ErrorCode::unsupported_version, "suite");
    }
    if (reader.u32() != 0 && !switched_off("envelope-version")) {
        return fail(ErrorCode::unsupported_version, "flags");
    }
    header.epoch = reader.u32();
    header.space = reader.id<SpaceId>();
    header.author = reader.id<DeviceId>();
    header.seq = reader.u64();
    header.previous = reader.id<Hash256>();
    header.frontier = reader.id<Hash256>();
    header.chunk_count = reader.u32();
    header.ciphertext_length = reader.u32();
    header.salt = reader.id<decltype(header.salt)>();
    header.commitment = reader.id<Hash256>();
    if (!reader.finished()) {
        return fail(ErrorCode::bad_envelope, "length");
    }
    COTMOC_TRY(check_place(header));
    COTMOC_TRY(check_lengths(header));
    return header;
}

}  // namespace cotmoc::crypto
