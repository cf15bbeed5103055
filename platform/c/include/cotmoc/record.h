// Records: add, edit, delete, look at, go back.
#pragma once

#include <cotmoc/replica.h>

COTMOC_BEGIN_DECLS

// `id` is a record's UUID, or the first digits of it, four or more, if they begin exactly one record's id
// (COTMOC_BAD_ID, COTMOC_UNKNOWN_RECORD). A change is durable when the call returns. Where a view is taken it
// gets the record as it is now: the object of `show --json` (docs/cli.md).
//
// Errors of what changes a record: COTMOC_NOT_JOINED, COTMOC_NOT_ALLOWED, COTMOC_REVOKED,
// COTMOC_REPLICA_RESTORED, COTMOC_SPACE_INCOMPLETE while a snapshot of the space arrives; for fields
// COTMOC_UNKNOWN_FIELD, COTMOC_WRONG_TYPE, COTMOC_WRONG_SHAPE, COTMOC_OUT_OF_BOUNDS, COTMOC_MISSING_FIELD,
// COTMOC_UNKNOWN_VALUE, COTMOC_BAD_DATE, COTMOC_VALUE_TOO_LONG, COTMOC_FIELD_RETIRED, COTMOC_BAD_JSON,
// COTMOC_DUPLICATE_KEY, COTMOC_INVALID_UTF8; the error's detail names the field.

/// A new record. `fields` is a JSON object. `space` may be NULL: the one named space that the device may
/// write (else COTMOC_SPACE_NEEDED). `id` may be NULL: a new UUID; a given one is a whole UUID that is not in
/// use (COTMOC_RECORD_EXISTS). The view gets the id.
COTMOC_API cotmoc_status cotmoc_record_add(cotmoc_replica* replica, const char* kind, const char* space,
                                           const char* id, const char* fields, cotmoc_text_fn view, void* ctx,
                                           cotmoc_error* error) COTMOC_NOTHROW;

/// Edits, all or none. `edits` is a JSON object of fields with their new values (null clears one), or an
/// array of edits, made in order:
///   {"op":"set","field":F,"value":V}             the value of a field; of a rich text the whole new text
///   {"op":"add","field":F,"value":N}             counts a counter up, or down with N < 0
///   {"op":"insert","field":F,"value":"item"}     into a set; "remove" takes one out
///   {"op":"splice","field":F,"position":N,"delete":N,"value":"text"}
///                                                of a rich text, in code points of the text as the edits
///                                                before left it
/// Each may have "shown":"VERSION" (cotmoc_record_versions): if the field has changed since, nothing is done
/// and COTMOC_STALE comes back. COTMOC_BEYOND_TEXT of a splice.
COTMOC_API cotmoc_status cotmoc_record_edit(cotmoc_replica* replica, const char* id, const char* edits,
                                            cotmoc_text_fn view, void* ctx,
                                            cotmoc_error* error) COTMOC_NOTHROW;
/// Its history stays. COTMOC_RECORD_DELETED.
COTMOC_API cotmoc_status cotmoc_record_delete(cotmoc_replica* replica, const char* id,
                                              cotmoc_error* error) COTMOC_NOTHROW;
/// Brings a deleted record back.
COTMOC_API cotmoc_status cotmoc_record_restore(cotmoc_replica* replica, const char* id, cotmoc_text_fn view,
                                               void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// One line of an import file: {"id","kind","space","fields":{…}}. A known id with other content becomes
/// edits of the fields given. The view gets "added", "changed" or "unchanged". Of an exported line an
/// attached file keeps the key that the record has here; COTMOC_UNKNOWN_ATTACHMENT where the record names no
/// such file.
COTMOC_API cotmoc_status cotmoc_record_import(cotmoc_replica* replica, const char* line, cotmoc_text_fn view,
                                              void* ctx, cotmoc_error* error) COTMOC_NOTHROW;

/// The object of `show --json`.
COTMOC_API cotmoc_status cotmoc_record_get(cotmoc_replica* replica, const char* id, cotmoc_text_fn view,
                                           void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// The same with "versions":{"FIELD":"VERSION"}.
COTMOC_API cotmoc_status cotmoc_record_versions(cotmoc_replica* replica, const char* id, cotmoc_text_fn view,
                                                void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Every change in causal order: a JSON array of the lines of `show --history --json`.
COTMOC_API cotmoc_status cotmoc_record_history(cotmoc_replica* replica, const char* id, cotmoc_text_fn view,
                                               void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Makes the record what it was right after a change of its history: a "change" or six digits of one, or a
/// "dot". COTMOC_UNKNOWN_CHANGE, COTMOC_AMBIGUOUS_CHANGE, COTMOC_VOID_CHANGE.
COTMOC_API cotmoc_status cotmoc_record_revert(cotmoc_replica* replica, const char* id, const char* change,
                                              cotmoc_text_fn view, void* ctx,
                                              cotmoc_error* error) COTMOC_NOTHROW;

/// Joins `other` into `id`; both mean `id` from then on. Gives the object of `merge --json`.
/// COTMOC_SAME_RECORD, COTMOC_CANNOT_JOIN, COTMOC_RECORD_DELETED.
COTMOC_API cotmoc_status cotmoc_record_merge(cotmoc_replica* replica, const char* id, const char* other,
                                             cotmoc_text_fn view, void* ctx,
                                             cotmoc_error* error) COTMOC_NOTHROW;
/// Makes them two again: `id` is the one that went. COTMOC_NOT_MERGED.
COTMOC_API cotmoc_status cotmoc_record_separate(cotmoc_replica* replica, const char* id, cotmoc_text_fn view,
                                                void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Pairs of records of a kind that may be of one thing: the array of `duplicates --json`. `space` may be
/// NULL. COTMOC_UNKNOWN_KIND, COTMOC_UNKNOWN_SPACE.
COTMOC_API cotmoc_status cotmoc_record_duplicates(cotmoc_replica* replica, const char* kind,
                                                  const char* space, cotmoc_text_fn view, void* ctx,
                                                  cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
