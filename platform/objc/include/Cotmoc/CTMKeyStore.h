// Custody of the key file by the app: the Keychain, a server, a file elsewhere.
#pragma once

#import <Cotmoc/CTMDefines.h>

NS_ASSUME_NONNULL_BEGIN

/// Who keeps a device's key file. The file is sealed: it shows nothing to whoever keeps it without the
/// passphrase. The methods are called on the thread of the call that needs them (open, create, rejoin, change
/// the passphrase, the first one after a change of the trust), in an autorelease pool of their own. What one
/// of them calls of that replica gives CTMErrorBusy, and what another thread calls meanwhile does after two
/// seconds. They return NO or nil with an error, which comes back from that call (CTMErrors.h). The options
/// and the replica retain the key store; it may be released on any thread and then calls nothing of the
/// library.
NS_SWIFT_NAME(KeyStore)
@protocol CTMKeyStore <NSObject>
/// CTMErrorNoReplica if nothing was ever saved.
- (NSData *_Nullable)loadKeyFileWithError:(NSError *_Nullable *_Nullable)error;
/// Durable when it returns; what was saved before stays readable until then.
- (BOOL)saveKeyFile:(NSData *)file error:(NSError *_Nullable *_Nullable)error;
@optional
/// 32 octets that never leave this device: the key file opens nowhere else then, whoever knows the
/// passphrase, and a PIN of six characters is enough. CTMErrorNoKeyCustody if they cannot be reached now.
/// NSMutableData is overwritten with zeros once the library has taken it: give a copy.
- (NSData *_Nullable)hardwareSecretWithError:(NSError *_Nullable *_Nullable)error;
/// Before a PIN is tried: counts the try durably. CTMErrorTriesUsedUp after the last one.
- (BOOL)beginTryWithError:(NSError *_Nullable *_Nullable)error;
/// The key file was opened: tries count from none again.
- (BOOL)keyFileOpenedWithError:(NSError *_Nullable *_Nullable)error;
/// What was saved last has been opened: what was saved before it is of no use any more.
- (BOOL)forgetPreviousWithError:(NSError *_Nullable *_Nullable)error;
/// Both or neither: the office's way to the data, kept beside the key file. An empty save removes it;
/// CTMErrorNoRecovery if there is none.
- (NSData *_Nullable)loadRecoveryWithError:(NSError *_Nullable *_Nullable)error;
- (BOOL)saveRecovery:(NSData *)recovery error:(NSError *_Nullable *_Nullable)error;
@end

NS_ASSUME_NONNULL_END
