// Randomness that a seed decides, for tests and the simulator. Never for keys that protect anything.
#pragma once

#include <cotmoc/base/random.hpp>

namespace cotmoc::test_support {

/// SplitMix64: every seed gives another sequence, the same on every machine.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t value = state_;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
    /// From 0 to limit - 1; the small bias does not matter to a test.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& octet : bytes) {
            octet = static_cast<std::uint8_t>(next() >> 56);
        }
    }

private:
    std::uint64_t state_;
};

}  // namespace cotmoc::test_support
