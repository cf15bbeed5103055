// The fields of many records, grouped so that what is alike stands together.
#pragma once

#include "store/snapshot_records.hpp"

namespace cotmoc::core {

/// A register with one value and no past: told by its value and its op, not by content.
bool is_one_set(const FieldContent& content);

void write_snapshot_fields(ColumnWriter& to, std::span<const SnapshotRecord> records, const CoveredSets& sets,
                           const Hasher& hasher);
/// Precondition: the records have their kinds and creations.
Result<void> read_snapshot_fields(Source& source, std::span<SnapshotRecord> records, const CoveredSets& sets,
                                  const Hasher& hasher);

}  // namespace cotmoc::core
