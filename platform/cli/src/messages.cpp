#include "messages.hpp"

namespace cotmoc::cli {

std::string error_line(std::string_view program, const Error& error, Language language) {
    std::string_view what = error_what(error.code);
    std::string_view advice = error_advice(error.code);
    const std::string_view name = error_name(error.code);
    const ErrorText* text = language == Language::vietnamese ? vietnamese_text(name) : nullptr;
    if (text != nullptr) {
        what = text->what;
        advice = text->advice;
    }
    std::string line = std::string(program) + ": error[" + std::string(name) + "]: " + std::string(what);
    if (!error.detail.empty()) {
        line += " (" + one_line(error.detail) + ")";
    }
    return line + ": " + std::string(advice);
}

int exit_status(ErrorCode code) {
    return code == ErrorCode::wrong_usage || code == ErrorCode::not_available_yet ? 2 : 1;
}

}  // namespace cotmoc::cli
