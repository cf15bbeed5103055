// Bundles: what a sync would send, in files on a stick.
#pragma once

#include <cotmoc/replica.h>

COTMOC_BEGIN_DECLS

/// What a bundle is made or read with. One thread at a time.
COTMOC_API cotmoc_status cotmoc_bundle_new(cotmoc_replica* replica, cotmoc_bundle** bundle,
                                           cotmoc_error* error) COTMOC_NOTHROW;
COTMOC_API void cotmoc_bundle_free(cotmoc_bundle* bundle) COTMOC_NOTHROW;
/// Of an export: a device by name or id, "hub" or "province". Default: everybody of the province.
COTMOC_API cotmoc_status cotmoc_bundle_set_reader(cotmoc_bundle* bundle, const char* reader,
                                                  cotmoc_error* error) COTMOC_NOTHROW;
/// Of an export: at most so many octets a volume, 64 KiB to 256 MiB (the default). COTMOC_OUT_OF_BOUNDS where
/// it is used.
COTMOC_API cotmoc_status cotmoc_bundle_set_volume_size(cotmoc_bundle* bundle, uint64_t octets,
                                                       cotmoc_error* error) COTMOC_NOTHROW;
/// Of an export: as if nothing were known of what the reader holds.
COTMOC_API cotmoc_status cotmoc_bundle_set_everything(cotmoc_bundle* bundle, int32_t everything,
                                                      cotmoc_error* error) COTMOC_NOTHROW;
/// Of an export: with `attachments` not 0, attached files of at most `octets_max` octets too (small ones up
/// to 256 KiB always) that the reader is not known to hold, in volumes of their own, PATH.files; a volume has
/// at least 1 MiB then. Since API version 2.
COTMOC_API cotmoc_status cotmoc_bundle_set_attachments(cotmoc_bundle* bundle, int32_t attachments,
                                                       uint64_t octets_max,
                                                       cotmoc_error* error) COTMOC_NOTHROW;
/// Of an import: a volume. Any volumes of any bundles, in any order, those of attached files among them.
COTMOC_API cotmoc_status cotmoc_bundle_add_file(cotmoc_bundle* bundle, const char* path,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// Of an import: writes a bundle for the writers of what was read, with what they lack and what is held here;
/// PATH.files too, which only says which files are held, if volumes of files were read.
COTMOC_API cotmoc_status cotmoc_bundle_set_answer(cotmoc_bundle* bundle, const char* path,
                                                  cotmoc_error* error) COTMOC_NOTHROW;

/// Writes PATH, or PATH.001, PATH.002 and so on. Counts as a session. Gives the object of
/// `bundle export --json`. COTMOC_NOT_JOINED, COTMOC_UNKNOWN_DEVICE, COTMOC_FILE_EXISTS, COTMOC_BUSY while a
/// sync runs. With attached files the volumes of records are there first, and stay if the others fail.
COTMOC_API cotmoc_status cotmoc_bundle_export(cotmoc_bundle* bundle, const char* path, cotmoc_text_fn view,
                                              void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Reads what was added. Counts as a session. Gives the object of `bundle import --json`, also if a volume
/// could not be taken in; the first such problem is the error then, and the rest has been taken in as far as
/// nothing is missing before it. Of attached files each piece that is what its author signed stays, what no
/// record names is left, and 1 GiB of the disk stays free. COTMOC_NOT_JOINED, COTMOC_BUNDLE_DAMAGED,
/// COTMOC_BUNDLE_INCOMPLETE, COTMOC_CANNOT_READ_FILE and more; COTMOC_WRONG_SHAPE for files where the
/// catalogue has no field for any; COTMOC_BUSY while a sync runs.
COTMOC_API cotmoc_status cotmoc_bundle_import(cotmoc_bundle* bundle, cotmoc_text_fn view, void* ctx,
                                              cotmoc_error* error) COTMOC_NOTHROW;
/// Counts and sizes of one volume, an object of `bundle inspect --json`. Needs no replica.
COTMOC_API cotmoc_status cotmoc_bundle_inspect(const char* path, cotmoc_text_fn view, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
