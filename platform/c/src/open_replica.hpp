// What a cotmoc_replica stands for: the replica with all it needs, the lock that its calls share, and what a
// callback that runs may do. Cursors, subscriptions and syncs hold it too, so that handles may go in any
// order.
#pragma once

#include "gate.hpp"
#include "host_key_store.hpp"

#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/records/neighbour_visits.hpp>
#include <cotmoc/records/snapshot_files.hpp>
#include <cotmoc/records/texts.hpp>
#include <cotmoc/sync/call_memory.hpp>
#include <cotmoc/sync/replica.hpp>
#include <cotmoc/system/clock.hpp>
#include <cotmoc/system/directory_lock.hpp>
#include <cotmoc/system/file_high_water_mark.hpp>
#include <cotmoc/system/file_key_store.hpp>

#include <list>

namespace cotmoc::capi {

/// What a replica is opened with.
struct Settings {
    std::string directory;
    std::string state_directory;
    std::string program = "an app";
    records::Language language = records::Language::english;
    crypto::KdfPreset kdf = crypto::KdfPreset::phone;
    std::shared_ptr<const Held<cotmoc_key_store>> key_store;
    Log log;
};

/// What a call needs.
enum class Access : std::uint8_t {
    records,    // also inside a batch
    replica,    // not inside a batch
    exclusive,  // not inside any callback, and not while a sync runs
};

/// What goes on under the lock.
enum class Mode : std::uint8_t { call, batch, observer, closed_off };

/// What is known of callers, from one run of serving to the next.
struct DoorMemory {
    explicit DoorMemory(const std::string& directory) : visits(directory) {}
    records::NeighbourVisits visits;
    sync::CallMemory callers;
};

class OpenReplica;

/// The lock of a replica while it lives. As the outermost one of its thread goes, a replica that nobody has a
/// handle of any more is closed.
class Lock {
public:
    /// Has entered already.
    explicit Lock(OpenReplica& open) : open_(&open) {}
    Lock(Lock&& other) noexcept : open_(std::exchange(other.open_, nullptr)) {}
    Lock& operator=(Lock&&) = delete;
    ~Lock();

private:
    OpenReplica* open_;
};

class OpenReplica final : public std::enable_shared_from_this<OpenReplica> {
public:
    static Result<std::shared_ptr<OpenReplica>> create(const Settings& settings, std::string_view name,
                                                       const crypto::Secret& passphrase);
    static Result<std::shared_ptr<OpenReplica>> open(const Settings& settings,
                                                     const crypto::Secret& passphrase);
    // device.h; the texts are JSON.
    static Result<std::vector<std::string>> wipe(const Settings& settings, const crypto::Secret& passphrase,
                                                 bool discard_unsent);
    static Result<std::string> ask_recovery(const Settings& settings, const crypto::Secret& passphrase);
    static Result<std::string> recover(const Settings& settings, const crypto::Secret& passphrase,
                                       std::string_view answer);
    explicit OpenReplica(Settings settings);
    ~OpenReplica();

    using Lock = capi::Lock;
    /// Waits for the other calls. wrong_usage if it is closed, busy if it is suspended, if the callback that
    /// runs may not make such a call, or if a custody callback of another call does not end.
    Result<Lock> enter(Access access);
    /// The same, and busy as well if another call is not over within a moment.
    Result<Lock> enter_soon(Access access);
    /// For free: waits, whatever the state.
    Lock wait() {
        gate_.wait();
        return Lock(*this);
    }
    /// For close, suspend and resume: waits, whatever the state; busy behind a custody callback.
    Result<Lock> patient();

    /// Something was thrown inside a call, by the host or for want of memory: what the replica holds in
    /// memory may be half done, so it is opened anew before the next call. Under the lock.
    void note_thrown() { thrown_ = true; }

    // Under the lock.
    /// Nobody has the handle any more: closes it once what goes on has ended.
    void abandon() { abandoned_ = true; }
    /// A call for records failed: a batch that it was in does not commit.
    void note_failed(const Error& error) {
        if (mode_ == Mode::batch && !batch_error_) {
            batch_error_ = error;
        }
    }
    /// The first of those, for the batch that ends.
    std::optional<Error> take_batch_error() { return std::exchange(batch_error_, std::nullopt); }
    Result<void> close();
    Result<void> suspend();
    Result<void> resume();
    sync::Replica& replica() { return *replica_; }
    const Settings& settings() const { return settings_; }
    /// The store of files, opened when it is first asked for; null if there is none.
    Result<sync::AttachmentStore*> attachments();
    /// That store and the one of snapshots, opened likewise; each null if it is of no use now.
    /// With `always` both are made.
    Result<const records::SnapshotFiles*> snapshots(bool always = false);
    /// The store of files within the limits of what others bring, in place of the other one until
    /// close_files(): of one database only one is open.
    Result<sync::AttachmentStore*> attachments_for_others();
    /// Closes them, until they are asked for again. Not while a session uses them.
    void close_files();
    crypto::KeyStore& key_store() { return *key_store_; }
    Clock& clock() { return clock_; }
    Random& random() { return random_; }
    const Log& log() const { return settings_.log; }

    /// While it lives, the host is inside a callback under the lock.
    class Inside {
    public:
        Inside(OpenReplica& open, Mode mode) : open_(open), before_(open.mode_) { open.mode_ = mode; }
        ~Inside() { open_.mode_ = before_; }
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;

    private:
        OpenReplica& open_;
        Mode before_;
    };
    /// Runs a callback that keeps keys: it may not call the replica, and others do not wait for it for ever.
    Result<void> in_custody(const std::function<Result<void>()>& callback);

    /// A device that serves, one run at a time (busy). `stop` is called under the lock when something ends
    /// that, such as a close; it calls nothing of the replica.
    Result<DoorMemory*> begin_serving(std::function<void(const Error&)> stop);
    /// Under the lock. Nothing where it does not serve.
    void stop_serving(const Error& why);
    /// Without the lock, for which nobody can say how long one waits.
    void end_serving();

    /// A sync runs, in a thread that takes the lock for its steps only. busy if one runs already.
    Result<void> begin_sync();
    void end_sync();

    /// A subscription of the host. It is told while `subscription` is active, also after a suspension.
    struct Watch {
        core::ListQuery query;  // if `record` is not set
        std::optional<RecordId> record;
        std::function<void(const core::QueryChange&)> changed;
        core::Subscription subscription;
        bool ended = false;
    };
    Result<std::shared_ptr<Watch>> watch(Watch watch);
    /// By value: what the host's `drop` frees may be where it came from.
    void unwatch(std::shared_ptr<Watch> watch);

private:
    sync::ReplicaEnvironment environment();
    std::string database_path() const { return settings_.directory + "/replica.db"; }
    Result<void> lock_directory();
    Result<void> make(std::string_view name, const crypto::Secret& passphrase);
    void remove_made();
    Result<void> subscribe(const std::shared_ptr<Watch>& watch);
    static void end(Watch& watch);
    Result<Lock> admit(Lock lock, Access access);
    Result<void> check_callback(Access access) const;
    Result<void> check_exclusive() const;
    void shut();
    Result<void> open_again();
    void leave();
    friend class capi::Lock;

    enum class State : std::uint8_t { open, suspended, closed };

    Settings settings_;
    system::SystemClock clock_;
    crypto::SystemRandom random_;
    system::FileHighWaterMark high_water_mark_;
    std::unique_ptr<crypto::KeyStore> key_store_;
    system::FileKeyStore* file_key_store_ = nullptr;  // if it is that
    std::optional<system::DirectoryLock> directory_lock_;
    std::optional<crypto::KeyFileContents> keys_;  // while suspended
    std::unique_ptr<sync::Replica> replica_;
    records::SnapshotFiles files_;
    std::list<std::shared_ptr<Watch>> watches_;
    Gate gate_;
    State state_ = State::closed;
    Mode mode_ = Mode::call;
    bool syncing_ = false;
    std::optional<DoorMemory> door_memory_;  // once it has served
    std::mutex serving_mutex_;               // of what follows, after the lock where both are taken
    std::function<void(const Error&)> serving_;  // while it does
    bool thrown_ = false;
    bool abandoned_ = false;
    std::optional<Error> batch_error_;
};

inline Lock::~Lock() {
    if (open_ != nullptr) {
        open_->leave();
    }
}

}  // namespace cotmoc::capi
