// Conflicts: what two devices wrote without knowing of each other, and a person's choice.
#pragma once

#include <cotmoc/query.h>

COTMOC_BEGIN_DECLS

/// A cursor over all fields in conflict, one object of `conflicts --json` each. Kind, space, words and
/// conditions of `query` choose the records; it may be NULL.
COTMOC_API cotmoc_status cotmoc_conflict_cursor(cotmoc_replica* replica, const cotmoc_query* query,
                                                cotmoc_cursor** cursor, cotmoc_error* error) COTMOC_NOTHROW;
/// Those of one record: a JSON array of the same objects, empty if there are none.
COTMOC_API cotmoc_status cotmoc_conflict_list(cotmoc_replica* replica, const char* id, cotmoc_text_fn view,
                                              void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Different fields of the record that were edited at once and merged: an array of the object of
/// `conflicts --soft --json`, empty if there are none. `id` may be NULL, since API version 2: of every record
/// shown, in one text, while other threads wait for the reading of all history; better by the cursor.
COTMOC_API cotmoc_status cotmoc_conflict_soft(cotmoc_replica* replica, const char* id, cotmoc_text_fn view,
                                              void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// A cursor over those of all records that `query` chooses, which may be NULL: one object of
/// `conflicts --soft --json` for each record that has any. cotmoc_cursor_next reads the history of records
/// until it comes to one; other threads use the replica between two of them. Since API version 2.
COTMOC_API cotmoc_status cotmoc_conflict_soft_cursor(cotmoc_replica* replica, const cotmoc_query* query,
                                                     cotmoc_cursor** cursor,
                                                     cotmoc_error* error) COTMOC_NOTHROW;

// A choice settles the conflict for everybody. `shown` may be NULL; else it is the field's version that the
// person saw (cotmoc_record_versions), and COTMOC_STALE comes back if it is another one by now.
// COTMOC_NO_CONFLICT, and the errors of what changes a record (record.h).

/// Keeps the value of this number: the values are numbered from 1 as the conflict lists them.
COTMOC_API cotmoc_status cotmoc_conflict_take(cotmoc_replica* replica, const char* id, const char* field,
                                              uint32_t number, const char* shown,
                                              cotmoc_error* error) COTMOC_NOTHROW;
/// Sets another value, a JSON text.
COTMOC_API cotmoc_status cotmoc_conflict_set(cotmoc_replica* replica, const char* id, const char* field,
                                             const char* value, const char* shown,
                                             cotmoc_error* error) COTMOC_NOTHROW;
/// Leaves what is shown; the others have been looked at.
COTMOC_API cotmoc_status cotmoc_conflict_acknowledge(cotmoc_replica* replica, const char* id,
                                                     const char* field, const char* shown,
                                                     cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
