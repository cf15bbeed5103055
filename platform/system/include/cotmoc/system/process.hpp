// What a program asks the operating system about itself.
#pragma once

#include <cotmoc/base/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cotmoc::system {

/// Keys must not end in a core dump on the disk.
void disable_core_dumps();

std::optional<std::string> environment(const char* name);

/// The command line in UTF-8, with the program's name first. On Windows the console is told, too, that what
/// the program writes is UTF-8, and its standard streams carry octets as they are.
std::vector<std::string> program_arguments(int count, const char* const* arguments);

bool stdin_is_terminal();
bool stderr_is_terminal();

}  // namespace cotmoc::system
