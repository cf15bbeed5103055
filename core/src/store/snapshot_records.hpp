// Many records as columns, for a snapshot (docs/spec/snapshot.md, "Records").
#pragma once

#include "store/interning.hpp"
#include "store/snapshot_columns.hpp"

#include <cotmoc/base/hash.hpp>

#include <functional>

namespace cotmoc::core {

struct SnapshotRecord {
    RecordId id;
    RecordState state;
};

/// What a record takes in memory besides its fields, and a field of it, in cells (codec/limits.hpp).
inline constexpr std::uint64_t record_cells = 64;
inline constexpr std::uint64_t record_field_cells = 6;
inline constexpr std::uint64_t creation_cells = 4;  // besides one for each name of an initial text
inline constexpr std::uint64_t deletion_cells = 4;
inline constexpr std::uint64_t layout_part_cells = 4;  // the layout itself, and each field of it
inline constexpr std::uint64_t visit_cells = 2;

/// Of a record's visits only each device's last one and its last one with a value are written: the merge asks
/// for no others. Precondition: `sets` covers all ops and has its bases.
void encode_records(ColumnWriter& to, std::span<const SnapshotRecord> records, const CoveredSets& sets,
                    const Hasher& hasher);
/// Accepts what encode_records() writes and nothing else: bad_encoding, limit_exceeded. Layouts are interned.
Result<std::vector<SnapshotRecord>> decode_records(BytesView bytes, Interning& interning,
                                                   const CoveredSets& sets, const Hasher& hasher);

/// The visits that encode_records() keeps, in order of (device, seq).
std::vector<Visit> last_visits(std::span<const Visit> visits);
/// Every op that the state names; without a stamp where the state keeps none, as of edits of texts. Initial
/// texts are named by their content and by no op.
void for_each_op(const RecordState& state, const std::function<void(const Dot&, const Hlc*)>& each);

}  // namespace cotmoc::core
