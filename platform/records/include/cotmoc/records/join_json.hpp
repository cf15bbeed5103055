// Joined records and likely duplicates as JSON, with the shapes of docs/cli.md.
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// `merge --json`.
std::string join_json(const core::JoinOutcome& outcome);
/// `merge --undo --json`.
std::string separate_json(const core::SeparateOutcome& outcome);
/// A line of `duplicates --json`.
std::string duplicate_json(const sync::Replica& replica, const core::Kind& kind, const core::Duplicate& pair);

}  // namespace cotmoc::records
