#include <cotmoc/base/error.hpp>

namespace cotmoc {
namespace {

struct Entry {
    ErrorCode code;
    std::string_view name;
    Retry retry;
    std::string_view what;
    std::string_view advice;
};

constexpr Entry entries[] = {
#define COTMOC_ERROR(number, name, retry, what, advice) {ErrorCode::name, #name, Retry::retry, what, advice},
#include <cotmoc/base/errors.inc>
#undef COTMOC_ERROR
};

const Entry& entry(ErrorCode code) {
    for (const Entry& candidate : entries) {
        if (candidate.code == code) {
            return candidate;
        }
    }
    return entry(ErrorCode::internal);
}

}  // namespace

std::string_view error_name(ErrorCode code) { return entry(code).name; }
std::string_view error_what(ErrorCode code) { return entry(code).what; }
std::string_view error_advice(ErrorCode code) { return entry(code).advice; }
Retry error_retry(ErrorCode code) { return entry(code).retry; }

std::string describe(const Error& error) {
    std::string text(error_what(error.code));
    if (!error.detail.empty()) {
        text += " (" + error.detail + ")";
    }
    text += ": ";
    text += error_advice(error.code);
    return text;
}

}  // namespace cotmoc
