#include "codec/id_column.hpp"

#include "codec/int_column.hpp"

#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::size_t version_octet = 6;  // its high half is the version of a UUID
constexpr std::size_t variant_octet = 8;  // its two high bits are 10 in a UUID
constexpr std::int64_t index_max = std::numeric_limits<std::uint32_t>::max();

/// The version that all ids share, 0 if they are not all UUIDs of one version.
std::uint8_t common_version(std::span<const RecordId> ids) {
    const auto version = static_cast<std::uint8_t>(ids.front().octets[version_octet] >> 4);
    for (const RecordId& id : ids) {
        if (id.octets[version_octet] >> 4 != version || id.octets[variant_octet] >> 6 != 2) {
            return 0;
        }
    }
    return version;
}

/// Fifteen octets: the version's place holds the low half of the variant octet, which is left out.
void write_short(BinaryWriter& out, const RecordId& id) {
    std::array<std::uint8_t, RecordId::size> octets = id.octets;
    octets[version_octet] =
        static_cast<std::uint8_t>((octets[version_octet] & 0x0f) | (octets[variant_octet] << 4));
    out.raw(BytesView(octets).first(variant_octet));
    out.raw(BytesView(octets).subspan(variant_octet + 1));
}

RecordId read_short(BinaryReader& in, std::uint8_t version) {
    RecordId id;
    const BytesView octets = in.raw(RecordId::size - 1);
    if (in.ok()) {
        std::copy_n(octets.begin(), variant_octet, id.octets.begin());
        std::copy(octets.begin() + variant_octet, octets.end(), id.octets.begin() + variant_octet + 1);
        const std::uint8_t mixed = id.octets[version_octet];
        id.octets[version_octet] = static_cast<std::uint8_t>((mixed & 0x0f) | (version << 4));
        id.octets[variant_octet] = static_cast<std::uint8_t>(0x80 | (mixed >> 4));
    }
    return id;
}

}  // namespace

void write_ids(BinaryWriter& out, std::span<const RecordId> ids) {
    if (ids.empty()) {
        return;
    }
    const std::uint8_t version = common_version(ids);
    out.u8(version);
    if (version == 0) {
        for (const RecordId& id : ids) {
            out.id(id);
        }
        return;
    }
    std::vector<std::uint64_t> middle_bits;
    middle_bits.reserve(ids.size());
    for (const RecordId& id : ids) {
        write_short(out, id);
        middle_bits.push_back((id.octets[variant_octet] >> 4) & 3u);
    }
    write_planes(out, middle_bits, 2);
}

Result<std::vector<RecordId>> read_ids(BinaryReader& in, std::size_t count) {
    std::vector<RecordId> ids;
    if (count == 0) {
        return ids;
    }
    const std::uint8_t version = in.u8();
    if (version > 15 || count > in.remaining() / (RecordId::size - 1)) {
        return fail(ErrorCode::bad_encoding, "record ids");
    }
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        ids.push_back(version == 0 ? in.id<RecordId>() : read_short(in, version));
    }
    if (version != 0) {
        std::vector<std::uint64_t> middle_bits(count);
        if (!read_planes(in, middle_bits, 2)) {
            return fail(ErrorCode::bad_encoding, "record ids");
        }
        for (std::size_t i = 0; i < count; ++i) {
            std::uint8_t& octet = ids[i].octets[variant_octet];
            octet = static_cast<std::uint8_t>(octet | (middle_bits[i] << 4));
        }
    }
    if (!in.ok()) {
        return fail(ErrorCode::bad_encoding, "record ids");
    }
    return ids;
}

void write_dots(BinaryWriter& out, std::span<const Dot> dots) {
    Integers column(dots.size());
    const auto write_part = [&](auto part) {
        for (std::size_t i = 0; i < dots.size(); ++i) {
            column[i] = static_cast<std::int64_t>(part(dots[i]));
        }
        write_integers(out, column);
    };
    write_part([](const Dot& dot) { return to_number(dot.device); });
    write_part([](const Dot& dot) { return dot.seq; });
    write_part([](const Dot& dot) { return dot.index; });
}

Result<std::vector<Dot>> read_dots(BinaryReader& in, std::size_t count) {
    COTMOC_ASSIGN(const Integers devices, read_integers(in, count, 0, index_max));
    COTMOC_ASSIGN(const Integers seqs, read_integers(in, count));
    COTMOC_ASSIGN(const Integers indexes, read_integers(in, count, 0, index_max));
    std::vector<Dot> dots(count);
    for (std::size_t i = 0; i < count; ++i) {
        dots[i] = Dot{static_cast<DeviceIndex>(devices[i]), static_cast<std::uint64_t>(seqs[i]),
                      static_cast<std::uint32_t>(indexes[i])};
    }
    return dots;
}

}  // namespace cotmoc::core
