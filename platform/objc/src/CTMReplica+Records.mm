#import "CTMCall.hpp"
#import "CTMJson.hpp"

namespace {

/// The record that the call gave.
CTMRecord *record_of(CTMCall &call, cotmoc_status status, CTMErrorOut error) {
    if (!call.done(status, error)) {
        return nil;
    }
    CTMRecord *record = [[CTMRecord alloc] initWithText:call.text()];
    return CTM_AUTORELEASE(record);
}

CTMRecord *edit(CTMReplica *replica, NSString *identifier, id edits, CTMErrorOut error) {
    CTMCall call([replica ctm_language]);
    std::string text;
    if (!call.write(text, edits, error)) {
        return nil;
    }
    return record_of(call,
                     cotmoc_record_edit([replica ctm_handle], CTMUtf8(identifier), text.c_str(),
                                        CTMCall::view, call.ctx(), call.error()),
                     error);
}

}  // namespace

@implementation CTMReplica (CTMRecords)

- (NSString *)addRecordOfKind:(NSString *)kind
                       fields:(NSDictionary *)fields
                        space:(NSString *)space
                        error:(NSError **)error {
    NSString *fresh = nil;
    return [self addRecordOfKind:kind identifier:fresh fields:fields space:space error:error];
}

- (NSString *)addRecordOfKind:(NSString *)kind
                   identifier:(NSString *)identifier
                       fields:(NSDictionary *)fields
                        space:(NSString *)space
                        error:(NSError **)error {
    CTMCall call([self ctm_language]);
    std::string text;
    if (!call.write(text, fields, error)) {
        return nil;
    }
    return call.string(
        cotmoc_record_add([self ctm_handle], CTMUtf8(kind), CTMUtf8(space), CTMUtf8(identifier), text.c_str(),
                          CTMCall::view, call.ctx(), call.error()),
        error);
}

- (CTMRecord *)editRecord:(NSString *)identifier fields:(NSDictionary *)fields error:(NSError **)error {
    return edit(self, identifier, fields, error);
}

- (CTMRecord *)editRecord:(NSString *)identifier edits:(NSArray *)edits error:(NSError **)error {
    return edit(self, identifier, edits, error);
}

- (BOOL)deleteRecord:(NSString *)identifier error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return call.done(cotmoc_record_delete([self ctm_handle], CTMUtf8(identifier), call.error()), error);
}

- (CTMRecord *)restoreRecord:(NSString *)identifier error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return record_of(call,
                     cotmoc_record_restore([self ctm_handle], CTMUtf8(identifier), CTMCall::view, call.ctx(),
                                           call.error()),
                     error);
}

- (NSString *)importRecord:(NSDictionary *)line error:(NSError **)error {
    CTMCall call([self ctm_language]);
    std::string text;
    if (!call.write(text, line, error)) {
        return nil;
    }
    return call.string(
        cotmoc_record_import([self ctm_handle], text.c_str(), CTMCall::view, call.ctx(), call.error()),
        error);
}

- (CTMRecord *)recordWithIdentifier:(NSString *)identifier error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return record_of(
        call,
        cotmoc_record_get([self ctm_handle], CTMUtf8(identifier), CTMCall::view, call.ctx(), call.error()),
        error);
}

- (CTMRecord *)recordWithVersions:(NSString *)identifier error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return record_of(call,
                     cotmoc_record_versions([self ctm_handle], CTMUtf8(identifier), CTMCall::view, call.ctx(),
                                            call.error()),
                     error);
}

- (NSArray *)historyOfRecord:(NSString *)identifier error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return call.json(cotmoc_record_history([self ctm_handle], CTMUtf8(identifier), CTMCall::view, call.ctx(),
                                           call.error()),
                     error);
}

- (CTMRecord *)revertRecord:(NSString *)identifier toChange:(NSString *)change error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return record_of(call,
                     cotmoc_record_revert([self ctm_handle], CTMUtf8(identifier), CTMUtf8(change),
                                          CTMCall::view, call.ctx(), call.error()),
                     error);
}

- (NSDictionary *)mergeRecord:(NSString *)identifier other:(NSString *)other error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return call.json(cotmoc_record_merge([self ctm_handle], CTMUtf8(identifier), CTMUtf8(other),
                                         CTMCall::view, call.ctx(), call.error()),
                     error);
}

- (NSDictionary *)separateRecord:(NSString *)identifier error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return call.json(cotmoc_record_separate([self ctm_handle], CTMUtf8(identifier), CTMCall::view, call.ctx(),
                                            call.error()),
                     error);
}

- (NSArray *)duplicatesOfKind:(NSString *)kind space:(NSString *)space error:(NSError **)error {
    CTMCall call([self ctm_language]);
    return call.json(cotmoc_record_duplicates([self ctm_handle], CTMUtf8(kind), CTMUtf8(space), CTMCall::view,
                                              call.ctx(), call.error()),
                     error);
}

@end
