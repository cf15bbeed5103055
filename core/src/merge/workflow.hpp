// Who may move a workflow (semantics S12): an op without the role that its way needs is void.
#pragma once

#include "merge/record_state.hpp"

namespace cotmoc::core {

/// Whether a field of the kind is a workflow. False if either is unknown here.
bool is_workflow(const Kind* kind, std::string_view key);

/// Checks a set, a `resolve` or a created value of a workflow: its author needs a role of every guarded state
/// that the op enters, leaves or passes over, between the furthest state that was live in its past (without
/// one: from before the first) and its value. `content` is the field so far, null if it has none.
/// not_allowed, naming the state and its roles. Other fields always pass.
Result<void> check_workflow_move(const Field& field, const FieldContent* content, const Value& value,
                                 const Past& past, std::string_view role);

}  // namespace cotmoc::core
