#include "codec/int_column.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::uint8_t differences_form = 0x80;
constexpr unsigned bits_max = 64;

std::uint64_t unsigned_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// values[i] = least + step * steps[i]; a step of 0 says that all are equal and `steps` is not filled.
struct Scaled {
    std::int64_t least = 0;
    std::uint64_t step = 0;
    unsigned bits = 0;
    std::vector<std::uint64_t> steps;
};

std::uint64_t greatest_common_divisor(std::uint64_t a, std::uint64_t b) {
    while (b != 0) {
        const std::uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

Scaled scale(std::span<const std::int64_t> values) {
    Scaled scaled;
    const auto [least, greatest] = std::ranges::minmax(values);
    scaled.least = least;
    const std::uint64_t base = unsigned_of(least);
    if (least == greatest) {
        return scaled;
    }
    scaled.step = unsigned_of(greatest) - base;
    for (const std::int64_t value : values) {
        const std::uint64_t distance = unsigned_of(value) - base;
        if (scaled.step == 1) {
            break;
        }
        if (distance % scaled.step != 0) {
            scaled.step = greatest_common_divisor(scaled.step, distance);
        }
    }
    scaled.steps.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        scaled.steps[i] = unsigned_of(values[i]) - base;
    }
    const bool fits_32 = unsigned_of(greatest) - base <= std::numeric_limits<std::uint32_t>::max();
    if (scaled.step > 1 && fits_32) {
        // Divisions of 32 bits cost a fraction of those of 64.
        const auto step = static_cast<std::uint32_t>(scaled.step);
        for (std::uint64_t& distance : scaled.steps) {
            distance = static_cast<std::uint32_t>(distance) / step;
        }
    } else if (scaled.step > 1) {
        for (std::uint64_t& distance : scaled.steps) {
            distance /= scaled.step;
        }
    }
    scaled.bits = static_cast<unsigned>(std::bit_width((unsigned_of(greatest) - base) / scaled.step));
    return scaled;
}

/// Whether the distances between neighbours are shorter than the values by more than two bits each: so for
/// indexes, stamps and other rising sequences, but not for random ones.
bool prefers_differences(const Scaled& scaled) {
    std::uint64_t plain_bits = 0;
    std::uint64_t difference_bits = 0;
    std::uint64_t previous = scaled.steps.front();
    for (const std::uint64_t steps : scaled.steps) {
        plain_bits += static_cast<std::uint64_t>(std::bit_width(steps));
        difference_bits += static_cast<std::uint64_t>(
            std::bit_width(steps > previous ? steps - previous : previous - steps));
        previous = steps;
    }
    return difference_bits + 2 * scaled.steps.size() < plain_bits;
}

void write_scaled(BinaryWriter& out, const Scaled& scaled) {
    out.u8(static_cast<std::uint8_t>(scaled.bits));
    out.svarint(scaled.least);
    if (scaled.bits != 0) {
        out.varint(scaled.step);
        write_planes(out, scaled.steps, scaled.bits);
    }
}

bool read_scaled(BinaryReader& in, unsigned bits, std::span<std::int64_t> values) {
    if (bits > bits_max) {
        return false;
    }
    const std::int64_t least = in.svarint();
    if (bits == 0) {
        std::ranges::fill(values, least);
        return in.ok();
    }
    const std::uint64_t step = in.varint();
    std::vector<std::uint64_t> steps(values.size());
    if (!in.ok() || !read_planes(in, steps, bits)) {
        return false;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = signed_of(unsigned_of(least) + step * steps[i]);
    }
    return true;
}

bool read_column(BinaryReader& in, std::span<std::int64_t> values) {
    const std::uint8_t form = in.u8();
    if (form != differences_form) {
        return read_scaled(in, form, values);
    }
    values[0] = in.svarint();
    if (values.size() == 1 || !read_scaled(in, in.u8(), values.subspan(1))) {
        return false;
    }
    for (std::size_t i = 1; i < values.size(); ++i) {
        values[i] = signed_of(unsigned_of(values[i]) + unsigned_of(values[i - 1]));
    }
    return true;
}

/// `width` bits of each value from bit `shift` on, several to an octet, the first in the lowest bits.
void write_plane(BinaryWriter& out, std::span<const std::uint64_t> values, unsigned shift, unsigned width) {
    const std::size_t in_octet = 8 / width;
    Bytes plane((values.size() + in_octet - 1) / in_octet);
    if (width == 8) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            plane[i] = static_cast<std::uint8_t>(values[i] >> shift);
        }
    } else {
        const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::uint64_t part = ((values[i] >> shift) & mask) << (width * (i % in_octet));
            plane[i / in_octet] = static_cast<std::uint8_t>(plane[i / in_octet] | part);
        }
    }
    out.raw(plane);
}

bool read_plane(BinaryReader& in, std::span<std::uint64_t> values, unsigned shift, unsigned width) {
    const std::size_t in_octet = 8 / width;
    const BytesView plane = in.raw((values.size() + in_octet - 1) / in_octet);
    if (!in.ok()) {
        return false;
    }
    if (width == 8) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] |= static_cast<std::uint64_t>(plane[i]) << shift;
        }
        return true;
    }
    const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto part = static_cast<std::uint64_t>(plane[i / in_octet]) >> (width * (i % in_octet));
        values[i] |= (part & mask) << shift;
    }
    return true;
}

/// Calls visit(shift, width) for each plane of a width of `bits`, until it returns false.
template <class Visit>
bool each_plane(unsigned bits, Visit visit) {
    unsigned shift = 0;
    for (const unsigned width : {8u, 4u, 2u, 1u}) {
        while (bits - shift >= width) {
            if (!visit(shift, width)) {
                return false;
            }
            shift += width;
        }
    }
    return true;
}

}  // namespace

void write_planes(BinaryWriter& out, std::span<const std::uint64_t> values, unsigned bits) {
    each_plane(bits, [&](unsigned shift, unsigned width) {
        write_plane(out, values, shift, width);
        return true;
    });
}

bool read_planes(BinaryReader& in, std::span<std::uint64_t> values, unsigned bits) {
    return each_plane(bits,
                      [&](unsigned shift, unsigned width) { return read_plane(in, values, shift, width); });
}

void write_integers(BinaryWriter& out, std::span<const std::int64_t> values) {
    if (values.empty()) {
        return;
    }
    const Scaled scaled = scale(values);
    if (scaled.bits == 0 || !prefers_differences(scaled)) {
        write_scaled(out, scaled);
        return;
    }
    Integers differences(values.size() - 1);
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
        differences[i] = signed_of(unsigned_of(values[i + 1]) - unsigned_of(values[i]));
    }
    out.u8(differences_form);
    out.svarint(values.front());
    write_scaled(out, scale(differences));
}

Result<Integers> read_integers(BinaryReader& in, std::size_t count) {
    Integers values(count);
    if (count != 0 && !read_column(in, values)) {
        return fail(ErrorCode::bad_encoding, "integer column");
    }
    return values;
}

Result<Integers> read_integers(BinaryReader& in, std::size_t count, std::int64_t least,
                               std::int64_t greatest) {
    COTMOC_ASSIGN(Integers values, read_integers(in, count));
    if (std::ranges::any_of(values, [&](std::int64_t value) { return value < least || value > greatest; })) {
        return fail(ErrorCode::bad_encoding, "integer out of range");
    }
    return values;
}

}  // namespace cotmoc::core
