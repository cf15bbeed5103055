#include "sync_handle.hpp"

#include "host_progress.hpp"

#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/record_json.hpp>
#include <cotmoc/records/status_json.hpp>

#include <algorithm>

namespace cotmoc::capi {

/// Marks the handle and its replica as busy; gives both back at the end.
class SyncHandle::Running {
public:
    explicit Running(SyncHandle& sync) : sync_(sync), owned_(sync) {}
    ~Running() {
        if (began_) {
            sync_.cancelled_ = false;
            sync_.pruned_.clear();
            if (sync_.engine_ && sync_.engine_->running()) {
                sync_.engine_.reset();  // something was thrown in the middle of a session
            }
            {
                const OpenReplica::Lock lock = sync_.open_->wait();
                sync_.open_->end_sync();
            }
            const std::lock_guard lock(sync_.mutex_);
            sync_.pipe_.reset();
        }
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    Result<void> begin() {
        COTMOC_TRY(owned_.check());
        COTMOC_TRY(sync_.open_->begin_sync());
        began_ = true;
        sync_.progress_status_ = COTMOC_OK;
        COTMOC_ASSIGN(std::shared_ptr<Pipe> pipe, sync_.make_pipe());
        const std::lock_guard lock(sync_.mutex_);
        sync_.pipe_ = std::move(pipe);
        return {};
    }

private:
    SyncHandle& sync_;
    Owned owned_;  // goes last
    bool began_ = false;
};

/// What the runner drives: sessions over the pipe, waits that others can end.
class SyncHandle::Transport final : public sync::SyncTransport {
public:
    Transport(SyncHandle& sync, sync::SyncEngine& engine, bool waits)
        : sync_(sync), engine_(engine), waits_(waits) {}

    Result<sync::SessionReport> run(const sync::SliceBudget& budget, const Report& progress) override {
        sync_.open_->log().tell(COTMOC_LOG_INFO, "a session begins");
        sync::SessionReport last;
        DriveOptions options;
        options.budget = budget;
        options.stopped = [this] { return sync_.stopped(); };
        options.peer = sync_.peer_key_;
        options.prepare = [this](sync::SessionOptions& session) { return sync_.carry_files(session); };
        options.progress = [&](const sync::SessionReport& report) {
            last = report;
            progress(report);
        };
        auto report = drive_session(*sync_.open_, *sync_.pipe_, options);
        records::add_session(all, report ? *report : last);
        all.complete = report && report->complete;
        all.stopped_early = report && report->stopped_early;
        COTMOC_ASSIGN(const bool again, sync_.settle_beginnings(report ? &*report : nullptr));
        if (again) {
            report->stopped_early = all.stopped_early = false;  // the rest comes in the next session
        }
        if (report) {
            COTMOC_TRY(remember());
            COTMOC_TRY(note_verification(*report));
            sync_.open_->log().tell(COTMOC_LOG_INFO, "a session ended");
        } else {
            sync_.open_->log().tell(COTMOC_LOG_WARNING, "a session ended: " + describe(report.error()));
        }
        return report;
    }

    bool wait_until(std::int64_t ms) override {
        if (!waits_) {
            return false;
        }
        if (std::exchange(verify_now_, false)) {
            engine_.request(sync_.open_->clock().steady_ms());
            return !sync_.stopped();
        }
        std::unique_lock lock(sync_.mutex_);
        const auto left =
            std::chrono::milliseconds(std::max<std::int64_t>(ms - sync_.open_->clock().steady_ms(), 0));
        sync_.changed_.wait_for(
            lock, left, [&] { return sync_.stopped() || sync_.requested_ || sync_.network_changed_; });
        lock.unlock();
        sync_.take_wishes(engine_);
        return !sync_.stopped();
    }

    bool stopped() override {
        sync_.take_wishes(engine_);
        return sync_.stopped();
    }

    sync::SessionReport all;

private:
    Result<void> remember() {
        return with(*sync_.open_, Access::replica, [&](OpenReplica& open) -> Result<void> {
            if (!sync_.hub_.empty() && !sync_.transport_ && !sync_.peer_key_) {
                COTMOC_TRY(records::set_setting(open.replica(), records::hub_setting, sync_.hub_));
            }
            return records::set_setting(open.replica(), records::last_sync_setting,
                                        records::utc_text(open.clock().wall_ms()));
        });
    }

    /// Of what began with a snapshot the history comes in the next slice; while somebody watches, at once,
    /// but no second time if that brought none.
    Result<void> note_verification(const sync::SessionReport& report) {
        if (waits_) {
            COTMOC_ASSIGN(const bool wanted, sync_.want_verification(report));
            verify_now_ = wanted && !std::exchange(verifying_, wanted);
        }
        return {};
    }

    SyncHandle& sync_;
    sync::SyncEngine& engine_;
    bool waits_;
    bool verifying_ = false;
    bool verify_now_ = false;
};

sync::SyncEngine& SyncHandle::engine(std::optional<std::int64_t> interval_ms) {
    if (!engine_ || engine_interval_ != interval_ms) {
        sync::SyncEngineOptions options;
        options.interval_ms = engine_interval_ = interval_ms;
        engine_.emplace(options, open_->random());
    }
    return *engine_;
}

void SyncHandle::take_wishes(sync::SyncEngine& engine) {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = open_->clock().steady_ms();
    engine.set_hints(hints_);
    if (std::exchange(requested_, false)) {
        engine.request(now);
    }
    if (std::exchange(network_changed_, false)) {
        engine.network_changed(now);
    }
}

void SyncHandle::tell_progress(const cotmoc_progress& now) {
    if (progress_ && progress_status_ == COTMOC_OK) {
        progress_status_ = (*progress_)->progress((*progress_)->ctx, &now);
    }
}

sync::SyncCallbacks SyncHandle::progress_callbacks() {
    const auto told = std::make_shared<HostProgress>();
    sync::SyncCallbacks callbacks;
    callbacks.progress = [this, told](const sync::SyncProgress& now) { tell_progress(told->moved(now)); };
    callbacks.event = [this, told](sync::SyncEvent) { tell_progress(told->stuck()); };
    return callbacks;
}

Result<void> SyncHandle::told_progress() const {
    return progress_status_ == COTMOC_STOP ? Result<void>() : from_host(progress_status_, "progress");
}

Result<std::string> SyncHandle::report_text(const sync::SessionReport& report, std::int64_t began_ms) {
    return with(*open_, Access::replica, [&](OpenReplica& open) {
        const double seconds = static_cast<double>(open.clock().steady_ms() - began_ms) / 1000;
        const auto store = open.attachments();
        return records::report_json(open.replica(), report, seconds, {}, store ? *store : nullptr);
    });
}

Result<void> SyncHandle::run(const sync::SliceBudget& budget, Outcome& outcome) {
    Running running(*this);
    COTMOC_TRY(running.begin());
    return slice(budget, outcome);
}

Result<std::string> SyncHandle::prune(const std::string& space) {
    Running running(*this);
    COTMOC_TRY(running.begin());
    if (peer_key_) {
        return fail(ErrorCode::wrong_usage, "a neighbour has no snapshots: prune with the hub");
    }
    const auto find = [&](OpenReplica& open) -> Result<std::vector<sync::SpaceInfo>> {
        if (!open.replica().joined()) {
            return fail(ErrorCode::not_joined);
        }
        return records::spaces_named(open.replica(), space);
    };
    COTMOC_ASSIGN(const std::vector<sync::SpaceInfo> spaces, with(*open_, Access::replica, find));
    std::ranges::transform(spaces, std::back_inserter(pruned_), &sync::SpaceInfo::id);
    Outcome outcome;
    COTMOC_TRY(slice({}, outcome));
    if (outcome.error) {
        return tl::unexpected(*outcome.error);
    }
    if (stopped()) {
        return records::json_array({});
    }
    return with(*open_, Access::replica, [&](OpenReplica& open) -> Result<std::string> {
        COTMOC_ASSIGN(const records::SnapshotFiles* files, open.snapshots(true));
        std::vector<std::string> all;
        for (const sync::SpaceInfo& each : spaces) {
            COTMOC_ASSIGN(const std::uint64_t dropped, sync::prune(open.replica(), *files->shelf, each));
            all.push_back(records::pruned_json(each, dropped));
        }
        return records::json_array(all);
    });
}

Result<void> SyncHandle::slice(const sync::SliceBudget& budget, Outcome& outcome) {
    const std::int64_t began = open_->clock().steady_ms();
    sync::SyncEngine& driven = engine(std::nullopt);
    // Without a limit of time nobody waits for a hub that does not answer.
    Transport transport(*this, driven, budget.ms != 0);
    sync::SyncRunner runner(driven, transport, open_->clock(), progress_callbacks());
    if (driven.next_start().value_or(0) > began) {
        // A slice is a new chance: the host asks for it when it thinks that it may work.
        driven.network_changed(began);
    }
    const sync::SliceReport report = runner.run_slice(budget);
    if (!stopped()) {
        outcome.error = report.error;
        if (!outcome.error && transport.all.refusal) {
            outcome.error = Error{*transport.all.refusal, ""};
        }
    }
    if (Result<void> told = told_progress(); !told) {
        outcome.error = std::move(told).error();  // the report of what was done goes out all the same
    }
    COTMOC_ASSIGN(outcome.text, report_text(transport.all, began));
    return {};
}

Result<void> SyncHandle::watch(std::uint64_t interval_ms, cotmoc_text_fn ended, void* ctx) {
    Running running(*this);
    COTMOC_TRY(running.begin());
    std::optional<std::int64_t> interval;
    if (interval_ms != 0) {
        interval = static_cast<std::int64_t>(std::min<std::uint64_t>(interval_ms, INT64_MAX / 2));
    }
    sync::SyncEngine& driven = engine(interval);
    Transport transport(*this, driven, true);
    std::int64_t began = open_->clock().steady_ms();
    Result<void> told;
    sync::SyncCallbacks callbacks = progress_callbacks();
    callbacks.session_ended = [&](const sync::SliceReport& report) {
        const std::int64_t now = open_->clock().steady_ms();
        auto text = report_text(std::exchange(transport.all, {}), began);
        began = now;
        if (!text) {
            told = tl::unexpected(text.error());
        } else {
            const auto next = driven.next_start();
            text->pop_back();  // two more members
            *text += ",\"error\":" + (report.error ? "\"" + std::string(error_name(report.error->code)) + "\""
                                                   : std::string("null"));
            *text +=
                ",\"next_ms\":" + (next ? std::to_string(std::max<std::int64_t>(*next - now, 0)) : "null") +
                "}";
            told = give(ended, ctx, *text);
        }
        if (!told) {
            cancelled_ = true;
        }
    };
    sync::SyncRunner runner(driven, transport, open_->clock(), callbacks);
    driven.request(began);
    runner.watch();
    COTMOC_TRY(told);
    return told_progress();
}

void SyncHandle::request() {
    const std::lock_guard lock(mutex_);
    requested_ = true;
    changed_.notify_all();
}

void SyncHandle::network_changed() {
    const std::lock_guard lock(mutex_);
    network_changed_ = true;
    changed_.notify_all();
}

void SyncHandle::set_hints(const sync::SyncHints& hints) {
    const std::lock_guard lock(mutex_);
    hints_ = hints;
    changed_.notify_all();
}

void SyncHandle::cancel() {
    std::shared_ptr<Pipe> pipe;
    {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
        pipe = pipe_;
        changed_.notify_all();
    }
    if (pipe) {
        pipe->wake();
    }
}

}  // namespace cotmoc::capi
