// An attached file as the host names it.
#pragma once

#include "handles.hpp"

#include <cotmoc/sync/attachments.hpp>

namespace cotmoc::capi {

struct NamedAttachment {
    const char* id;
    const char* field;
    const char* name;  // null: the only one of the field
    bool thumbnail;    // its small picture is meant
};

struct FoundAttachment {
    RecordId record;
    core::Attachment attachment;
    core::AttachedFile file;  // of it, or of its thumbnail
};

/// wrong_usage, invalid_utf8, bad_id, unknown_record, unknown_field, wrong_shape, unknown_attachment.
Result<FoundAttachment> find_attachment(OpenReplica& open, const NamedAttachment& named);

}  // namespace cotmoc::capi
