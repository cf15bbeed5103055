#include "attachment_named.hpp"

#include <cotmoc/records/lookup.hpp>

#include <cotmoc/crypto/attachment.hpp>

namespace cotmoc::capi {

Result<FoundAttachment> find_attachment(OpenReplica& open, const NamedAttachment& named) {
    COTMOC_ASSIGN(const std::string id, text_of(named.id, "id"));
    COTMOC_ASSIGN(const std::string field, text_of(named.field, "field"));
    COTMOC_ASSIGN(const std::string name, optional_text(named.name, "name"));
    COTMOC_ASSIGN(const core::RecordView record, records::find_record(open.replica(), id));
    COTMOC_ASSIGN(core::Attachment attachment, sync::find_attachment(open.replica(), record.id, field, name));
    core::AttachedFile file = attachment.file;
    if (named.thumbnail) {
        if (!attachment.thumbnail) {
            return fail(ErrorCode::unknown_attachment, "no thumbnail");
        }
        file = {attachment.thumbnail->id, crypto::thumbnail_key(file.key), attachment.thumbnail->size};
    }
    return FoundAttachment{record.id, std::move(attachment), file};
}

}  // namespace cotmoc::capi
