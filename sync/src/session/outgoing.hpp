// The envelopes that a session still has to send, and those sent that the other side has not acknowledged.
#pragma once

#include "session/holdings.hpp"
#include "session/message.hpp"

#include <cotmoc/sync/session.hpp>

#include <deque>
#include <set>

namespace cotmoc::sync {

class Outgoing {
public:
    Outgoing(FeedStore& store, std::size_t window_bytes) : store_(store), window_bytes_(window_bytes) {}

    /// Of one feed: what comes after `after`, up to and with `until`.
    struct Range {
        std::uint64_t after = 0;
        std::uint64_t until = 0;
    };
    using Ranges = std::map<DeviceIndex, Range>;
    /// Adds a space to what is to be sent, in the store's order of arrival.
    Result<void> plan(const SpaceId& space, Ranges ranges);

    /// Adds branches of forked feeds; they go after all plans.
    void plan_branches(const SpaceId& space, const std::vector<FeedPosition>& places);

    /// The next envelope to send, noted as sent; nothing if all is sent or the window is full.
    Result<std::optional<StoredEnvelope>> next();
    /// Sends nothing more of this author.
    void forget(DeviceIndex author) { forgotten_.insert(author); }
    std::size_t bytes_in_flight() const { return bytes_in_flight_; }
    bool window_is_full() const { return bytes_in_flight_ >= window_bytes_; }
    bool all_sent() const { return plans_.empty() && branches_.empty(); }
    /// Sends nothing more. `last_is_begun`: of the last envelope taken only a part went over, or nothing.
    void stop(bool last_is_begun);
    /// Envelopes that were to be sent, all in all.
    std::uint64_t planned() const { return planned_; }
    std::uint64_t octets_acknowledged() const { return octets_acknowledged_; }
    bool all_acknowledged() const { return in_flight_.empty(); }

    /// Adds what the other side holds now to `sent` and to `peer`. protocol_error if more is acknowledged
    /// than was sent whole; `last_is_begun` as above.
    Result<void> acknowledge(BytesView body, bool last_is_begun, Transfer& sent, Holdings& peer);

private:
    struct Plan {
        SpaceId space;
        Ranges ranges;
        std::uint64_t left = 0;
        std::int64_t position = 0;
    };
    struct InFlight {
        SpaceId space;
        DeviceIndex author{};
        std::uint64_t seq = 0;
        std::uint64_t ops = 0;
        std::size_t size = 0;
        bool of_branch = false;  // says nothing of how far its feed is held
    };
    Result<std::optional<StoredEnvelope>> next_of_branch();

    FeedStore& store_;
    std::size_t window_bytes_;
    std::deque<Plan> plans_;
    std::deque<std::pair<SpaceId, FeedPosition>> branches_;
    std::set<DeviceIndex> forgotten_;
    std::deque<InFlight> in_flight_;
    std::size_t bytes_in_flight_ = 0;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t octets_acknowledged_ = 0;
    std::uint64_t planned_ = 0;
};

}  // namespace cotmoc::sync
