// Columns of integers: the least value, a common step, then bit planes ("Integer column" in
// docs/spec/encoding.md).
#pragma once

#include <cotmoc/base/binary.hpp>

#include <span>
#include <vector>

namespace cotmoc::core {

using Integers = std::vector<std::int64_t>;

void write_integers(BinaryWriter& out, std::span<const std::int64_t> values);

/// Allocates `count` integers: the caller has checked that so many items are within its limits.
Result<Integers> read_integers(BinaryReader& in, std::size_t count);
/// The same, refusing values outside least..greatest.
Result<Integers> read_integers(BinaryReader& in, std::size_t count, std::int64_t least,
                               std::int64_t greatest);

/// Fixed-width planes, lowest bits first: whole octets, then 4, 2 and 1 bits for the rest of the width.
void write_planes(BinaryWriter& out, std::span<const std::uint64_t> values, unsigned bits);
bool read_planes(BinaryReader& in, std::span<std::uint64_t> values, unsigned bits);

}  // namespace cotmoc::core
