// The fields of many records, grouped so that what is alike stands together.
#pragma once

#include "codec/int_column.hpp"
#include "codec/limits.hpp"
#include "store/snapshot_records.hpp"

namespace cotmoc::core {

/// A column of stamps: walls, then counters.
class StampColumn {
public:
    void add(Hlc at) {
        walls_.push_back(static_cast<std::int64_t>(at.wall_ms));
        counters_.push_back(at.counter);
    }
    void write(BinaryWriter& out) const {
        write_integers(out, walls_);
        write_integers(out, counters_);
    }
    static Result<std::vector<Hlc>> read(Source& source, std::size_t count);

private:
    Integers walls_;
    Integers counters_;
};

void write_snapshot_fields(BinaryWriter& out, std::span<const SnapshotRecord> records, const Hasher& hasher);
/// Precondition: the records have their kinds and creations.
Result<void> read_snapshot_fields(Source& source, std::span<SnapshotRecord> records, const Hasher& hasher);

}  // namespace cotmoc::core
