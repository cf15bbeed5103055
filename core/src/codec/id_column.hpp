// Columns of record ids and of dots.
#pragma once

#include "codec/limits.hpp"

#include <cotmoc/core/change_set.hpp>

#include <span>
#include <vector>

namespace cotmoc::core {

/// 122 bits each if all are UUIDs of one version, else 16 octets each.
void write_ids(BinaryWriter& out, std::span<const RecordId> ids);
Result<std::vector<RecordId>> read_ids(BinaryReader& in, std::size_t count);

/// Devices, then seqs, then indexes. The caller has taken the cells.
void write_dots(BinaryWriter& out, std::span<const Dot> dots);
Result<std::vector<Dot>> read_dots(BinaryReader& in, std::size_t count);

}  // namespace cotmoc::core
