#include <cotmoc/base/binary.hpp>

namespace cotmoc {

void BinaryWriter::fixed(std::uint64_t value, int octets) {
    for (int i = 0; i < octets; ++i) {
        bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

void BinaryWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
}

void BinaryWriter::svarint(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void BinaryWriter::string(std::string_view text) { blob(as_bytes(text)); }

void BinaryWriter::blob(BytesView bytes) {
    varint(bytes.size());
    raw(bytes);
}

std::uint64_t BinaryReader::fixed(int octets) {
    if (remaining() < static_cast<std::size_t>(octets)) {
        set_failed();
        return 0;
    }
    std::uint64_t value = 0;
    for (int i = 0; i < octets; ++i) {
        value |= static_cast<std::uint64_t>(bytes_[position_ + static_cast<std::size_t>(i)]) << (8 * i);
    }
    position_ += static_cast<std::size_t>(octets);
    return value;
}

std::uint64_t BinaryReader::varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (remaining() == 0) {
            break;
        }
        const std::uint8_t octet = bytes_[position_++];
        const bool overflows = shift == 63 && octet > 1;
        const bool superfluous = shift > 0 && octet == 0;
        if (overflows || superfluous) {
            break;
        }
        value |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
        if (octet < 0x80) {
            return value;
        }
    }
    set_failed();
    return 0;
}

std::int64_t BinaryReader::svarint() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

std::size_t BinaryReader::count(std::size_t item_size) {
    const std::uint64_t value = varint();
    if (item_size != 0 && value > remaining() / item_size) {
        set_failed();
        return 0;
    }
    return static_cast<std::size_t>(value);
}

BytesView BinaryReader::raw(std::size_t size) {
    if (size > remaining()) {
        set_failed();
        return {};
    }
    const BytesView view = bytes_.subspan(position_, size);
    position_ += size;
    return view;
}

BytesView BinaryReader::blob() {
    const std::uint64_t size = varint();
    if (size > remaining()) {
        set_failed();
        return {};
    }
    return raw(static_cast<std::size_t>(size));
}

}  // namespace cotmoc
