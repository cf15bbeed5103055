// Records, conflicts and history as JSON, with the shapes of docs/cli.md.
#pragma once

#include <cotmoc/records/texts.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// `show --json`.
std::string record_json(const sync::Replica& replica, const core::RecordView& record);
/// The same object with the version of each field.
std::string versions_json(const sync::Replica& replica, const core::RecordView& record,
                          const std::vector<core::FieldVersion>& versions);
/// A line of `show --history --json`.
std::string history_json(const sync::HistoryEntry& entry);
/// "create", "set" and so on.
std::string_view op_name(core::OpKind op);
/// A value that an op may lack reads as null.
std::string json_or_null(const core::Value& value);

/// A line of `conflicts --json`: one field in conflict.
std::string conflict_json(Language language, const sync::Replica& replica, const core::RecordView& record,
                          const core::FieldConflict& conflict);
/// Of `conflicts --soft --json`: what was edited at once and merged.
std::string soft_conflict_json(Language language, const core::RecordView& record,
                               const std::vector<sync::HistoryEntry>& edits);
/// Why it is listed and what to do, for people.
std::string_view conflict_reason(Language language, const core::FieldConflict& conflict);
std::string_view soft_conflict_reason(Language language);

/// The space's name; its id in hexadecimal if it has none here.
std::string space_name(const sync::Replica& replica, const SpaceId& id);
/// 2024-05-01T08:00:00.123Z
std::string utc_text(std::int64_t ms);

}  // namespace cotmoc::records
