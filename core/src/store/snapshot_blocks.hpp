// The kinds of blocks of a snapshot, in the order in which they follow each other.
#pragma once

#include <cotmoc/base/binary.hpp>

namespace cotmoc::core {

enum class SnapshotBlock : std::uint8_t { feeds = 1, hashes = 2, stamps = 3, records = 4, void_ops = 5 };

/// The first octet of the first block's content; version 1 was never released.
inline constexpr std::uint8_t snapshot_body_version = 2;

inline constexpr std::uint64_t snapshot_devices_max = 1u << 20;
inline constexpr std::uint64_t snapshot_change_sets_max = std::uint64_t{1} << 32;
inline constexpr std::size_t snapshot_hashes_each = 4096;  // in one block
inline constexpr std::size_t snapshot_stamps_each = 16384;
inline constexpr std::size_t snapshot_void_ops_each = 4096;

inline BinaryWriter begin_block(SnapshotBlock kind) {
    BinaryWriter out;
    out.u8(static_cast<std::uint8_t>(kind));
    return out;
}

}  // namespace cotmoc::core
