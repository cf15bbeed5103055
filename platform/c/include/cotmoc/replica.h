// A replica: one installed database with its device's keys.
#pragma once

#include <cotmoc/options.h>

COTMOC_BEGIN_DECLS

// Any thread may call any function of a replica at any time: calls wait for each other, for as long as one
// local read or write takes, or one step of a session. A sync in another thread holds up nothing else, but
// for two steps of seconds per 100,000 records: installing a snapshot that a space begins with, and applying
// its history again to check it. A user interface asks from a thread of its own.
//
// Errors of every function that takes a replica: COTMOC_WRONG_USAGE for NULL where something is needed and
// for a replica that is closed; COTMOC_BUSY while it is suspended, for a call from a callback that may not
// make it, and for one that has waited two seconds for a callback of the key store; COTMOC_DISK_FULL,
// COTMOC_IO_ERROR, COTMOC_DATABASE_DAMAGED, COTMOC_OUT_OF_MEMORY, COTMOC_INTERNAL. A call that fails has
// changed nothing, but for tries of a PIN. join, join_remote, rejoin, change_passphrase, verify and release
// return COTMOC_BUSY inside a callback and while a sync runs, too.

/// Makes a device's keys and an empty encrypted database, and opens it. `name` is the device's. Needs a
/// directory and a passphrase. COTMOC_NO_PASSPHRASE, COTMOC_ALREADY_EXISTS, COTMOC_WEAK_PASSPHRASE,
/// COTMOC_BUSY if another process has the directory, and what the key store returns.
COTMOC_API cotmoc_status cotmoc_replica_create(const cotmoc_options* options, const char* name,
                                               cotmoc_replica** replica, cotmoc_error* error) COTMOC_NOTHROW;
/// COTMOC_NO_REPLICA, COTMOC_NO_PASSPHRASE, COTMOC_WRONG_PASSPHRASE, COTMOC_BUSY if another process or this
/// one has it open, and what the key store returns.
COTMOC_API cotmoc_status cotmoc_replica_open(const cotmoc_options* options, cotmoc_replica** replica,
                                             cotmoc_error* error) COTMOC_NOTHROW;
/// Closes the database and forgets the keys; cursors, subscriptions and syncs of the replica are closed with
/// it and are still to be freed. COTMOC_BUSY, and nothing is closed, while a sync runs and inside a callback.
/// The handle stays, to be freed; closing it twice is no error.
COTMOC_API cotmoc_status cotmoc_replica_close(cotmoc_replica* replica, cotmoc_error* error) COTMOC_NOTHROW;
/// Closes it too, if that has not been done. A call that still goes on, also one whose callback this is
/// called in, ends in peace, and the database is closed as it ends; no other thread may begin one any more.
COTMOC_API void cotmoc_replica_free(cotmoc_replica* replica) COTMOC_NOTHROW;

/// Closes the files and gives up the lock of the directory, but keeps the keys in memory: before the system
/// suspends an app. COTMOC_BUSY while a sync runs (cancel it first) and inside a callback. Until it is
/// resumed every other call returns COTMOC_BUSY. Subscriptions stay; nobody is told of what another process
/// does meanwhile. Suspending twice is no error.
COTMOC_API cotmoc_status cotmoc_replica_suspend(cotmoc_replica* replica, cotmoc_error* error) COTMOC_NOTHROW;
/// COTMOC_BUSY if another process has the directory now: it stays suspended.
COTMOC_API cotmoc_status cotmoc_replica_resume(cotmoc_replica* replica, cotmoc_error* error) COTMOC_NOTHROW;

/// {"device","name","joined":bool,"restored":bool,"spaces":[{"space","label","writable":bool}]}
COTMOC_API cotmoc_status cotmoc_replica_info(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                             cotmoc_error* error) COTMOC_NOTHROW;
/// The object of `status --json` (docs/cli.md): what is unsent, at the hub, confirmed; conflicts, the clock.
COTMOC_API cotmoc_status cotmoc_replica_status(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// The catalogue as the authority signed it (docs/catalogue.md): kinds, fields, types and labels, of which an
/// app makes its forms. COTMOC_NOT_JOINED.
COTMOC_API cotmoc_status cotmoc_replica_catalogue(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                                  cotmoc_error* error) COTMOC_NOTHROW;

/// Who belongs to the province: the array of `authority list --json`, of which an app lets people choose a
/// neighbour to sync with or a bundle's reader, and sees when this device's certificate ends ("not_after").
/// "name" is "" where it cannot be read here. COTMOC_NOT_JOINED. Since API version 2.
COTMOC_API cotmoc_status cotmoc_replica_devices(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                                cotmoc_error* error) COTMOC_NOTHROW;

// Enrolment.
/// The text that asks the authority to enrol this device; it fits a QR code.
COTMOC_API cotmoc_status cotmoc_replica_request(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// The fingerprint of the root that a grant names, for a person to compare with the poster in the office.
/// COTMOC_BAD_GRANT.
COTMOC_API cotmoc_status cotmoc_grant_fingerprint(const char* grant, size_t size, cotmoc_text_fn view,
                                                  void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Takes the authority's grant: certificate, epoch keys, catalogue, the hub's key. `root` is the fingerprint
/// that a person has confirmed; one that has joined may pass NULL for a renewal of the same root.
/// COTMOC_BAD_GRANT, COTMOC_WRONG_GRANT, COTMOC_WRONG_ROOT, COTMOC_ROOT_NEEDED, COTMOC_ALREADY_JOINED.
COTMOC_API cotmoc_status cotmoc_replica_join(cotmoc_replica* replica, const char* grant, size_t size,
                                             const char* root, cotmoc_error* error) COTMOC_NOTHROW;
/// Enrolment from afar, over any channel that carries text: nobody in the middle goes unnoticed, since two
/// people compare nine digits by voice (docs/cli.md). NULL begins an attempt, in place of a former one; then
/// come the authority's messages, in turn. Gives {"message"}, for the authority, and after its last message
/// {"code"}, which the authority reads out too. The directory keeps the attempt. COTMOC_BAD_OFFER. Since API
/// version 2.
COTMOC_API cotmoc_status cotmoc_replica_request_remote(cotmoc_replica* replica, const char* message,
                                                       size_t size, cotmoc_text_fn view, void* ctx,
                                                       cotmoc_error* error) COTMOC_NOTHROW;
/// Takes the authority's grant after that: `code` is what the authority read out, with or without spaces, and
/// stands for the fingerprint. COTMOC_CODE_DIFFERS: somebody stands between, begin again; COTMOC_BAD_OFFER if
/// there is no code yet; and the errors of cotmoc_replica_join. Since API version 2.
COTMOC_API cotmoc_status cotmoc_replica_join_remote(cotmoc_replica* replica, const char* grant, size_t size,
                                                    const char* code, cotmoc_error* error) COTMOC_NOTHROW;
/// A new device identity for a restored or copied replica; gives its request. It joins with the grant made
/// from that. `name` may be NULL: the old one with a number. COTMOC_NOT_RESTORED, COTMOC_WRONG_PASSPHRASE,
/// and of a key store that counts tries COTMOC_TRIES_USED_UP, as when it is opened.
COTMOC_API cotmoc_status cotmoc_replica_rejoin(cotmoc_replica* replica, const uint8_t* passphrase,
                                               size_t size, const char* name, cotmoc_text_fn view, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// The former one opens nothing any more when it returns. COTMOC_WRONG_PASSPHRASE, COTMOC_WEAK_PASSPHRASE.
COTMOC_API cotmoc_status cotmoc_replica_change_passphrase(cotmoc_replica* replica, const uint8_t* current,
                                                          size_t current_size, const uint8_t* fresh,
                                                          size_t fresh_size,
                                                          cotmoc_error* error) COTMOC_NOTHROW;
/// The same at another cost of one try, as `passphrase --kdf` does: `preset` is "desktop", "phone" or "low";
/// NULL: as it was. The passphrase may stay the same. COTMOC_WRONG_USAGE for another preset. Since API
/// version 2.
COTMOC_API cotmoc_status cotmoc_replica_change_passphrase_kdf(cotmoc_replica* replica, const uint8_t* current,
                                                              size_t current_size, const uint8_t* fresh,
                                                              size_t fresh_size, const char* preset,
                                                              cotmoc_error* error) COTMOC_NOTHROW;

/// Runs `work` once, at once, on this thread: what the record functions that it calls change becomes one
/// transaction, durable when the call returns. If it returns anything but COTMOC_OK, or a call in it failed
/// (reading ones too), nothing is changed, and that status comes back, whatever the work returns; what only a
/// view returned is no failure. Only functions of record.h, conflict.h and query.h may be called in it
/// (others: COTMOC_BUSY); other threads wait.
COTMOC_API cotmoc_status cotmoc_replica_batch(cotmoc_replica* replica, cotmoc_status (*work)(void* ctx),
                                              void* ctx, cotmoc_error* error) COTMOC_NOTHROW;

// Looking after it.
/// Re-checks every signature, hash, chain and digest and the database. Gives
/// {"ok":bool,"wrong":[{"error","detail"}],"not_checked":["…"]}. Takes long; other calls wait.
COTMOC_API cotmoc_status cotmoc_replica_verify(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// Checks signed history in a file, without a replica and without keys: what cotmoc_replica_export_signed
/// wrote, or a copy of a hub's database. `root` is the fingerprint from the poster in the office; NULL: that
/// is left to a person, who compares the one in the answer. Gives the object of `verify FILE --json`,
/// {"ok":bool,"problems":[{"error","detail"}],"checked":{"trust_entries","change_sets","without_right",
/// "root"},"not_checked":["…"]}; what is wrong with the history is no error. Takes long and holds up nobody;
/// opening the file may tidy it up, so take a copy of a hub's.
/// COTMOC_CANNOT_READ_FILE if the file is not there, is neither (it stays as it is then) or holds no entry
/// of trust, COTMOC_BUSY while a hub has it open, COTMOC_WRONG_ROOT if `root` is no fingerprint (one that
/// differs is among the problems), COTMOC_DATABASE_DAMAGED. Since API version 2.
COTMOC_API cotmoc_status cotmoc_verify_file(const char* path, const char* root, cotmoc_text_fn view,
                                            void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// The array of `quarantine --json`: what arrived and has no effect, with its reason.
COTMOC_API cotmoc_status cotmoc_replica_quarantine(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                                   cotmoc_error* error) COTMOC_NOTHROW;
/// Judges a change set in quarantine once more, with all of its space: `hash` is six digits of its "hash" or
/// more. Gives {"released":bool,"reason"}; "reason" says why it stays. COTMOC_UNKNOWN_CHANGE,
/// COTMOC_AMBIGUOUS_CHANGE; COTMOC_BUSY inside a callback and while a sync runs. Since API version 2.
COTMOC_API cotmoc_status cotmoc_replica_release(cotmoc_replica* replica, const char* hash,
                                                cotmoc_text_fn view, void* ctx,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// {"SPACE":"hex"}: the state digests of the spaces. Equal wherever the same is held.
COTMOC_API cotmoc_status cotmoc_replica_digests(cotmoc_replica* replica, cotmoc_text_fn view, void* ctx,
                                                cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
