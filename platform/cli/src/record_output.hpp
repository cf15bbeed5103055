// Records, conflicts and history as text for people; as JSON they are cotmoc/records/record_json.hpp's.
#pragma once

#include "command.hpp"

#include <cotmoc/records/record_json.hpp>

namespace cotmoc::cli {

using records::conflict_json;
using records::history_json;
using records::record_json;
using records::soft_conflict_json;
using records::versions_json;

/// One line of `list`: id, kind and the fields that say most.
std::string record_line(const Common& common, const sync::Replica& replica, const core::RecordView& record);
/// `show`: a line for each field, with the catalogue's labels in Vietnamese.
std::string record_text(const Common& common, const sync::Replica& replica, const core::RecordView& record);

/// The version of each field, a line each.
std::string versions_text(const std::vector<core::FieldVersion>& versions);

/// One field in conflict, for `conflicts`.
std::string conflict_text(const Common& common, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict);

/// What was edited at once and merged, for `conflicts --soft`.
std::string soft_conflict_text(const Common& common, const sync::Replica& replica,
                               const core::RecordView& record, const std::vector<sync::HistoryEntry>& edits);

std::string history_line(const Common& common, const sync::HistoryEntry& entry);

/// What a command that changed a record prints: with --json the record as it is now; without it no news is
/// good news.
Outcome put_changed(const Common& common, sync::Replica& replica, const RecordId& id);

}  // namespace cotmoc::cli
