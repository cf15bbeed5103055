// The running sum of record hashes mod 2^256 (semantics S18): adding and taking away commute.
#pragma once

#include <cotmoc/base/ids.hpp>

namespace cotmoc::core {

inline void digest_add(Hash256& sum, const Hash256& term) {
    unsigned carry = 0;
    for (std::size_t i = 0; i < Hash256::size; ++i) {
        carry += unsigned{sum.octets[i]} + term.octets[i];
        sum.octets[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
}

inline void digest_subtract(Hash256& sum, const Hash256& term) {
    int borrow = 0;
    for (std::size_t i = 0; i < Hash256::size; ++i) {
        const int difference = int{sum.octets[i]} - int{term.octets[i]} - borrow;
        sum.octets[i] = static_cast<std::uint8_t>(difference);
        borrow = difference < 0 ? 1 : 0;
    }
}

}  // namespace cotmoc::core
