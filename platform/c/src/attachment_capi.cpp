// attachment.h: not in this version yet; the calls check their arguments and say so.
#include "handles.hpp"

#include <cotmoc/attachment.h>

using namespace cotmoc;
using namespace cotmoc::capi;

namespace {

cotmoc_status later(cotmoc_replica* replica, cotmoc_error* error) noexcept {
    return guard(error, [&]() -> Result<void> {
        return with(replica, Access::replica,
                    [](OpenReplica&) -> Result<void> { return fail(ErrorCode::not_available_yet); });
    });
}

}  // namespace

cotmoc_status cotmoc_attachment_add(cotmoc_replica* replica, const char*, const char*, const char*,
                                    const char*, const cotmoc_source*, cotmoc_text_fn, void*,
                                    cotmoc_error* error) noexcept {
    return later(replica, error);
}

cotmoc_status cotmoc_attachment_add_file(cotmoc_replica* replica, const char*, const char*, const char*,
                                         cotmoc_text_fn, void*, cotmoc_error* error) noexcept {
    return later(replica, error);
}

cotmoc_status cotmoc_attachment_list(cotmoc_replica* replica, const char*, const char*, cotmoc_text_fn, void*,
                                     cotmoc_error* error) noexcept {
    return later(replica, error);
}

cotmoc_status cotmoc_attachment_read(cotmoc_replica* replica, const char*, const char*, const char*,
                                     cotmoc_status (*)(void*, const uint8_t*, size_t), void*,
                                     cotmoc_error* error) noexcept {
    return later(replica, error);
}

cotmoc_status cotmoc_attachment_save(cotmoc_replica* replica, const char*, const char*, const char*,
                                     const char*, cotmoc_error* error) noexcept {
    return later(replica, error);
}
