// Columns of reals: as integers over a power of ten where that gives back the very same numbers.
#pragma once

#include <cotmoc/base/binary.hpp>

#include <span>
#include <vector>

namespace cotmoc::core {

void write_reals(BinaryWriter& out, std::span<const double> values);
Result<std::vector<double>> read_reals(BinaryReader& in, std::size_t count);

}  // namespace cotmoc::core
