// Columns of values: their types, then the values of each type together.
#pragma once

#include "codec/limits.hpp"

#include <cotmoc/core/value.hpp>

#include <span>

namespace cotmoc::core {

void write_values(BinaryWriter& out, std::span<const Value* const> values);

/// Fills the values in place; null where nobody wants one. The caller has taken a cell for each.
Result<void> read_values(Source& source, std::span<Value* const> values);

}  // namespace cotmoc::core
