// How much memory code takes at most, counted at operator new: exact, and the same on every machine.
#pragma once

#include <cstddef>

namespace cotmoc::test_support {

/// Counts from its making on. One at a time, in one thread.
class PeakMemory {
public:
    PeakMemory();
    /// The most octets that were held at one time, beyond what was held at the beginning.
    std::size_t peak() const;

private:
    std::size_t before_;
};

}  // namespace cotmoc::test_support
