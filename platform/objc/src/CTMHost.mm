#import "CTMHost.hpp"

namespace {

NSString *const failure_key = @"CTMHostFailure";

typedef NSData *(*Ask)(id<CTMKeyStore> store, CTMErrorOut error);
typedef BOOL (*Tell)(id<CTMKeyStore> store, CTMErrorOut error);

cotmoc_status give(void *ctx, cotmoc_octets_fn take, void *sink, Ask ask, BOOL wipe) {
    return CTMCallHost([=] {
        NSError *failure = nil;
        NSData *octets = ask(CTM_OBJECT(id<CTMKeyStore>, ctx), &failure);
        if (octets == nil) {
            return CTMStatusOf(failure);
        }
        const cotmoc_status taken = take(sink, CTMOctetsOf(octets), [octets length]);
        if (wipe && [octets isKindOfClass:[NSMutableData class]]) {
            [(NSMutableData *)octets resetBytesInRange:NSMakeRange(0, [octets length])];
        }
        return taken;
    });
}

cotmoc_status tell(void *ctx, Tell told) {
    return CTMCallHost([=] {
        NSError *failure = nil;
        return told(CTM_OBJECT(id<CTMKeyStore>, ctx), &failure) ? COTMOC_OK : CTMStatusOf(failure);
    });
}

NSData *data_of(const uint8_t *octets, size_t size) { return [NSData dataWithBytes:octets length:size]; }

NSData *ask_load(id<CTMKeyStore> store, CTMErrorOut error) { return [store loadKeyFileWithError:error]; }
NSData *ask_secret(id<CTMKeyStore> store, CTMErrorOut error) { return [store hardwareSecretWithError:error]; }
NSData *ask_recovery(id<CTMKeyStore> store, CTMErrorOut error) { return [store loadRecoveryWithError:error]; }
BOOL tell_try(id<CTMKeyStore> store, CTMErrorOut error) { return [store beginTryWithError:error]; }
BOOL tell_opened(id<CTMKeyStore> store, CTMErrorOut error) { return [store keyFileOpenedWithError:error]; }
BOOL tell_forget(id<CTMKeyStore> store, CTMErrorOut error) { return [store forgetPreviousWithError:error]; }

cotmoc_status load(void *ctx, cotmoc_octets_fn take, void *sink) {
    return give(ctx, take, sink, ask_load, NO);
}
cotmoc_status secret(void *ctx, cotmoc_octets_fn take, void *sink) {
    return give(ctx, take, sink, ask_secret, YES);
}
cotmoc_status load_recovery(void *ctx, cotmoc_octets_fn take, void *sink) {
    return give(ctx, take, sink, ask_recovery, NO);
}
cotmoc_status begin_try(void *ctx) { return tell(ctx, tell_try); }
cotmoc_status opened(void *ctx) { return tell(ctx, tell_opened); }
cotmoc_status forget_previous(void *ctx) { return tell(ctx, tell_forget); }

cotmoc_status save(void *ctx, const uint8_t *octets, size_t size) {
    return CTMCallHost([=] {
        NSError *failure = nil;
        id<CTMKeyStore> store = CTM_OBJECT(id<CTMKeyStore>, ctx);
        return [store saveKeyFile:data_of(octets, size) error:&failure] ? COTMOC_OK : CTMStatusOf(failure);
    });
}

cotmoc_status save_recovery(void *ctx, const uint8_t *octets, size_t size) {
    return CTMCallHost([=] {
        NSError *failure = nil;
        id<CTMKeyStore> store = CTM_OBJECT(id<CTMKeyStore>, ctx);
        return [store saveRecovery:data_of(octets, size) error:&failure] ? COTMOC_OK : CTMStatusOf(failure);
    });
}

void line(void *ctx, int32_t level, const char *text) {
    CTMCallHost([=] {
        NSString *told = [NSString stringWithUTF8String:text];
        [CTM_OBJECT(id<CTMLog>, ctx) logLine:(told != nil ? told : @"")
                                       level:static_cast<CTMLogLevel>(level)];
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

cotmoc_status open_pipe(void *ctx, int32_t timeout_ms) {
    return CTMCallHost([=] {
        NSError *failure = nil;
        id<CTMTransport> transport = CTM_OBJECT(id<CTMTransport>, ctx);
        return [transport openWithTimeout:timeout_ms / 1000.0 error:&failure] ? COTMOC_OK
                                                                              : CTMStatusOf(failure);
    });
}

cotmoc_status send(void *ctx, const uint8_t *octets, size_t size, size_t *taken) {
    *taken = 0;
    return CTMCallHost([=] {
        NSError *failure = nil;
        NSUInteger count = 0;
        id<CTMTransport> transport = CTM_OBJECT(id<CTMTransport>, ctx);
        if (![transport sendOctets:octets size:size taken:&count error:&failure]) {
            return CTMStatusOf(failure);
        }
        *taken = count;
        return static_cast<cotmoc_status>(count <= size ? COTMOC_OK : COTMOC_WRONG_USAGE);
    });
}

cotmoc_status receive(void *ctx, uint8_t *into, size_t capacity, int32_t timeout_ms, size_t *got) {
    *got = 0;
    return CTMCallHost([=] {
        NSError *failure = nil;
        id<CTMTransport> transport = CTM_OBJECT(id<CTMTransport>, ctx);
        NSData *octets = [transport receiveUpTo:capacity timeout:timeout_ms / 1000.0 error:&failure];
        if (octets == nil) {
            return CTMStatusOf(failure);
        }
        if ([octets length] > capacity) {
            return static_cast<cotmoc_status>(COTMOC_WRONG_USAGE);
        }
        [octets getBytes:into length:capacity];
        *got = [octets length];
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

void close_pipe(void *ctx) {
    CTMTellHost([=] {
        [CTM_OBJECT(id<CTMTransport>, ctx) close];
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

void wake(void *ctx) {
    CTMTellHost([=] {
        [CTM_OBJECT(id<CTMTransport>, ctx) wake];
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

}  // namespace

cotmoc_status CTMStatusOf(NSError *failure) {
    if (failure != nil && [[failure domain] isEqualToString:CTMErrorDomain]) {
        const NSInteger code = [failure code];
        if (code > 0 && code < COTMOC_HOST_FIRST) {
            return static_cast<cotmoc_status>(code);
        }
    }
    if (failure != nil) {
        [[[NSThread currentThread] threadDictionary] setObject:failure forKey:failure_key];
    }
    return COTMOC_HOST_FIRST;
}

NSError *CTMErrorOfException(id thrown) {
    NSString *text = [thrown description];
    if ([thrown isKindOfClass:[NSException class]]) {
        text = [NSString stringWithFormat:@"%@: %@", [thrown name], [thrown reason]];
    }
    return [NSError errorWithDomain:CTMExceptionDomain
                               code:0
                           userInfo:[NSDictionary dictionaryWithObject:text
                                                                forKey:NSLocalizedDescriptionKey]];
}

NSError *CTMTakeHostFailure() {
    NSMutableDictionary *own = [[NSThread currentThread] threadDictionary];
    NSError *failure = CTM_AUTORELEASE(CTM_RETAIN([own objectForKey:failure_key]));
    [own removeObjectForKey:failure_key];
    return failure;
}

void CTMDrop(void *ctx) {
    CTMTellHost([=] {
        CTM_DROP_CONTEXT(ctx);
        return static_cast<cotmoc_status>(COTMOC_OK);
    });
}

cotmoc_key_store CTMKeyStoreOf(id<CTMKeyStore> store) {
    cotmoc_key_store made = {};
    made.size = sizeof made;
    made.drop = CTMDrop;
    made.load = load;
    made.save = save;
    made.hardware_secret = [store respondsToSelector:@selector(hardwareSecretWithError:)] ? secret : nullptr;
    made.begin_try = [store respondsToSelector:@selector(beginTryWithError:)] ? begin_try : nullptr;
    made.opened = [store respondsToSelector:@selector(keyFileOpenedWithError:)] ? opened : nullptr;
    made.forget_previous =
        [store respondsToSelector:@selector(forgetPreviousWithError:)] ? forget_previous : nullptr;
    if ([store respondsToSelector:@selector(loadRecoveryWithError:)] &&
        [store respondsToSelector:@selector(saveRecovery:error:)]) {
        made.load_recovery = load_recovery;
        made.save_recovery = save_recovery;
    }
    made.ctx = CTM_CONTEXT(store);
    return made;
}

cotmoc_log CTMLogOf(id<CTMLog> log) {
    cotmoc_log made = {};
    made.size = sizeof made;
    made.ctx = CTM_CONTEXT(log);
    made.drop = CTMDrop;
    made.line = line;
    return made;
}

cotmoc_transport CTMTransportOf(id<CTMTransport> transport) {
    cotmoc_transport made = {};
    made.size = sizeof made;
    made.drop = CTMDrop;
    made.open = open_pipe;
    made.send = send;
    made.receive = receive;
    made.close = close_pipe;
    made.wake = [transport respondsToSelector:@selector(wake)] ? wake : nullptr;
    made.ctx = CTM_CONTEXT(transport);
    return made;
}
