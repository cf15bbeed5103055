// Thirteen devices that edit the same records at random and meet in random pairs, without a hub. Same seed,
// same run.
#pragma once

#include <cotmoc/base/ids.hpp>

#include <cstdint>
#include <string>

namespace cotmoc::test_support {

struct DeviceRunOptions {
    std::uint64_t seed = 1;
    std::uint64_t devices = 13;
    std::uint64_t records = 50;
    std::uint64_t steps = 2000;
};

struct DeviceRunResult {
    std::string failure;  // "" if all that must be equal is, and nothing entered is missing
    Hash256 trace;        // of everything that happened, to compare two runs of one seed
    // What the run was made of, so that a test can see that it was not empty.
    std::uint64_t entered = 0;
    std::uint64_t meetings = 0;
    std::uint64_t change_sets = 0;
    std::uint64_t conflicts = 0;  // records with one at the end
    std::uint64_t deleted = 0;
};

DeviceRunResult run_devices(const DeviceRunOptions& options);

}  // namespace cotmoc::test_support
