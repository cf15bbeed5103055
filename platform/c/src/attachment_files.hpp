// The database of sealed files beside a replica's.
#pragma once

#if __has_include(<cotmoc/sync/attachments.hpp>)
#define COTMOC_HAS_ATTACHMENTS

#include <cotmoc/sync/attachments.hpp>

namespace cotmoc::capi {

/// DIRECTORY/attachments.db. Null if the catalogue has no field for files and none were ever kept.
Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(sync::Replica& replica,
                                                                const std::string& directory);
/// "image/jpeg" by the name's ending; "application/octet-stream" for any other.
std::string media_type_of(std::string_view name);

}  // namespace cotmoc::capi

#else

namespace cotmoc::sync {
class AttachmentStore {};
}  // namespace cotmoc::sync

#endif
