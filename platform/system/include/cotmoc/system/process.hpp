// What a program asks the operating system about itself.
#pragma once

#include <cotmoc/base/result.hpp>

#include <optional>
#include <string>

namespace cotmoc::system {

/// Keys must not end in a core dump on the disk.
void disable_core_dumps();

std::optional<std::string> environment(const char* name);

bool stdin_is_terminal();
bool stderr_is_terminal();

}  // namespace cotmoc::system
