// A received change set: each op is checked against the catalogue its author knew, then merged.
#pragma once

#include "store/store_impl.hpp"

namespace cotmoc::core {

/// Inside a transaction. What does not fit becomes a void op (S5) and is counted; the rest applies.
Result<ApplyOutcome> apply_change_set(StoreImpl& impl, const IncomingChangeSet& incoming, SpaceEntry& space,
                                      const CatalogueInForce* in_force);

}  // namespace cotmoc::core
