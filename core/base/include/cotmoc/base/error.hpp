// The flat list of errors that people, files and peers can cause. docs/errors.md is checked against it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cotmoc {

enum class ErrorCode : std::uint16_t {
#define COTMOC_ERROR(number, name, retry, what, advice) name = number,
#include <cotmoc/base/errors.inc>
#undef COTMOC_ERROR
};

/// Whether trying again can help.
enum class Retry : std::uint8_t { never, after_back_off, when_network_changes };

/// One named error. Value type; no text of records ever goes into `detail`, only names, numbers and paths.
struct Error {
    ErrorCode code{};
    std::string detail;
};

/// The name that stands in `error[NAME]` and in docs/errors.md, such as "unknown_field".
std::string_view error_name(ErrorCode code);
/// What happened, in English, without the detail.
std::string_view error_what(ErrorCode code);
/// What to do about it, in English.
std::string_view error_advice(ErrorCode code);
Retry error_retry(ErrorCode code);
/// "what (detail): advice", for logs and for the command line in English.
std::string describe(const Error& error);

}  // namespace cotmoc
