// What ops have besides values: stamps, the records they name, what they were made over.
#pragma once

#include "codec/limits.hpp"
#include "codec/op_order.hpp"

namespace cotmoc::core {

/// Runs of equal stamps.
void write_stamps(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_stamps(Source& source, const OpOrder<ChangeSet>& order);

/// Each name once, then a number for each op.
void write_names(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_names(Source& source, const OpOrder<ChangeSet>& order);

void write_overs(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_overs(Source& source, const OpOrder<ChangeSet>& order);

void write_edits(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_edits(Source& source, const OpOrder<ChangeSet>& order);

}  // namespace cotmoc::core
