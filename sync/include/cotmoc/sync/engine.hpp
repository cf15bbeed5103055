// When to start the next session. Sessions are one-shot; the engine restarts them: at once when there is a
// reason, with back-off and full jitter after a failure, for ever. Without I/O: times in, times out.
#pragma once

#include <cotmoc/base/error.hpp>
#include <cotmoc/base/random.hpp>

#include <cstdint>
#include <optional>

namespace cotmoc::sync {

struct SyncEngineOptions {
    std::int64_t base_ms = 1'000;          // the longest first wait after a failure; doubles with each one
    std::int64_t cap_ms = 5 * 60 * 1'000;  // and no longer than this
    /// A session this long after the last good one, though nothing asks for it. Nothing: only when asked.
    std::optional<std::int64_t> interval_ms;
    /// Work that waits so long without any progress is told of (take_event()); 0: never.
    std::int64_t watchdog_ms = 15 * 60 * 1'000;
};

/// What the app knows of the device and its link.
struct SyncHints {
    bool metered = false;      // octets cost money: records go, attachments wait until somebody asks
    bool battery_low = false;  // no sessions that nobody asked for
    friend bool operator==(const SyncHints&, const SyncHints&) = default;
};

enum class SyncEvent : std::uint8_t {
    no_progress,  // work is pending, and for watchdog_ms no session has moved any of it
};

/// The driver asks next_start(), starts a session when that time has come and says so, and reports how it
/// ended. Times are of a clock that never goes back. One thread. SyncRunner is such a driver.
class SyncEngine {
public:
    /// `random` outlives the engine.
    SyncEngine(const SyncEngineOptions& options, Random& random);

    /// There is something to send, or a person asks. Does not cut a back-off short: the link is as bad as it
    /// was.
    void request(std::int64_t now_ms);
    /// The network changed (a hint of the operating system): what failed before may work now.
    void network_changed(std::int64_t now_ms);
    /// Takes effect with the next next_start(): what a low battery put off comes as soon as it is not low.
    void set_hints(const SyncHints& hints) { hints_ = hints; }
    const SyncHints& hints() const { return hints_; }
    /// What a session is to carry now besides records.
    bool wants_attachments() const { return !hints_.metered; }

    void session_started();
    /// A session of now has moved something that stays: a change set was committed or acknowledged, say.
    void progressed(std::int64_t now_ms);
    /// Without an error, or after a session that progressed, the back-off starts anew: a link that is cut
    /// every minute is not one that does not work. After an error that no repetition cures the wait is the
    /// cap: the cure (an enrolment, an update) may come without anybody here who asks.
    void session_ended(const std::optional<Error>& error, std::int64_t now_ms);

    bool running() const { return running_; }
    /// When to start a session; nothing while one runs or nothing asks for one.
    std::optional<std::int64_t> next_start() const;
    /// Failures since the last good session.
    std::uint32_t failures() const { return failures_; }

    /// Whether something waits for a session. Pending from a request until a session has ended without an
    /// error and nothing was asked meanwhile; the driver says so too if a session ended with work left.
    bool pending() const { return pending_since_.has_value(); }
    /// When the watchdog is due: watchdog_ms after the later of when the work began to wait, the last
    /// progress and the last event. Nothing if no work is pending.
    std::optional<std::int64_t> next_event() const;
    /// The event, from that time on, once. The next one is due another watchdog_ms after `now_ms`.
    std::optional<SyncEvent> take_event(std::int64_t now_ms);

private:
    std::int64_t jitter(std::int64_t limit_ms);
    std::int64_t back_off_limit() const;
    void note_pending(std::int64_t now_ms);

    SyncEngineOptions options_;
    Random& random_;
    SyncHints hints_;
    bool running_ = false;
    bool requested_ = false;        // while a session ran: it may have missed what came since
    bool network_changed_ = false;  // while a session ran
    bool progressed_ = false;       // in this session
    std::uint32_t failures_ = 0;
    std::optional<std::int64_t> next_start_;
    bool start_is_own_ = false;  // next_start_ came of interval_ms: nobody asked
    std::optional<std::int64_t> pending_since_;
    std::int64_t moved_at_ = 0;  // the last progress or event
};

}  // namespace cotmoc::sync
