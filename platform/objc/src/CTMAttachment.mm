#import "CTMCall.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace {

struct Octets {
    const uint8_t *data;
    size_t size;
};

/// The read of a cotmoc_source whose ctx is Octets.
cotmoc_status read_octets(void *ctx, uint64_t offset, uint8_t *into, size_t capacity, size_t *got) {
    const auto &octets = *static_cast<const Octets *>(ctx);
    const size_t begin = static_cast<size_t>(std::min<uint64_t>(offset, octets.size));
    *got = std::min(capacity, octets.size - begin);
    std::memcpy(into, octets.data + begin, *got);
    return COTMOC_OK;
}

/// A piece of a file, to a std::string.
cotmoc_status add_piece(void *ctx, const uint8_t *octets, size_t size) {
    try {
        static_cast<std::string *>(ctx)->append(reinterpret_cast<const char *>(octets), size);
        return COTMOC_OK;
    } catch (const std::bad_alloc &) {
        return COTMOC_OUT_OF_MEMORY;
    }
}

}  // namespace

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

- (NSDictionary *)attachData:(NSData *)octets
                        name:(NSString *)name
                   mediaType:(NSString *)mediaType
                    toRecord:(NSString *)identifier
                       field:(NSString *)field
                       error:(NSError **)error {
    CTMCall call(_language);
    Octets held = {CTMOctetsOf(octets), [octets length]};
    cotmoc_source source = {};
    source.size = sizeof source;
    source.ctx = &held;
    source.octets = held.size;
    source.read = read_octets;
    return call.json(
        cotmoc_attachment_add(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMUtf8(name), CTMUtf8(mediaType),
                              &source, CTMCall::view, call.ctx(), call.error()),
        error);
}

- (NSData *)dataOfAttachment:(NSString *)name
                    ofRecord:(NSString *)identifier
                       field:(NSString *)field
                       error:(NSError **)error {
    CTMCall call(_language);
    std::string octets;
    if (!call.done(cotmoc_attachment_read(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMUtf8(name),
                                          add_piece, &octets, call.error()),
                   error)) {
        return nil;
    }
    return [NSData dataWithBytes:octets.data() length:octets.size()];
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

- (NSData *)thumbnailOfAttachment:(NSString *)name
                         ofRecord:(NSString *)identifier
                            field:(NSString *)field
                            error:(NSError **)error {
    CTMCall call(_language);
    std::string octets;
    if (!call.done(cotmoc_attachment_read_thumbnail(_handle, CTMUtf8(identifier), CTMUtf8(field),
                                                    CTMUtf8(name), add_piece, &octets, call.error()),
                   error)) {
        return nil;
    }
    return [NSData dataWithBytes:octets.data() length:octets.size()];
}

- (BOOL)detachAttachment:(NSString *)name
              fromRecord:(NSString *)identifier
                   field:(NSString *)field
                   error:(NSError **)error {
    CTMCall call(_language);
    return call.done(
        cotmoc_attachment_detach(_handle, CTMUtf8(identifier), CTMUtf8(field), CTMUtf8(name), call.error()),
        error);
}

@end
