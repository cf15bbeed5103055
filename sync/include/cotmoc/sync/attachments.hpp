// Files that records name: attaching, finding and opening them at a replica. Files are read and written one
// chunk of 256 KiB at a time, whatever their size. One thread at a time, that of the replica.
#pragma once

#include <cotmoc/core/attachment.hpp>
#include <cotmoc/sync/attachment_store.hpp>
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

/// A file to be attached, as the platform reads it.
struct AttachmentSource {
    std::string name;        // as it is recorded (core::is_attachment_name)
    std::string media_type;  // "application/octet-stream" if nothing better is known
    std::uint64_t size = 0;  // octets
    /// So many octets from there on; fewer only if the file has become shorter.
    std::function<Result<Bytes>(std::uint64_t offset, std::size_t size)> read;
    /// A small picture of it; called only for a file that is sealed. Null, or empty octets: there is none.
    std::function<Result<Bytes>()> thumbnail = nullptr;
};

struct Attached {
    core::Attachment attachment;
    bool known = false;                 // the same file was here already, and is kept once
    std::optional<Error> no_thumbnail;  // why it has none though one was to be made; the file is attached
};

/// Seals the file into the store, durably, and adds it to the field. A file that records of the same space
/// name already is not sealed again, and keeps the thumbnail that it has or has not. unknown_record,
/// unknown_field, wrong_shape for a field of another type, wrong_usage for a name that cannot be recorded,
/// limit_exceeded above 2 GiB, cannot_read_file if it changed while it was read, not_allowed and the other
/// errors of Replica::edit.
Result<Attached> attach(Replica& replica, AttachmentStore& store, Random& random, const RecordId& id,
                        std::string_view field, const AttachmentSource& source);

/// What a field of a record names, by their texts. unknown_record, unknown_field, wrong_shape.
Result<std::vector<core::Attachment>> attachments_of(Replica& replica, const RecordId& id,
                                                     std::string_view field);

/// The one of that name, or whose id begins so (six hex digits or more); with an empty name, the only one.
/// unknown_attachment; wrong_usage if several are meant.
Result<core::Attachment> find_attachment(Replica& replica, const RecordId& id, std::string_view field,
                                         std::string_view name);

/// Gives the file's octets to `write`, piece by piece in order. attachment_not_here unless it is held whole
/// (before anything is written); bad_attachment, wrong_commitment if it is not what the record says: what is
/// damaged is fetched again by the next session.
Result<void> open_attachment(AttachmentStore& store, const core::AttachedFile& file,
                             const std::function<Result<void>(BytesView)>& write);

/// Whether an error says that this device's database of chunks cannot be used: records do without it.
bool is_attachment_failure(ErrorCode code);

/// Whose word counts when a device's own files may go: hubs that are not revoked. Anybody else may lose what
/// it carries.
std::vector<DeviceId> keepers_of(const crypto::TrustState& trust);

/// Tells the store what records name now, as far as spaces have changed since the last call, and forgets the
/// chunks of spaces that this device reads no more. What SessionOptions::follow_attachments is for.
Result<void> follow_attachments(Replica& replica, AttachmentStore& store);

}  // namespace cotmoc::sync
