// The fixed binary encoding: little-endian integers, canonical LEB128 varints, length-prefixed strings.
// Format: docs/spec/encoding.md. Writer and reader mirror each other call for call.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>

namespace cotmoc {

class BinaryWriter {
public:
    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u16(std::uint16_t value) { fixed(value, 2); }
    void u32(std::uint32_t value) { fixed(value, 4); }
    void u48(std::uint64_t value) { fixed(value, 6); }
    void u64(std::uint64_t value) { fixed(value, 8); }
    /// LEB128, least significant group first, no superfluous groups.
    void varint(std::uint64_t value);
    /// Zigzag, then varint.
    void svarint(std::int64_t value);
    void raw(BytesView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    /// varint length, then the bytes.
    void string(std::string_view text);
    void blob(BytesView bytes);
    template <std::size_t N, class Tag>
    void id(const FixedBytes<N, Tag>& value) {
        raw(value.view());
    }

    const Bytes& bytes() const { return bytes_; }
    Bytes take() { return std::move(bytes_); }
    std::size_t size() const { return bytes_.size(); }
    void clear() { bytes_.clear(); }

private:
    void fixed(std::uint64_t value, int octets);
    Bytes bytes_;
};

/// Reads what BinaryWriter wrote. A failed read makes the reader stay failed and return zeros, so a decoder
/// may read a run of fields and ask ok() once. Nothing is allocated beyond what the input can hold.
class BinaryReader {
public:
    explicit BinaryReader(BytesView bytes) : bytes_(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
    std::uint64_t u48() { return fixed(6); }
    std::uint64_t u64() { return fixed(8); }
    std::uint64_t varint();
    std::int64_t svarint();
    /// A varint that counts items of at least `item_size` bytes each still to come; fails if they cannot fit.
    std::size_t count(std::size_t item_size = 1);
    BytesView raw(std::size_t size);
    std::string_view string() { return as_text(blob()); }
    BytesView blob();
    template <class Id>
    Id id() {
        return Id::from(raw(Id::size)).value_or(Id{});
    }

    bool ok() const { return !failed_; }
    void set_failed() {
        failed_ = true;
        position_ = bytes_.size();
    }
    std::size_t remaining() const { return bytes_.size() - position_; }
    std::size_t position() const { return position_; }
    BytesView rest() { return raw(remaining()); }
    /// Everything was read and nothing failed.
    bool finished() const { return ok() && remaining() == 0; }

private:
    std::uint64_t fixed(int octets);
    BytesView bytes_;
    std::size_t position_ = 0;
    bool failed_ = false;
};

}  // namespace cotmoc
