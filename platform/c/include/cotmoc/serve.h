// A device that serves: neighbours' devices sync with this one, without a hub (docs/neighbours.md).
#pragma once

#include <cotmoc/replica.h>

COTMOC_BEGIN_DECLS

/// What lets neighbours in. The setter and run: one thread at a time, COTMOC_BUSY for a second one; cancel:
/// any thread at any time. Since API version 2, all of this header.
COTMOC_API cotmoc_status cotmoc_serve_new(cotmoc_replica* replica, cotmoc_serve** serve,
                                          cotmoc_error* error) COTMOC_NOTHROW;
/// From another thread not while it runs: cancel it, and wait for the call to return.
COTMOC_API void cotmoc_serve_free(cotmoc_serve* serve) COTMOC_NOTHROW;
/// "HOST:PORT" of this machine, such as "0.0.0.0:7451"; port 0 picks one. A name for HOST is looked up as the
/// run begins, which no cancel ends: give an address. How others learn of it is the host's: a service of the
/// platform's network discovery, a QR code, a person. COTMOC_WRONG_USAGE.
COTMOC_API cotmoc_status cotmoc_serve_set_listen(cotmoc_serve* serve, const char* address,
                                                 cotmoc_error* error) COTMOC_NOTHROW;

/// Listens, and answers callers that the province has enrolled, one after the other, until it is cancelled.
/// `told` gets {"listening":"HOST:PORT"} first, then the object of `serve --json` for each session with a
/// caller who was let in that failed or had something to exchange, also for one that had to be broken off
/// (below); on the thread of the call, with no lock held. It may call everything; anything but COTMOC_OK ends
/// it, and comes back from it (COTMOC_STOP: as COTMOC_OK).
///
/// A session takes the replica only for its steps: other threads read and write meanwhile. It is a sync like
/// any other, and there is one at a time: while a sync or a watch of this replica goes on, while another call
/// has the replica (a batch, an export) and while it is suspended, a caller waits up to eight seconds and is
/// told to come again; and while a caller is inside, a sync, a close and a suspend return COTMOC_BUSY. A
/// caller who is inside already waits for the other calls as long as they take, and a cancel with it. Where
/// one of them threw, or is a callback of the key store that takes two seconds, that session is broken off.
/// What callers leave here has the limits of docs/neighbours.md.
///
/// COTMOC_WRONG_USAGE without an address, for a replica that is or gets closed, and once the device has a new
/// identity (cotmoc_replica_rejoin, and the join after it): run it again; COTMOC_CANNOT_LISTEN,
/// COTMOC_NOT_JOINED; COTMOC_REVOKED, also at the next caller once this device has heard of it; COTMOC_BUSY
/// inside a callback, for a suspended replica, behind a callback of the key store, and if a sync or another
/// serve of this replica runs as it begins. COTMOC_INTERNAL and COTMOC_OUT_OF_MEMORY for what is thrown in
/// a session, by an observer too; other errors of the replica itself, but for a full disk, end it as well. An
/// error of a session is told, and not returned.
COTMOC_API cotmoc_status cotmoc_serve_run(cotmoc_serve* serve, cotmoc_text_fn told, void* ctx,
                                          cotmoc_error* error) COTMOC_NOTHROW;
/// Ends the run that goes on; without one, the next run ends before it begins. That call returns COTMOC_OK,
/// unless something else ended it first. A run that fails before it listens leaves the cancel to the next
/// one. A session under way ends where it is, and the next one goes on there.
COTMOC_API cotmoc_status cotmoc_serve_cancel(cotmoc_serve* serve, cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
