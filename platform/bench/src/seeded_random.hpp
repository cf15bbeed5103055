// Randomness that a seed decides: the same records and keys in every run. The keys protect nothing.
#pragma once

#include <cotmoc/base/random.hpp>

namespace cotmoc::bench {

/// SplitMix64.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
    /// From 0 to limit - 1.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& octet : bytes) {
            octet = static_cast<std::uint8_t>(next() >> 56);
        }
    }

private:
    std::uint64_t state_;
};

}  // namespace cotmoc::bench
