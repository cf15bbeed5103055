#include <cotmoc/base/check.hpp>

#include <cstdio>
#include <cstdlib>

namespace cotmoc {
namespace {
CheckHandler handler = nullptr;
}

void set_check_handler(CheckHandler new_handler) { handler = new_handler; }

void check_failed(std::string_view condition, std::string_view file, int line) {
    if (handler != nullptr) {
        handler(condition, file, line);
    }
    std::fprintf(stderr, "cotmoc: check failed: %.*s at %.*s:%d\n", static_cast<int>(condition.size()),
                 condition.data(), static_cast<int>(file.size()), file.data(), line);
    std::abort();
}

}  // namespace cotmoc
