// Errors as people read them.
#pragma once

#include "language.hpp"

#include <cotmoc/base/error.hpp>

#include <string>

namespace cotmoc::cli {

using records::ErrorText;
using records::one_line;
using records::vietnamese_text;

/// "cotmoc: error[NAME]: what (detail): advice", on one line whatever the detail holds.
std::string error_line(std::string_view program, const Error& error, Language language);

/// 2 for wrong usage and for what is not there yet, 1 for every other error.
int exit_status(ErrorCode code);

}  // namespace cotmoc::cli
