// How large the pieces are in which long envelopes go: what comes over in about a quarter of a second, so
// that a cut costs little on a slow link and a fast one is not filled with frames.
#pragma once

#include "session/message.hpp"

#include <algorithm>

namespace cotmoc::sync {

class Pace {
public:
    static constexpr std::size_t piece_min = 2 * 1024;

    /// The other side answered for the first time, so long after it was asked.
    void first_answer(std::int64_t wait_ms, std::int64_t now_ms) {
        started_ms_ = now_ms;
        first_wait_ms_ = wait_ms;
        piece_ = wait_ms < 250 ? 16 * 1024 : 4 * 1024;
    }
    /// So many octets of envelopes came over and were acknowledged.
    void acknowledged(std::uint64_t octets, std::int64_t now_ms) {
        octets_ += octets;
        if (octets_ > 0 && now_ms > started_ms_) {
            const std::uint64_t quarter = octets_ * 250 / static_cast<std::uint64_t>(now_ms - started_ms_);
            piece_ = std::clamp(static_cast<std::size_t>(quarter), piece_min, part_size_max);
        }
    }
    std::size_t piece() const { return piece_; }
    /// What may wait for the pipe: what a session gives away it cannot take back when it has to end.
    std::size_t ahead() const { return piece_ / 2; }
    /// There and back, with what the other side had to do.
    std::int64_t first_wait_ms() const { return first_wait_ms_; }

private:
    std::int64_t started_ms_ = 0;
    std::int64_t first_wait_ms_ = 0;
    std::uint64_t octets_ = 0;
    std::size_t piece_ = 4 * 1024;
};

}  // namespace cotmoc::sync
