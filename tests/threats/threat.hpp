// What the tests of the threat table share: how much to do, and how to tell run.py what was done.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace cotmoc::threats {

/// `usual` times COTMOC_THREATS_SCALE (1 if it is not set): the long runs of docs/threat-model.md raise it.
inline std::uint64_t scaled(std::uint64_t usual) {
    static const char* const text = std::getenv("COTMOC_THREATS_SCALE");
    const double factor = text != nullptr ? std::strtod(text, nullptr) : 1.0;
    return static_cast<std::uint64_t>(static_cast<double>(usual) * (factor > 0 ? factor : 1.0));
}

/// One line for the table that tests/threats/run.py prints.
inline void tell(const char* row, const std::string& counts) {
    std::printf("%s: %s\n", row, counts.c_str());
    std::fflush(stdout);
}

}  // namespace cotmoc::threats
