// Which change sets touched a record: what a delete that comes later asks for.
#pragma once

#include "store/snapshot_columns.hpp"
#include "store/snapshot_records.hpp"

namespace cotmoc::core {

void write_snapshot_visits(ColumnWriter& to, std::span<const SnapshotRecord> records,
                           const CoveredSets& sets);
/// Precondition: the records have all else.
Result<void> read_snapshot_visits(Source& source, std::span<SnapshotRecord> records, const CoveredSets& sets);

}  // namespace cotmoc::core
