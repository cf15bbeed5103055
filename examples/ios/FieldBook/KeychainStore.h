// Custody of the key file in the Keychain of the device.
#pragma once

#import <Cotmoc/Cotmoc.h>

NS_ASSUME_NONNULL_BEGIN

/// Keeps the key file, and 32 octets that never leave this device, as generic passwords. They can be read
/// after the first unlock, so that a background refresh works; they are in no backup and in no iCloud
/// Keychain. Any thread.
@interface KeychainStore : NSObject <CTMKeyStore>
- (instancetype)init NS_UNAVAILABLE;
/// `service` names the app's entries; one store a replica.
- (instancetype)initWithService:(NSString *)service NS_DESIGNATED_INITIALIZER;
/// Removes every entry of `service`: after a wipe, and when the app was removed and is back, which the
/// entries survive. Nothing opens the former replica any more.
- (BOOL)forgetWithError:(NSError *_Nullable *_Nullable)error;
@end

NS_ASSUME_NONNULL_END
