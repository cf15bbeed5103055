// One source for two ways of counting references: ARC on Apple's systems, retain and release with GCC and
// GNUstep.
#pragma once

#import <Cotmoc/CTMDefines.h>

#if __has_feature(objc_arc)
#define CTM_RETAIN(object) (object)
#define CTM_RELEASE(object) ((void)0)
#define CTM_AUTORELEASE(object) (object)
#define CTM_DEALLOC_SUPER ((void)0)
#define CTM_AUTORELEASE_POOL @autoreleasepool
/// An object as the ctx of a callback: retained until CTM_DROP_CONTEXT.
#define CTM_CONTEXT(object) ((__bridge_retained void *)(object))
#define CTM_OBJECT(type, context) ((__bridge type)(context))
#define CTM_DROP_CONTEXT(context) ((void)(__bridge_transfer id)(context))
#else
#define CTM_RETAIN(object) [(object) retain]
#define CTM_RELEASE(object) [(object) release]
#define CTM_AUTORELEASE(object) [(object) autorelease]
#define CTM_DEALLOC_SUPER [super dealloc]
#define CTM_AUTORELEASE_POOL if (const CTMPool ctm_pool; true)
#define CTM_CONTEXT(object) (static_cast<void *>([(object) retain]))
#define CTM_OBJECT(type, context) (static_cast<type>(context))
#define CTM_DROP_CONTEXT(context) [static_cast<id>(context) release]
#endif

#if defined(__cplusplus) && !__has_feature(objc_arc)
/// A pool as long as its scope; nothing is thrown out of that.
class CTMPool {
public:
    CTMPool() : pool_([[NSAutoreleasePool alloc] init]) {}
    ~CTMPool() { [pool_ release]; }
    CTMPool(const CTMPool &) = delete;
    CTMPool &operator=(const CTMPool &) = delete;

private:
    NSAutoreleasePool *pool_;
};
#endif
