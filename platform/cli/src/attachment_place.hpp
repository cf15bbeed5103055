// The database of chunks beside a replica's, and what its attachments look like on the command line.
#pragma once

#include "command.hpp"

#include <cotmoc/records/attachment_files.hpp>

namespace cotmoc::cli {

/// The replica's store of chunks. Null if its catalogue has no field for files and none were ever kept,
/// unless `always`.
Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(Opened& opened, bool always = false);

}  // namespace cotmoc::cli
