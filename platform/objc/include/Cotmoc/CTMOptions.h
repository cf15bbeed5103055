// What a replica is opened with.
#pragma once

#import <Cotmoc/CTMErrors.h>
#import <Cotmoc/CTMKeyStore.h>

NS_ASSUME_NONNULL_BEGIN

typedef NS_ENUM(NSInteger, CTMLogLevel) {
    CTMLogLevelDebug = 0,  // each call that failed, with its error
    CTMLogLevelInfo = 1,   // opened, closed, a session began or ended
    CTMLogLevelWarning = 2,
    CTMLogLevelError = 3,
} NS_SWIFT_NAME(LogLevel);

/// Gets one line in English without a line end. No text of records, no key and no passphrase stands in it.
NS_SWIFT_NAME(LogSink)
@protocol CTMLog <NSObject>
/// On the thread of the call that has something to tell, perhaps with the replica's lock held: it may not
/// call a method of the library, and it returns soon. What it throws is dropped.
- (void)logLine:(NSString *)line level:(CTMLogLevel)level;
@end

/// Plain values; one thread at a time. A replica reads them when it is opened, and keeps the key store and
/// the log.
NS_SWIFT_NAME(Options)
@interface CTMOptions : NSObject <NSCopying> {
@private
    NSString *_directory;
    NSMutableData *_passphrase;
    id<CTMKeyStore> _keyStore;
    id<CTMLog> _log;
    CTMLogLevel _logLevel;
    NSString *_language;
    NSString *_stateDirectory;
    NSString *_program;
    NSString *_kdf;
}
- (instancetype)initWithDirectory:(NSString *)directory
                       passphrase:(NSData *)passphrase NS_DESIGNATED_INITIALIZER;
CTM_NO_PLAIN_INIT
/// The folder of the replica, which is the library's own. One process at a time has it open.
@property(nonatomic, copy) NSString *directory;
/// Not text: the octets count as they are. These options keep a copy of their own, which is overwritten with
/// zeros when they go or get another one; what this property gives is that copy. The app's own data is not
/// wiped.
@property(nonatomic, copy) NSData *passphrase;
/// Who keeps the key file; nil: a file in the directory.
@property(nonatomic, retain) id<CTMKeyStore> _Nullable keyStore;
/// Gets lines of `logLevel` (CTMLogLevelInfo) and above.
@property(nonatomic, retain) id<CTMLog> _Nullable log;
@property(nonatomic) CTMLogLevel logLevel;
/// "vi" or "en" (nil: "en"): of errors, and of the few words for people in what is read.
@property(nonatomic, copy) NSString *_Nullable language;
/// A folder that a restored backup of the directory does not bring back: with it, a restored replica is
/// noticed before it meets a hub. On iOS one that is excluded from backup.
@property(nonatomic, copy) NSString *_Nullable stateDirectory;
/// Who has the directory open, as another process is told.
@property(nonatomic, copy) NSString *_Nullable program;
/// Of a replica that is made: "desktop", "phone" (nil too) or "low": what one try of the passphrase costs.
@property(nonatomic, copy) NSString *_Nullable kdf;
@end

NS_ASSUME_NONNULL_END
