#include "peak.hpp"

#include <sys/resource.h>

namespace cotmoc::bench {

std::int64_t peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace cotmoc::bench
