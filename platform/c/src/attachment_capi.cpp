// attachment.h
#include "attachment_named.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/lookup.hpp>
#include <cotmoc/system/file_stream.hpp>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

records::JsonObject attachment_object(const core::Attachment& attachment) {
    records::JsonObject object;
    object.text("attachment", attachment.file.id.hex())
        .text("name", attachment.name)
        .number("size", attachment.file.size)
        .text("media_type", attachment.media_type);
    return object;
}

/// The replica's store of files; wrong_shape if its catalogue has no field for any.
Result<sync::AttachmentStore*> store_of(OpenReplica& open) {
    if (!open.replica().joined()) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_ASSIGN(sync::AttachmentStore * store, open.attachments());
    return store != nullptr ? Result<sync::AttachmentStore*>(store)
                            : fail(ErrorCode::wrong_shape, "the catalogue has no field for files");
}

Result<std::string> attach(OpenReplica& open, const char* id, const char* field,
                           sync::AttachmentSource source) {
    COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
    COTMOC_ASSIGN(const std::string field_name, text_of(field, "field"));
    COTMOC_ASSIGN(sync::AttachmentStore * store, store_of(open));
    COTMOC_ASSIGN(const core::RecordView record, records::find_record(open.replica(), name));
    COTMOC_ASSIGN(const sync::Attached attached,
                  sync::attach(open.replica(), *store, open.random(), record.id, field_name, source));
    return attachment_object(attached.attachment).flag("known", attached.known).finish();
}

/// Gives the octets of a file of a record to `write`, which may not use the replica.
Result<void> read_attachment(OpenReplica& open, const NamedAttachment& named,
                             const std::function<Result<void>(BytesView)>& write) {
    COTMOC_ASSIGN(sync::AttachmentStore * store, store_of(open));
    COTMOC_ASSIGN(const FoundAttachment found, find_attachment(open, named));
    const OpenReplica::Inside inside(open, Mode::closed_off);
    return sync::open_attachment(*store, found.file, write);
}

using Piece = cotmoc_status (*)(void* ctx, const uint8_t* octets, size_t size);

cotmoc_status read_pieces(cotmoc_replica* replica, const NamedAttachment& named, Piece piece, void* ctx,
                          cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_TRY(need(reinterpret_cast<const void*>(piece), "piece"));
        const auto write = [&](BytesView octets) {
            return from_host(piece(ctx, octets.data(), octets.size()), "piece");
        };
        return with(replica, Access::replica,
                    [&](OpenReplica& open) { return read_attachment(open, named, write); });
    });
}

}  // namespace

cotmoc_status cotmoc_attachment_add(cotmoc_replica* replica, const char* id, const char* field,
                                    const char* name, const char* media_type, const cotmoc_source* source,
                                    cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const cotmoc_source from, copy_struct(source, "source"));
        COTMOC_TRY(need(reinterpret_cast<const void*>(from.read), "source.read"));
        sync::AttachmentSource made;
        COTMOC_ASSIGN(made.name, text_of(name, "name"));
        COTMOC_ASSIGN(made.media_type, optional_text(media_type, "media_type"));
        if (made.media_type.empty()) {
            made.media_type = records::media_type_of(made.name);
        }
        made.size = from.octets;
        made.read = [&](std::uint64_t offset, std::size_t size) -> Result<Bytes> {
            const OpenReplica::Inside inside(open, Mode::closed_off);
            Bytes octets(size);
            std::size_t got = 0;
            COTMOC_TRY(from_host(from.read(from.ctx, offset, octets.data(), size, &got), "source.read"));
            if (got > size) {
                return fail(ErrorCode::wrong_usage, "source.read gave more than fits");
            }
            octets.resize(got);
            return octets;
        };
        return attach(open, id, field, std::move(made));
    });
}

cotmoc_status cotmoc_attachment_add_file(cotmoc_replica* replica, const char* id, const char* field,
                                         const char* path, cotmoc_text_fn view, void* ctx,
                                         cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string file_path, text_of(path, "path"));
        system::FileReader file(file_path);
        sync::AttachmentSource made;
        COTMOC_ASSIGN(made.size, file.size());
        made.name = last_name(file_path);
        made.media_type = records::media_type_of(made.name);
        made.read = [&](std::uint64_t offset, std::size_t size) -> Result<Bytes> {
            Bytes octets(size);
            COTMOC_ASSIGN(const std::size_t got, file.read(offset, octets));
            octets.resize(got);
            return octets;
        };
        return attach(open, id, field, std::move(made));
    });
}

cotmoc_status cotmoc_attachment_list(cotmoc_replica* replica, const char* id, const char* field,
                                     cotmoc_text_fn view, void* ctx, cotmoc_error* error) noexcept {
    return tell(replica, Access::replica, view, ctx, error, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const std::string name, text_of(id, "id"));
        COTMOC_ASSIGN(const std::string field_name, text_of(field, "field"));
        COTMOC_ASSIGN(sync::AttachmentStore * store, store_of(open));
        COTMOC_ASSIGN(const core::RecordView record, records::find_record(open.replica(), name));
        COTMOC_ASSIGN(const auto all, sync::attachments_of(open.replica(), record.id, field_name));
        std::vector<std::string> objects;
        for (const core::Attachment& attachment : all) {
            COTMOC_ASSIGN(const auto held, store->find(attachment.file.id));
            objects.push_back(
                attachment_object(attachment).flag("held", held && held->chunks.whole()).finish());
        }
        return records::json_array(objects);
    });
}

cotmoc_status cotmoc_attachment_read(cotmoc_replica* replica, const char* id, const char* field,
                                     const char* name,
                                     cotmoc_status (*piece)(void* ctx, const uint8_t* octets, size_t size),
                                     void* ctx, cotmoc_error* error) noexcept {
    return read_pieces(replica, {id, field, name, false}, piece, ctx, error);
}

cotmoc_status cotmoc_attachment_read_thumbnail(cotmoc_replica* replica, const char* id, const char* field,
                                               const char* name,
                                               cotmoc_status (*piece)(void* ctx, const uint8_t* octets,
                                                                      size_t size),
                                               void* ctx, cotmoc_error* error) noexcept {
    return read_pieces(replica, {id, field, name, true}, piece, ctx, error);
}

cotmoc_status cotmoc_attachment_detach(cotmoc_replica* replica, const char* id, const char* field,
                                       const char* name, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        return with(replica, Access::replica, [&](OpenReplica& open) -> Result<void> {
            COTMOC_ASSIGN(const FoundAttachment found, find_attachment(open, {id, field, name, false}));
            // The text of the item holds the file's key and is shown to nobody: it is named by the file's
            // name.
            core::FieldEdit edit;
            edit.kind = core::FieldEdit::Kind::remove;
            edit.field = field;
            edit.value = core::attachment_text(found.attachment);
            return open.replica().edit(found.record, std::span(&edit, 1));
        });
    });
}

cotmoc_status cotmoc_attachment_save(cotmoc_replica* replica, const char* id, const char* field,
                                     const char* name, const char* path, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        COTMOC_ASSIGN(const std::string file_path, text_of(path, "path"));
        const auto save = [&](OpenReplica& open) -> Result<void> {
            COTMOC_ASSIGN(system::FileWriter writer,
                          system::FileWriter::create(file_path, system::FileReaders::owner));
            COTMOC_TRY(read_attachment(open, {id, field, name, false},
                                       [&](BytesView octets) { return writer.write(octets); }));
            return writer.finish();
        };
        return with(replica, Access::replica, save);
    });
}
