#include "store/covered_sets.hpp"

#include <algorithm>
#include <limits>

namespace cotmoc::core {
namespace {

constexpr std::uint32_t no_index = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void CoveredSets::add_feed(DeviceIndex device, std::uint64_t last) {
    feeds_.push_back({device, size_, last});
    size_ += last;
}

std::optional<std::uint64_t> CoveredSets::number(DeviceIndex device, std::uint64_t seq) const {
    const auto feed = std::ranges::lower_bound(feeds_, device, {}, &Feed::device);
    if (feed == feeds_.end() || feed->device != device || seq == 0 || seq > feed->last) {
        return std::nullopt;
    }
    return feed->first + seq - 1;
}

Dot CoveredSets::first_dot(std::uint64_t number) const {
    const auto feed = std::prev(std::ranges::upper_bound(feeds_, number, {}, &Feed::first));
    return {feed->device, number - feed->first + 1, 0};
}

StampBases::StampBases(CoveredSets& sets)
    : sets_(sets), lowest_(static_cast<std::size_t>(sets.size()), no_index) {
    sets_.bases.assign(lowest_.size(), {});
}

bool StampBases::note(const Dot& dot, Hlc at) {
    const auto number = sets_.number(dot.device, dot.seq);
    if (!number) {
        return false;
    }
    const auto place = static_cast<std::size_t>(*number);
    if (dot.index < lowest_[place]) {
        lowest_[place] = dot.index;
        sets_.bases[place] = at;
    }
    return true;
}

void StampBases::finish() {
    for (std::size_t i = 1; i < lowest_.size(); ++i) {
        if (lowest_[i] == no_index) {
            sets_.bases[i] = {sets_.bases[i - 1].wall_ms, 0};
        }
    }
}

}  // namespace cotmoc::core
