// What leaves a replica in the open, and what of its work has not left it yet.
#pragma once

#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// A record in the shape that `import` takes.
std::string export_json(const sync::Replica& replica, const core::RecordView& record);
/// How many records of which spaces leave: noted before the first one does, for the audit.
Result<void> note_export(sync::Replica& replica, const core::ListQuery& query, std::string_view format);

/// What was done here and nobody else is known to hold: ops, spaces with unsealed work, attached files (of
/// the replica's `directory`; 0 if their database does not open, which no record depends on).
Result<std::uint64_t> unsent_work(sync::Replica& replica, const std::string& directory);

}  // namespace cotmoc::records
