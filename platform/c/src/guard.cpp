#include "guard.hpp"

#include <cotmoc/core/value.hpp>

#include <algorithm>
#include <cstring>

namespace cotmoc::capi {
namespace {

constexpr bool is_host_status(cotmoc_status status) {
    return status >= COTMOC_HOST_FIRST && status <= COTMOC_HOST_LAST;
}

/// As much of the text as fits with a NUL octet, cut between code points.
void write_text(char* into, std::size_t capacity, std::string_view text) noexcept {
    std::size_t size = std::min(capacity - 1, text.size());
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) {
        --size;
    }
    std::memset(into, 0, capacity);
    text.copy(into, size);
}

}  // namespace

void write_error(cotmoc_error* error, cotmoc_status status, std::string_view detail) noexcept {
    if (error == nullptr) {
        return;
    }
    error->status = status;
    error->retry = cotmoc_status_retry(status);
    const std::string_view name = is_host_status(status) ? "host" : cotmoc_status_name(status);
    write_text(error->name, sizeof error->name, name);
    write_text(error->detail, sizeof error->detail, detail);
}

Result<void> from_host(cotmoc_status status, std::string_view callback) {
    if (status == COTMOC_OK) {
        return {};
    }
    const bool known = is_host_status(status) || *cotmoc_status_name(status) != '\0';
    if (!known) {
        return fail(ErrorCode::internal,
                    std::string(callback) + " of the host returned " + std::to_string(status));
    }
    return fail(static_cast<ErrorCode>(status), std::string(callback) + " of the host");
}

Result<void> give(cotmoc_text_fn view, void* ctx, const std::string& text) {
    return view == nullptr ? Result<void>() : from_host(view(ctx, text.c_str(), text.size()), "the view");
}

Result<void> need(const void* argument, std::string_view name) {
    return argument != nullptr ? Result<void>()
                               : fail(ErrorCode::wrong_usage, std::string(name) + " is NULL");
}

Result<std::string> text_of(const char* text, std::string_view name) {
    COTMOC_TRY(need(text, name));
    return optional_text(text, name);
}

Result<std::string> optional_text(const char* text, std::string_view name) {
    std::string copy(text != nullptr ? text : "");
    if (!core::is_valid_utf8(copy)) {
        return fail(ErrorCode::invalid_utf8, std::string(name));
    }
    return copy;
}

}  // namespace cotmoc::capi
