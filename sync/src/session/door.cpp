#include "session/conversation.hpp"
#include "session/turned_away.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/door.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// Message 1 takes under 150 octets (docs/spec/session.md); of a stranger no more than this is kept.
constexpr std::size_t call_max = 1'024;

class DoorSession final : public Session {
public:
    DoorSession(Door& door, Random& random, CallMemory& memory, std::string source, const DoorLimits& limits)
        : door_(door), random_(random), memory_(memory), source_(std::move(source)), limits_(limits) {}
    /// What was not over by itself has nothing to tell, and a destructor has nowhere to report what it lacks.
    ~DoorSession() override {
        if (std::exchange(inside_, nullptr) != nullptr) {
            door_.leave({}, {}, {});
        }
    }
    DoorSession(const DoorSession&) = delete;
    DoorSession& operator=(const DoorSession&) = delete;

    void start(std::int64_t now_ms) override { started_at_ = now_ms; }
    void on_bytes(BytesView bytes, std::int64_t now_ms) override;
    void on_tick(std::int64_t now_ms) override;
    void on_closed(std::int64_t now_ms) override;
    void on_writable(std::int64_t now_ms) override;
    void wind_down(std::int64_t) override {}
    std::optional<std::int64_t> next_wakeup() const override;

    Bytes take_output() override;
    bool finished() const override { return finished_; }
    const std::optional<Error>& error() const override { return inside_ ? inside_->error() : error_; }
    const SessionReport& report() const override { return inside_ ? inside_->report() : report_; }
    const std::optional<DeviceId>& peer() const override { return inside_ ? inside_->peer() : peer_; }

private:
    /// The first frame's message once it is whole.
    std::optional<Bytes> call() const;
    /// What costs least comes first: a repeated message costs neither a key agreement nor the owner.
    Result<void> check_call(const Bytes& message, std::int64_t now_ms);
    void knock(std::int64_t now_ms);
    void turn_away(const Bytes& frame, Error error);
    void end(Error error);
    /// When the session is over the replica is let go at once, whatever the pipe still has to do.
    void settle();
    void leave();
    /// Octets alone are not enough: whoever repeats a recording can add some.
    bool proven() const { return static_cast<const Conversation&>(*inside_).proven(); }

    Door& door_;
    Random& random_;
    CallMemory& memory_;
    std::string source_;
    DoorLimits limits_;
    Bytes heard_;  // until the door opens
    bool knows_key_ = false;
    std::int64_t started_at_ = 0;
    std::optional<std::int64_t> next_look_;
    std::optional<std::int64_t> proof_by_;
    bool answered_ = false;  // the answer to message 1 is out
    std::unique_ptr<Session> inside_;
    bool finished_ = false;
    Bytes output_;
    std::optional<Error> error_;
    SessionReport report_;
    std::optional<DeviceId> peer_;
};

std::optional<Bytes> DoorSession::call() const {
    Framing framing;
    framing.append(heard_);
    return framing.next_frame();
}

Result<void> DoorSession::check_call(const Bytes& message, std::int64_t now_ms) {
    if (!switched_off("door-repeat")) {
        if (memory_.pauses(source_, now_ms)) {
            return fail(ErrorCode::busy, "too early after what came from there");
        }
        if (memory_.knows(message)) {
            memory_.blame(source_, now_ms);
            return fail(ErrorCode::handshake_failed, "a first message that came before");
        }
    }
    crypto::NoiseResponder handshake(door_.keys().agreement, session_prologue(door_.root()), random_);
    const auto read = handshake.read_message_1(message);
    if (!read && !switched_off("door-key")) {
        return tl::unexpected(read.error());
    }
    memory_.remember(message);
    return {};
}

void DoorSession::on_bytes(BytesView bytes, std::int64_t now_ms) {
    if (finished_) {
        return;
    }
    if (inside_ != nullptr) {
        inside_->on_bytes(bytes, now_ms);
        if (proven() && proof_by_) {
            proof_by_.reset();
            memory_.forgive(source_);
        }
        settle();
        return;
    }
    heard_.insert(heard_.end(), bytes.begin(), bytes.end());
    report_.bytes_down += bytes.size();
    if (heard_.size() > call_max) {
        end({ErrorCode::protocol_error, "a call that is too long"});
    } else if (!next_look_) {
        knock(now_ms);
    }
}

void DoorSession::knock(std::int64_t now_ms) {
    const std::optional<Bytes> message = call();
    if (!message) {
        return;
    }
    if (!knows_key_) {
        if (const Result<void> checked = check_call(*message, now_ms); !checked) {
            turn_away(checked.error().code == ErrorCode::busy ? busy_frame() : Bytes(), checked.error());
            return;
        }
        knows_key_ = true;
    }
    Result<SessionOptions> options = door_.enter();
    if (options) {
        next_look_.reset();
        proof_by_ = now_ms + limits_.proof_ms;
        inside_ = Session::answer(*options);
        inside_->start(now_ms);
        inside_->on_bytes(std::exchange(heard_, {}), now_ms);
        settle();
    } else if (options.error().code != ErrorCode::busy) {
        end(options.error());
    } else if (now_ms - started_at_ >= limits_.wait_ms) {
        turn_away(busy_frame(), options.error());
    } else {
        next_look_ = now_ms + limits_.look_ms;
    }
}

void DoorSession::turn_away(const Bytes& frame, Error error) {
    Framing framing;
    framing.write_frame(frame);
    output_ = framing.take_output();
    report_.bytes_up += output_.size();
    end(std::move(error));
}

void DoorSession::end(Error error) {
    finished_ = true;
    error_ = std::move(error);
    heard_.clear();
    next_look_.reset();
}

void DoorSession::on_tick(std::int64_t now_ms) {
    if (finished_) {
        return;
    }
    if (inside_ == nullptr) {
        if (next_look_ && now_ms >= *next_look_) {
            knock(now_ms);
        }
        return;
    }
    if (proof_by_ && now_ms >= *proof_by_ && !switched_off("door-proof")) {
        memory_.blame(source_, now_ms);
        inside_->on_closed(now_ms);
    } else {
        inside_->on_tick(now_ms);
    }
    settle();
}

void DoorSession::on_closed(std::int64_t now_ms) {
    if (finished_) {
        return;
    }
    if (inside_ == nullptr) {
        end({ErrorCode::connection_lost, "before its turn"});
        return;
    }
    inside_->on_closed(now_ms);
    settle();
}

void DoorSession::on_writable(std::int64_t now_ms) {
    if (inside_ != nullptr) {
        if (proof_by_ && !std::exchange(answered_, true)) {
            proof_by_ = now_ms + limits_.proof_ms;  // the answer may have waited for this device's owner
        }
        inside_->on_writable(now_ms);
        settle();
    }
}

std::optional<std::int64_t> DoorSession::next_wakeup() const {
    if (inside_ == nullptr) {
        return next_look_;
    }
    const std::optional<std::int64_t> at = inside_->next_wakeup();
    return at && proof_by_ ? std::min(*at, *proof_by_) : (proof_by_ ? proof_by_ : at);
}

Bytes DoorSession::take_output() {
    if (inside_ != nullptr) {
        return inside_->take_output();
    }
    return std::exchange(output_, {});
}

void DoorSession::settle() {
    if (inside_ != nullptr && inside_->finished()) {
        leave();
    }
}

void DoorSession::leave() {
    if (inside_ == nullptr) {
        return;
    }
    output_ = inside_->take_output();  // counted by it
    error_ = inside_->error();
    report_ = inside_->report();
    if (!proven()) {
        report_.round_trips = 0;  // nothing that is worth telling (S22)
    }
    peer_ = inside_->peer();
    finished_ = true;
    inside_.reset();
    door_.leave(report_, peer_, error_);
}

}  // namespace

std::unique_ptr<Session> answer_at(Door& door, Random& random, CallMemory& memory, std::string source,
                                   const DoorLimits& limits) {
    return std::make_unique<DoorSession>(door, random, memory, std::move(source), limits);
}

}  // namespace cotmoc::sync
