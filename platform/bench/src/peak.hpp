// Memory of this process.
#pragma once

#include <cstdint>

namespace cotmoc::bench {

/// The most resident memory that it has had, in KiB.
std::int64_t peak_kib();

}  // namespace cotmoc::bench
