#import "FieldBook+Phone.h"

#import "KeychainStore.h"

static KeychainStore *keys(void) { return [[KeychainStore alloc] initWithService:@"vn.cotmoc.fieldbook"]; }

static CTMOptions *optionsWith(NSData *passphrase, NSError **error) {
    NSFileManager *files = NSFileManager.defaultManager;
    NSURL *support = [files URLForDirectory:NSApplicationSupportDirectory
                                   inDomain:NSUserDomainMask
                          appropriateForURL:nil
                                     create:YES
                                      error:error];
    if (support == nil) {
        return nil;
    }
    NSURL *directory = [support URLByAppendingPathComponent:@"replica"];
    NSURL *state = [support URLByAppendingPathComponent:@"state"];
    [files createDirectoryAtURL:state withIntermediateDirectories:YES attributes:nil error:NULL];
    // What notices a restored backup must not come back with it.
    [state setResourceValue:@YES forKey:NSURLIsExcludedFromBackupKey error:NULL];
    CTMOptions *options = [[CTMOptions alloc] initWithDirectory:directory.path passphrase:passphrase];
    options.keyStore = keys();
    options.stateDirectory = state.path;
    options.language = @"vi";
    return options;
}

@implementation FieldBook (Phone)

+ (instancetype)createDevice:(NSString *)name passphrase:(NSData *)passphrase error:(NSError **)error {
    CTMOptions *options = optionsWith(passphrase, error);
    if (options == nil) {
        return nil;
    }
    // The Keychain outlives the app: the key of one that was removed would be CTMErrorAlreadyExists for ever.
    if (![NSFileManager.defaultManager fileExistsAtPath:options.directory] &&
        ![keys() forgetWithError:error]) {
        return nil;
    }
    CTMReplica *replica = [[CTMReplica alloc] initByCreatingDevice:name options:options error:error];
    return replica != nil ? [[self alloc] initWithReplica:replica] : nil;
}

+ (instancetype)openWithPassphrase:(NSData *)passphrase error:(NSError **)error {
    CTMOptions *options = optionsWith(passphrase, error);
    CTMReplica *replica = options != nil ? [[CTMReplica alloc] initWithOptions:options error:error] : nil;
    return replica != nil ? [[self alloc] initWithReplica:replica] : nil;
}

- (NSString *)requestWithError:(NSError **)error {
    return [self.replica requestWithError:error];
}

- (BOOL)joinWithGrant:(NSData *)grant root:(NSString *)root error:(NSError **)error {
    return [self.replica joinWithGrant:grant root:root error:error];
}

+ (BOOL)wipeWithPassphrase:(NSData *)passphrase discardingUnsent:(BOOL)discard error:(NSError **)error {
    CTMOptions *options = optionsWith(passphrase, error);
    if (options == nil) {
        return NO;
    }
    NSError *failure = nil;
    if ([CTMReplica wipeWithOptions:options discardingUnsent:discard error:&failure] == nil &&
        !(discard && failure.code == CTMErrorNoReplica)) {
        if (error != NULL) {
            *error = failure;
        }
        return NO;
    }
    // The library removes no entries of the app's own key store.
    return [keys() forgetWithError:error];
}

@end
