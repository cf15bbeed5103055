#include "replica_door.hpp"

#include "handles.hpp"

#include <cotmoc/records/record_json.hpp>
#include <cotmoc/records/status_json.hpp>

namespace cotmoc::capi {

/// A session at the door. Each call of it is a step.
class ReplicaDoor::Visit final : public sync::Session {
public:
    Visit(ReplicaDoor& door, std::unique_ptr<sync::Session> session)
        : door_(door), session_(std::move(session)) {}
    ~Visit() override { door_.break_off(*this, session_, nullptr); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    void start(std::int64_t now_ms) override {
        step([&] { session_->start(now_ms); });
    }
    void on_bytes(BytesView bytes, std::int64_t now_ms) override {
        step([&] { session_->on_bytes(bytes, now_ms); });
    }
    void on_tick(std::int64_t now_ms) override {
        step([&] { session_->on_tick(now_ms); });
    }
    void on_closed(std::int64_t now_ms) override {
        step([&] { session_->on_closed(now_ms); });
    }
    void on_writable(std::int64_t now_ms) override {
        step([&] { session_->on_writable(now_ms); });
    }
    void wind_down(std::int64_t) override {}  // an answering side takes no notice
    std::optional<std::int64_t> next_wakeup() const override {
        return session_ ? session_->next_wakeup() : std::nullopt;
    }
    Bytes take_output() override {
        Bytes output;
        step([&] { output = session_->take_output(); });
        return output;
    }
    bool finished() const override { return !session_ || session_->finished(); }
    const std::optional<Error>& error() const override { return session_ ? session_->error() : error_; }
    const sync::SessionReport& report() const override { return session_ ? session_->report() : report_; }
    const std::optional<DeviceId>& peer() const override { return session_ ? session_->peer() : peer_; }

private:
    void step(const std::function<void()>& work) {
        if (!session_) {
            return;
        }
        if (const Result<void> done = door_.step(*this, work); !done) {
            report_ = session_->report();
            peer_ = session_->peer();
            error_ = done.error();
            door_.break_off(*this, session_, &done.error());
        }
        door_.tell();
    }

    ReplicaDoor& door_;
    std::unique_ptr<sync::Session> session_;  // null once it was broken off
    sync::SessionReport report_;
    std::optional<DeviceId> peer_;
    std::optional<Error> error_;
};

ReplicaDoor::~ReplicaDoor() {
    if (memory_ == nullptr) {
        return;
    }
    if (inside_ != nullptr) {  // something was thrown before the session was there
        const Lock lock = open_.wait();
        let_out();
    }
    open_.end_serving();
}

Result<void> ReplicaDoor::begin(std::function<void(const Error&)> stop) {
    return with(open_, Access::exclusive, [&](OpenReplica& open) -> Result<void> {
        COTMOC_TRY(records::check_serving(open.replica()));
        COTMOC_ASSIGN(memory_, open.begin_serving(std::move(stop)));
        keys_ = open.replica().keys().device.clone();
        root_ = open.replica().trust().root_fingerprint();
        return {};
    });
}

std::unique_ptr<sync::Session> ReplicaDoor::answer(const std::string& source) {
    return std::make_unique<Visit>(*this, sync::answer_at(*this, random_, memory_->callers, source));
}

Result<void> ReplicaDoor::step(const Visit& visit, const std::function<void()>& work) {
    stepping_ = &visit;
    if (inside_ == &visit) {
        COTMOC_ASSIGN(Lock lock, open_.enter(Access::replica));
        lock_.emplace(std::move(lock));
    }
    try {
        work();  // a visitor may come in: the lock is held from then on
    } catch (...) {
        if (lock_) {
            open_.note_thrown();
        }
        lock_.reset();
        throw;
    }
    lock_.reset();
    return {};
}

Result<sync::SessionOptions> ReplicaDoor::enter() {
    if (inside_ != nullptr) {
        return fail(ErrorCode::busy, "another caller");
    }
    Result<sync::SessionOptions> options = let_in();
    if (!options) {
        lock_.reset();
        note_failure(options.error());
    }
    return options;
}

Result<sync::SessionOptions> ReplicaDoor::let_in() {
    // A call that takes long must not keep the other callers, and who ends the serve, waiting.
    COTMOC_ASSIGN(Lock lock, open_.enter_soon(Access::exclusive));
    lock_.emplace(std::move(lock));  // what is thrown from here on is noted by the step
    sync::Replica& replica = open_.replica();
    if (replica.keys().device.public_keys().id() != keys_->public_keys().id()) {
        return tl::unexpected(new_identity());
    }
    COTMOC_TRY(records::check_serving(replica));
    // Else a visit that ends before it exchanges anything would tell what the last session met.
    COTMOC_TRY(replica.begin_session());
    // Records do without files.
    sync::AttachmentStore* files = nullptr;
    if (auto opened = open_.attachments_for_others()) {
        files = *opened;
    } else {
        open_.log().tell(COTMOC_LOG_ERROR, "attached files: " + describe(opened.error()));
    }
    sync::SessionOptions options = memory_->visits.begin(replica, random_, open_.clock(), files);
    COTMOC_TRY(open_.begin_sync());
    inside_ = stepping_;
    open_.log().tell(COTMOC_LOG_INFO, "a neighbour's session begins");
    return options;
}

void ReplicaDoor::leave(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
                        const std::optional<Error>& error) {
    if (!broken_) {
        if (const Result<void> noted = note(report, peer, error); !noted) {
            note_failure(noted.error());
        }
    }
    let_out();
}

void ReplicaDoor::let_out() {
    memory_->visits.end();
    open_.close_files();
    open_.end_sync();
    inside_ = nullptr;
}

Result<void> ReplicaDoor::note(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
                               const std::optional<Error>& error) {
    open_.log().tell(
        error ? COTMOC_LOG_WARNING : COTMOC_LOG_INFO,
        error ? "a neighbour's session ended: " + describe(*error) : "a neighbour's session ended");
    if (!records::is_worth_telling(report, error)) {
        return {};
    }
    sync::Replica& replica = open_.replica();
    told_.push_back(records::visit_json(replica, report, peer, error));
    return report.complete ? records::set_setting(replica, records::last_sync_setting,
                                                  records::utc_text(open_.clock().wall_ms()))
                           : Result<void>();
}

void ReplicaDoor::break_off(const Visit& visit, std::unique_ptr<sync::Session>& session, const Error* why) {
    if (!session || inside_ != &visit) {
        session.reset();
        return;
    }
    // The session refers to the replica: it goes while nobody else uses it.
    const Lock lock = open_.wait();
    if (why != nullptr) {
        (void)note(session->report(), session->peer(), *why);  // of what is not complete nothing is stored
    }
    broken_ = true;
    session.reset();
    broken_ = false;
}

void ReplicaDoor::note_failure(const Error& error) {
    if (records::ends_serving(error.code)) {
        fatal_ = error;
        on_fatal();
    } else if (error.code != ErrorCode::busy) {
        open_.log().tell(COTMOC_LOG_ERROR, describe(error));
    }
}

void ReplicaDoor::tell() {
    for (const std::string& line : std::exchange(told_, {})) {
        on_told(line);
    }
}

}  // namespace cotmoc::capi
