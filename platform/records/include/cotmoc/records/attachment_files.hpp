// The database of sealed files beside a replica's.
#pragma once

#include <cotmoc/sync/attachments.hpp>

namespace cotmoc::records {

/// DIRECTORY/attachments.db
std::string attachments_path(const std::string& directory);
/// It is made if it is not there. Null if the catalogue has no field for files and none were ever kept.
Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(sync::Replica& replica,
                                                                const std::string& directory,
                                                                bool always = false);
/// The same, for what neighbours and sticks bring: within a hub's limits, and 1 GiB of the disk stays free.
Result<std::unique_ptr<sync::AttachmentStore>> open_attachments_for_others(sync::Replica& replica,
                                                                           const std::string& directory);
/// "image/jpeg" by the name's ending; "application/octet-stream" for any other.
std::string media_type_of(std::string_view name);

}  // namespace cotmoc::records
