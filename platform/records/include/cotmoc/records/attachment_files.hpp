// The database of sealed files beside a replica's, and files as they are attached.
#pragma once

#include <cotmoc/sync/attachments.hpp>
#include <cotmoc/system/file_stream.hpp>

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
/// A file of this machine, to be attached under the name that it has here; with add_thumbnail(). `file`
/// outlives it.
Result<sync::AttachmentSource> attachment_source(system::FileReader& file);
/// A picture gets a small one, if this was built with libjpeg. `source.read` is there already, and is used
/// for it.
void add_thumbnail(sync::AttachmentSource& source);
/// {"attachment","name","size","media_type",FLAG:bool,"thumbnail"?,"no_thumbnail"?}, the latter two if there
/// is one, or an error.
std::string attachment_json(const core::Attachment& attachment, std::string_view flag, bool value,
                            const std::optional<Error>& no_thumbnail = std::nullopt);

}  // namespace cotmoc::records
