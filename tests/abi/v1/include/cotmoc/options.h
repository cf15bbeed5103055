// What a replica is opened with.
#pragma once

#include <cotmoc/key_store.h>
#include <cotmoc/log.h>

COTMOC_BEGIN_DECLS

/// One thread at a time. What is set is copied; the options may be freed once the replica is open, and may
/// open several replicas. Errors of all setters: COTMOC_WRONG_USAGE for NULL where something is needed,
/// COTMOC_INVALID_UTF8, COTMOC_OUT_OF_MEMORY.
COTMOC_API cotmoc_status cotmoc_options_new(cotmoc_options** options, cotmoc_error* error) COTMOC_NOTHROW;
/// Wipes the passphrase.
COTMOC_API void cotmoc_options_free(cotmoc_options* options) COTMOC_NOTHROW;

/// The folder of the replica, which is the library's own. Needed. One process at a time has it open.
COTMOC_API cotmoc_status cotmoc_options_set_directory(cotmoc_options* options, const char* path,
                                                      cotmoc_error* error) COTMOC_NOTHROW;
/// Copied into guarded memory. It is not text: the octets count as they are.
COTMOC_API cotmoc_status cotmoc_options_set_passphrase(cotmoc_options* options, const uint8_t* octets,
                                                       size_t size, cotmoc_error* error) COTMOC_NOTHROW;
/// Who keeps the key file; without it, a file in the directory. The library calls `drop` once neither these
/// options nor a replica need it. If the call fails, nothing was taken and `drop` is not called.
/// COTMOC_WRONG_USAGE too if load or save is missing.
COTMOC_API cotmoc_status cotmoc_options_set_key_store(cotmoc_options* options, const cotmoc_key_store* store,
                                                      cotmoc_error* error) COTMOC_NOTHROW;
/// Lines of `level` and above. Taken like a key store.
COTMOC_API cotmoc_status cotmoc_options_set_log(cotmoc_options* options, const cotmoc_log* log, int32_t level,
                                                cotmoc_error* error) COTMOC_NOTHROW;
/// "vi" or "en" (the default): the language of the few words for people in JSON, such as a conflict's "why".
COTMOC_API cotmoc_status cotmoc_options_set_language(cotmoc_options* options, const char* language,
                                                     cotmoc_error* error) COTMOC_NOTHROW;
/// A folder that a restored backup of the directory does not bring back: there, a copy of how far the device
/// has gone is kept, so that a restored replica is noticed before it meets a hub. Default: none.
COTMOC_API cotmoc_status cotmoc_options_set_state_directory(cotmoc_options* options, const char* path,
                                                            cotmoc_error* error) COTMOC_NOTHROW;
/// Who has the directory open, as another process is told. Default: "an app".
COTMOC_API cotmoc_status cotmoc_options_set_program(cotmoc_options* options, const char* name,
                                                    cotmoc_error* error) COTMOC_NOTHROW;
/// Of a replica that is made: "desktop", "phone" (the default) or "low": what one try of the passphrase
/// costs.
COTMOC_API cotmoc_status cotmoc_options_set_kdf(cotmoc_options* options, const char* preset,
                                                cotmoc_error* error) COTMOC_NOTHROW;

COTMOC_END_DECLS
