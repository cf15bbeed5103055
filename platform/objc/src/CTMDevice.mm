#import "CTMOptionsHandle.hpp"

@implementation CTMReplica (CTMDevice)

+ (NSArray *)wipeWithOptions:(CTMOptions *)options discardingUnsent:(BOOL)discard error:(NSError **)error {
    CTMOptionsHandle handle;
    CTMCall call([options language]);
    if (!handle.fill(options, call, error)) {
        return nil;
    }
    return call.json(
        cotmoc_device_wipe(handle.handle, discard ? 1 : 0, CTMCall::view, call.ctx(), call.error()), error);
}

+ (NSDictionary *)askRecoveryWithOptions:(CTMOptions *)options error:(NSError **)error {
    CTMOptionsHandle handle;
    CTMCall call([options language]);
    if (!handle.fill(options, call, error)) {
        return nil;
    }
    return call.json(cotmoc_device_ask_recovery(handle.handle, CTMCall::view, call.ctx(), call.error()),
                     error);
}

+ (NSDictionary *)recoverWithOptions:(CTMOptions *)options answer:(NSData *)answer error:(NSError **)error {
    CTMOptionsHandle handle;
    CTMCall call([options language]);
    if (!handle.fill(options, call, error)) {
        return nil;
    }
    const auto *text = reinterpret_cast<const char *>(CTMOctetsOf(answer));
    return call.json(
        cotmoc_device_recover(handle.handle, text, [answer length], CTMCall::view, call.ctx(), call.error()),
        error);
}

@end
