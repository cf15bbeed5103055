// Whether a session gets anywhere: silence is not the only way to keep the other side waiting for ever.
#pragma once

#include <algorithm>
#include <cstdint>

namespace cotmoc::sync {

class ProgressWatch {
public:
    /// Fewer octets than this, both ways together, in the time of a stall are none: 55 a second.
    static constexpr std::uint64_t moved_min = 16 * 1024;
    /// The slowest line that a long envelope is given time for: 500 octets a second.
    static constexpr std::uint64_t ms_per_octet = 2;
    /// So many times the stall without anything that was kept, however much is sent.
    static constexpr std::int64_t futile_stalls = 12;

    explicit ProgressWatch(std::int64_t stall_ms) : stall_ms_(stall_ms) {}

    void start(std::int64_t now_ms) {
        moving_since_ = useful_since_ = now_ms;
        moved_ = signs_of_life_ = 0;
    }
    void moved(std::uint64_t octets, std::int64_t now_ms) {
        moved_ += octets;
        if (moved_ >= moved_min) {
            moving_since_ = now_ms;
            moved_ = signs_of_life_ = 0;
        }
    }
    /// Handed to the pipe, which may be long about it and says nothing meanwhile.
    void given(std::uint64_t octets) { given_ += octets; }
    /// The other side said more than that it is there: it has read what came before.
    void answered() { given_ = 0; }
    /// `total` counts all that was kept or done so far.
    void useful(std::uint64_t total, std::int64_t now_ms) {
        if (total != useful_total_) {
            useful_total_ = total;
            start(now_ms);
        }
    }
    /// False if there are more than an honest side sends: they would count as octets that move.
    bool sign_of_life() {
        return ++signs_of_life_ <= static_cast<std::uint64_t>(std::max<std::int64_t>(stall_ms_ / 1000, 8));
    }
    /// `in_flight`: octets of envelopes that are not acknowledged yet.
    std::int64_t deadline(std::uint64_t in_flight) const {
        const auto sending = static_cast<std::int64_t>(std::max(given_, in_flight) * ms_per_octet);
        return std::min(moving_since_ + stall_ms_ + sending, useful_since_ + futile_stalls * stall_ms_);
    }

private:
    std::int64_t stall_ms_;
    std::int64_t moving_since_ = 0;
    std::int64_t useful_since_ = 0;
    std::uint64_t moved_ = 0;
    std::uint64_t given_ = 0;
    std::uint64_t useful_total_ = 0;
    std::uint64_t signs_of_life_ = 0;
};

}  // namespace cotmoc::sync
