// Randomness comes in through this interface only; the simulator passes a seeded one.
#pragma once

#include <cstdint>
#include <span>

namespace cotmoc {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

}  // namespace cotmoc
