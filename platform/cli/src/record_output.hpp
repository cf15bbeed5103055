// Records, conflicts and history, as JSON and as text for people.
#pragma once

#include "command.hpp"

namespace cotmoc::cli {

/// `show --json`: the object of docs/cli.md.
std::string record_json(const sync::Replica& replica, const core::RecordView& record);
/// One line of `list`: id, kind and the fields that say most.
std::string record_line(const Common& common, const sync::Replica& replica, const core::RecordView& record);
/// `show`: a line for each field, with the catalogue's labels in Vietnamese.
std::string record_text(const Common& common, const sync::Replica& replica, const core::RecordView& record);

/// The same object with the version of each field; and the versions alone, a line each.
std::string versions_json(const sync::Replica& replica, const core::RecordView& record,
                          const std::vector<core::FieldVersion>& versions);
std::string versions_text(const std::vector<core::FieldVersion>& versions);

/// One field in conflict, for `conflicts`.
std::string conflict_json(const Common& common, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict);
std::string conflict_text(const Common& common, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict);

/// What was edited at once and merged, for `conflicts --soft`.
std::string soft_conflict_json(const Common& common, const core::RecordView& record,
                               const std::vector<sync::HistoryEntry>& edits);
std::string soft_conflict_text(const Common& common, const sync::Replica& replica,
                               const core::RecordView& record, const std::vector<sync::HistoryEntry>& edits);

std::string history_json(const sync::HistoryEntry& entry);
std::string history_line(const Common& common, const sync::HistoryEntry& entry);

/// What a command that changed a record prints: with --json the record as it is now; without it no news is
/// good news.
Outcome put_changed(const Common& common, sync::Replica& replica, const RecordId& id);

}  // namespace cotmoc::cli
