// Words for people in the two languages, where programs and the C interface share them.
#pragma once

#include <cotmoc/base/error.hpp>

#include <string>

namespace cotmoc::records {

enum class Language : std::uint8_t { english, vietnamese };

struct ErrorText {
    std::string_view name;
    std::string_view what;
    std::string_view advice;
};

/// In Vietnamese; nothing for an error that the table lacks (a test sees to it that there is none).
const ErrorText* vietnamese_text(std::string_view error_name);

/// What a stranger may have written, without control characters: none of them reaches a terminal or a log.
std::string one_line(std::string_view text);

}  // namespace cotmoc::records
