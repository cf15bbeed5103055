// Columns that only snapshots have: numbers in planes of whole octets, and ops by the numbers of their change
// sets.
#pragma once

#include "codec/int_column.hpp"
#include "codec/limits.hpp"
#include "store/covered_sets.hpp"

#include <cotmoc/core/snapshot.hpp>

namespace cotmoc::core {

/// A block in the making: its octets, and where a part ends that is unlike the next one.
struct ColumnWriter {
    BinaryWriter out;
    SnapshotParts parts;
    void end_part(std::string name) {
        parts.ends.push_back(out.size());
        parts.names.push_back(std::move(name));
    }
};

/// Numbers without order, each plane one octet of every number: what a compressor makes more of than of
/// planes of a few bits.
void write_wide(ColumnWriter& to, std::span<const std::uint64_t> values, const std::string& part);
/// Refuses values from `bound` on, and more planes than they need.
Result<std::vector<std::uint64_t>> read_wide(Source& source, std::size_t count, std::uint64_t bound);

struct StampedDot {
    Dot dot;
    Hlc at;
};

/// Ops by their dots and stamps.
class OpColumns {
public:
    /// How the ops follow each other.
    enum class Order {
        by_dot,  // nearly: creations and deletes
        any
    };
    /// Precondition: the change sets of all ops are covered.
    static void write(ColumnWriter& to, std::span<const StampedDot> ops, Order order, const CoveredSets& sets,
                      const std::string& part);
    static Result<std::vector<StampedDot>> read(Source& source, std::size_t count, Order order,
                                                const CoveredSets& sets);
};

/// The ops that set the fields of records. What was set together has one change set and one stamp, so that an
/// op is told by an earlier one of its record if it can be.
class FieldOps {
public:
    /// Of each record its ops, in the order of its fields. Precondition as above.
    static void write(ColumnWriter& to, std::span<const std::vector<StampedDot>> records,
                      const CoveredSets& sets);
    /// `counts`: how many ops each record has.
    static Result<std::vector<std::vector<StampedDot>>> read(Source& source,
                                                             std::span<const std::size_t> counts,
                                                             const CoveredSets& sets);
};

}  // namespace cotmoc::core
