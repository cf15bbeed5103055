// What a replica tells its user about the hub: that it went back, keeps something back, or brings nothing
// new.
#pragma once

#include <cotmoc/base/ids.hpp>

#include <optional>
#include <vector>

namespace cotmoc::sync {

/// Nothing newly signed for so long is worth a notice: in a province at work somebody writes every day.
inline constexpr std::int64_t hub_stale_ms = 7LL * 24 * 3600 * 1000;

struct HubNotice {
    /// A signed frontier names change sets of `author` up to `named`, and the hub has shown none above
    /// `held`.
    struct Missing {
        SpaceId space;
        DeviceIndex author{};
        std::uint64_t held = 0;
        std::uint64_t named = 0;
        DeviceIndex named_by{};
    };

    /// The last session found that the hub holds less than it held before.
    bool went_back = false;
    std::int64_t went_back_at_ms = 0;    // when that was last seen; 0: never
    std::uint64_t lost_change_sets = 0;  // then
    std::uint64_t lost_trust_entries = 0;
    std::vector<Missing> missing;  // as it is now
    std::uint64_t missing_trust_entries = 0;
    std::optional<std::uint64_t> stale_h;  // hours without anything newly signed, if that is too long

    std::uint64_t missing_change_sets() const {
        std::uint64_t count = 0;
        for (const Missing& feed : missing) {
            count += feed.named - feed.held;
        }
        return count;
    }
    /// Something that a person should look into; a stale hub may just be a quiet week.
    bool needs_person() const { return went_back || !missing.empty() || missing_trust_entries != 0; }
};

}  // namespace cotmoc::sync
