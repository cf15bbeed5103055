// What a call came to. The numbers are those of docs/errors.md and never change their meaning.
// Made by platform/c/make_status.py from errors.inc; a test compares them.
#pragma once

#include <stdint.h>

/// COTMOC_OK, a number of the list below, or a number from COTMOC_HOST_FIRST on that a callback of the host
/// has returned. A later library may return numbers that this header does not know.
typedef int32_t cotmoc_status;

/// Done.
#define COTMOC_OK 0
/// What a callback returns to end a list early: the call that gave the rows then returns COTMOC_OK.
#define COTMOC_STOP (-1)
/// Numbers from here to COTMOC_HOST_LAST are the host's own: what a callback returns comes back unchanged.
#define COTMOC_HOST_FIRST 10000
#define COTMOC_HOST_LAST 19999

/// The command or call is not of the documented form.
#define COTMOC_WRONG_USAGE 1
/// This part is not in this version yet.
#define COTMOC_NOT_AVAILABLE_YET 2
/// A check inside the program failed.
#define COTMOC_INTERNAL 3
/// The catalogue has no such kind.
#define COTMOC_UNKNOWN_KIND 100
/// The kind has no such field.
#define COTMOC_UNKNOWN_FIELD 101
/// The value is not of the field's type.
#define COTMOC_WRONG_TYPE 102
/// This is not a date or time.
#define COTMOC_BAD_DATE 103
/// The number is outside the field's bounds.
#define COTMOC_OUT_OF_BOUNDS 104
/// The text is not valid UTF-8.
#define COTMOC_INVALID_UTF8 105
/// A required field is missing.
#define COTMOC_MISSING_FIELD 106
/// The enum has no such value.
#define COTMOC_UNKNOWN_VALUE 107
/// The value is longer than a field may be.
#define COTMOC_VALUE_TOO_LONG 108
/// The text is not valid JSON.
#define COTMOC_BAD_JSON 109
/// A JSON object has the same key twice.
#define COTMOC_DUPLICATE_KEY 110
/// The JSON is nested deeper than 32 levels.
#define COTMOC_TOO_DEEP 111
/// A line of the file is longer than 1 MiB.
#define COTMOC_LINE_TOO_LONG 112
/// There is no such record here.
#define COTMOC_UNKNOWN_RECORD 113
/// The record is deleted.
#define COTMOC_RECORD_DELETED 114
/// The field has changed since it was shown.
#define COTMOC_STALE 115
/// A record with this id exists with another kind or space.
#define COTMOC_RECORD_EXISTS 116
/// This is not a record id.
#define COTMOC_BAD_ID 117
/// The field has no such conflicting value.
#define COTMOC_NO_CONFLICT 118
/// This device's role may not do that.
#define COTMOC_NOT_ALLOWED 119
/// This device does not hold that space.
#define COTMOC_UNKNOWN_SPACE 120
/// The device may write more than one space.
#define COTMOC_SPACE_NEEDED 121
/// The query is not valid.
#define COTMOC_BAD_QUERY 122
/// The field's type does not take this kind of edit.
#define COTMOC_WRONG_SHAPE 123
/// The field is retired and takes no new values.
#define COTMOC_FIELD_RETIRED 124
/// The position lies beyond the end of the text.
#define COTMOC_BEYOND_TEXT 125
/// The record's history has no such change.
#define COTMOC_UNKNOWN_CHANGE 126
/// More than one change of the record begins so.
#define COTMOC_AMBIGUOUS_CHANGE 127
/// That change has no effect, so nothing was shown after it.
#define COTMOC_VOID_CHANGE 128
/// A record cannot be joined into itself.
#define COTMOC_SAME_RECORD 129
/// The records are of different kinds or spaces.
#define COTMOC_CANNOT_JOIN 130
/// The record was not merged into another one.
#define COTMOC_NOT_MERGED 131
/// The record has no such attachment in that field.
#define COTMOC_UNKNOWN_ATTACHMENT 132
/// The attachment has not arrived on this device yet.
#define COTMOC_ATTACHMENT_NOT_HERE 133
/// Older change sets of the space are known here by their hashes only.
#define COTMOC_HISTORY_NOT_HERE 134
/// The space is still being fetched, so nothing may be written in it yet.
#define COTMOC_SPACE_INCOMPLETE 135
/// The catalogue is not valid.
#define COTMOC_BAD_CATALOGUE 200
/// The catalogue contradicts the one in use.
#define COTMOC_CATALOGUE_CONFLICT 201
/// The file does not list spaces as expected.
#define COTMOC_BAD_FLEET 202
/// The passphrase does not open the key file.
#define COTMOC_WRONG_PASSPHRASE 300
/// The key file is damaged.
#define COTMOC_KEY_FILE_DAMAGED 301
/// No passphrase was given.
#define COTMOC_NO_PASSPHRASE 302
/// The key file's parameters are outside the allowed range.
#define COTMOC_WEAK_KEY_PARAMETERS 303
/// There is not enough memory.
#define COTMOC_OUT_OF_MEMORY 304
/// The directory already holds a replica.
#define COTMOC_ALREADY_EXISTS 305
/// The directory holds no replica.
#define COTMOC_NO_REPLICA 306
/// The device has not joined a province yet.
#define COTMOC_NOT_JOINED 307
/// The device has already joined.
#define COTMOC_ALREADY_JOINED 308
/// The grant is for another device.
#define COTMOC_WRONG_GRANT 309
/// The grant is signed by another root.
#define COTMOC_WRONG_ROOT 310
/// The root's fingerprint was not confirmed.
#define COTMOC_ROOT_NEEDED 311
/// This is not a valid request.
#define COTMOC_BAD_REQUEST 312
/// This is not a valid grant.
#define COTMOC_BAD_GRANT 313
/// This directory is not the authority's.
#define COTMOC_NOT_AUTHORITY 314
/// A device with this name or key is enrolled already.
#define COTMOC_ALREADY_ENROLLED 315
/// There is no such role.
#define COTMOC_UNKNOWN_ROLE 316
/// The key of that space and period is not held.
#define COTMOC_NO_EPOCH_KEY 317
/// The authority has withdrawn this right.
#define COTMOC_REVOKED 318
/// No device of this name or id is enrolled.
#define COTMOC_UNKNOWN_DEVICE 319
/// The hub could not be asked how far the device had come.
#define COTMOC_CUT_NEEDS_SYNC 320
/// The issuer may not act on that space or device.
#define COTMOC_OUT_OF_SCOPE 321
/// The key is not one of the root keys concerned.
#define COTMOC_NOT_ROOT_KEY 322
/// This key has signed the draft already.
#define COTMOC_ALREADY_SIGNED 323
/// Fewer root keys have signed than the threshold asks for.
#define COTMOC_SIGNATURES_MISSING 324
/// This replica is an older or second copy of a device that has gone on elsewhere; it is read-only.
#define COTMOC_REPLICA_RESTORED 325
/// This replica is not a restored copy.
#define COTMOC_NOT_RESTORED 326
/// The passphrase is too short.
#define COTMOC_WEAK_PASSPHRASE 327
/// There is no recovery key or no recovery file.
#define COTMOC_NO_RECOVERY 328
/// This is not a valid recovery request or answer for this device.
#define COTMOC_BAD_RECOVERY 329
/// The codes of the two sides differ.
#define COTMOC_CODE_DIFFERS 330
/// This is not a valid part of a remote enrolment.
#define COTMOC_BAD_OFFER 331
/// The key custody that keeps this replica's key cannot be reached.
#define COTMOC_NO_KEY_CUSTODY 332
/// The device's certificate and its 60 days of grace are over.
#define COTMOC_CERTIFICATE_EXPIRED 333
/// Another issuer has signed this place of the trust feed.
#define COTMOC_TRUST_MOVED_ON 334
/// The PIN was wrong too often, and the key was destroyed.
#define COTMOC_TRIES_USED_UP 335
/// Work done here has not been sent.
#define COTMOC_UNSENT_WORK 336
/// Nobody confirmed it.
#define COTMOC_NOT_CONFIRMED 337
/// The province's root has expired.
#define COTMOC_ROOT_EXPIRED 340
/// The device has that right.
#define COTMOC_NOT_REVOKED 341
/// An envelope is malformed.
#define COTMOC_BAD_ENVELOPE 400
/// The author has no certificate here.
#define COTMOC_UNKNOWN_AUTHOR 401
/// A signature does not verify.
#define COTMOC_BAD_SIGNATURE 402
/// An envelope does not continue its feed.
#define COTMOC_BROKEN_CHAIN 403
/// An envelope was sealed under another key.
#define COTMOC_WRONG_COMMITMENT 404
/// An envelope does not decrypt.
#define COTMOC_CANNOT_DECRYPT 405
/// Compressed data is malformed or inflates too far.
#define COTMOC_BAD_COMPRESSION 406
/// Bytes are not in the one accepted encoding.
#define COTMOC_BAD_ENCODING 407
/// An envelope names others that have not arrived.
#define COTMOC_WAITING_FOR_DEPENDENCY 408
/// The format or suite is not known to this version.
#define COTMOC_UNSUPPORTED_VERSION 409
/// A size or count is over its limit.
#define COTMOC_LIMIT_EXCEEDED 410
/// Two different change sets have the same place in a feed.
#define COTMOC_FORKED_FEED 411
/// An entry of the trust feed is not valid.
#define COTMOC_BAD_TRUST_ENTRY 412
/// An envelope is of a space this device does not hold.
#define COTMOC_WRONG_SPACE 413
/// A change set lies after the cut of a device or of a right.
#define COTMOC_AFTER_CUT 414
/// An envelope is sealed under another key than its author knew to be the newest.
#define COTMOC_STALE_EPOCH 415
/// A device's quota at the hub is used up.
#define COTMOC_QUOTA_EXCEEDED 416
/// An attachment or a part of it is not what was signed.
#define COTMOC_BAD_ATTACHMENT 420
/// A snapshot is not what was signed.
#define COTMOC_BAD_SNAPSHOT 421
/// The trust feed judges otherwise by now what the snapshot covers.
#define COTMOC_STALE_SNAPSHOT 422
/// Another process has this replica open.
#define COTMOC_BUSY 500
/// The disk is full.
#define COTMOC_DISK_FULL 501
/// The disk or file system reported an error.
#define COTMOC_IO_ERROR 502
/// The database is damaged or was made with another key.
#define COTMOC_DATABASE_DAMAGED 503
/// This SQLite version can corrupt databases.
#define COTMOC_OLD_SQLITE 504
/// The database was made by a newer version.
#define COTMOC_NEWER_DATABASE 505
/// The file cannot be read.
#define COTMOC_CANNOT_READ_FILE 506
/// A file of that name is there already; nothing was written.
#define COTMOC_FILE_EXISTS 507
/// The other side did not answer in time.
#define COTMOC_NO_ANSWER 600
/// No connection could be made.
#define COTMOC_CONNECTION_FAILED 601
/// The connection was lost.
#define COTMOC_CONNECTION_LOST 602
/// The other side is not the hub that this device trusts, or does not speak this protocol.
#define COTMOC_HANDSHAKE_FAILED 603
/// The other side sent something out of order.
#define COTMOC_PROTOCOL_ERROR 604
/// The hub does not know this device.
#define COTMOC_NOT_ENROLLED 605
/// No hub is known.
#define COTMOC_NO_HUB 606
/// The address cannot be listened on.
#define COTMOC_CANNOT_LISTEN 607
/// Two replicas with the same history have different digests.
#define COTMOC_DIVERGED 608
/// The hub holds less than it held before.
#define COTMOC_HUB_WENT_BACK 609
/// Nothing signed lately has come from the hub.
#define COTMOC_HUB_STALE 610
/// A web page answered in place of the hub: this network wants a log-in first.
#define COTMOC_CAPTIVE_PORTAL 611
/// A part of the bundle is missing; what could be taken in was.
#define COTMOC_BUNDLE_INCOMPLETE 620
/// The file is not a whole volume of a bundle; nothing of it was taken in.
#define COTMOC_BUNDLE_DAMAGED 621
