// The shortest way from one text to another, in code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cotmoc::core {

/// old[old_begin, old_begin + old_count) becomes new[new_begin, new_begin + new_count).
/// The counts are not both zero.
struct TextHunk {
    std::size_t old_begin = 0;
    std::size_t old_count = 0;
    std::size_t new_begin = 0;
    std::size_t new_count = 0;
    friend bool operator==(const TextHunk&, const TextHunk&) = default;
};

/// Deletions + insertions that the exact search may reach. It bounds memory to 4 MiB.
inline constexpr std::size_t diff_distance_max = 1024;

/// Hunks by rising position, with at least one kept code point between two of them. Minimal (deletions +
/// insertions) if that takes at most `distance_max`; beyond it words are compared first, then code points
/// within the words that changed, and what is still further apart is replaced as a whole.
std::vector<TextHunk> diff_code_points(std::u32string_view old_text, std::u32string_view new_text,
                                       std::size_t distance_max = diff_distance_max);

}  // namespace cotmoc::core
