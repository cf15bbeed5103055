// What a block of records takes of the cells (codec/limits.hpp) that its reader may take.
#pragma once

#include "store/snapshot_records.hpp"

#include <set>

namespace cotmoc::core {

/// Of the content of a field in octets. A span of a text may be one octet, and is some hundred in memory.
std::uint64_t content_cells(BytesView octets, Shape shape);

/// Counts for the writer of a block what its reader will take: all of it, and a little more for fields that
/// turn out to be as their create set them.
class BlockCells {
public:
    void add(const RecordState& state);
    std::uint64_t total() const { return alone_ + fields_; }

private:
    struct OfKind {
        std::uint64_t records = 0;
        std::set<std::pair<std::string, Shape>> groups;
    };
    std::map<std::string, OfKind, std::less<>> kinds_;
    std::set<std::uint32_t> layouts_;
    std::uint64_t alone_ = 0;   // what each record, or layout, takes by itself
    std::uint64_t fields_ = 0;  // each record of a kind, for every field that any record of the kind has
};

}  // namespace cotmoc::core
