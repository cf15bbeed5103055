// A device that serves: neighbours' devices sync with this one, without a hub.
#pragma once

#import <Cotmoc/CTMReplica.h>

NS_ASSUME_NONNULL_BEGIN

@class CTMServer;
struct cotmoc_serve;

/// Methods are called on the thread that runs the server, in an autorelease pool of their own, with no lock
/// held, and may call everything. What they throw ends the run: CTMErrorHost.
NS_SWIFT_NAME(ServerListener)
@protocol CTMServerListener <NSObject>
@optional
/// "HOST:PORT". How others learn of it is the app's: Bonjour, a QR code.
- (void)server:(CTMServer *)server listensAt:(NSString *)address;
/// A session failed, or had something to exchange: the object of `serve --json`.
- (void)server:(CTMServer *)server sessionDidEnd:(CTM_DICTIONARY(NSString *, id) *)report;
@end

/// Lets neighbours in. run: one thread at a time, CTMErrorBusy for a second one; cancel: any thread at any
/// time. It has no thread of its own: call run from a queue of the app, not from the main one.
NS_SWIFT_NAME(Server)
@interface CTMServer : NSObject {
@private
    CTMReplica *_replica;
    struct cotmoc_serve *_handle;
}
CTM_NO_PLAIN_INIT
/// "HOST:PORT" of this machine, such as "0.0.0.0:7451"; port 0 picks one. CTMErrorWrongUsage.
- (instancetype _Nullable)initWithReplica:(CTMReplica *)replica
                                  address:(NSString *)address
                                    error:(NSError *_Nullable *_Nullable)error NS_DESIGNATED_INITIALIZER;
/// Listens, and answers callers that the province has enrolled, one after the other, until it is cancelled.
/// Other threads read and write meanwhile. A session is a sync like any other: while one goes on, a sync of
/// this replica is CTMErrorBusy, and while that, a watch or a long call goes on, callers are told to come
/// again. The listener is retained during the call. CTMErrorCannotListen, CTMErrorNotJoined, CTMErrorRevoked;
/// CTMErrorBusy in a callback, while a sync runs and while the replica is suspended; CTMErrorWrongUsage once
/// the replica is closed or the device has a new identity, after which it can run again; CTMErrorInternal for
/// what is thrown in a session.
- (BOOL)runWithListener:(id<CTMServerListener> _Nullable)listener
                  error:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(run(_:));
/// Ends the run that goes on; without one, the next run ends before it begins, and so it is if the one that
/// begins fails before it listens. That call succeeds, unless something else ended it first. A session under
/// way ends where it is, and the next one goes on there.
- (BOOL)cancelWithError:(NSError *_Nullable *_Nullable)error NS_SWIFT_NAME(cancel());
@end

NS_ASSUME_NONNULL_END
