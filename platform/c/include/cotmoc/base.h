// What every header of the C interface shares: the version, errors, and how text comes out.
//
// All text is UTF-8. What goes in ends with a NUL octet unless a size stands beside it; what comes out has a
// size and a NUL octet after it. The rules for ownership, threads and callbacks: platform/c/README.md.
#pragma once

#include <cotmoc/status.h>

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#if defined(COTMOC_BUILDING_LIBRARY)
#define COTMOC_API __declspec(dllexport)
#elif defined(COTMOC_STATIC)
#define COTMOC_API
#else
#define COTMOC_API __declspec(dllimport)
#endif
#else
#define COTMOC_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define COTMOC_NOTHROW noexcept
#define COTMOC_BEGIN_DECLS extern "C" {
#define COTMOC_END_DECLS }
#else
#define COTMOC_NOTHROW
#define COTMOC_BEGIN_DECLS
#define COTMOC_END_DECLS
#endif

/// Of this header. It rises with every function, option or number that is added; what is there stays.
#define COTMOC_API_VERSION 2

COTMOC_BEGIN_DECLS

/// Of the library that runs. A program built with an older header runs with it; one built with a newer header
/// compares first.
COTMOC_API uint32_t cotmoc_api_version(void) COTMOC_NOTHROW;
/// "0.1.0". Static.
COTMOC_API const char* cotmoc_version(void) COTMOC_NOTHROW;

/// Whether the same attempt can succeed later on its own.
#define COTMOC_RETRY_NEVER 0
#define COTMOC_RETRY_AFTER_BACK_OFF 1
#define COTMOC_RETRY_WHEN_NETWORK_CHANGES 2

/// Why a call failed. Owned by the caller, who may pass NULL instead. Every call that gets one writes all of
/// it, also when it succeeds. No text of records ever stands in it.
typedef struct cotmoc_error {
    cotmoc_status status;
    int32_t retry;     // COTMOC_RETRY_…
    char name[40];     // "unknown_field"; "" if nothing failed
    char detail[464];  // the thing concerned: a field, a path, a number; cut between code points if too long
} cotmoc_error;

/// What happened and what to do about it, for people. `language` is "vi" for Vietnamese; English otherwise
/// (NULL too). Static; "" for a number that this library does not know.
COTMOC_API const char* cotmoc_status_name(cotmoc_status status) COTMOC_NOTHROW;
COTMOC_API const char* cotmoc_status_what(cotmoc_status status, const char* language) COTMOC_NOTHROW;
COTMOC_API const char* cotmoc_status_advice(cotmoc_status status, const char* language) COTMOC_NOTHROW;
/// COTMOC_RETRY_…
COTMOC_API int32_t cotmoc_status_retry(cotmoc_status status) COTMOC_NOTHROW;

/// How text comes out: the call hands it to this function, once, before it returns, on the same thread. The
/// text is valid during the call only. No lock of the library is held unless the function that takes the view
/// says so. What it returns comes back from the call if it is not COTMOC_OK; what the call has done stays
/// done. Wherever a cotmoc_text_fn is taken, NULL means that the text is not wanted.
typedef cotmoc_status (*cotmoc_text_fn)(void* ctx, const char* text, size_t size);

/// A place for text, for callers that have a buffer rather than a function.
typedef struct cotmoc_buffer {
    char* data;       // of the caller
    size_t capacity;  // octets of it
    size_t size;      // written by cotmoc_copy_text: octets of the text, without the NUL octet after it
} cotmoc_buffer;

/// A cotmoc_text_fn whose ctx is a cotmoc_buffer: copies the text and a NUL octet. COTMOC_LIMIT_EXCEEDED if
/// capacity is less than size + 1; then nothing is copied and `size` says what is needed.
COTMOC_API cotmoc_status cotmoc_copy_text(void* ctx, const char* text, size_t size) COTMOC_NOTHROW;

/// Gives back the ctx of a callback once nothing will use it any more. On any thread. May be NULL.
typedef void (*cotmoc_drop_fn)(void* ctx);

// Handles. Each comes out of one function and goes back through its _free, which takes NULL too.
typedef struct cotmoc_options cotmoc_options;
typedef struct cotmoc_replica cotmoc_replica;
typedef struct cotmoc_query cotmoc_query;
typedef struct cotmoc_cursor cotmoc_cursor;
typedef struct cotmoc_subscription cotmoc_subscription;
typedef struct cotmoc_sync cotmoc_sync;
typedef struct cotmoc_bundle cotmoc_bundle;
typedef struct cotmoc_serve cotmoc_serve;

COTMOC_END_DECLS
