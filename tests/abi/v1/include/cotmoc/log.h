// Where the library tells what it does.
#pragma once

#include <cotmoc/base.h>

COTMOC_BEGIN_DECLS

#define COTMOC_LOG_DEBUG 0  // each call that failed, with its error
#define COTMOC_LOG_INFO 1   // opened, closed, a session began or ended
#define COTMOC_LOG_WARNING 2
#define COTMOC_LOG_ERROR 3

/// `line` is one line in English without a line end, valid during the call. No text of records, no key and no
/// passphrase stands in it.
typedef struct cotmoc_log {
    size_t size;  // sizeof(cotmoc_log)
    void* ctx;
    cotmoc_drop_fn drop;  // optional
    /// On the thread of the call that has something to tell, perhaps with the replica's lock held: it may not
    /// call a function of the library, and it returns soon.
    void (*line)(void* ctx, int32_t level, const char* line);
} cotmoc_log;

COTMOC_END_DECLS
