#include "attachment_place.hpp"

namespace cotmoc::cli {

Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(Opened& opened) {
    return records::open_attachments(*opened.replica, opened.place.directory);
}

}  // namespace cotmoc::cli
