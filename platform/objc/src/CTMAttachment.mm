#import "CTMCall.hpp"

@implementation CTMReplica (CTMAttachments)

- (NSDictionary *)attachFile:(NSString *)path
                    toRecord:(NSString *)identifier
                       field:(NSString *)field
                       error:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_attachment_add_file(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMUtf8(path),
                                                CTMCall::view, call.ctx(), call.error()),
                     error);
}

- (NSArray *)attachmentsOfRecord:(NSString *)identifier field:(NSString *)field error:(NSError **)error {
    CTMCall call(_language);
    return call.json(cotmoc_attachment_list(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMCall::view,
                                            call.ctx(), call.error()),
                     error);
}

- (BOOL)saveAttachment:(NSString *)name
              ofRecord:(NSString *)identifier
                 field:(NSString *)field
                toFile:(NSString *)path
                 error:(NSError **)error {
    CTMCall call(_language);
    return call.done(cotmoc_attachment_save(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMUtf8(name),
                                            CTMUtf8(path), call.error()),
                     error);
}

@end
