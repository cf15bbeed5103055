// base.h: versions, the words of errors, text into a buffer.
#include "guard.hpp"

#include <cotmoc/records/texts.hpp>

#include <cstring>

namespace {

/// Nothing for a number that errors.inc lacks.
const char* known_name(cotmoc_status status) {
    switch (status) {
#define COTMOC_ERROR(number, name, retry, what, advice) \
    case number:                                        \
        return #name;
#include <cotmoc/base/errors.inc>
#undef COTMOC_ERROR
        default:
            return "";
    }
}

const char* words(cotmoc_status status, const char* language,
                  std::string_view cotmoc::records::ErrorText::*vietnamese,
                  std::string_view (*english)(cotmoc::ErrorCode)) {
    const char* name = known_name(status);
    if (*name == '\0') {
        return "";
    }
    if (language != nullptr && std::strncmp(language, "vi", 2) == 0) {
        if (const auto* text = cotmoc::records::vietnamese_text(name)) {
            return (text->*vietnamese).data();  // of a literal, so that a NUL octet follows
        }
    }
    return english(static_cast<cotmoc::ErrorCode>(status)).data();
}

}  // namespace

uint32_t cotmoc_api_version(void) noexcept { return COTMOC_API_VERSION; }

const char* cotmoc_version(void) noexcept { return COTMOC_VERSION; }

const char* cotmoc_status_name(cotmoc_status status) noexcept { return known_name(status); }

const char* cotmoc_status_what(cotmoc_status status, const char* language) noexcept {
    return words(status, language, &cotmoc::records::ErrorText::what, &cotmoc::error_what);
}

const char* cotmoc_status_advice(cotmoc_status status, const char* language) noexcept {
    return words(status, language, &cotmoc::records::ErrorText::advice, &cotmoc::error_advice);
}

int32_t cotmoc_status_retry(cotmoc_status status) noexcept {
    if (*known_name(status) == '\0') {
        return COTMOC_RETRY_NEVER;
    }
    return static_cast<int32_t>(cotmoc::error_retry(static_cast<cotmoc::ErrorCode>(status)));
}

cotmoc_status cotmoc_copy_text(void* ctx, const char* text, size_t size) noexcept {
    auto* buffer = static_cast<cotmoc_buffer*>(ctx);
    if (buffer == nullptr || (text == nullptr && size != 0)) {
        return COTMOC_WRONG_USAGE;
    }
    buffer->size = size;
    if (buffer->data == nullptr || buffer->capacity < size + 1) {
        return COTMOC_LIMIT_EXCEEDED;
    }
    if (size != 0) {
        std::memcpy(buffer->data, text, size);
    }
    buffer->data[size] = '\0';
    return COTMOC_OK;
}
