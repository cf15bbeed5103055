// What a side holds of an envelope that an earlier session began (docs/spec/session.md, "Parts").
#pragma once

#include <cstddef>
#include <cstdint>

namespace cotmoc::sync {

/// So many octets, and the first 8 of their hash.
struct HeldPart {
    std::uint64_t size = 0;
    std::uint64_t check = 0;
    friend bool operator==(const HeldPart&, const HeldPart&) = default;
};

/// A shorter part is not worth its announcement.
inline constexpr std::size_t held_part_min = 1'024;

}  // namespace cotmoc::sync
