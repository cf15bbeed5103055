// A seeded run of a small province: posts that edit, sessions over bad links, crashes. Same seed, same run.
#pragma once

#include "support/fleet.hpp"
#include "support/sim_network.hpp"

#include <string>
#include <vector>

namespace cotmoc::test_support {

struct SimulationOptions {
    std::uint64_t seed = 1;
    std::uint64_t steps = 60;
};

struct SimulationResult {
    std::string failure;  // "" if all invariants held
    Hash256 trace;        // of everything that happened, to compare two runs of one seed
};

SimulationResult simulate(const SimulationOptions& options);

}  // namespace cotmoc::test_support
