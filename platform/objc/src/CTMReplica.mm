#import "CTMHost.hpp"
#import "CTMJson.hpp"
#import "CTMOptionsHandle.hpp"
#import "CTMRows.hpp"

#include <cstring>

namespace {

cotmoc_status run_batch(void *ctx) {
    return CTMCallHost([=] {
        NSError *failure = nil;
        return [CTM_OBJECT(id<CTMBatch>, ctx) performBatchWithError:&failure] ? COTMOC_OK
                                                                              : CTMStatusOf(failure);
    });
}

}  // namespace

@implementation CTMReplica

- (instancetype)initWithOptions:(CTMOptions *)options error:(NSError **)error {
    self = [super init];
    if (self == nil) {
        return nil;
    }
    _language = [[options language] copy];
    CTMOptionsHandle handle;
    CTMCall call(_language);
    if (!handle.fill(options, call, error) ||
        !call.done(cotmoc_replica_open(handle.handle, &_handle, call.error()), error)) {
        CTM_RELEASE(self);
        return nil;
    }
    return self;
}

- (instancetype)initByCreatingDevice:(NSString *)name options:(CTMOptions *)options error:(NSError **)error {
    self = [super init];
    if (self == nil) {
        return nil;
    }
    _language = [[options language] copy];
    CTMOptionsHandle handle;
    CTMCall call(_language);
    if (!handle.fill(options, call, error) ||
        !call.done(cotmoc_replica_create(handle.handle, CTMUtf8(name), &_handle, call.error()), error)) {
        CTM_RELEASE(self);
        return nil;
    }
    return self;
}

- (void)dealloc {
    cotmoc_replica_free(_handle);
    CTM_RELEASE(_language);
    CTM_DEALLOC_SUPER;
}

- (struct cotmoc_replica *)ctm_handle {
    return _handle;
}

- (NSString *)ctm_language {
    return _language;
}

- (BOOL)closeWithError:(NSError **)error {
    CTMCall call(_language);
    return call.done(cotmoc_replica_close(_handle, call.error()), error);
}

- (BOOL)suspendWithError:(NSError **)error {
    CTMCall call(_language);
    return call.done(cotmoc_replica_suspend(_handle, call.error()), error);
}

- (BOOL)resumeWithError:(NSError **)error {
    CTMCall call(_language);
    return call.done(cotmoc_replica_resume(_handle, call.error()), error);
}

+ (NSString *)libraryVersion {
    return CTMStringOf(cotmoc_version());
}

- (NSDictionary *)infoWithError:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_info(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

- (NSDictionary *)statusWithError:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_status(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

- (NSDictionary *)catalogueWithError:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_catalogue(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

- (NSDictionary *)digestsWithError:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_digests(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

- (NSArray *)devicesWithError:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_devices(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

- (NSString *)requestWithError:(NSError **)error {
    CTMCall call(_language);
    return call.string(cotmoc_replica_request(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

+ (NSString *)fingerprintOfGrant:(NSData *)grant error:(NSError **)error {
    CTMCall call(nil);
    const auto *text = reinterpret_cast<const char *>(CTMOctetsOf(grant));
    return call.string(
        cotmoc_grant_fingerprint(text, [grant length], CTMCall::view, call.ctx(), call.error()), error);
}

- (BOOL)joinWithGrant:(NSData *)grant root:(NSString *)root error:(NSError **)error {
    CTMCall call(_language);
    const auto *text = reinterpret_cast<const char *>(CTMOctetsOf(grant));
    return call.done(cotmoc_replica_join(_handle, text, [grant length], CTMUtf8(root), call.error()), error);
}

- (NSDictionary *)requestRemotelyWithMessage:(NSString *)message error:(NSError **)error {
    CTMCall call(_language);
    const CTMUtf8 said(message);
    const char *text = said;
    return call.json(cotmoc_replica_request_remote(_handle, text, text != nullptr ? std::strlen(text) : 0,
                                                   CTMCall::view, call.ctx(), call.error()),
                     error);
}

- (BOOL)joinWithGrant:(NSData *)grant code:(NSString *)code error:(NSError **)error {
    CTMCall call(_language);
    const auto *text = reinterpret_cast<const char *>(CTMOctetsOf(grant));
    return call.done(cotmoc_replica_join_remote(_handle, text, [grant length], CTMUtf8(code), call.error()),
                     error);
}

- (NSString *)rejoinWithPassphrase:(NSData *)passphrase name:(NSString *)name error:(NSError **)error {
    CTMCall call(_language);
    return call.string(cotmoc_replica_rejoin(_handle, CTMOctetsOf(passphrase), [passphrase length],
                                             CTMUtf8(name), CTMCall::view, call.ctx(), call.error()),
                       error);
}

- (BOOL)changePassphrase:(NSData *)current to:(NSData *)fresh error:(NSError **)error {
    CTMCall call(_language);
    return call.done(cotmoc_replica_change_passphrase(_handle, CTMOctetsOf(current), [current length],
                                                      CTMOctetsOf(fresh), [fresh length], call.error()),
                     error);
}

- (BOOL)performBatch:(id<CTMBatch>)batch error:(NSError **)error {
    CTMCall call(_language);
    void *context = CTM_CONTEXT(batch);
    const cotmoc_status status = cotmoc_replica_batch(_handle, run_batch, context, call.error());
    CTMDrop(context);
    return call.done(status, error);
}

- (NSDictionary *)verifyWithError:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_verify(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

- (NSArray *)quarantineWithError:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_quarantine(_handle, CTMCall::view, call.ctx(), call.error()), error);
}

- (NSDictionary *)reportOfSpace:(NSString *)space
                           from:(NSString *)from
                             to:(NSString *)to
                          error:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_report(_handle, CTMUtf8(space), CTMUtf8(from), CTMUtf8(to), CTMCall::view,
                                           call.ctx(), call.error()),
                     error);
}

- (BOOL)auditWithReader:(id<CTMRowReader>)reader error:(NSError **)error {
    CTMCall call(_language);
    void *context = CTM_CONTEXT(reader);
    const cotmoc_status status = cotmoc_replica_audit(_handle, CTMGiveRow, context, call.error());
    CTMDrop(context);
    return call.done(status, error);
}

- (BOOL)exportKind:(NSString *)kind
             space:(NSString *)space
            reader:(id<CTMRowReader>)reader
             error:(NSError **)error {
    CTMCall call(_language);
    void *context = CTM_CONTEXT(reader);
    const cotmoc_status status =
        cotmoc_replica_export(_handle, CTMUtf8(kind), CTMUtf8(space), CTMGiveRow, context, call.error());
    CTMDrop(context);
    return call.done(status, error);
}

- (NSDictionary *)releaseHash:(NSString *)hash error:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_replica_release(_handle, CTMUtf8(hash), CTMCall::view, call.ctx(), call.error()),
                     error);
}

@end
