// What leaves a replica in the open, and what of its work has not left it yet.
#pragma once

#include <cotmoc/sync/replica.hpp>

#include <functional>

namespace cotmoc::records {

/// A record in the shape that `import` takes.
std::string export_json(const sync::Replica& replica, const core::RecordView& record);
/// How many records of which spaces leave: noted before the first one does, for the audit.
Result<void> note_export(sync::Replica& replica, const core::ListQuery& query, std::string_view format);

enum class ExportFormat : std::uint8_t { jsonl, csv };
struct ExportOrder {
    std::string kind;   // "": all
    std::string space;  // "": all
    ExportFormat format = ExportFormat::jsonl;
};
/// Gives each record as export_json() does, or as a row of RFC 4180 after one with the names of the fields,
/// all without a line's end, until `line` says no. The audit tells of it, from before the first one on.
/// wrong_usage for csv without a kind; unknown_kind, unknown_space.
Result<void> export_records(sync::Replica& replica, const ExportOrder& order,
                            const std::function<bool(const std::string&)>& line);

/// What the device holds as it travels, in a new file for `verify FILE`: sealed and signed, so that nothing
/// leaves that a hub does not have. The number of change sets. After a failure there is no such file.
/// already_exists, not_joined, and the errors of sealing and of the file.
Result<std::uint64_t> export_signed(sync::Replica& replica, const std::string& file);
/// `export --signed --json`.
std::string signed_json(const std::string& file, std::uint64_t change_sets);

/// What was done here and nobody else is known to hold: ops, spaces with unsealed work, attached files (of
/// the replica's `directory`; 0 if their database does not open, which no record depends on).
Result<std::uint64_t> unsent_work(sync::Replica& replica, const std::string& directory);

}  // namespace cotmoc::records
