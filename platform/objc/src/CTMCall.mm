#import "CTMCall.hpp"

#include <new>

#import "CTMHost.hpp"
#import "CTMJson.hpp"

NSString *const CTMErrorDomain = @"CTMErrorDomain";
NSString *const CTMExceptionDomain = @"CTMExceptionDomain";
NSString *const CTMErrorNameKey = @"CTMErrorName";
NSString *const CTMErrorDetailKey = @"CTMErrorDetail";
NSString *const CTMErrorRetryKey = @"CTMErrorRetry";
NSString *const CTMErrorReportKey = @"CTMErrorReport";

namespace {

NSString *string_of(const char *text) {
    NSString *string = [NSString stringWithUTF8String:text];
    return string != nil ? string : @"";
}

/// `underlying` and `report` may be nil.
NSError *make_error(NSInteger code, NSString *detail, NSString *language, NSError *underlying, id report) {
    NSMutableDictionary *information = [NSMutableDictionary dictionary];
    const auto status = static_cast<cotmoc_status>(code);
    const char *tongue = language != nil ? [language UTF8String] : nullptr;
    NSString *what = string_of(cotmoc_status_what(status, tongue));
    if (code >= COTMOC_HOST_FIRST) {
        what = underlying != nil ? [underlying localizedDescription] : @"A delegate of the app failed.";
        [information setObject:@"host" forKey:CTMErrorNameKey];
    } else {
        [information setObject:string_of(cotmoc_status_name(status)) forKey:CTMErrorNameKey];
    }
    if ([detail length] != 0) {
        what = [NSString stringWithFormat:@"%@ (%@)", what, detail];
    }
    [information setObject:what forKey:NSLocalizedDescriptionKey];
    [information setObject:detail forKey:CTMErrorDetailKey];
    [information setObject:[NSNumber numberWithInt:cotmoc_status_retry(status)] forKey:CTMErrorRetryKey];
    NSString *advice = string_of(cotmoc_status_advice(status, tongue));
    if ([advice length] != 0) {
        [information setObject:advice forKey:NSLocalizedRecoverySuggestionErrorKey];
    }
    if (underlying != nil) {
        [information setObject:underlying forKey:NSUnderlyingErrorKey];
    }
    if (report != nil) {
        [information setObject:report forKey:CTMErrorReportKey];
    }
    return [NSError errorWithDomain:CTMErrorDomain code:code userInfo:information];
}

}  // namespace

NSError *CTMMakeError(CTMErrorCode code, NSString *detail) {
    return make_error(code, detail != nil ? detail : @"", nil, nil, nil);
}

NSString *CTMStringOf(const std::string &text) {
    NSString *string = [[NSString alloc] initWithBytes:text.data()
                                                length:text.size()
                                              encoding:NSUTF8StringEncoding];
    return string != nil ? CTM_AUTORELEASE(string) : @"";
}

const uint8_t *CTMOctetsOf(NSData *data) {
    static const uint8_t none = 0;
    return data != nil && [data length] == 0 ? &none : static_cast<const uint8_t *>([data bytes]);
}

CTMUtf8::CTMUtf8(NSString *string) : null_(string == nil) {
    if (null_) {
        return;
    }
    NSData *octets = [string dataUsingEncoding:NSUTF8StringEncoding];
    if (octets != nil) {
        text_.assign(static_cast<const char *>([octets bytes]), [octets length]);
    }
    if (octets == nil || text_.find('\0') != std::string::npos) {
        text_ = "\xff";
    }
}

cotmoc_status CTMCall::view(void *ctx, const char *text, size_t size) {
    try {
        static_cast<std::string *>(ctx)->assign(text, size);
        return COTMOC_OK;
    } catch (const std::bad_alloc &) {
        return COTMOC_OUT_OF_MEMORY;
    }
}

BOOL CTMCall::done(cotmoc_status status, CTMErrorOut out) {
    NSError *failure = CTMTakeHostFailure();
    if (status == COTMOC_OK) {
        return YES;
    }
    if (out != nullptr) {
        id report = text_.empty() ? nil : CTMJsonRead(text_);
        *out = make_error(status >= COTMOC_HOST_FIRST ? CTMErrorHost : status, string_of(error_.detail),
                          language_, status >= COTMOC_HOST_FIRST ? failure : nil, report);
    }
    return NO;
}

NSString *CTMCall::string(cotmoc_status status, CTMErrorOut out) {
    return done(status, out) ? CTMStringOf(text_) : nil;
}

id CTMCall::json(cotmoc_status status, CTMErrorOut out) {
    if (!done(status, out)) {
        return nil;
    }
    id object = CTMJsonRead(text_);
    if (object == nil && out != nullptr) {
        *out = make_error(CTMErrorInternal, @"JSON of the library", language_, nil, nil);
    }
    return object;
}

BOOL CTMCall::write(std::string &json, id value, CTMErrorOut out) {
    if (CTMJsonWrite(json, value)) {
        return YES;
    }
    if (out != nullptr) {
        *out = make_error(CTMErrorBadJson, @"", language_, nil, nil);
    }
    return NO;
}
