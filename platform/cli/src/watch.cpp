#include "watch.hpp"

#include "json_text.hpp"
#include "messages.hpp"
#include "progress.hpp"

#include <cotmoc/base/native_path.hpp>
#include <cotmoc/sync/runner.hpp>
#include <cotmoc/sync/snapshots.hpp>
#include <cotmoc/system/file.hpp>

#include <algorithm>
#include <iostream>

namespace cotmoc::cli {
namespace {

/// How often others are asked for news if nothing happens here.
constexpr std::int64_t interval_ms = 60'000;
/// How often somebody looks whether another command has written.
constexpr std::int64_t look_ms = 1'000;
/// How long another command may take before the session is put off.
constexpr std::int64_t busy_ms = 10'000;

/// What changes when anything is written: times and sizes of the database's files.
class DatabaseMark {
public:
    explicit DatabaseMark(std::string path) : path_(std::move(path)) {}
    /// Whether it differs from the last call's.
    bool changed() {
        std::vector<std::int64_t> now;
        for (const char* ending : {"", "-wal"}) {
            std::error_code none;
            const auto size = std::filesystem::file_size(native_file(path_ + ending), none);
            now.push_back(system::last_written(path_ + ending));
            now.push_back(none ? 0 : static_cast<std::int64_t>(size));
        }
        return std::exchange(last_, now) != now;
    }

private:
    std::string path_;
    std::vector<std::int64_t> last_;
};

class WatchTransport final : public sync::SyncTransport {
public:
    WatchTransport(const Common& common, const SyncOptions& options, std::string directory,
                   crypto::Secret passphrase)
        : common_(common),
          options_(options),
          directory_(std::move(directory)),
          passphrase_(std::move(passphrase)),
          mark_(directory_ + "/replica.db") {}

    sync::SyncEngine* engine = nullptr;

    Result<sync::SessionReport> run(const sync::SliceBudget& budget, const Report& progress) override {
        const auto opened = open();
        if (!opened) {
            if (opened.error().code != ErrorCode::busy) {
                fatal_ = opened.error();
            }
            return tl::unexpected(opened.error());
        }
        asio::TcpOptions tcp;
        tcp.max_bytes = budget.bytes;
        tcp.max_ms = budget.ms;
        tcp.stop_on_signals = true;
        tcp.progress = progress;
        SyncOutcome outcome;
        outcome.tell_idle = !told_;
        const Result<void> synced = sync_and_tell(common_, **opened, options_, tcp, outcome);
        needs_person_ = needs_person_ || outcome.needs_person;
        told_ = told_ || synced.has_value();
        const bool at_rest = synced && outcome.report.complete && !options_.no_attachments;
        verifying_ = at_rest && sync::want_verification(*(*opened)->replica).value_or(false);
        (*opened)->replica.reset();
        mark_.changed();
        COTMOC_TRY(finish_output());
        if (!synced) {
            return tl::unexpected(synced.error());
        }
        return outcome.report;
    }

    bool wait_until(std::int64_t ms) override {
        const std::int64_t left = std::max<std::int64_t>(ms - clock_.steady_ms(), 0);
        if (!stop_.wait(std::min(left, look_ms) + 1)) {
            return false;
        }
        if (mark_.changed() || std::exchange(verifying_, false)) {
            engine->request(clock_.steady_ms());
        }
        return true;
    }

    bool stopped() override { return fatal_.has_value() || stop_.stopped(); }
    const std::optional<Error>& fatal() const { return fatal_; }
    bool needs_person_came() const { return needs_person_; }

    /// The replica, for one session. Another command that has it open gets some seconds to end.
    Result<std::unique_ptr<Opened>> open() {
        auto opened = std::make_unique<Opened>(directory_, "cotmoc sync --watch");
        const std::int64_t until = clock_.steady_ms() + busy_ms;
        Result<void> locked = opened->place.lock_existing();
        while (!locked && locked.error().code == ErrorCode::busy && clock_.steady_ms() < until &&
               stop_.wait(100)) {
            locked = opened->place.lock_existing();
        }
        COTMOC_TRY(std::move(locked));
        COTMOC_ASSIGN(opened->replica, sync::Replica::open(opened->place.environment(), passphrase_));
        COTMOC_TRY(opened->place.key_store.forget_previous());
        return opened;
    }

private:
    const Common& common_;
    const SyncOptions& options_;
    std::string directory_;
    crypto::Secret passphrase_;
    system::SystemClock clock_;
    asio::StopSignals stop_;
    DatabaseMark mark_;
    std::optional<Error> fatal_;
    bool needs_person_ = false;
    bool told_ = false;       // that a session succeeded
    bool verifying_ = false;  // the history of a space is being fetched, to check the snapshot it began with
};

/// Each kind of failure once, until a session succeeds: a hub that is away all night fills no log.
class FailureLines {
public:
    explicit FailureLines(const Common& common) : common_(common) {}
    void tell(const sync::SliceReport& report, std::int64_t wait_ms) {
        if (!report.error) {
            last_.reset();
            return;
        }
        if (std::exchange(last_, report.error->code) != report.error->code) {
            std::cerr << error_line("cotmoc", *report.error, common_.language) << " ("
                      << common_.text(Label::next_try) << ": " << (wait_ms + 999) / 1000 << ")" << std::endl;
        }
    }

private:
    const Common& common_;
    std::optional<ErrorCode> last_;
};

void tell_event(const Common& common, sync::SyncEvent) {
    if (common.json) {
        put_line(JsonObject().text("event", "no_progress").finish());
        (void)finish_output();
    }
    std::cerr << "cotmoc: " << common.text(Label::no_progress) << std::endl;
}

}  // namespace

Outcome watch(const Common& common, const SyncOptions& options) {
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    COTMOC_ASSIGN(crypto::Secret passphrase, read_passphrase(common, false));
    WatchTransport transport(common, options, std::move(directory), std::move(passphrase));
    {
        // What no repetition cures ends it here, before anything waits.
        COTMOC_ASSIGN(const auto opened, transport.open());
        if (!opened->replica->joined()) {
            return fail(ErrorCode::not_joined);
        }
        if (options.peer.empty()) {
            COTMOC_TRY(hub_address(*opened->replica, options.hub));
        }
    }
    crypto::SystemRandom random;
    system::SystemClock clock;
    sync::SyncEngineOptions engine_options;
    engine_options.interval_ms = interval_ms;
    sync::SyncEngine engine(engine_options, random);
    transport.engine = &engine;
    FailureLines failures(common);
    sync::SyncCallbacks callbacks;
    callbacks.event = [&](sync::SyncEvent event) { tell_event(common, event); };
    callbacks.session_ended = [&](const sync::SliceReport& report) {
        const std::int64_t now = clock.steady_ms();
        if (transport.stopped()) {
            return;
        }
        failures.tell(report, std::max<std::int64_t>(engine.next_start().value_or(now) - now, 0));
    };
    sync::SyncRunner runner(engine, transport, clock, callbacks);
    const bool limited = options.max_bytes != 0 || options.max_seconds != 0;
    const asio::TcpOptions limits = tcp_options(options);
    engine.request(clock.steady_ms());
    const sync::SliceReport report =
        limited ? runner.run_slice({limits.max_bytes, limits.max_ms}) : runner.watch();
    if (transport.fatal()) {
        return tl::unexpected(*transport.fatal());
    }
    if (limited && report.error && !transport.stopped()) {
        return tl::unexpected(*report.error);
    }
    return transport.needs_person_came() ? needs_person : done;
}

}  // namespace cotmoc::cli
