#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/hub_quota.hpp>

namespace cotmoc::sync {
namespace {

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

bool fits(const HubAllowance& used, const HubAllowance& limit, std::size_t size) {
    return used.change_sets < limit.change_sets && used.bytes <= limit.bytes &&
           size <= limit.bytes - used.bytes;
}

void add(HubAllowance& used, std::size_t size) {
    used.bytes += size;
    used.change_sets += 1;
}

}  // namespace

void HubQuota::load(std::vector<std::pair<DeviceIndex, HubUsage>> usage) {
    committed_ = {usage.begin(), usage.end()};
    uncommitted_.clear();
}

std::int64_t HubQuota::today() const { return clock_ != nullptr ? clock_->wall_ms() / day_ms : 0; }

HubUsage HubQuota::usage(DeviceIndex device) const {
    HubUsage usage;
    if (const auto changed = uncommitted_.find(device); changed != uncommitted_.end()) {
        usage = changed->second;
    } else if (const auto known = committed_.find(device); known != committed_.end()) {
        usage = known->second;
    }
    if (usage.day != today()) {
        usage.day = today();
        usage.today = {};
    }
    return usage;
}

Result<void> HubQuota::check(DeviceIndex author, std::size_t size, bool after_cut) const {
    const HubUsage used = usage(author);
    const bool allowed = after_cut ? fits(used.after_cut, limits_.after_cut, size)
                                   : fits(used.total, limits_.total, size) &&
                                         (clock_ == nullptr || fits(used.today, limits_.day, size));
    if (!allowed && !switched_off("hub-quota")) {
        return fail(ErrorCode::quota_exceeded);
    }
    return {};
}

void HubQuota::charge(DeviceIndex author, std::size_t size, bool after_cut) {
    HubUsage used = usage(author);
    if (after_cut) {
        add(used.after_cut, size);
    } else {
        add(used.total, size);
        add(used.today, size);
    }
    uncommitted_[author] = used;
}

void HubQuota::commit() {
    for (const auto& [device, usage] : uncommitted_) {
        committed_[device] = usage;
    }
    uncommitted_.clear();
}

}  // namespace cotmoc::sync
