// `cotmoc-bench trace FILE`.
#pragma once

#include <string>

namespace cotmoc::bench {

/// Prints what was measured; the last line begins with ok or FAILED. The exit status: 0 or 1.
int run_trace(const std::string& path);

}  // namespace cotmoc::bench
