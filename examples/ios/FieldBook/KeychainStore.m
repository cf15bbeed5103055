#import "KeychainStore.h"

#import <Security/Security.h>

static NSString *const keyFileAccount = @"key-file";
static NSString *const previousAccount = @"key-file-previous";
static NSString *const secretAccount = @"device-secret";
static NSString *const triesAccount = @"tries";
static NSString *const recoveryAccount = @"recovery";
static const uint8_t triesMax = 10;

@implementation KeychainStore {
    NSString *_service;
}

- (instancetype)initWithService:(NSString *)service {
    self = [super init];
    if (self != nil) {
        _service = [service copy];
    }
    return self;
}

- (NSMutableDictionary *)allEntries {
    NSMutableDictionary *entries = [NSMutableDictionary dictionary];
    entries[(__bridge id)kSecClass] = (__bridge id)kSecClassGenericPassword;
    entries[(__bridge id)kSecAttrService] = _service;
    return entries;
}

- (NSMutableDictionary *)entry:(NSString *)account {
    NSMutableDictionary *entry = [self allEntries];
    entry[(__bridge id)kSecAttrAccount] = account;
    return entry;
}

/// The octets, or nil with what the Keychain said.
- (NSData *_Nullable)read:(NSString *)account status:(OSStatus *)status {
    NSMutableDictionary *entry = [self entry:account];
    entry[(__bridge id)kSecReturnData] = @YES;
    CFTypeRef found = NULL;
    *status = SecItemCopyMatching((__bridge CFDictionaryRef)entry, &found);
    return *status == errSecSuccess ? (__bridge_transfer NSData *)found : nil;
}

- (OSStatus)write:(NSData *)octets account:(NSString *)account {
    NSMutableDictionary *entry = [self entry:account];
    NSDictionary *change = @{(__bridge id)kSecValueData : octets};
    OSStatus status = SecItemUpdate((__bridge CFDictionaryRef)entry, (__bridge CFDictionaryRef)change);
    if (status == errSecItemNotFound) {
        entry[(__bridge id)kSecValueData] = octets;
        // Not before the first unlock, and on this device only.
        entry[(__bridge id)kSecAttrAccessible] =
            (__bridge id)kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly;
        status = SecItemAdd((__bridge CFDictionaryRef)entry, NULL);
    }
    return status;
}

/// YES if the Keychain did it; else the error that the library understands.
static BOOL done(OSStatus status, CTMErrorCode missing, NSError **error) {
    if (status == errSecSuccess) {
        return YES;
    }
    if (error != NULL) {
        // The Keychain is locked until the first unlock after a restart: the same call may work later.
        const CTMErrorCode code = status == errSecItemNotFound ? missing : CTMErrorNoKeyCustody;
        *error = CTMMakeError(code, [NSString stringWithFormat:@"OSStatus %d", (int)status]);
    }
    return NO;
}

- (NSData *)loadKeyFileWithError:(NSError **)error {
    OSStatus status = errSecSuccess;
    NSData *file = [self read:keyFileAccount status:&status];
    if (file == nil && status == errSecItemNotFound) {
        // A save that was interrupted has left the former one.
        file = [self read:previousAccount status:&status];
    }
    done(status, CTMErrorNoReplica, error);
    return file;
}

- (BOOL)saveKeyFile:(NSData *)file error:(NSError **)error {
    OSStatus status = errSecSuccess;
    NSData *former = [self read:keyFileAccount status:&status];
    if (former != nil && !done([self write:former account:previousAccount], CTMErrorNoKeyCustody, error)) {
        return NO;
    }
    return done([self write:file account:keyFileAccount], CTMErrorNoKeyCustody, error);
}

- (BOOL)forgetPreviousWithError:(NSError **)error {
    const OSStatus status = SecItemDelete((__bridge CFDictionaryRef)[self entry:previousAccount]);
    return done(status == errSecItemNotFound ? errSecSuccess : status, CTMErrorNoKeyCustody, error);
}

- (BOOL)forgetWithError:(NSError **)error {
    const OSStatus status = SecItemDelete((__bridge CFDictionaryRef)[self allEntries]);
    return done(status == errSecItemNotFound ? errSecSuccess : status, CTMErrorNoKeyCustody, error);
}

- (NSData *)hardwareSecretWithError:(NSError **)error {
    OSStatus status = errSecSuccess;
    NSData *secret = [self read:secretAccount status:&status];
    if (status != errSecItemNotFound) {
        done(status, CTMErrorNoKeyCustody, error);
        return secret;
    }
    NSMutableData *fresh = [NSMutableData dataWithLength:32];
    status = SecRandomCopyBytes(kSecRandomDefault, fresh.length, fresh.mutableBytes);
    if (status == errSecSuccess) {
        status = [self write:fresh account:secretAccount];
    }
    return done(status, CTMErrorNoKeyCustody, error) ? fresh : nil;
}

- (BOOL)beginTryWithError:(NSError **)error {
    OSStatus status = errSecSuccess;
    NSData *count = [self read:triesAccount status:&status];
    if (count == nil && status != errSecItemNotFound) {
        return done(status, CTMErrorNoKeyCustody, error);
    }
    uint8_t tries = 0;
    [count getBytes:&tries length:1];
    if (tries >= triesMax) {
        // Without the secret the key file opens nowhere any more.
        SecItemDelete((__bridge CFDictionaryRef)[self entry:secretAccount]);
        if (error != NULL) {
            *error = CTMMakeError(CTMErrorTriesUsedUp, nil);
        }
        return NO;
    }
    ++tries;
    return done([self write:[NSData dataWithBytes:&tries length:1] account:triesAccount],
                CTMErrorNoKeyCustody, error);
}

- (BOOL)keyFileOpenedWithError:(NSError **)error {
    const uint8_t none = 0;
    return done([self write:[NSData dataWithBytes:&none length:1] account:triesAccount], CTMErrorNoKeyCustody,
                error);
}

- (NSData *)loadRecoveryWithError:(NSError **)error {
    OSStatus status = errSecSuccess;
    NSData *recovery = [self read:recoveryAccount status:&status];
    done(status, CTMErrorNoRecovery, error);
    return recovery;
}

- (BOOL)saveRecovery:(NSData *)recovery error:(NSError **)error {
    if (recovery.length != 0) {
        return done([self write:recovery account:recoveryAccount], CTMErrorNoKeyCustody, error);
    }
    const OSStatus status = SecItemDelete((__bridge CFDictionaryRef)[self entry:recoveryAccount]);
    return done(status == errSecItemNotFound ? errSecSuccess : status, CTMErrorNoKeyCustody, error);
}

@end
