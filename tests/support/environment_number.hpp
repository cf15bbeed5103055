#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace cotmoc::test_support {

/// What an environment variable says, for runs that are longer than usual or repeat one seed.
inline std::uint64_t environment_number(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// COTMOC_SHORTER=10 makes random and exhaustive runs ten times as short, where a machine is emulated.
inline std::uint64_t times_shorter() {
    return std::max<std::uint64_t>(1, environment_number("COTMOC_SHORTER", 1));
}

/// `usual`, a number of seeds or cases, divided by times_shorter(); at least 1.
inline std::uint64_t shortened(std::uint64_t usual) {
    return std::max<std::uint64_t>(1, usual / times_shorter());
}

}  // namespace cotmoc::test_support
