// Many records as columns, for a snapshot (docs/spec/snapshot.md, "Records").
#pragma once

#include "store/interning.hpp"

#include <cotmoc/base/hash.hpp>

#include <functional>

namespace cotmoc::core {

struct SnapshotRecord {
    RecordId id;
    RecordState state;
};

/// Of a record's visits only each device's last one and its last one with a value are written: the merge asks
/// for no others.
Bytes encode_records(std::span<const SnapshotRecord> records, const Hasher& hasher);
/// Accepts what encode_records() writes and nothing else: bad_encoding, limit_exceeded. Layouts are interned.
Result<std::vector<SnapshotRecord>> decode_records(BytesView bytes, Interning& interning,
                                                   const Hasher& hasher);

/// The visits that encode_records() keeps, in order of (device, seq).
std::vector<Visit> last_visits(std::span<const Visit> visits);
/// Every op that the state names, but those of texts.
void for_each_op(const RecordState& state, const std::function<void(const Dot&, const Hlc*)>& each);

}  // namespace cotmoc::core
