// What is done to a device's directory without a replica that is open: taking it off the machine, and the way
// back to the data when the passphrase is forgotten.
#pragma once

#include <cotmoc/options.h>

COTMOC_BEGIN_DECLS

// All of them need the directory of the options, and nobody may have it open: COTMOC_BUSY. COTMOC_NO_REPLICA
// if there is nothing in it, COTMOC_NO_PASSPHRASE if one is needed and there is none in the options,
// COTMOC_WRONG_USAGE for NULL, COTMOC_IO_ERROR. Since API version 2.

/// Removes the replica from this machine for good, keys first, so that the rest is unreadable at once. Unless
/// `discard_unsent` is not 0 the replica is opened for a moment, with the options' passphrase, and
/// COTMOC_UNSENT_WORK comes back if work of this device was not sent (nothing is removed then); with it, a
/// replica that opens no more is removed too. A wipe that was cut off is finished by the next one. What a key
/// store of the host keeps is the host's: it removes that before it calls this with `discard_unsent`, or
/// after. Gives the names of the files removed, a JSON array of texts.
COTMOC_API cotmoc_status cotmoc_device_wipe(const cotmoc_options* options, int32_t discard_unsent,
                                            cotmoc_text_fn view, void* ctx,
                                            cotmoc_error* error) COTMOC_NOTHROW;

/// The passphrase is forgotten: begins a recovery, with the new passphrase in the options. Gives
/// {"request","code"}: the request goes to the office, and both sides compare the code by voice. Another call
/// begins it anew. COTMOC_NO_RECOVERY, COTMOC_BAD_RECOVERY, COTMOC_WEAK_PASSPHRASE.
COTMOC_API cotmoc_status cotmoc_device_ask_recovery(const cotmoc_options* options, cotmoc_text_fn view,
                                                    void* ctx, cotmoc_error* error) COTMOC_NOTHROW;
/// Takes the office's answer, with the same new passphrase in the options. The database opens with it from
/// now on, under a new identity of the device; gives {"request","device"}, for the authority to enrol and for
/// cotmoc_replica_join. Work that was not sent is signed anew then. COTMOC_BAD_RECOVERY,
/// COTMOC_WRONG_PASSPHRASE.
COTMOC_API cotmoc_status cotmoc_device_recover(const cotmoc_options* options, const char* answer, size_t size,
                                               cotmoc_text_fn view, void* ctx,
                                               cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
