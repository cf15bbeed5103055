// Files that records name. They are kept sealed beside the database and travel in pieces that survive a cut.
#pragma once

#include <cotmoc/replica.h>

COTMOC_BEGIN_DECLS

/// Where a file comes from. It is read in pieces, two or three times from its beginning, from the thread of
/// the call; a failure in the last time, for the thumbnail, costs only that. `read` may not call a function
/// of the replica.
typedef struct cotmoc_source {
    size_t size;  // sizeof(cotmoc_source)
    void* ctx;
    uint64_t octets;  // of the whole file, at most 2 GiB
    /// Fills `into` with what begins at `offset`; `got` becomes less than `capacity` only at the end.
    cotmoc_status (*read)(void* ctx, uint64_t offset, uint8_t* into, size_t capacity, size_t* got);
} cotmoc_source;

/// Attaches a file to a field of type attachments. `name` is what it is called in the record; `media_type`
/// may be NULL: by the name's ending. A JPEG or PNG gets a thumbnail, if the library was built with libjpeg;
/// a picture of which none can be made is attached all the same. Gives the object of `attach --json`, with
/// "thumbnail" (its octets) or "no_thumbnail" (why not) for a picture. COTMOC_WRONG_SHAPE,
/// COTMOC_LIMIT_EXCEEDED above 2 GiB, COTMOC_CANNOT_READ_FILE if it changed meanwhile, what `read` returns,
/// and the errors of what changes a record.
COTMOC_API cotmoc_status cotmoc_attachment_add(cotmoc_replica* replica, const char* id, const char* field,
                                               const char* name, const char* media_type,
                                               const cotmoc_source* source, cotmoc_text_fn view, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// The same for a file of the file system; it gets the name that it has there.
COTMOC_API cotmoc_status cotmoc_attachment_add_file(cotmoc_replica* replica, const char* id,
                                                    const char* field, const char* path, cotmoc_text_fn view,
                                                    void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// What a field names: a JSON array of {"attachment","name","size","media_type","held":bool}, with
/// "thumbnail" (octets) of what has one. What is not held comes with a sync that carries attachments
/// (cotmoc_sync_set_attachments, cotmoc_sync_want_attachment).
COTMOC_API cotmoc_status cotmoc_attachment_list(cotmoc_replica* replica, const char* id, const char* field,
                                                cotmoc_text_fn view, void* ctx,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// Gives a file's octets to `piece`, in order. `name` is its name or six digits of its id; NULL: the only
/// one. `piece` may not call a function of the replica. COTMOC_UNKNOWN_ATTACHMENT, COTMOC_ATTACHMENT_NOT_HERE
/// before the first piece, COTMOC_BAD_ATTACHMENT.
COTMOC_API cotmoc_status cotmoc_attachment_read(cotmoc_replica* replica, const char* id, const char* field,
                                                const char* name,
                                                cotmoc_status (*piece)(void* ctx, const uint8_t* octets,
                                                                       size_t size),
                                                void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Writes it to a new file, whole or not at all. COTMOC_FILE_EXISTS.
COTMOC_API cotmoc_status cotmoc_attachment_save(cotmoc_replica* replica, const char* id, const char* field,
                                                const char* name, const char* path,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// The small picture of a file, as cotmoc_attachment_read. COTMOC_UNKNOWN_ATTACHMENT if it has none. Since
/// API version 2.
COTMOC_API cotmoc_status
cotmoc_attachment_read_thumbnail(cotmoc_replica* replica, const char* id, const char* field, const char* name,
                                 cotmoc_status (*piece)(void* ctx, const uint8_t* octets, size_t size),
                                 void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Takes a file out of the record, by its name or six digits of its id; NULL: the only one.
/// COTMOC_UNKNOWN_ATTACHMENT, and the errors of what changes a record. Since API version 2.
COTMOC_API cotmoc_status cotmoc_attachment_detach(cotmoc_replica* replica, const char* id, const char* field,
                                                  const char* name, cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
