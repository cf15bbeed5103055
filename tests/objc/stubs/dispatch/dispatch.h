// Dispatch as far as it is used here. See ../README.md.
#pragma once
@protocol OS_dispatch_queue
@end
@class NSObject;
typedef id<OS_dispatch_queue> dispatch_queue_t;
typedef void (^dispatch_block_t)(void);
#define DISPATCH_QUEUE_SERIAL ((id)0)
#ifdef __cplusplus
extern "C" {
#endif
dispatch_queue_t _Nonnull dispatch_queue_create(const char *_Nullable label, id _Nullable attributes)
    __attribute__((ns_returns_retained));
dispatch_queue_t _Nonnull dispatch_get_main_queue(void);
void dispatch_async(dispatch_queue_t _Nonnull queue, dispatch_block_t _Nonnull block);
#ifdef __cplusplus
}
#endif
