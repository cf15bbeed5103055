// What people name by names and first digits.
#pragma once

#include <cotmoc/core/import_files.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::records {

/// The catalogue in use; not_joined before there is one.
Result<const core::Catalogue*> catalogue_of(const sync::Replica& replica);
/// unknown_kind if the catalogue has none of that name.
Result<const core::Kind*> find_kind(const sync::Replica& replica, std::string_view name);
/// A full UUID, or at least 4 hex digits that begin exactly one record's id.
Result<RecordId> find_record_id(sync::Replica& replica, std::string_view text);
/// unknown_record if it is not there.
Result<core::RecordView> find_record(sync::Replica& replica, std::string_view id);
/// A line of an import file; items of files without their keys get those that the record has here.
Result<core::ImportLine> read_import_line(sync::Replica& replica, std::string_view line);
/// The space named, or the one that the device may write.
Result<sync::SpaceInfo> space_or_default(const sync::Replica& replica, const std::string& name);

}  // namespace cotmoc::records
