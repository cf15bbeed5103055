// Queries: lists that are read record by record, and read-only SQL.
#pragma once

#include <cotmoc/replica.h>

COTMOC_BEGIN_DECLS

/// What is asked for; without a setter, all records that are not deleted. One thread at a time; may be used
/// for several cursors and subscriptions, of several replicas. What is set is checked where it is used.
COTMOC_API cotmoc_status cotmoc_query_new(cotmoc_query** query, cotmoc_error* error) COTMOC_NOTHROW;
COTMOC_API void cotmoc_query_free(cotmoc_query* query) COTMOC_NOTHROW;
COTMOC_API cotmoc_status cotmoc_query_set_kind(cotmoc_query* query, const char* kind,
                                               cotmoc_error* error) COTMOC_NOTHROW;
COTMOC_API cotmoc_status cotmoc_query_set_space(cotmoc_query* query, const char* space,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// Only with this value, a JSON text such as "\"incoming\"" or "3". Several add up. Needs a kind.
COTMOC_API cotmoc_status cotmoc_query_add_condition(cotmoc_query* query, const char* field, const char* value,
                                                    cotmoc_error* error) COTMOC_NOTHROW;
/// Only what has all the words of `text`, with or without diacritics.
COTMOC_API cotmoc_status cotmoc_query_set_words(cotmoc_query* query, const char* text,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// At most so many; 0 means no limit.
COTMOC_API cotmoc_status cotmoc_query_set_limit(cotmoc_query* query, uint64_t limit,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// With the deleted ones too.
COTMOC_API cotmoc_status cotmoc_query_set_deleted(cotmoc_query* query, int32_t deleted,
                                                  cotmoc_error* error) COTMOC_NOTHROW;
/// Only what is in conflict.
COTMOC_API cotmoc_status cotmoc_query_set_conflicts(cotmoc_query* query, int32_t conflicts,
                                                    cotmoc_error* error) COTMOC_NOTHROW;

/// Begins to read. `query` may be NULL: everything. The cursor keeps which records there were and 16 octets
/// for each; a record is read when it is asked for, as it is then, and passed over if it has gone since. It
/// holds no lock and no transaction. Any thread may use it, one at a time. COTMOC_UNKNOWN_KIND,
/// COTMOC_UNKNOWN_FIELD, COTMOC_UNKNOWN_SPACE, and what a condition's value does not fit.
COTMOC_API cotmoc_status cotmoc_cursor_open(cotmoc_replica* replica, const cotmoc_query* query,
                                            cotmoc_cursor** cursor, cotmoc_error* error) COTMOC_NOTHROW;
COTMOC_API void cotmoc_cursor_free(cotmoc_cursor* cursor) COTMOC_NOTHROW;
/// The next record: `found` becomes 1 and the view gets the object of `show --json`, or of a conflict
/// (cotmoc_conflict_cursor, cotmoc_conflict_soft_cursor). At the end `found` becomes 0 and the view is not
/// called. COTMOC_WRONG_USAGE once the replica is closed.
COTMOC_API cotmoc_status cotmoc_cursor_next(cotmoc_cursor* cursor, cotmoc_text_fn view, void* ctx,
                                            int32_t* found, cotmoc_error* error) COTMOC_NOTHROW;

/// Runs a SELECT over one view a kind and gives each row as a JSON object. `row` is called with the replica's
/// lock held, so that it may call no function of this replica (COTMOC_BUSY); COTMOC_STOP ends it.
/// COTMOC_BAD_QUERY for what does not only read.
COTMOC_API cotmoc_status cotmoc_replica_sql(cotmoc_replica* replica, const char* statement,
                                            cotmoc_text_fn row, void* ctx,
                                            cotmoc_error* error) COTMOC_NOTHROW;
/// The figures of a report as JSON: `space` with those under it, both days (2024-01-31) included.
/// COTMOC_UNKNOWN_SPACE, COTMOC_BAD_DATE.
COTMOC_API cotmoc_status cotmoc_replica_report(cotmoc_replica* replica, const char* space, const char* from,
                                               const char* to, cotmoc_text_fn view, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// Who did what and when, from signed history: each line of `audit --json`, in order. As for
/// cotmoc_replica_sql, `line` may not call this replica; COTMOC_STOP ends it.
COTMOC_API cotmoc_status cotmoc_replica_audit(cotmoc_replica* replica, cotmoc_text_fn line, void* ctx,
                                              cotmoc_error* error) COTMOC_NOTHROW;

/// Gives each record in the form that `import` takes, one JSON object after the other; `kind` and `space` may
/// be NULL: all. The audit tells of it, from before the first record on. `line` is called under the lock and
/// may call other replicas only; COTMOC_STOP ends it. COTMOC_UNKNOWN_KIND, COTMOC_UNKNOWN_SPACE, and the
/// errors of what changes a record. Since API version 2.
COTMOC_API cotmoc_status cotmoc_replica_export(cotmoc_replica* replica, const char* kind, const char* space,
                                               cotmoc_text_fn line, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// The same as a table (RFC 4180, UTF-8) of one kind: first a row with "id", "space" and the names of the
/// fields, then one for each record, all without a line's end; whoever writes a file ends each with CR LF.
/// Since API version 2.
COTMOC_API cotmoc_status cotmoc_replica_export_csv(cotmoc_replica* replica, const char* kind,
                                                   const char* space, cotmoc_text_fn row, void* ctx,
                                                   cotmoc_error* error) COTMOC_NOTHROW;
/// Writes what the device holds as it travels, sealed and signed, to a new file that anybody who knows the
/// root's fingerprint can check with `cotmoc verify FILE`, and nobody can read without the keys. What waits
/// is sealed first. Gives {"file","change_sets"}. COTMOC_ALREADY_EXISTS, COTMOC_NOT_JOINED; COTMOC_BUSY while
/// a sync runs and inside a callback; after a failure there is no such file. Since API version 2.
COTMOC_API cotmoc_status cotmoc_replica_export_signed(cotmoc_replica* replica, const char* path,
                                                      cotmoc_text_fn view, void* ctx,
                                                      cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
