// The database of chunks beside a replica's, and what its attachments look like on the command line.
#pragma once

#include "command.hpp"

#include <cotmoc/records/attachment_files.hpp>

namespace cotmoc::cli {

using records::media_type_of;

/// The replica's store of chunks. Null if its catalogue has no field for files and none were ever kept.
Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(Opened& opened);

/// How many files were attached here that no hub is known to hold; 0 if the database of chunks does not
/// open, which no record depends on.
Result<std::uint64_t> unsent_files(sync::Replica& replica, const std::string& directory);

}  // namespace cotmoc::cli
