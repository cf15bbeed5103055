#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/records/export_json.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/record_json.hpp>
#include <cotmoc/system/file.hpp>

#include <algorithm>
#include <map>

namespace cotmoc::records {
namespace {

Result<std::uint64_t> unsent_files(sync::Replica& replica, const std::string& directory) {
    if (!replica.joined() || !system::file_exists(attachments_path(directory))) {
        return 0;
    }
    // What is too damaged to be read cannot be saved; anything else has to be put right first.
    const auto counted = [&](const Error& error) {
        return error.code == ErrorCode::database_damaged ? Result<std::uint64_t>(0)
                                                         : Result<std::uint64_t>(tl::unexpected(error));
    };
    const auto store = open_attachments(replica, directory);
    if (!store) {
        return counted(store.error());
    }
    const Result<void> followed = sync::follow_attachments(replica, **store);
    if (!followed) {
        return counted(followed.error());
    }
    return (*store)->unsent(replica.id(), sync::keepers_of(replica.trust()));
}

}  // namespace

std::string export_json(const sync::Replica& replica, const core::RecordView& record) {
    JsonObject object;
    object.text("id", to_uuid_text(record.id)).text("kind", record.kind);
    object.text("space", space_name(replica, record.space));
    JsonObject fields;
    for (const JsonMember& member : split_object(record.body)) {
        const bool beside = member.key == "unit" || member.key == "recorded_at" || member.key == "note";
        // Beside "fields" these are texts; what has no value is left out.
        if (beside && member.value != "null") {
            object.raw(member.key, member.value);
        } else if (!beside) {
            fields.raw(member.key, member.value);
        }
    }
    return object.raw("fields", fields.finish()).finish();
}

Result<void> note_export(sync::Replica& replica, const core::ListQuery& query, std::string_view format) {
    std::map<SpaceId, std::uint64_t> counts;
    COTMOC_TRY(replica.store().list(query, [&](const core::RecordView& record) {
        ++counts[record.space];
        return true;
    }));
    std::vector<sync::ExportedNote> notes;
    for (const auto& [space, records] : counts) {
        notes.push_back({space, query.kind, std::string(format), records});
    }
    return notes.empty() ? Result<void>() : replica.note_exported(notes);
}

Result<std::uint64_t> unsent_work(sync::Replica& replica, const std::string& directory) {
    std::uint64_t unsent = 0;
    for (const sync::SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const core::SpaceStatus status, replica.store().status(space.id));
        unsent += status.unsent_ops;
    }
    // Also of spaces that it reads no more.
    COTMOC_ASSIGN(const std::vector<SpaceId> unsealed, replica.store().spaces_with_pending());
    unsent = std::max<std::uint64_t>(unsent, unsealed.size());
    COTMOC_ASSIGN(const std::uint64_t files, unsent_files(replica, directory));
    return unsent + files;
}

}  // namespace cotmoc::records
