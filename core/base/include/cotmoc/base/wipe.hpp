// For copies of secrets outside guarded memory.
#pragma once

#include <cstdint>
#include <span>

namespace cotmoc {

/// Zeroes them in a way that no optimiser leaves out.
inline void wipe_octets(std::span<std::uint8_t> octets) {
    volatile std::uint8_t* octet = octets.data();
    for (std::size_t left = octets.size(); left > 0; --left) {
        *octet++ = 0;
    }
}

}  // namespace cotmoc
