// Errors as people read them.
#pragma once

#include "language.hpp"

#include <cotmoc/base/error.hpp>

#include <string>

namespace cotmoc::cli {

struct ErrorText {
    std::string_view name;
    std::string_view what;
    std::string_view advice;
};

/// In Vietnamese; nothing for an error that the table lacks (a test sees to it that there is none).
const ErrorText* vietnamese_text(std::string_view error_name);

/// "cotmoc: error[NAME]: what (detail): advice", on one line whatever the detail holds.
std::string error_line(std::string_view program, const Error& error, Language language);

/// What a stranger may have written, without control characters: none of them reaches a terminal.
std::string one_line(std::string_view text);

/// 2 for wrong usage and for what is not there yet, 1 for every other error.
int exit_status(ErrorCode code);

}  // namespace cotmoc::cli
