// What ops have besides values: stamps, the records they name, what they were made over.
#pragma once

#include "codec/int_column.hpp"
#include "codec/limits.hpp"
#include "codec/op_order.hpp"

namespace cotmoc::core {

/// Runs of equal stamps.
void write_stamps(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_stamps(Source& source, const OpOrder<ChangeSet>& order);
/// As runs: so many stamps of creates and ops in index order, and their common value.
struct StampRun {
    std::size_t length = 0;
    Hlc at;
};
Result<std::vector<StampRun>> read_stamp_runs(Source& source, std::size_t stamps);

/// Each name once, then a number for each op.
void write_names(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_names(Source& source, const OpOrder<ChangeSet>& order);
/// The distinct names, and for each of `ops` ops in index order its number among them.
struct NameColumn {
    std::vector<RecordName> names;
    Integers numbers;
};
Result<NameColumn> read_name_column(Source& source, std::size_t ops);

void write_overs(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_overs(Source& source, const OpOrder<ChangeSet>& order);
/// Of `ops` ops that take one, in index order.
Result<std::vector<Over>> read_over_column(Source& source, std::size_t ops);

void write_edits(BinaryWriter& out, const OpOrder<const ChangeSet>& order);
Result<void> read_edits(Source& source, const OpOrder<ChangeSet>& order);

}  // namespace cotmoc::core
