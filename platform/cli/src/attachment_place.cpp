#include "attachment_place.hpp"

namespace cotmoc::cli {

Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(Opened& opened, bool always) {
    return records::open_attachments(*opened.replica, opened.place.directory, always);
}

}  // namespace cotmoc::cli
