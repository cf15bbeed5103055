// A query of the host in the terms of a replica.
#pragma once

#include "handles.hpp"

namespace cotmoc::capi {

/// `query` may be null: everything. wrong_usage, unknown_kind, unknown_field, unknown_space, and what a
/// condition's value does not fit.
Result<core::ListQuery> list_query(sync::Replica& replica, const cotmoc_query* query);

}  // namespace cotmoc::capi
