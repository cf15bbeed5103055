// Where programs keep what belongs to one person on one machine: posix/ and windows/ each know it.
#pragma once

#include <string>

namespace cotmoc::system {

/// A folder of ours, which need not be there yet; empty if the system names none.
std::string user_state_directory();

}  // namespace cotmoc::system
