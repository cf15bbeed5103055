// The rules that a change set fulfils besides its encoding: names, order, shapes, indexes.
#pragma once

#include <cotmoc/core/change_set.hpp>

namespace cotmoc::core {

/// Block headers: valid names and shapes, sorted and distinct.
Result<void> check_layout(const Layout& layout);
Result<void> check_field_block(const FieldBlock& block);
Result<void> check_block_order(const ChangeSet& set);

/// Indexes rise within blocks, lie below op_count, and no two ops use the same.
Result<void> check_indexes(ChangeSet& set);

/// Whether the values fit the shapes and the kinds of ops.
Result<void> check_values(const ChangeSet& set);

}  // namespace cotmoc::core
