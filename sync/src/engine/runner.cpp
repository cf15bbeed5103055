#include <cotmoc/sync/runner.hpp>

#include <algorithm>

namespace cotmoc::sync {

namespace {

/// A handshake and its answer: with less a session could not even begin.
constexpr std::uint64_t bytes_min = 1'024;

std::uint64_t moved(const SessionReport& report) {
    return report.sent.change_sets + report.received.change_sets;
}

/// Any of it is a reason not to worry.
std::uint64_t kept(const SessionReport& report) {
    return moved(report) + report.trust_sent + report.trust_received + report.attachments_sent.chunks +
           report.attachments_received.chunks;
}

}  // namespace

SyncProgress progress_of(const SessionReport& report, std::int64_t passed_ms) {
    const std::uint64_t done = moved(report);
    const std::uint64_t all = std::max(done, report.expected + report.to_send);
    SyncProgress progress{report.bytes_up, report.bytes_down, done, all, report.stage, std::nullopt};
    if (done > 0) {
        progress.left_ms =
            passed_ms * static_cast<std::int64_t>(all - done) / static_cast<std::int64_t>(done);
    }
    return progress;
}

SyncRunner::SyncRunner(SyncEngine& engine, SyncTransport& transport, Clock& clock, SyncCallbacks callbacks)
    : engine_(engine), transport_(transport), clock_(clock), callbacks_(std::move(callbacks)) {}

SliceBudget SyncRunner::left_of(const SliceBudget& budget, std::int64_t began_ms) const {
    SliceBudget left;
    if (budget.bytes != 0) {
        left.bytes = budget.bytes > report_.bytes ? budget.bytes - report_.bytes : 1;
    }
    if (budget.ms != 0) {
        left.ms = std::max<std::int64_t>(began_ms + budget.ms - clock_.steady_ms(), 1);
    }
    return left;
}

SliceReport SyncRunner::run_slice(const SliceBudget& budget) {
    report_ = {};
    before_ = {};
    const std::int64_t began = clock_.steady_ms();
    engine_.request(began);
    while (!transport_.stopped()) {
        take_event();
        const auto start = engine_.next_start();
        const std::int64_t now = clock_.steady_ms();
        const bool time_is_up = budget.ms != 0 && start && std::max(*start, now) >= began + budget.ms;
        const bool octets_are_up = budget.bytes != 0 && report_.bytes + bytes_min > budget.bytes;
        if (!start || time_is_up || octets_are_up) {
            break;
        }
        if (*start > now) {
            if (!transport_.wait_until(*start)) {
                break;
            }
            continue;
        }
        one_session(left_of(budget, began));
        const SessionReport& last = report_.last;
        if (!report_.error && (report_.complete || last.stopped_early || last.attachment_error)) {
            break;
        }
    }
    return report_;
}

SliceReport SyncRunner::watch() {
    report_ = {};
    before_ = {};
    while (!transport_.stopped()) {
        take_event();
        const auto start = engine_.next_start();
        const std::int64_t now = clock_.steady_ms();
        if (start && *start <= now) {
            one_session({});
            continue;
        }
        constexpr std::int64_t look_again_ms = 60'000;  // nothing is due: only a hint or a request is awaited
        std::int64_t until = start.value_or(now + look_again_ms);
        if (const auto event = engine_.next_event()) {
            until = std::min(until, *event);
        }
        if (!transport_.wait_until(until)) {
            break;
        }
    }
    return report_;
}

void SyncRunner::one_session(const SliceBudget& budget) {
    const std::int64_t began = clock_.steady_ms();
    SessionReport last;
    std::uint64_t kept_before = 0;
    engine_.session_started();
    const auto result = transport_.run(budget, [&](const SessionReport& report) {
        last = report;
        // That an earlier session brought a part of a long envelope shows only when the next one goes on from
        // it.
        const std::uint64_t resumed = report.resumed_up + report.resumed_down;
        if (kept(report) != kept_before || (resumed != 0 && resumed != resumed_)) {
            kept_before = kept(report);
            resumed_ = resumed;
            engine_.progressed(clock_.steady_ms());
        }
        tell_progress(report, began);
        take_event();
    });
    if (result) {
        last = *result;
    }
    report_.error = result ? std::nullopt : std::optional(result.error());
    report_.last = last;
    report_.sessions += 1;
    report_.bytes += last.bytes_up + last.bytes_down;
    report_.complete = result && last.complete;
    before_.bytes_up += last.bytes_up;
    before_.bytes_down += last.bytes_down;
    before_.change_sets += moved(last);
    const std::int64_t now = clock_.steady_ms();
    if (result && !last.complete && !last.attachment_error) {
        // A budget was used before all had moved. A store of chunks that does not work is none the better for
        // another session at once.
        engine_.request(now);
    }
    engine_.session_ended(report_.error, now);
    if (callbacks_.session_ended) {
        callbacks_.session_ended(report_);
    }
}

void SyncRunner::tell_progress(const SessionReport& report, std::int64_t began_ms) {
    if (!callbacks_.progress) {
        return;
    }
    SyncProgress progress = progress_of(report, clock_.steady_ms() - began_ms);
    progress.bytes_up += before_.bytes_up;
    progress.bytes_down += before_.bytes_down;
    progress.change_sets += before_.change_sets;
    progress.expected += before_.change_sets;
    callbacks_.progress(progress);
}

void SyncRunner::take_event() {
    const auto event = engine_.take_event(clock_.steady_ms());
    if (event && callbacks_.event) {
        callbacks_.event(*event);
    }
}

}  // namespace cotmoc::sync
