#include "attachment_place.hpp"

#include <cotmoc/system/file.hpp>

namespace cotmoc::cli {

Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(Opened& opened) {
    return records::open_attachments(*opened.replica, opened.place.directory);
}

Result<std::uint64_t> unsent_files(sync::Replica& replica, const std::string& directory) {
    if (!replica.joined() || !system::file_exists(records::attachments_path(directory))) {
        return 0;
    }
    const auto store = records::open_attachments(replica, directory);
    if (!store) {
        return 0;
    }
    COTMOC_TRY(sync::follow_attachments(replica, **store));
    return (*store)->unsent(replica.id());
}

}  // namespace cotmoc::cli
