#import "CTMCall.hpp"

namespace {

/// Overwrites and lets go.
void forget(NSMutableData *secret) {
    if ([secret length] != 0) {
        [secret resetBytesInRange:NSMakeRange(0, [secret length])];
    }
    CTM_RELEASE(secret);
}

}  // namespace

@implementation CTMOptions
@synthesize directory = _directory;
@synthesize keyStore = _keyStore;
@synthesize log = _log;
@synthesize logLevel = _logLevel;
@synthesize language = _language;
@synthesize stateDirectory = _stateDirectory;
@synthesize program = _program;
@synthesize kdf = _kdf;

- (instancetype)initWithDirectory:(NSString *)directory passphrase:(NSData *)passphrase {
    self = [super init];
    if (self != nil) {
        _directory = [directory copy];
        _passphrase = [passphrase mutableCopy];
        _logLevel = CTMLogLevelInfo;
    }
    return self;
}

- (void)dealloc {
    CTM_RELEASE(_directory);
    forget(_passphrase);
    CTM_RELEASE(_keyStore);
    CTM_RELEASE(_log);
    CTM_RELEASE(_language);
    CTM_RELEASE(_stateDirectory);
    CTM_RELEASE(_program);
    CTM_RELEASE(_kdf);
    CTM_DEALLOC_SUPER;
}

- (NSData *)passphrase {
    return _passphrase;
}

- (void)setPassphrase:(NSData *)passphrase {
    NSMutableData *former = _passphrase;
    _passphrase = [passphrase mutableCopy];
    forget(former);
}

- (id)copyWithZone:(NSZone *)zone {
    CTMOptions *copy = [[CTMOptions allocWithZone:zone] initWithDirectory:_directory passphrase:_passphrase];
    [copy setKeyStore:_keyStore];
    [copy setLog:_log];
    [copy setLogLevel:_logLevel];
    [copy setLanguage:_language];
    [copy setStateDirectory:_stateDirectory];
    [copy setProgram:_program];
    [copy setKdf:_kdf];
    return copy;
}

@end
