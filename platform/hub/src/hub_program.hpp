// The command line of cotmoc-hub.
#pragma once

namespace cotmoc::hub {

int run_program(int count, const char* const* arguments);

}  // namespace cotmoc::hub
