// The flags of a span in the stored and the canonical form of a text.
#pragma once

namespace cotmoc::core::text_flags {

// The first octet of a stored span. What a flag does not imply follows in the order: dot, offset and length,
// parent. `adjacent` means the last element of the span before (right; the start for the first span) or the
// first element of the span after (left).
inline constexpr unsigned deleted = 1;
inline constexpr unsigned left = 2;
inline constexpr unsigned adjacent = 4;
inline constexpr unsigned at_start = 8;
inline constexpr unsigned same_feed = 16;
inline constexpr unsigned next_index = 32;
inline constexpr unsigned single = 64;  // offset 0, length 1
inline constexpr unsigned unused = 128;

}  // namespace cotmoc::core::text_flags
