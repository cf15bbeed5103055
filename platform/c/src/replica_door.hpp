// The door of an open replica: a visitor's session has the replica's lock for its steps only, so that the
// owner goes on working.
#pragma once

#include "open_replica.hpp"

#include <cotmoc/records/neighbour_visits.hpp>
#include <cotmoc/sync/door.hpp>

namespace cotmoc::capi {

/// One thread, that of the run.
class ReplicaDoor final : public sync::Door {
public:
    explicit ReplicaDoor(OpenReplica& open) : open_(open) {}
    ~ReplicaDoor() override;
    ReplicaDoor(const ReplicaDoor&) = delete;
    ReplicaDoor& operator=(const ReplicaDoor&) = delete;

    /// Learns keys and root. `stop` is called on any thread as the replica is closed or gets new keys. busy
    /// inside a callback and while a sync or another door is there; not_joined; revoked.
    Result<void> begin(std::function<void(const Error&)> stop);
    /// An answering session with a caller from `source`. The door outlives it.
    std::unique_ptr<sync::Session> answer(const std::string& source);

    /// Called with the line for a visit that is over, without the lock.
    std::function<void(const std::string&)> on_told;
    /// Called once something happened that no waiting cures: serving is to end with `fatal()`.
    std::function<void()> on_fatal;
    const std::optional<Error>& fatal() const { return fatal_; }

    const crypto::DeviceKeys& keys() override { return *keys_; }
    const Hash256& root() const override { return root_; }
    Result<sync::SessionOptions> enter() override;
    void leave(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
               const std::optional<Error>& error) override;

private:
    class Visit;
    Result<sync::SessionOptions> let_in();
    /// Under the lock.
    void let_out();
    /// What a session does between two waits: under the lock if it is inside.
    Result<void> step(const Visit& visit, const std::function<void()>& work);
    /// A visit that cannot go on: what it held of the replica goes. `why` is told; null: the run ends too.
    void break_off(const Visit& visit, std::unique_ptr<sync::Session>& session, const Error* why);
    /// Sets aside what is told once the lock is given back.
    Result<void> note(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
                      const std::optional<Error>& error);
    void note_failure(const Error& error);
    void tell();

    OpenReplica& open_;
    DoorMemory* memory_ = nullptr;  // once begun
    crypto::SystemRandom random_;
    std::optional<crypto::DeviceKeys> keys_;
    Hash256 root_;
    std::optional<Lock> lock_;  // of the step that goes on
    const Visit* stepping_ = nullptr;
    const Visit* inside_ = nullptr;  // the visitor who is
    bool broken_ = false;            // and leaves because something was thrown, or the lock is not to be had
    std::vector<std::string> told_;
    std::optional<Error> fatal_;
};

}  // namespace cotmoc::capi
