// How much of its disk a hub gives to each device. Counted by author, so that who passes on another's
// envelopes pays nothing for them.
#pragma once

#include <cotmoc/base/clock.hpp>
#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>

#include <map>
#include <vector>

namespace cotmoc::sync {

struct HubAllowance {
    std::uint64_t bytes = 0;
    std::uint64_t change_sets = 0;
};

/// Of one device. The defaults are far above what honest work needs: a post writes a few MiB a year.
struct HubLimits {
    HubAllowance total{16ULL << 30, 10'000'000};
    HubAllowance day{1ULL << 30, 200'000};
    /// Of what lies after a cut: it has no effect, and is kept until the authority says otherwise (S14).
    HubAllowance after_cut{16ULL << 20, 1'000};
};

struct HubUsage {
    HubAllowance total;
    std::int64_t day = 0;  // since 1970, by the hub's clock
    HubAllowance today;
    HubAllowance after_cut;
};

class HubQuota {
public:
    /// Without a clock there are no days.
    HubQuota(const HubLimits& limits, Clock* clock) : limits_(limits), clock_(clock) {}

    void load(std::vector<std::pair<DeviceIndex, HubUsage>> usage);
    /// quota_exceeded if the device may not have one more envelope of this size kept.
    Result<void> check(DeviceIndex author, std::size_t size, bool after_cut) const;
    void charge(DeviceIndex author, std::size_t size, bool after_cut);

    /// What was charged since the last commit.
    const std::map<DeviceIndex, HubUsage>& uncommitted() const { return uncommitted_; }
    void commit();
    void roll_back() { uncommitted_.clear(); }
    HubUsage usage(DeviceIndex device) const;

private:
    std::int64_t today() const;

    HubLimits limits_;
    Clock* clock_;
    std::map<DeviceIndex, HubUsage> committed_;
    std::map<DeviceIndex, HubUsage> uncommitted_;
};

}  // namespace cotmoc::sync
