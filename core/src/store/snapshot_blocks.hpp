// The kinds of blocks of a snapshot, in the order in which they follow each other.
#pragma once

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {

enum class SnapshotBlock : std::uint8_t { feeds = 1, hashes = 2, records = 3, void_ops = 4 };

inline constexpr std::uint64_t snapshot_devices_max = 1u << 20;
inline constexpr std::size_t snapshot_hashes_each = 4096;  // in one block
inline constexpr std::size_t snapshot_void_ops_each = 4096;

inline BinaryWriter begin_block(SnapshotBlock kind) {
    BinaryWriter out;
    out.u8(static_cast<std::uint8_t>(kind));
    return out;
}

}  // namespace cotmoc::core
