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
};

/// The driver asks next_start(), starts a session when that time has come and says so, and reports how it
/// ended. Times are of a clock that never goes back.
class SyncEngine {
public:
    /// `random` outlives the engine.
    SyncEngine(const SyncEngineOptions& options, Random& random);

    /// There is something to send, or a person asks. Does not cut a back-off short: the link is as bad as it
    /// was.
    void request(std::int64_t now_ms);
    /// The network changed (a hint of the operating system): what failed before may work now.
    void network_changed(std::int64_t now_ms);

    void session_started();
    /// Without an error the back-off starts anew. After an error that no repetition cures the wait is the
    /// cap: the cure (an enrolment, an update) may come without anybody here who asks.
    void session_ended(const std::optional<Error>& error, std::int64_t now_ms);

    bool running() const { return running_; }
    /// When to start a session; nothing while one runs or nothing asks for one.
    std::optional<std::int64_t> next_start() const;
    /// Failures since the last good session.
    std::uint32_t failures() const { return failures_; }

private:
    std::int64_t jitter(std::int64_t limit_ms);
    std::int64_t back_off_limit() const;

    SyncEngineOptions options_;
    Random& random_;
    bool running_ = false;
    bool requested_ = false;        // while a session ran: it may have missed what came since
    bool network_changed_ = false;  // while a session ran
    std::uint32_t failures_ = 0;
    std::optional<std::int64_t> next_start_;
};

}  // namespace cotmoc::sync
