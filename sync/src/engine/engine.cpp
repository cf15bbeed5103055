#include <cotmoc/sync/engine.hpp>

#include <algorithm>
#include <array>

namespace cotmoc::sync {

namespace {

constexpr std::uint32_t failures_max = 1'000;

}  // namespace

SyncEngine::SyncEngine(const SyncEngineOptions& options, Random& random)
    : options_(options), random_(random) {}

void SyncEngine::note_pending(std::int64_t now_ms) {
    if (!pending_since_) {
        pending_since_ = moved_at_ = now_ms;
    }
}

void SyncEngine::request(std::int64_t now_ms) {
    note_pending(now_ms);
    if (running_) {
        requested_ = true;
    } else if (failures_ == 0) {
        next_start_ = now_ms;
        start_is_own_ = false;
    }
}

void SyncEngine::network_changed(std::int64_t now_ms) {
    failures_ = 0;
    network_changed_ = running_;
    request(now_ms);
}

void SyncEngine::session_started() {
    running_ = true;
    requested_ = false;
    network_changed_ = false;
    progressed_ = false;
    next_start_.reset();
    start_is_own_ = false;
}

void SyncEngine::progressed(std::int64_t now_ms) {
    progressed_ = true;
    moved_at_ = std::max(moved_at_, now_ms);
}

void SyncEngine::session_ended(const std::optional<Error>& error, std::int64_t now_ms) {
    running_ = false;
    if (error) {
        note_pending(now_ms);
        // What failed on the old network says nothing about the new one.
        failures_ = network_changed_ || progressed_ ? 1 : std::min(failures_ + 1, failures_max);
        const bool can_help = error_retry(error->code) != Retry::never || network_changed_;
        next_start_ = now_ms + (can_help ? jitter(back_off_limit()) : options_.cap_ms);
        return;
    }
    failures_ = 0;
    if (requested_) {
        pending_since_ = moved_at_ = now_ms;
        next_start_ = now_ms;
        return;
    }
    pending_since_.reset();
    if (options_.interval_ms) {
        next_start_ = now_ms + *options_.interval_ms;
        start_is_own_ = true;
    }
}

std::optional<std::int64_t> SyncEngine::next_start() const {
    const bool put_off = start_is_own_ && hints_.battery_low;
    return running_ || put_off ? std::nullopt : next_start_;
}

std::optional<std::int64_t> SyncEngine::next_event() const {
    if (!pending_since_ || options_.watchdog_ms == 0) {
        return std::nullopt;
    }
    return std::max(*pending_since_, moved_at_) + options_.watchdog_ms;
}

std::optional<SyncEvent> SyncEngine::take_event(std::int64_t now_ms) {
    const auto due = next_event();
    if (!due || now_ms < *due) {
        return std::nullopt;
    }
    moved_at_ = now_ms;
    return SyncEvent::no_progress;
}

/// Evenly from 0 to the limit, so that a district whose link comes back does not call in one voice.
std::int64_t SyncEngine::jitter(std::int64_t limit_ms) {
    std::array<std::uint8_t, 8> octets{};
    random_.fill(octets);
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets) {
        value = value << 8 | octet;
    }
    return static_cast<std::int64_t>(value % (static_cast<std::uint64_t>(limit_ms) + 1));
}

std::int64_t SyncEngine::back_off_limit() const {
    std::int64_t limit = options_.base_ms;
    for (std::uint32_t i = 1; i < failures_ && limit < options_.cap_ms; ++i) {
        limit *= 2;
    }
    return std::min(limit, options_.cap_ms);
}

}  // namespace cotmoc::sync
