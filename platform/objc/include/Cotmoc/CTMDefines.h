// What differs between compilers. Clang on Apple's systems knows all of it; GCC with GNUstep lacks
// nullability, generics, blocks and the words for Swift, and these headers read the same without them.
#pragma once

#import <Foundation/Foundation.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if !__has_feature(nullability)
#define _Nullable
#define _Nonnull
#endif
#ifndef NS_ASSUME_NONNULL_BEGIN
#define NS_ASSUME_NONNULL_BEGIN
#define NS_ASSUME_NONNULL_END
#endif

#if __has_feature(objc_generics)
#define CTM_ARRAY(...) NSArray<__VA_ARGS__>
#define CTM_DICTIONARY(...) NSDictionary<__VA_ARGS__>
#else
#define CTM_ARRAY(...) NSArray
#define CTM_DICTIONARY(...) NSDictionary
#endif

/// 1 where methods with blocks are declared. Each of them also exists with an object instead.
#if defined(__BLOCKS__) || __has_feature(blocks)
#define CTM_HAS_BLOCKS 1
#else
#define CTM_HAS_BLOCKS 0
#endif

#if __has_feature(objc_arc)
#define CTM_WEAK weak
#else
#define CTM_WEAK assign
#endif

/// Of classes that the library makes, or that are made with something. GCC would ask for both methods.
#if defined(__clang__)
#define CTM_NO_PLAIN_INIT               \
    -(instancetype)init NS_UNAVAILABLE; \
    +(instancetype) new NS_UNAVAILABLE;
#else
#define CTM_NO_PLAIN_INIT
#endif

#ifndef NS_SWIFT_NAME
#define NS_SWIFT_NAME(name)
#endif
#ifndef NS_SWIFT_NOTHROW
#define NS_SWIFT_NOTHROW
#endif
#ifndef NS_NOESCAPE
#define NS_NOESCAPE
#endif
#ifndef NS_UNAVAILABLE
#define NS_UNAVAILABLE
#endif
#ifndef NS_DESIGNATED_INITIALIZER
#define NS_DESIGNATED_INITIALIZER
#endif
#ifndef NS_ERROR_ENUM
#define NS_ERROR_ENUM(domain, name) NS_ENUM(NSInteger, name)
#endif

#ifdef __cplusplus
#define CTM_EXTERN extern "C" __attribute__((visibility("default")))
#else
#define CTM_EXTERN extern __attribute__((visibility("default")))
#endif
