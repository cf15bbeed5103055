// Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014). It orders only concurrent edits
// and what people read; causality comes from frontiers.
#pragma once

#include <cotmoc/base/clock.hpp>

#include <compare>
#include <cstdint>

namespace cotmoc::core {

/// Wall milliseconds since 1970 (48 bits on the wire) and a counter (16 bits).
struct Hlc {
    std::uint64_t wall_ms = 0;
    std::uint16_t counter = 0;
    friend auto operator<=>(const Hlc&, const Hlc&) = default;
};

inline constexpr std::uint64_t hlc_wall_max = (std::uint64_t{1} << 48) - 1;
/// How far a received stamp may pull the own clock ahead of the wall (T14).
inline constexpr std::uint64_t hlc_pull_max_ms = 10 * 60 * 1000;

class HybridClock {
public:
    /// `last` is the highest stamp this replica has used or observed, from its store.
    HybridClock(Clock& clock, Hlc last) : clock_(clock), last_(last) {}

    /// A stamp above all used and observed ones (as far as the pull limit lets them count).
    Hlc now();
    /// Takes a received stamp into account, but never lets it pull further than hlc_pull_max_ms past the
    /// wall.
    void observe(Hlc received);
    Hlc last() const { return last_; }

private:
    Clock& clock_;
    Hlc last_;
};

}  // namespace cotmoc::core
