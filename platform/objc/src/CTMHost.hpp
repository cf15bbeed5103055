// What the library calls: delegates of the app behind the callbacks of the C interface.
#pragma once

#import "CTMCall.hpp"
#import "CTMGuard.h"

#include <new>

NS_ASSUME_NONNULL_BEGIN

/// The status that says `failure` to the library. An error of another domain stays with the thread, on which
/// the call that causes it returns, until CTMTakeHostFailure.
cotmoc_status CTMStatusOf(NSError* _Nullable failure);
/// What was thrown, as an error.
NSError* CTMErrorOfException(id thrown);
NSError* _Nullable CTMTakeHostFailure();

/// Calls a delegate: `work()` gives a status. In a pool of its own; no exception leaves it.
template <class Work>
cotmoc_status CTMCallHost(Work work) {
    struct Frame {
        Work& work;
        cotmoc_status status;
    } frame{work, COTMOC_OK};
    CTM_AUTORELEASE_POOL {
        id thrown = CTMCatch(
            [](void* context) {
                auto& running = *static_cast<Frame*>(context);
                try {
                    running.status = running.work();
                } catch (const std::bad_alloc&) {
                    running.status = COTMOC_OUT_OF_MEMORY;
                }
            },
            &frame);
        if (thrown != nil) {
            frame.status = CTMStatusOf(CTMErrorOfException(thrown));
        }
    }
    return frame.status;
}

/// The same for a delegate that cannot fail: what it throws goes to NSLog.
template <class Work>
void CTMTellHost(Work work) {
    if (CTMCallHost(work) != COTMOC_OK) {
        CTM_AUTORELEASE_POOL { NSLog(@"cotmoc: %@", [CTMTakeHostFailure() localizedDescription]); }
    }
}

/// Gives back an object that was the ctx of a callback.
void CTMDrop(void* _Nullable ctx);

// The ctx is retained in each; drop gives it back.
cotmoc_key_store CTMKeyStoreOf(id<CTMKeyStore> store);
cotmoc_log CTMLogOf(id<CTMLog> log);
cotmoc_transport CTMTransportOf(id<CTMTransport> transport);

NS_ASSUME_NONNULL_END
