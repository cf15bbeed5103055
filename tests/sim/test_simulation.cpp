// COTMOC_SIM_SEEDS=N runs N seeds, COTMOC_SIM_FIRST=S begins at seed S: a failing seed repeats exactly.
#include "support/environment_number.hpp"
#include "sim/simulation.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace cotmoc::test_support;

TEST_CASE("posts that edit over bad links, with crashes and wrong clocks, end in the same state") {
    const std::uint64_t first = environment_number("COTMOC_SIM_FIRST", 1);
    const std::uint64_t count = environment_number("COTMOC_SIM_SEEDS", 200);
    std::uint64_t failed = 0;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const SimulationResult result = simulate({seed, 60});
        if (!result.failure.empty()) {
            ++failed;
            MESSAGE("seed " << seed << ": " << result.failure << "; repeat with COTMOC_SIM_FIRST=" << seed
                            << " COTMOC_SIM_SEEDS=1");
        }
    }
    MESSAGE(count << " seeds from " << first << ", " << failed << " failed");
    CHECK(failed == 0);
}

TEST_CASE("a seed repeats exactly") {
    for (const std::uint64_t seed : {3, 7}) {
        CHECK(simulate({seed, 60}).trace == simulate({seed, 60}).trace);
    }
}
