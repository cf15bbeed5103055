#include "threats/mutate/mutator.hpp"

#include <algorithm>
#include <array>

namespace cotmoc::threats {

Bytes Mutator::mutate(const Bytes& original, const std::vector<Bytes>& others) {
    Bytes bytes = original;
    const Bytes& other = others[static_cast<std::size_t>(below(others.size()))];
    for (std::uint64_t steps = one_in(4) ? 1 + below(3) : 1; steps > 0; --steps) {
        step(bytes, other);
    }
    return bytes;
}

void Mutator::step(Bytes& bytes, const Bytes& other) {
    if (bytes.empty()) {
        bytes.push_back(static_cast<std::uint8_t>(below(256)));
        return;
    }
    switch (below(8)) {
        case 0:
        case 1:
            return flip_bits(bytes);
        case 2:
            return overwrite_number(bytes);
        case 3:
            return splice(bytes, other);
        case 4:
            return swap_with(bytes, other);
        case 5:
            return move_part(bytes);
        case 6:
            bytes.resize(place(bytes));
            return;
        default:
            for (std::uint64_t more = 1 + below(40); more > 0; --more) {
                bytes.push_back(static_cast<std::uint8_t>(one_in(2) ? 0 : below(256)));
            }
    }
}

void Mutator::flip_bits(Bytes& bytes) {
    for (std::uint64_t count = 1 + below(3); count > 0; --count) {
        bytes[place(bytes)] ^= static_cast<std::uint8_t>(1u << below(8));
    }
}

/// Lengths, counts and numbers stand anywhere; what hurts parsers are the ends of their ranges.
void Mutator::overwrite_number(Bytes& bytes) {
    static constexpr std::array<std::uint64_t, 9> values = {
        0, 1, 0x7f, 0x80, 0xffff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
    const std::uint64_t value = values[static_cast<std::size_t>(below(values.size()))];
    const std::size_t width = std::size_t{1} << below(4);
    const std::size_t at = place(bytes);
    for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
        bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

/// The beginning of one and the end of another message.
void Mutator::splice(Bytes& bytes, const Bytes& other) {
    if (other.empty()) {
        return;
    }
    const std::size_t from = one_in(2) ? std::min(place(bytes), other.size()) : place(other);
    bytes.resize(std::min(bytes.size(), one_in(2) ? from : place(bytes)));
    bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
}

/// A field of another message at the same place, as when two records change their headers or wraps.
void Mutator::swap_with(Bytes& bytes, const Bytes& other) {
    static constexpr std::array<std::size_t, 8> widths = {1, 4, 8, 16, 24, 32, 48, 64};
    const std::size_t width = widths[static_cast<std::size_t>(below(widths.size()))];
    const bool at_the_end = one_in(4);  // where signatures and tags stand
    const std::size_t at = at_the_end ? bytes.size() - std::min(bytes.size(), width) : place(bytes);
    const std::size_t from = at_the_end ? other.size() - std::min(other.size(), width) : at;
    for (std::size_t i = 0; i < width && at + i < bytes.size() && from + i < other.size(); ++i) {
        bytes[at + i] = other[from + i];
    }
}

void Mutator::move_part(Bytes& bytes) {
    std::array<std::size_t, 3> places = {place(bytes), place(bytes), place(bytes)};
    std::ranges::sort(places);
    const auto begin = bytes.begin();
    std::rotate(begin + static_cast<std::ptrdiff_t>(places[0]),
                begin + static_cast<std::ptrdiff_t>(places[1]),
                begin + static_cast<std::ptrdiff_t>(places[2]));
}

}  // namespace cotmoc::threats
