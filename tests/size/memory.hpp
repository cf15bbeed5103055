// What a process holds in memory, as Linux and glibc count it.
#pragma once

#include <malloc.h>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

namespace cotmoc::memory {

/// KiB of a line such as "VmRSS:  1234 kB" of /proc/self/status; 0 if it is not there.
inline std::uint64_t status_kib(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) {
            return std::stoull(line.substr(line.find_first_of("0123456789")));
        }
    }
    return 0;
}

/// The peak is counted anew from here on.
inline void begin_stage() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// Prints a line of JSON about the stage that ends here, in KiB: what the heap's owners hold, the resident
/// pages now, the most of them since begin_stage().
inline void end_stage(std::string_view name) {
    const struct mallinfo2 heap = ::mallinfo2();
    std::cout << R"({"stage":")" << name << R"(","heap":)" << (heap.uordblks + heap.hblkhd) / 1024
              << R"(,"resident":)" << status_kib("VmRSS:") << R"(,"peak":)" << status_kib("VmHWM:") << "}"
              << std::endl;
    begin_stage();
}

}  // namespace cotmoc::memory
