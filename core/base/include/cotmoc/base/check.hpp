// Checks of the programmer's own assumptions. They stay on in release builds. Bad input is never a check.
#pragma once

#include <string_view>

namespace cotmoc {

using CheckHandler = void (*)(std::string_view condition, std::string_view file, int line);
/// Called before the process aborts; an embedding app may log or throw from it. Not thread-safe: set it
/// first.
void set_check_handler(CheckHandler handler);
[[noreturn]] void check_failed(std::string_view condition, std::string_view file, int line);

}  // namespace cotmoc

#define COTMOC_CHECK(condition)                                     \
    do {                                                            \
        if (!(condition)) {                                         \
            ::cotmoc::check_failed(#condition, __FILE__, __LINE__); \
        }                                                           \
    } while (false)
