// Drives sessions by a SyncEngine, within what a host allows: the scheduler of a phone gives a slice of
// octets and seconds, a program on a laptop runs until it is stopped.
#pragma once

#include <cotmoc/base/clock.hpp>
#include <cotmoc/sync/engine.hpp>
#include <cotmoc/sync/session.hpp>

#include <functional>

namespace cotmoc::sync {

/// 0: no limit.
struct SliceBudget {
    std::uint64_t bytes = 0;  // of pipes, both ways together, handshakes too
    std::int64_t ms = 0;      // of waiting too
};

/// How far a session is, for people who watch. Sums of the runner's sessions since run_slice() or watch()
/// began.
struct SyncProgress {
    std::uint64_t bytes_up = 0;
    std::uint64_t bytes_down = 0;
    std::uint64_t change_sets = 0;  // sent and acknowledged, or received and committed
    std::uint64_t expected = 0;     // change sets that are to move, those that have moved included
    SessionStage stage = SessionStage::greeting;
    /// Until the session has moved what it knows of, by the pace so far; nothing before there is one.
    std::optional<std::int64_t> left_ms;
};

/// Of one session that has gone on for `passed_ms`.
SyncProgress progress_of(const SessionReport& report, std::int64_t passed_ms);

/// What carries one session, and waits: TCP in programs, a virtual clock in tests.
class SyncTransport {
public:
    virtual ~SyncTransport() = default;
    using Report = std::function<void(const SessionReport&)>;
    /// Runs one session to its end, within the budget, and calls `progress` as it goes on. A session that
    /// ends early because of the budget, or because it is time to stop, is no error.
    virtual Result<SessionReport> run(const SliceBudget& budget, const Report& progress) = 0;
    /// Waits until `ms` of the clock, less if something calls for a new look at the engine. False: it is time
    /// to stop.
    virtual bool wait_until(std::int64_t ms) = 0;
    virtual bool stopped() { return false; }
};

struct SliceReport {
    std::uint64_t sessions = 0;
    SessionReport last;          // of the last session
    std::optional<Error> error;  // of the last session
    std::uint64_t bytes = 0;     // of all
    bool complete = false;       // the last session left nothing to exchange
};

struct SyncCallbacks {
    std::function<void(const SyncProgress&)> progress;
    std::function<void(SyncEvent)> event;
    std::function<void(const SliceReport&)> session_ended;
};

/// One thread. The engine, the transport and the clock outlive it.
class SyncRunner {
public:
    SyncRunner(SyncEngine& engine, SyncTransport& transport, Clock& clock, SyncCallbacks callbacks = {});

    /// Asks for a session and runs as many as it takes and the budget allows; waits for back-offs if they end
    /// within it. Whatever the end, what arrived is committed: the next slice goes on from there. A session
    /// that uses the budget up ends by itself, after commit and acknowledgement.
    SliceReport run_slice(const SliceBudget& budget);
    /// Runs sessions whenever the engine wants one, until it is time to stop.
    SliceReport watch();

private:
    void one_session(const SliceBudget& budget);
    void tell_progress(const SessionReport& report, std::int64_t began_ms);
    void take_event();
    SliceBudget left_of(const SliceBudget& budget, std::int64_t began_ms) const;

    SyncEngine& engine_;
    SyncTransport& transport_;
    Clock& clock_;
    SyncCallbacks callbacks_;
    SliceReport report_;
    SyncProgress before_;        // of the sessions that are over
    std::uint64_t resumed_ = 0;  // what the last session that resumed an envelope found held of it
};

}  // namespace cotmoc::sync
