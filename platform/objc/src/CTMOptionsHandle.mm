#import "CTMOptionsHandle.hpp"

#import "CTMHost.hpp"

namespace {

typedef cotmoc_status (*Setter)(cotmoc_options *options, const char *text, cotmoc_error *error);

struct Text {
    Setter set;
    NSString *value;
};

}  // namespace

BOOL CTMOptionsHandle::fill(CTMOptions *options, CTMCall &call, CTMErrorOut error) {
    if (!call.done(cotmoc_options_new(&handle, call.error()), error)) {
        return NO;
    }
    const Text texts[] = {{cotmoc_options_set_directory, [options directory]},
                          {cotmoc_options_set_language, [options language]},
                          {cotmoc_options_set_state_directory, [options stateDirectory]},
                          {cotmoc_options_set_program, [options program]},
                          {cotmoc_options_set_kdf, [options kdf]}};
    for (const Text &text : texts) {
        if (text.value != nil && !call.done(text.set(handle, CTMUtf8(text.value), call.error()), error)) {
            return NO;
        }
    }
    NSData *passphrase = [options passphrase];
    if (!call.done(
            cotmoc_options_set_passphrase(handle, CTMOctetsOf(passphrase), [passphrase length], call.error()),
            error)) {
        return NO;
    }
    return keep(options, call, error);
}

BOOL CTMOptionsHandle::keep(CTMOptions *options, CTMCall &call, CTMErrorOut error) {
    if ([options keyStore] != nil) {
        const cotmoc_key_store store = CTMKeyStoreOf([options keyStore]);
        const cotmoc_status status = cotmoc_options_set_key_store(handle, &store, call.error());
        if (status != COTMOC_OK) {
            CTMDrop(store.ctx);
            return call.done(status, error);
        }
    }
    if ([options log] != nil) {
        const cotmoc_log log = CTMLogOf([options log]);
        const auto level = static_cast<int32_t>([options logLevel]);
        const cotmoc_status status = cotmoc_options_set_log(handle, &log, level, call.error());
        if (status != COTMOC_OK) {
            CTMDrop(log.ctx);
            return call.done(status, error);
        }
    }
    return YES;
}
