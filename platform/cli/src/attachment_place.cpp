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
    const Result<void> followed = sync::follow_attachments(replica, **store);
    if (!followed) {
        return sync::is_attachment_failure(followed.error().code)
                   ? Result<std::uint64_t>(0)
                   : Result<std::uint64_t>(tl::unexpected(followed.error()));
    }
    std::vector<DeviceId> hubs;
    for (const auto& device : replica.trust().devices()) {
        if (device.role == crypto::Role::hub) {
            hubs.push_back(device.id);
        }
    }
    return (*store)->unsent(replica.id(), hubs);
}

}  // namespace cotmoc::cli
