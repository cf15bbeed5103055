#include <cotmoc/sync/call_memory.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::size_t ephemeral_size = 32;

}  // namespace

bool CallMemory::knows(BytesView message) const {
    return message.size() >= ephemeral_size && known_.contains(*CallKey::from(message.first(ephemeral_size)));
}

void CallMemory::remember(BytesView message) {
    if (message.size() < ephemeral_size || limits_.calls_max == 0) {
        return;
    }
    const CallKey key = *CallKey::from(message.first(ephemeral_size));
    if (!known_.insert(key).second) {
        return;
    }
    order_.push_back(key);
    if (order_.size() > limits_.calls_max) {
        known_.erase(order_.front());
        order_.pop_front();
    }
}

void CallMemory::blame(const std::string& source, std::int64_t now_ms) {
    if (source.empty()) {
        return;
    }
    std::erase_if(sources_,
                  [&](const auto& entry) { return entry.second.until_ms + limits_.pause_max_ms <= now_ms; });
    Pause& pause = sources_[source];
    pause.length_ms =
        pause.length_ms == 0 ? limits_.pause_min_ms : std::min(pause.length_ms * 2, limits_.pause_max_ms);
    pause.until_ms = now_ms + pause.length_ms;
    if (sources_.size() > limits_.sources_max) {
        sources_.erase(
            std::ranges::min_element(sources_, {}, [](const auto& entry) { return entry.second.until_ms; }));
    }
}

bool CallMemory::pauses(const std::string& source, std::int64_t now_ms) const {
    const auto found = sources_.find(source);
    return found != sources_.end() && now_ms < found->second.until_ms;
}

}  // namespace cotmoc::sync
