#include "database_beside.hpp"
#include "disk_free.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/pictures/thumbnailer.hpp>
#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/system/file.hpp>

#include <algorithm>
#include <limits>
#include <map>

namespace cotmoc::records {
namespace {

bool takes_files(const core::Catalogue* catalogue) {
    const auto is_of_files = [](const core::Field& field) {
        return field.type == core::FieldType::attachments;
    };
    return catalogue != nullptr && std::ranges::any_of(catalogue->kinds(), [&](const core::Kind& kind) {
               return std::ranges::any_of(kind.fields, is_of_files);
           });
}

Result<std::unique_ptr<sync::AttachmentStore>> open_at(sync::Replica& replica, const std::string& path,
                                                       const sync::AttachmentLimits& limits) {
    return open_beside(replica, path, [&](const core::Database::Options& options) {
        return sync::AttachmentStore::open(options, limits);
    });
}

/// What this device fetches is what its own records name; quotas are for what others bring.
sync::AttachmentLimits no_limits() {
    constexpr std::uint64_t unlimited = std::numeric_limits<std::int64_t>::max();
    return {unlimited, unlimited};
}

/// As at a hub, and the disk keeps room for the records.
sync::AttachmentLimits limits_for_others(const std::string& directory) {
    sync::AttachmentLimits limits;
    limits.free_bytes = 1ULL << 30;
    limits.disk_free = [directory] { return disk_free(directory); };
    return limits;
}

}  // namespace

std::string attachments_path(const std::string& directory) { return directory + "/attachments.db"; }

Result<std::unique_ptr<sync::AttachmentStore>> open_attachments(sync::Replica& replica,
                                                                const std::string& directory, bool always) {
    const std::string path = attachments_path(directory);
    if (!always && !takes_files(replica.catalogue()) && !system::file_exists(path)) {
        return nullptr;
    }
    return open_at(replica, path, no_limits());
}

Result<std::unique_ptr<sync::AttachmentStore>> open_attachments_for_others(sync::Replica& replica,
                                                                           const std::string& directory) {
    const std::string path = attachments_path(directory);
    if (!takes_files(replica.catalogue()) && !system::file_exists(path)) {
        return nullptr;
    }
    return open_at(replica, path, limits_for_others(directory));
}

std::string media_type_of(std::string_view name) {
    static const std::map<std::string, std::string, std::less<>> types = {
        {"csv", "text/csv"},
        {"doc", "application/msword"},
        {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"heic", "image/heic"},
        {"jpeg", "image/jpeg"},
        {"jpg", "image/jpeg"},
        {"json", "application/json"},
        {"mp3", "audio/mpeg"},
        {"mp4", "video/mp4"},
        {"pdf", "application/pdf"},
        {"png", "image/png"},
        {"txt", "text/plain"},
        {"webp", "image/webp"},
        {"xls", "application/vnd.ms-excel"},
        {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"zip", "application/zip"}};
    const std::size_t dot = name.rfind('.');
    std::string ending(dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1));
    for (char& letter : ending) {
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    const auto found = types.find(ending);
    return found != types.end() ? found->second : "application/octet-stream";
}

Result<sync::AttachmentSource> attachment_source(system::FileReader& file) {
    sync::AttachmentSource source;
    COTMOC_ASSIGN(source.size, file.size());
    source.name = last_name(file.path());
    source.media_type = media_type_of(source.name);
    source.read = [&file](std::uint64_t offset, std::size_t length) -> Result<Bytes> {
        Bytes octets(length);
        COTMOC_ASSIGN(const std::size_t got, file.read(offset, octets));
        octets.resize(got);
        return octets;
    };
    add_thumbnail(source);
    return source;
}

void add_thumbnail(sync::AttachmentSource& source) {
    const std::shared_ptr<pictures::Thumbnailer> thumbnailer = pictures::make_thumbnailer();
    if (thumbnailer) {
        source.thumbnail = [thumbnailer, size = source.size, read = source.read] {
            return thumbnailer->make({size, read});
        };
    }
}

std::string attachment_json(const core::Attachment& attachment, std::string_view flag, bool value,
                            const std::optional<Error>& no_thumbnail) {
    JsonObject object;
    object.text("attachment", attachment.file.id.hex())
        .text("name", attachment.name)
        .number("size", attachment.file.size)
        .text("media_type", attachment.media_type)
        .flag(flag, value);
    if (attachment.thumbnail) {
        object.number("thumbnail", attachment.thumbnail->size);
    }
    if (no_thumbnail) {
        object.text("no_thumbnail", error_name(no_thumbnail->code));
    }
    return object.finish();
}

}  // namespace cotmoc::records
