// A replica's way on a phone: it begins, the office takes it in, it is opened, it goes.
#pragma once

#import "FieldBook.h"

NS_ASSUME_NONNULL_BEGIN

@interface FieldBook (Phone)
/// The first start, and the start after a wipe: makes the device's keys and an empty replica.
/// CTMErrorAlreadyExists, CTMErrorWeakPassphrase.
+ (instancetype _Nullable)createDevice:(NSString *)name
                            passphrase:(NSData *)passphrase
                                 error:(NSError *_Nullable *_Nullable)error;
/// Every later start. CTMErrorNoReplica: there is none yet.
+ (instancetype _Nullable)openWithPassphrase:(NSData *)passphrase error:(NSError *_Nullable *_Nullable)error;
/// Text for a QR code that the office reads, until the device has joined.
- (NSString *_Nullable)requestWithError:(NSError *_Nullable *_Nullable)error;
/// Takes the office's grant. `root` is the fingerprint that the person has read from the poster in the
/// office; the screen shows that of the grant beside it (+[CTMReplica fingerprintOfGrant:error:]).
- (BOOL)joinWithGrant:(NSData *)grant root:(NSString *)root error:(NSError *_Nullable *_Nullable)error;
/// Takes the replica, which is closed, off the phone with all that the Keychain has of it, so that a new one
/// can be made. CTMErrorUnsentWork unless that is discarded; with `discard` a replica that opens no more goes
/// too, and what an interrupted wipe or create has left.
+ (BOOL)wipeWithPassphrase:(NSData *)passphrase
          discardingUnsent:(BOOL)discard
                     error:(NSError *_Nullable *_Nullable)error;
@end

NS_ASSUME_NONNULL_END
