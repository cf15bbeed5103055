// What a decoder accepts at most, so that a few octets cannot make it allocate much ("Limits" in
// docs/spec/encoding.md).
#pragma once

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {

inline constexpr std::uint32_t op_count_max = std::uint32_t{1} << 24;
inline constexpr std::size_t field_name_max = 63;
/// A cell stands for about 40 octets of memory: a value, a list item or a part of an op.
inline constexpr std::uint64_t cells_max = std::uint64_t{1} << 22;
inline constexpr std::uint64_t create_cells = 4;  // besides one for each value
inline constexpr std::uint64_t field_op_cells = 8;
inline constexpr std::uint64_t text_edit_part_cells = 2;
/// Text that dictionaries expand to, over the whole change set.
inline constexpr std::uint64_t expanded_text_max = 16 * 1024 * 1024;

/// The input of a decoder with what it may still allocate.
struct Source {
    explicit Source(BytesView bytes) : in(bytes) {}

    BinaryReader in;
    std::uint64_t cells_left = cells_max;
    std::uint64_t text_left = expanded_text_max;

    Result<void> take_cells(std::uint64_t items, std::uint64_t cells_each = 1) {
        if (items > cells_left / cells_each) {
            return fail(ErrorCode::limit_exceeded, "too many values in one change set");
        }
        cells_left -= items * cells_each;
        return {};
    }
    Result<void> take_text(std::uint64_t octets) {
        if (octets > text_left) {
            return fail(ErrorCode::limit_exceeded, "too much repeated text in one change set");
        }
        text_left -= octets;
        return {};
    }
};

}  // namespace cotmoc::core
