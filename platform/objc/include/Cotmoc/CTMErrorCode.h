// The codes of CTMErrorDomain: the numbers of docs/errors.md, which never change their meaning.
// Made by platform/objc/make_error_codes.py from the C interface's status.h; a test compares them.
// clang-format off
#pragma once

#import <Cotmoc/CTMDefines.h>

NS_ASSUME_NONNULL_BEGIN

CTM_EXTERN NSString *const CTMErrorDomain;

typedef NS_ERROR_ENUM(CTMErrorDomain, CTMErrorCode) {
    /// The command or call is not of the documented form.
    CTMErrorWrongUsage = 1,
    /// This part is not in this version yet.
    CTMErrorNotAvailableYet = 2,
    /// A check inside the program failed.
    CTMErrorInternal = 3,
    /// The catalogue has no such kind.
    CTMErrorUnknownKind = 100,
    /// The kind has no such field.
    CTMErrorUnknownField = 101,
    /// The value is not of the field's type.
    CTMErrorWrongType = 102,
    /// This is not a date or time.
    CTMErrorBadDate = 103,
    /// The number is outside the field's bounds.
    CTMErrorOutOfBounds = 104,
    /// A required field is missing.
    CTMErrorMissingField = 106,
    /// The enum has no such value.
    CTMErrorUnknownValue = 107,
    /// The value is longer than a field may be.
    CTMErrorValueTooLong = 108,
    /// The text is not valid JSON.
    CTMErrorBadJson = 109,
    /// A JSON object has the same key twice.
    CTMErrorDuplicateKey = 110,
    /// The JSON is nested deeper than 32 levels.
    CTMErrorTooDeep = 111,
    /// A line of the file is longer than 1 MiB.
    CTMErrorLineTooLong = 112,
    /// There is no such record here.
    CTMErrorUnknownRecord = 113,
    /// The record is deleted.
    CTMErrorRecordDeleted = 114,
    /// The field has changed since it was shown.
    CTMErrorStale = 115,
    /// A record with this id exists with another kind or space.
    CTMErrorRecordExists = 116,
    /// This is not a record id.
    CTMErrorBadId = 117,
    /// The field has no such conflicting value.
    CTMErrorNoConflict = 118,
    /// This device's role may not do that.
    CTMErrorNotAllowed = 119,
    /// This device does not hold that space.
    CTMErrorUnknownSpace = 120,
    /// The device may write more than one space.
    CTMErrorSpaceNeeded = 121,
    /// The query is not valid.
    CTMErrorBadQuery = 122,
    /// The field's type does not take this kind of edit.
    CTMErrorWrongShape = 123,
    /// The field is retired and takes no new values.
    CTMErrorFieldRetired = 124,
    /// The position lies beyond the end of the text.
    CTMErrorBeyondText = 125,
    /// The record's history has no such change.
    CTMErrorUnknownChange = 126,
    /// More than one change of the record begins so.
    CTMErrorAmbiguousChange = 127,
    /// That change has no effect, so nothing was shown after it.
    CTMErrorVoidChange = 128,
    /// A record cannot be joined into itself.
    CTMErrorSameRecord = 129,
    /// The records are of different kinds or spaces.
    CTMErrorCannotJoin = 130,
    /// The record was not merged into another one.
    CTMErrorNotMerged = 131,
    /// The record has no such attachment in that field.
    CTMErrorUnknownAttachment = 132,
    /// The attachment has not arrived on this device yet.
    CTMErrorAttachmentNotHere = 133,
    /// Older change sets of the space are known here by their hashes only.
    CTMErrorHistoryNotHere = 134,
    /// The space is still being fetched, so nothing may be written in it yet.
    CTMErrorSpaceIncomplete = 135,
    /// The catalogue is not valid.
    CTMErrorBadCatalogue = 200,
    /// The catalogue contradicts the one in use.
    CTMErrorCatalogueConflict = 201,
    /// The file does not list spaces as expected.
    CTMErrorBadFleet = 202,
    /// The passphrase does not open the key file.
    CTMErrorWrongPassphrase = 300,
    /// The key file is damaged.
    CTMErrorKeyFileDamaged = 301,
    /// No passphrase was given.
    CTMErrorNoPassphrase = 302,
    /// The key file's parameters are outside the allowed range.
    CTMErrorWeakKeyParameters = 303,
    /// There is not enough memory.
    CTMErrorOutOfMemory = 304,
    /// The directory already holds a replica.
    CTMErrorAlreadyExists = 305,
    /// The directory holds no replica.
    CTMErrorNoReplica = 306,
    /// The device has not joined a province yet.
    CTMErrorNotJoined = 307,
    /// The device has already joined.
    CTMErrorAlreadyJoined = 308,
    /// The grant is for another device.
    CTMErrorWrongGrant = 309,
    /// The grant is signed by another root.
    CTMErrorWrongRoot = 310,
    /// The root's fingerprint was not confirmed.
    CTMErrorRootNeeded = 311,
    /// This is not a valid request.
    CTMErrorBadRequest = 312,
    /// This is not a valid grant.
    CTMErrorBadGrant = 313,
    /// This directory is not the authority's.
    CTMErrorNotAuthority = 314,
    /// A device with this name or key is enrolled already.
    CTMErrorAlreadyEnrolled = 315,
    /// There is no such role.
    CTMErrorUnknownRole = 316,
    /// The key of that space and period is not held.
    CTMErrorNoEpochKey = 317,
    /// The authority has withdrawn this right.
    CTMErrorRevoked = 318,
    /// No device of this name or id is enrolled.
    CTMErrorUnknownDevice = 319,
    /// The hub could not be asked how far the device had come.
    CTMErrorCutNeedsSync = 320,
    /// The issuer may not act on that space or device.
    CTMErrorOutOfScope = 321,
    /// The key is not one of the root keys concerned.
    CTMErrorNotRootKey = 322,
    /// This key has signed the draft already.
    CTMErrorAlreadySigned = 323,
    /// Fewer root keys have signed than the threshold asks for.
    CTMErrorSignaturesMissing = 324,
    /// This replica is an older or second copy of a device that has gone on elsewhere; it is read-only.
    CTMErrorReplicaRestored = 325,
    /// This replica is not a restored copy.
    CTMErrorNotRestored = 326,
    /// The passphrase is too short.
    CTMErrorWeakPassphrase = 327,
    /// There is no recovery key or no recovery file.
    CTMErrorNoRecovery = 328,
    /// This is not a valid recovery request or answer for this device.
    CTMErrorBadRecovery = 329,
    /// The codes of the two sides differ.
    CTMErrorCodeDiffers = 330,
    /// This is not a valid part of a remote enrolment.
    CTMErrorBadOffer = 331,
    /// The key custody that keeps this replica's key cannot be reached.
    CTMErrorNoKeyCustody = 332,
    /// The device's certificate and its 60 days of grace are over.
    CTMErrorCertificateExpired = 333,
    /// Another issuer has signed this place of the trust feed.
    CTMErrorTrustMovedOn = 334,
    /// The PIN was wrong too often, and the key was destroyed.
    CTMErrorTriesUsedUp = 335,
    /// Work done here has not been sent.
    CTMErrorUnsentWork = 336,
    /// Nobody confirmed it.
    CTMErrorNotConfirmed = 337,
    /// The province's root has expired.
    CTMErrorRootExpired = 340,
    /// The device has that right.
    CTMErrorNotRevoked = 341,
    /// An envelope is malformed.
    CTMErrorBadEnvelope = 400,
    /// The author has no certificate here.
    CTMErrorUnknownAuthor = 401,
    /// A signature does not verify.
    CTMErrorBadSignature = 402,
    /// An envelope does not continue its feed.
    CTMErrorBrokenChain = 403,
    /// An envelope was sealed under another key.
    CTMErrorWrongCommitment = 404,
    /// An envelope does not decrypt.
    CTMErrorCannotDecrypt = 405,
    /// Compressed data is malformed or inflates too far.
    CTMErrorBadCompression = 406,
    /// Bytes are not in the one accepted encoding.
    CTMErrorBadEncoding = 407,
    /// An envelope names others that have not arrived.
    CTMErrorWaitingForDependency = 408,
    /// The format or suite is not known to this version.
    CTMErrorUnsupportedVersion = 409,
    /// A size or count is over its limit.
    CTMErrorLimitExceeded = 410,
    /// Two different change sets have the same place in a feed.
    CTMErrorForkedFeed = 411,
    /// An entry of the trust feed is not valid.
    CTMErrorBadTrustEntry = 412,
    /// An envelope is of a space this device does not hold.
    CTMErrorWrongSpace = 413,
    /// A change set lies after the cut of a device or of a right.
    CTMErrorAfterCut = 414,
    /// An envelope is sealed under another key than its author knew to be the newest.
    CTMErrorStaleEpoch = 415,
    /// A device's quota at the hub is used up.
    CTMErrorQuotaExceeded = 416,
    /// An attachment or a part of it is not what was signed.
    CTMErrorBadAttachment = 420,
    /// A snapshot is not what was signed.
    CTMErrorBadSnapshot = 421,
    /// The trust feed judges otherwise by now what the snapshot covers.
    CTMErrorStaleSnapshot = 422,
    /// Another process has this replica open.
    CTMErrorBusy = 500,
    /// The disk is full.
    CTMErrorDiskFull = 501,
    /// The disk or file system reported an error.
    CTMErrorIoError = 502,
    /// The database is damaged or was made with another key.
    CTMErrorDatabaseDamaged = 503,
    /// This SQLite version can corrupt databases.
    CTMErrorOldSqlite = 504,
    /// The database was made by a newer version.
    CTMErrorNewerDatabase = 505,
    /// The file cannot be read.
    CTMErrorCannotReadFile = 506,
    /// A file of that name is there already; nothing was written.
    CTMErrorFileExists = 507,
    /// The other side did not answer in time.
    CTMErrorNoAnswer = 600,
    /// No connection could be made.
    CTMErrorConnectionFailed = 601,
    /// The connection was lost.
    CTMErrorConnectionLost = 602,
    /// The other side is not the hub that this device trusts, or does not speak this protocol.
    CTMErrorHandshakeFailed = 603,
    /// The other side sent something out of order.
    CTMErrorProtocolError = 604,
    /// The hub does not know this device.
    CTMErrorNotEnrolled = 605,
    /// No hub is known.
    CTMErrorNoHub = 606,
    /// The address cannot be listened on.
    CTMErrorCannotListen = 607,
    /// Two replicas with the same history have different digests.
    CTMErrorDiverged = 608,
    /// The hub holds less than it held before.
    CTMErrorHubWentBack = 609,
    /// Nothing signed lately has come from the hub.
    CTMErrorHubStale = 610,
    /// A web page answered in place of the hub: this network wants a log-in first.
    CTMErrorCaptivePortal = 611,
    /// A part of the bundle is missing; what could be taken in was.
    CTMErrorBundleIncomplete = 620,
    /// The file is not a whole volume of a bundle; nothing of it was taken in.
    CTMErrorBundleDamaged = 621,
    /// A delegate of the app failed: NSUnderlyingErrorKey has its error or exception.
    CTMErrorHost = 10000,
} NS_SWIFT_NAME(CotmocError);

NS_ASSUME_NONNULL_END
