// A driver of sessions for the host: SyncRunner and SyncEngine in the thread that runs it, flags for the
// others.
#pragma once

#include "attachment_named.hpp"
#include "handles.hpp"
#include "session_driver.hpp"

#include <cotmoc/sync/engine.hpp>
#include <cotmoc/sync/runner.hpp>

#include <atomic>
#include <condition_variable>

namespace cotmoc::capi {

class SyncHandle {
public:
    explicit SyncHandle(std::shared_ptr<OpenReplica> open) : open_(std::move(open)) {}

    // One thread at a time: busy while it runs, or another setter does.
    Result<void> set_hub(std::string address);
    Result<void> set_transport(std::shared_ptr<const Held<cotmoc_transport>> transport);
    Result<void> set_progress(std::shared_ptr<const Held<cotmoc_progress_sink>> progress);
    Result<void> set_attachments(std::int32_t carry, std::uint64_t octets_max);
    Result<void> set_peer(std::string peer);  // "": the hub
    Result<void> want_attachment(const NamedAttachment& named);

    /// A text of what happened, and the error of the last session.
    struct Outcome {
        std::string text;
        std::optional<Error> error;
    };
    Result<void> run(const sync::SliceBudget& budget, Outcome& outcome);
    Result<void> watch(std::uint64_t interval_ms, cotmoc_text_fn ended, void* ctx);
    /// Asks the hub for its snapshots, then drops what they cover; an array of space and count. "": all
    /// spaces.
    Result<std::string> prune(const std::string& space);

    // Any thread.
    void request();
    void network_changed();
    void set_hints(const sync::SyncHints& hints);
    void cancel();

private:
    class Owned;
    class Running;
    class Transport;

    Result<std::unique_ptr<Pipe>> make_pipe();
    /// Sessions until a limit or the end. Preconditions: it is marked as running, and has a pipe.
    Result<void> slice(const sync::SliceBudget& budget, Outcome& outcome);
    sync::SyncEngine& engine(std::optional<std::int64_t> interval_ms);
    /// Hands what others asked for to the engine. From the thread that runs.
    void take_wishes(sync::SyncEngine& engine);
    sync::AttachmentRule attachment_rule();
    /// What the session carries besides records. Under the replica's lock.
    Result<void> carry_files(sync::SessionOptions& session);
    /// After a session, its report or null: whether another one brings what did not come as a snapshot.
    Result<bool> settle_beginnings(const sync::SessionReport* done);
    /// When nothing is left to do: whether the next session brings the history of a space, to check the
    /// snapshot that it was begun with.
    Result<bool> want_verification(const sync::SessionReport& done);
    void tell_progress(const cotmoc_progress& now);
    sync::SyncCallbacks progress_callbacks();
    /// What the host's progress has returned, as a result; COTMOC_STOP is no error.
    Result<void> told_progress() const;
    bool stopped() const { return cancelled_ || progress_status_ != COTMOC_OK; }
    Result<std::string> report_text(const sync::SessionReport& report, std::int64_t began_ms);

    std::shared_ptr<OpenReplica> open_;
    std::string hub_;
    std::shared_ptr<const Held<cotmoc_transport>> transport_;
    std::shared_ptr<const Held<cotmoc_progress_sink>> progress_;
    std::optional<std::pair<std::int32_t, std::uint64_t>> carry_;
    std::string peer_;                                    // instead of the hub, if it is set
    std::optional<crypto::AgreementPublicKey> peer_key_;  // of it, in the run that goes on
    std::vector<Hash256> wanted_;                         // attached files
    std::vector<SpaceId> pruned_;  // of which the session that runs asks for manifests, and for nothing else
    sync::SnapshotRule rule_;      // of the session that runs
    std::optional<sync::SyncEngine> engine_;
    std::optional<std::int64_t> engine_interval_;
    cotmoc_status progress_status_ = COTMOC_OK;  // what the host's progress returned

    std::atomic<bool> running_ = false;  // a run or a setter has the handle
    std::atomic<bool> cancelled_ = false;
    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::shared_ptr<Pipe> pipe_;  // while it runs
    bool requested_ = false;
    bool network_changed_ = false;
    sync::SyncHints hints_;
};

/// Has the handle for one thread: a run, or a setter. What is replaced inside goes before the handle is free.
class SyncHandle::Owned {
public:
    explicit Owned(SyncHandle& sync) : sync_(sync), own_(!sync.running_.exchange(true)) {}
    ~Owned() {
        if (own_) {
            sync_.running_ = false;
        }
    }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    /// busy: another thread has it, or a callback of this one is inside it.
    Result<void> check() const {
        return own_ ? Result<void>() : fail(ErrorCode::busy, "the sync is running");
    }

private:
    SyncHandle& sync_;
    bool own_;
};

}  // namespace cotmoc::capi

struct cotmoc_sync {
    static constexpr std::uint32_t kind = 0xc07c0007;
    std::uint32_t magic = kind;
    std::shared_ptr<cotmoc::capi::SyncHandle> handle;
};
