#pragma once

#include <cstdint>
#include <cstdlib>

namespace cotmoc::test_support {

/// What an environment variable says, for runs that are longer than usual or repeat one seed.
inline std::uint64_t environment_number(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace cotmoc::test_support
