// One call of the C interface: its error, its text, and what they become.
#pragma once

#import <Cotmoc/Cotmoc.h>

// By noun: where case does not count in a file's name, <cotmoc/cotmoc.h> is Cotmoc/Cotmoc.h.
#include <cotmoc/attachment.h>
#include <cotmoc/base.h>
#include <cotmoc/bundle.h>
#include <cotmoc/conflict.h>
#include <cotmoc/device.h>
#include <cotmoc/key_store.h>
#include <cotmoc/log.h>
#include <cotmoc/observer.h>
#include <cotmoc/options.h>
#include <cotmoc/query.h>
#include <cotmoc/record.h>
#include <cotmoc/replica.h>
#include <cotmoc/serve.h>
#include <cotmoc/status.h>
#include <cotmoc/sync.h>
#include <cotmoc/transport.h>

#include <string>

#import "CTMPortable.h"

NS_ASSUME_NONNULL_BEGIN

#if __has_feature(objc_arc)
typedef NSError* __autoreleasing _Nullable* _Nullable CTMErrorOut;
#else
typedef NSError* _Nullable* _Nullable CTMErrorOut;
#endif

/// A string as the C interface takes it: NULL for nil. What UTF-8 with a NUL at its end cannot say becomes an
/// octet that the library refuses, rather than a shorter text.
class CTMUtf8 {
public:
    explicit CTMUtf8(NSString* _Nullable string);
    /// NULL for nil.
    using Text = const char*;
    operator Text _Nullable() const { return null_ ? nullptr : text_.c_str(); }

private:
    std::string text_;
    bool null_;
};

class CTMCall {
public:
    explicit CTMCall(NSString* _Nullable language) : language_(language), error_() {}

    cotmoc_error* error() { return &error_; }
    /// A cotmoc_text_fn and its ctx.
    static cotmoc_status view(void* ctx, const char* text, size_t size);
    void* ctx() { return &text_; }
    const std::string& text() const { return text_; }

    /// YES, or the error.
    BOOL done(cotmoc_status status, CTMErrorOut out);
    NSString* _Nullable string(cotmoc_status status, CTMErrorOut out);
    /// The text read as JSON. After a failure the text, if there is one, goes along as CTMErrorReportKey.
    id _Nullable json(cotmoc_status status, CTMErrorOut out);
    /// The value as JSON; CTMErrorBadJson.
    BOOL write(std::string& json, id _Nullable value, CTMErrorOut out);

private:
    NSString* _Nullable language_;
    cotmoc_error error_;
    std::string text_;
};

@interface CTMReplica (CTMPrivate)
- (struct cotmoc_replica*)ctm_handle;
- (NSString* _Nullable)ctm_language;
@end

@interface CTMRecord (CTMPrivate)
- (instancetype _Nullable)initWithText:(const std::string&)text;
@end

@interface CTMConflict (CTMPrivate)
- (instancetype)initWithObject:(NSDictionary*)object
                          text:(NSString*)text
                        record:(NSString* _Nullable)identifier;
@end

@interface CTMQuery (CTMPrivate)
/// To be freed; NULL with an error.
- (struct cotmoc_query* _Nullable)ctm_queryWithCall:(CTMCall&)call error:(CTMErrorOut)error;
@end

/// What frees a query of the C interface. NULL is fine.
struct CTMQueryHandle {
    ~CTMQueryHandle() { cotmoc_query_free(handle); }
    cotmoc_query* _Nullable handle = nullptr;
};

NSString* CTMStringOf(const std::string& text);
/// NULL for nil only: empty data may have no octets to point at.
const uint8_t* _Nullable CTMOctetsOf(NSData* _Nullable data);

NS_ASSUME_NONNULL_END
