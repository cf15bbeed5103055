// Custody of the key file by the host: Keychain, Android Keystore, DPAPI, a server.
#pragma once

#include <cotmoc/base.h>

COTMOC_BEGIN_DECLS

/// Takes octets from a callback of the host; called inside that callback, at most once. `sink` is what the
/// callback got. The octets are copied.
typedef cotmoc_status (*cotmoc_octets_fn)(void* sink, const uint8_t* octets, size_t size);

/// Who keeps a device's key file. The file is sealed: it shows nothing to whoever keeps it without the
/// passphrase. The callbacks run on the thread of the call that needs them: one that opens or makes a
/// replica, changes its passphrase or its identity, or for the recovery any first one after a change of the
/// trust. They run under the lock: what one of them calls of that replica returns COTMOC_BUSY, and what
/// another thread calls meanwhile does after two seconds (a _free waits, so no callback waits for a thread
/// that frees). Each returns COTMOC_OK or what went wrong: a number of the library, or one of the host's own;
/// that call fails with it.
///
/// `size` is sizeof(cotmoc_key_store): members that the library of the day does not know, or that this header
/// lacks, are left alone. Pointers marked optional may be NULL.
typedef struct cotmoc_key_store {
    size_t size;
    void* ctx;
    cotmoc_drop_fn drop;  // optional
    /// Gives the file to `take`. COTMOC_NO_REPLICA if nothing was ever saved.
    cotmoc_status (*load)(void* ctx, cotmoc_octets_fn take, void* sink);
    /// Durable when it returns; what was saved before stays readable until then.
    cotmoc_status (*save)(void* ctx, const uint8_t* octets, size_t size);
    /// Optional. Gives 32 octets that never leave this device: the key file opens nowhere else then, whoever
    /// knows the passphrase, and a PIN of six characters is enough. COTMOC_NO_KEY_CUSTODY if they cannot be
    /// reached now.
    cotmoc_status (*hardware_secret)(void* ctx, cotmoc_octets_fn take, void* sink);
    /// Optional; goes with hardware_secret. Before a PIN is tried: counts the try durably.
    /// COTMOC_TRIES_USED_UP after the last one.
    cotmoc_status (*begin_try)(void* ctx);
    /// Optional. The key file was opened: tries count from none again.
    cotmoc_status (*opened)(void* ctx);
    /// Optional. What was saved last has been opened: what was saved before it is of no use any more.
    cotmoc_status (*forget_previous)(void* ctx);
    /// Optional, both or neither: the office's way to the data, kept beside the key file. An empty save
    /// removes it; COTMOC_NO_RECOVERY if there is none. After any other error nothing is written over it.
    cotmoc_status (*load_recovery)(void* ctx, cotmoc_octets_fn take, void* sink);
    cotmoc_status (*save_recovery)(void* ctx, const uint8_t* octets, size_t size);
} cotmoc_key_store;

COTMOC_END_DECLS
