// Alters octets the way an attacker or a bad disk would: flips, splices of two messages, cuts, swaps,
// lengths.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include "support/seeded_random.hpp"

#include <vector>

namespace cotmoc::threats {

class Mutator {
public:
    explicit Mutator(test_support::SeededRandom& random) : random_(&random) {}

    /// One of `originals`, altered by one to three steps; `others` are what it may be spliced with.
    Bytes mutate(const Bytes& original, const std::vector<Bytes>& others);
    std::uint64_t below(std::uint64_t bound) { return random_->below(bound); }
    bool one_in(std::uint64_t bound) { return below(bound) == 0; }

private:
    void step(Bytes& bytes, const Bytes& other);
    void flip_bits(Bytes& bytes);
    void overwrite_number(Bytes& bytes);
    void splice(Bytes& bytes, const Bytes& other);
    void swap_with(Bytes& bytes, const Bytes& other);
    void move_part(Bytes& bytes);
    std::size_t place(const Bytes& bytes) { return static_cast<std::size_t>(below(bytes.size())); }

    test_support::SeededRandom* random_;
};

}  // namespace cotmoc::threats
