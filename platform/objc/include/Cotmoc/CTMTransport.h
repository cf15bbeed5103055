// A byte pipe by the app: a WebSocket, Bluetooth, a proxy that only the platform knows.
#pragma once

#import <Cotmoc/CTMErrors.h>

NS_ASSUME_NONNULL_BEGIN

/// Opens one pipe after the other to the hub: each session has its own, so there is at most one at a time.
/// What goes over it is encrypted and authenticated by the library. All but `wake` are called on the thread
/// that runs the sync, each in an autorelease pool of its own, with no lock held. NO or nil with an error
/// ends the session with it (CTMErrorConnectionFailed, CTMErrorConnectionLost, CTMErrorNoAnswer, or one of
/// another domain).
NS_SWIFT_NAME(Transport)
@protocol CTMTransport <NSObject>
- (BOOL)openWithTimeout:(NSTimeInterval)timeout error:(NSError *_Nullable *_Nullable)error;
/// Takes what it can without waiting long: `taken` becomes 0 to the size. The rest is offered again. `octets`
/// are valid during the call.
- (BOOL)sendOctets:(const uint8_t *)octets
              size:(NSUInteger)size
             taken:(NSUInteger *)taken
             error:(NSError *_Nullable *_Nullable)error;
/// Waits up to `timeout` for octets, at most `size`: empty if none came. CTMErrorConnectionLost once the
/// other side has closed and everything was read.
- (NSData *_Nullable)receiveUpTo:(NSUInteger)size
                         timeout:(NSTimeInterval)timeout
                           error:(NSError *_Nullable *_Nullable)error;
/// Once after each open that succeeded.
- (void)close;
@optional
/// Makes an open or receive that waits return at once, with or without an error, or the next one if none
/// waits yet; without it a cancel waits for open. On any thread, from several at once, and at the same time
/// as open, send and receive, so what it uses must be there before open begins. It is called only between the
/// beginning of an open and that of its close, or the end of an open that fails: close waits until it has
/// returned. It must not wait for the sync.
- (void)wake;
@end

NS_ASSUME_NONNULL_END
