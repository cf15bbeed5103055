// What a door remembers of its callers for as long as it is served: first messages, so that a recording opens
// it once at most, and which sources kept it busy for nothing. Bounded; of its own, so that the owner's
// replica is neither opened nor asked.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/ids.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

namespace cotmoc::sync {

struct CallMemoryLimits {
    std::size_t calls_max = 16'384;      // of more, the oldest is forgotten: about 2 MB
    std::size_t sources_max = 1'024;     // of more, the one whose pause ends first
    std::int64_t pause_min_ms = 1'000;   // after the first offence; doubles with each
    std::int64_t pause_max_ms = 60'000;  // so long without an offence, and the next one is the first again
};

/// One thread. `now_ms` is of a clock that never goes back. A source is a network address; empty: not known,
/// and never made to pause.
class CallMemory {
public:
    explicit CallMemory(const CallMemoryLimits& limits = {}) : limits_(limits) {}

    /// Whether a first message with this one's ephemeral key, its first 32 octets, was remembered. An honest
    /// caller draws the key anew for each call. A shorter one is known to nobody.
    bool knows(BytesView message) const;
    void remember(BytesView message);

    /// The source repeated a message, or kept the door open and said nothing.
    void blame(const std::string& source, std::int64_t now_ms);
    /// It turned out to be the caller whose message it was.
    void forgive(const std::string& source) { sources_.erase(source); }
    bool pauses(const std::string& source, std::int64_t now_ms) const;

    std::size_t calls() const { return order_.size(); }
    std::size_t sources() const { return sources_.size(); }

private:
    using CallKey = FixedBytes<32, struct CallKeyTag>;
    struct Pause {
        std::int64_t until_ms = 0;
        std::int64_t length_ms = 0;
    };
    CallMemoryLimits limits_;
    std::set<CallKey> known_;
    std::deque<CallKey> order_;  // the oldest first
    std::map<std::string, Pause> sources_;
};

}  // namespace cotmoc::sync
