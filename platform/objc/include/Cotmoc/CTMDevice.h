// What is done to a device's directory while no replica is open there: taking it off the phone, and the way
// back to the data when the passphrase is forgotten.
#pragma once

#import <Cotmoc/CTMReplica.h>

NS_ASSUME_NONNULL_BEGIN

/// Any thread. CTMErrorNoReplica if nothing is in the directory, CTMErrorBusy while somebody has it open.
@interface CTMReplica (CTMDevice)
/// Removes the replica from this device for good, keys first, so that the rest is unreadable at once. A wipe
/// that was cut off is finished by the next one. With `discard` it is removed although work of this device
/// was not sent, and also if it opens no more; else it is opened for a moment with the options' passphrase.
/// What a key store of the app keeps is the app's: it removes that itself. Gives the names of the files
/// removed. If it fails with CTMErrorUnsentWork or CTMErrorWrongPassphrase, nothing is removed.
+ (CTM_ARRAY(NSString *) *_Nullable)wipeWithOptions:(CTMOptions *)options
                                   discardingUnsent:(BOOL)discard
                                              error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(wipe(_:discardingUnsent:));
/// The passphrase is forgotten: begins a recovery, anew if one was begun, with the new passphrase in the
/// options. Gives {"request","code"}: the request goes to the office, and both sides compare the code by
/// voice. CTMErrorNoRecovery, CTMErrorBadRecovery, CTMErrorWeakPassphrase.
+ (CTM_DICTIONARY(NSString *, NSString *) *_Nullable)askRecoveryWithOptions:(CTMOptions *)options
                                                                      error:
                                                                          (NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(askRecovery(_:));
/// Takes the office's answer, with the same new passphrase in the options. The database opens with it from
/// now on, under a new identity of the device; gives {"request","device"}, for the office to enrol and for
/// join. What was not sent is signed anew then. CTMErrorBadRecovery, CTMErrorWrongPassphrase.
+ (CTM_DICTIONARY(NSString *, NSString *) *_Nullable)recoverWithOptions:(CTMOptions *)options
                                                                 answer:(NSData *)answer
                                                                  error:(NSError *_Nullable *_Nullable)error
    NS_SWIFT_NAME(recover(_:answer:));
@end

NS_ASSUME_NONNULL_END
