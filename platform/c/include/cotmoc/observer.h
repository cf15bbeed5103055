// Live queries: who shows a list or a record is told when it changes.
#pragma once

#include <cotmoc/query.h>

COTMOC_BEGIN_DECLS

/// Called once after each commit that changed the result: local edits before their call returns, what a sync
/// received when it is committed. On the thread of that call or sync, never inside a transaction. It may call
/// any function of the replica but those that want it for themselves (COTMOC_BUSY; platform/c/README.md), and
/// may cancel subscriptions, its own too. Other threads wait meanwhile, so it does not wait for one of them.
/// What it changes itself is told after it has returned.
typedef struct cotmoc_observer {
    size_t size;  // sizeof(cotmoc_observer)
    void* ctx;
    cotmoc_drop_fn drop;  // optional
    /// {"entered":["ID"],"changed":["ID"],"left":["ID"]}; valid during the call.
    void (*changed)(void* ctx, const char* change, size_t size);
} cotmoc_observer;

/// From now on. For the first result read a cursor: what comes between the two calls is told. If the call
/// fails, nothing was taken and `drop` is not called. The errors of cotmoc_cursor_open. docs/live-queries.md.
COTMOC_API cotmoc_status cotmoc_observe_query(cotmoc_replica* replica, const cotmoc_query* query,
                                              const cotmoc_observer* observer,
                                              cotmoc_subscription** subscription,
                                              cotmoc_error* error) COTMOC_NOTHROW;
/// One record, which need not exist yet; `id` is a whole UUID. It is told as {"entered":[],"changed":["ID"],
/// "left":[]} whatever became of it.
COTMOC_API cotmoc_status cotmoc_observe_record(cotmoc_replica* replica, const char* id,
                                               const cotmoc_observer* observer,
                                               cotmoc_subscription** subscription,
                                               cotmoc_error* error) COTMOC_NOTHROW;
/// Ends it: once this returns no call of `changed` begins, and none goes on unless it is the one that this is
/// called in. `drop` is called then, or when that call has returned; it may free the subscription that it
/// belongs to, which is one free with the one that goes on. NULL is fine.
COTMOC_API void cotmoc_subscription_free(cotmoc_subscription* subscription) COTMOC_NOTHROW;

COTMOC_END_DECLS
