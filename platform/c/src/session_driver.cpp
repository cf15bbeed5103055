#include "session_driver.hpp"

#include <cotmoc/sync/partial_store.hpp>

#include <algorithm>
#include <array>

namespace cotmoc::capi {
namespace {

constexpr std::int64_t connect_ms = 10'000;
/// A host's pipe need not be able to wake up: so often somebody looks whether to stop.
constexpr std::int64_t look_ms = 200;
/// While octets wait that the pipe did not take.
constexpr std::int64_t full_ms = 20;
/// A receive that gives nothing before its time is over, so often in a row with nothing sent between: the
/// stream has ended, as for a host that passes on the 0 of a socket.
constexpr int early_zeros_max = 16;
/// For what is under way when somebody wants the end.
constexpr std::int64_t stop_grace_ms = 5'000;
/// For the last octets of a session that is over.
constexpr std::int64_t last_octets_ms = 10'000;

class Driver {
public:
    Driver(OpenReplica& open, Pipe& pipe, const DriveOptions& options)
        : open_(open), pipe_(pipe), options_(options), began_(open.clock().steady_ms()) {}

    Result<sync::SessionReport> run() {
        const std::int64_t limit =
            options_.budget.ms != 0 ? std::min(options_.budget.ms, connect_ms) : connect_ms;
        const Result<void> opened = pipe_.open(limit, options_.stopped);
        if (!opened) {
            return stopped_ || options_.stopped()
                       ? Result<sync::SessionReport>(stopped_report())
                       : Result<sync::SessionReport>(tl::unexpected(opened.error()));
        }
        pipe_open_ = true;
        const Result<void> driven = begin_and_drive();
        return end(driven);
    }

    /// Also if something was thrown.
    ~Driver() { (void)let_go(); }
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

private:
    static sync::SessionReport stopped_report() {
        sync::SessionReport report;
        report.stopped_early = true;
        return report;
    }

    std::int64_t now() { return open_.clock().steady_ms(); }

    Result<void> begin_and_drive() {
        COTMOC_TRY(step([&](sync::Replica& replica) { return begin(replica); }));
        return drive();
    }

    Result<void> begin(sync::Replica& replica) {
        const auto key = options_.peer ? options_.peer : replica.hub_key();
        if (!key) {
            return fail(ErrorCode::no_hub, "the authority has enrolled none");
        }
        sync::SessionOptions session{replica, replica.keys().device, open_.random()};
        if (!options_.peer) {
            // What a hub has begun to send is not for a neighbour to replace.
            partials_.emplace(replica.store());
            session.partials = &*partials_;
        }
        session.budget_bytes = options_.budget.bytes;
        if (options_.budget.ms != 0) {
            session.budget_ms = std::max<std::int64_t>(began_ + options_.budget.ms - now(), 1);
        }
        if (options_.prepare) {
            COTMOC_TRY(options_.prepare(session));
        }
        session_ = sync::Session::call(session, *key);
        session_->start(now());
        return {};
    }

    /// One step of the session under the lock.
    template <class Work>
    Result<void> step(Work&& work) {
        COTMOC_ASSIGN(const OpenReplica::Lock lock, open_.enter(Access::replica));
        try {
            COTMOC_TRY(work(open_.replica()));
        } catch (...) {
            open_.note_thrown();
            throw;
        }
        if (session_) {
            finished_ = session_->finished();
            wake_at_ = session_->next_wakeup();
            report_ = session_->report();
            if (sent_ == output_.size()) {
                take_output();
            }
        }
        return {};
    }

    void take_output() {
        output_ = session_->take_output();
        sent_ = 0;
    }

    Result<void> drive() {
        for (;;) {
            options_.progress(report_);
            COTMOC_TRY(send_some());
            if (finished_ && sent_ == output_.size()) {
                return {};
            }
            COTMOC_TRY(watch_limits());
            if (cut_off_) {
                return {};
            }
            if (!ended_) {
                COTMOC_TRY(receive_some());
            }
            if (ended_) {
                return {};
            }
        }
    }

    /// Sends what the pipe takes, and asks the session for more once it has all.
    Result<void> send_some() {
        while (sent_ < output_.size() && !ended_) {
            const auto taken = pipe_.send(BytesView(output_).subspan(sent_));
            if (!taken) {
                COTMOC_TRY(pipe_ended(taken.error()));
                return {};
            }
            sent_ += *taken;
            early_zeros_ = *taken != 0 ? 0 : early_zeros_;
            if (sent_ < output_.size()) {
                return {};
            }
            COTMOC_TRY(step([&](sync::Replica&) -> Result<void> {
                if (!session_->finished()) {
                    session_->on_writable(now());
                }
                return {};
            }));
        }
        return {};
    }

    /// The budget, and what somebody who waits for the end wants.
    Result<void> watch_limits() {
        if (finished_) {
            end_by_ = end_by_.value_or(now() + last_octets_ms);
        } else if (!stopped_ && options_.stopped()) {
            stopped_ = true;
            end_by_ = now() + stop_grace_ms;
            COTMOC_TRY(step([&](sync::Replica&) -> Result<void> {
                session_->wind_down(now());
                return {};
            }));
        }
        const auto& budget = options_.budget;
        const bool used = (budget.ms != 0 && now() >= began_ + budget.ms) ||
                          (budget.bytes != 0 && report_.bytes_up + report_.bytes_down >= budget.bytes);
        if ((used && !finished_) || (end_by_ && now() >= *end_by_)) {
            cut_off_ = true;
            return step([&](sync::Replica&) -> Result<void> {
                session_->on_closed(now());
                return {};
            });
        }
        return {};
    }

    Result<void> receive_some() {
        std::int64_t wait = sent_ < output_.size() ? full_ms : look_ms;
        const auto until = [&](std::int64_t at) { wait = std::clamp<std::int64_t>(at - now(), 0, wait); };
        if (wake_at_) {
            until(*wake_at_ + 1);
        }
        if (options_.budget.ms != 0) {
            until(began_ + options_.budget.ms);
        }
        const std::int64_t asked = now();
        const auto got = pipe_.receive(buffer_, wait);
        if (!got) {
            return pipe_ended(got.error());
        }
        const bool early = *got == 0 && wait > 1 && now() - asked < wait / 2 && sent_ == output_.size();
        early_zeros_ = early ? early_zeros_ + 1 : 0;
        if (early_zeros_ >= early_zeros_max) {
            return pipe_ended(Error{ErrorCode::connection_lost, "transport.receive gives nothing"});
        }
        if (finished_) {
            return {};
        }
        if (*got == 0 && (!wake_at_ || now() < *wake_at_)) {
            return {};
        }
        return step([&](sync::Replica&) -> Result<void> {
            if (*got != 0) {
                session_->on_bytes(BytesView(buffer_).first(*got), now());
            } else {
                session_->on_tick(now());
            }
            return {};
        });
    }

    Result<void> pipe_ended(const Error& why) {
        ended_ = true;
        pipe_error_ = why;
        return step([&](sync::Replica&) -> Result<void> {
            session_->on_closed(now());
            return {};
        });
    }

    /// Closes the pipe and ends the session, whose error this is.
    std::optional<Error> let_go() {
        if (std::exchange(pipe_open_, false)) {
            pipe_.close();
        }
        std::optional<Error> error;
        if (session_) {
            error = session_->error();
        }
        // The session refers to the replica: it goes while nobody else uses it.
        const OpenReplica::Lock lock = open_.wait();
        session_.reset();
        partials_.reset();
        return error;
    }

    Result<sync::SessionReport> end(const Result<void>& driven) {
        const std::optional<Error> error = let_go();
        COTMOC_TRY(driven);
        if (!error) {
            return report_;
        }
        const bool lost = error->code == ErrorCode::connection_lost;
        if (lost && (cut_off_ || stopped_)) {
            report_.stopped_early = true;
            return report_;
        }
        return tl::unexpected(lost && pipe_error_ ? *pipe_error_ : *error);
    }

    OpenReplica& open_;
    Pipe& pipe_;
    const DriveOptions& options_;
    std::int64_t began_;
    std::optional<sync::ReplicaPartials> partials_;
    std::unique_ptr<sync::Session> session_;
    std::array<std::uint8_t, 64 * 1024> buffer_{};
    Bytes output_;
    std::size_t sent_ = 0;
    sync::SessionReport report_;
    std::optional<std::int64_t> wake_at_;
    std::optional<std::int64_t> end_by_;
    std::optional<Error> pipe_error_;
    int early_zeros_ = 0;
    bool pipe_open_ = false;
    bool finished_ = false;
    bool stopped_ = false;
    bool cut_off_ = false;
    bool ended_ = false;
};

}  // namespace

Result<sync::SessionReport> drive_session(OpenReplica& open, Pipe& pipe, const DriveOptions& options) {
    return std::make_unique<Driver>(open, pipe, options)->run();
}

}  // namespace cotmoc::capi
