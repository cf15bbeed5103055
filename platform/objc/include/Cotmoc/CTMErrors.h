// Why a call failed.
#pragma once

#import <Cotmoc/CTMErrorCode.h>

NS_ASSUME_NONNULL_BEGIN

// The error of a call has CTMErrorDomain and a code of docs/errors.md. Its localizedDescription and
// localizedRecoverySuggestion are for people, in the language of the replica's options; no text of records
// stands in them. An error that a delegate returned in this domain keeps its code; one of another domain, or
// an exception, comes back as CTMErrorHost with itself as NSUnderlyingErrorKey.

/// NSString: "unknown_field".
CTM_EXTERN NSString *const CTMErrorNameKey NS_SWIFT_NAME(CTMErrorNameKey);
/// NSString: the thing concerned: a field, a path, a number; perhaps empty.
CTM_EXTERN NSString *const CTMErrorDetailKey NS_SWIFT_NAME(CTMErrorDetailKey);
/// NSNumber of a CTMRetry.
CTM_EXTERN NSString *const CTMErrorRetryKey NS_SWIFT_NAME(CTMErrorRetryKey);
/// The domain of the NSUnderlyingErrorKey of an exception that a delegate threw. Its description names it.
CTM_EXTERN NSString *const CTMExceptionDomain NS_SWIFT_NAME(CTMExceptionDomain);

/// Whether the same attempt can succeed later on its own.
typedef NS_ENUM(NSInteger, CTMRetry) {
    CTMRetryNever = 0,
    CTMRetryAfterBackOff = 1,
    CTMRetryWhenNetworkChanges = 2,
} NS_SWIFT_NAME(Retry);

/// An error for a delegate to return: with it, the library knows what went wrong. Any thread.
CTM_EXTERN NSError *CTMMakeError(CTMErrorCode code, NSString *_Nullable detail)
    NS_SWIFT_NAME(makeCotmocError(_:detail:));

NS_ASSUME_NONNULL_END
