// A byte pipe by the host: a WebSocket, Bluetooth, a proxy that only the platform knows.
#pragma once

#include <cotmoc/base.h>

COTMOC_BEGIN_DECLS

/// Opens one pipe after the other to the hub: each session has its own, so there is at most one at a time.
/// What goes over it is encrypted and authenticated by the library. All but `wake` are called on the thread
/// that runs the sync, with no lock held. A status that is not COTMOC_OK ends the session with it
/// (COTMOC_CONNECTION_FAILED, COTMOC_CONNECTION_LOST, COTMOC_NO_ANSWER, or one of the host's own).
typedef struct cotmoc_transport {
    size_t size;  // sizeof(cotmoc_transport)
    void* ctx;
    cotmoc_drop_fn drop;  // optional
    /// Connects, within `timeout_ms`.
    cotmoc_status (*open)(void* ctx, int32_t timeout_ms);
    /// Takes what it can without waiting long: `taken` becomes 0 to `size`. The rest is offered again.
    cotmoc_status (*send)(void* ctx, const uint8_t* octets, size_t size, size_t* taken);
    /// Waits up to `timeout_ms` for octets: `got` becomes 0 if none came. COTMOC_CONNECTION_LOST once the
    /// other side has closed and everything was read. One that gives 0 without waiting, 16 times in a row
    /// with nothing left to send, is taken for that end.
    cotmoc_status (*receive)(void* ctx, uint8_t* into, size_t capacity, int32_t timeout_ms, size_t* got);
    /// Once after each `open` that succeeded.
    void (*close)(void* ctx);
    /// Optional; without it a cancel waits for `open`. Makes an `open` or `receive` that waits return at
    /// once, with any status, or the next one if none waits yet. On any thread, from several at once, and at
    /// the same time as `open`, `send` and `receive`, so what it uses must be there before `open` begins. It
    /// is called only between the beginning of an `open` and that of its `close`, or the end of an `open`
    /// that fails: `close` waits until it has returned. It must not wait for the sync.
    void (*wake)(void* ctx);
} cotmoc_transport;

COTMOC_END_DECLS
