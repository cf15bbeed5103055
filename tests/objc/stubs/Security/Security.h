// Security as far as it is used here. See ../README.md.
#pragma once
#import <Foundation/Foundation.h>

#pragma clang assume_nonnull begin
typedef const void *CFTypeRef;
typedef const struct __attribute__((objc_bridge(NSString))) __CFString *CFStringRef;
typedef const struct __attribute__((objc_bridge(NSDictionary))) __CFDictionary *CFDictionaryRef;
typedef int32_t OSStatus;
enum { errSecSuccess = 0, errSecItemNotFound = -25300 };
extern const CFStringRef kSecClass, kSecClassGenericPassword, kSecAttrService, kSecAttrAccount,
    kSecReturnData, kSecValueData, kSecAttrAccessible, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly;
typedef const struct __SecRandom *SecRandomRef;
extern const SecRandomRef _Nullable kSecRandomDefault;
OSStatus SecItemCopyMatching(CFDictionaryRef query, CFTypeRef _Nullable *_Nullable result);
OSStatus SecItemAdd(CFDictionaryRef attributes, CFTypeRef _Nullable *_Nullable result);
OSStatus SecItemUpdate(CFDictionaryRef query, CFDictionaryRef change);
OSStatus SecItemDelete(CFDictionaryRef query);
int SecRandomCopyBytes(SecRandomRef _Nullable random, size_t count, void *bytes);
#pragma clang assume_nonnull end
