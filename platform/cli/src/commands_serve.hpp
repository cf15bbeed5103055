#pragma once

#include "program.hpp"

namespace cotmoc::cli {

/// A part of the sync commands (add_sync_commands).
void add_serve_command(Program& program);

}  // namespace cotmoc::cli
