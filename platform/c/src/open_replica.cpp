#include "open_replica.hpp"

#include <cotmoc/system/file.hpp>
#include <cotmoc/system/wipe.hpp>

namespace cotmoc::capi {

OpenReplica::OpenReplica(Settings settings)
    : settings_(std::move(settings)), high_water_mark_(settings_.directory, settings_.state_directory) {
    if (settings_.key_store) {
        key_store_ = std::make_unique<HostKeyStore>(
            settings_.key_store,
            [this](const std::function<Result<void>()>& callback) { return in_custody(callback); });
    } else {
        auto store = std::make_unique<system::FileKeyStore>(settings_.directory);
        file_key_store_ = store.get();
        key_store_ = std::move(store);
    }
}

OpenReplica::~OpenReplica() = default;

sync::ReplicaEnvironment OpenReplica::environment() {
    sync::ReplicaEnvironment environment{database_path(), *key_store_, clock_, random_};
    environment.high_water_mark = &high_water_mark_;
    return environment;
}

Result<void> OpenReplica::lock_directory() {
    COTMOC_ASSIGN(directory_lock_, system::DirectoryLock::take(settings_.directory, settings_.program));
    return {};
}

void OpenReplica::remove_made() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) {
        (void)system::remove_file(database_path() + end);  // the error that led here is the one to report
    }
    if (file_key_store_ != nullptr) {
        (void)file_key_store_->destroy_keys();
        (void)file_key_store_->save_recovery({});
    }
}

Result<void> OpenReplica::make(std::string_view name, const crypto::Secret& passphrase) {
    const auto check_free = [&]() -> Result<void> {
        if ((file_key_store_ != nullptr && file_key_store_->exists()) ||
            system::file_exists(database_path())) {
            return fail(ErrorCode::already_exists, settings_.directory);
        }
        return {};
    };
    COTMOC_TRY(check_free());
    auto* host = dynamic_cast<HostKeyStore*>(key_store_.get());
    if (host != nullptr) {
        // One that cannot be reached holds nothing for certain: its own error is the one to tell.
        const auto held = host->load();
        if (!held && held.error().code != ErrorCode::no_replica) {
            return tl::unexpected(held.error());
        }
    }
    COTMOC_TRY(crypto::check_passphrase(passphrase, host != nullptr && host->has_hardware()));
    COTMOC_TRY(system::make_directory(settings_.directory));
    COTMOC_TRY(lock_directory());
    COTMOC_TRY(check_free());
    Result<void> made = sync::Replica::create(environment(), name, passphrase, settings_.kdf);
    if (!made) {
        remove_made();
    }
    return made;
}

Result<std::shared_ptr<OpenReplica>> OpenReplica::create(const Settings& settings, std::string_view name,
                                                         const crypto::Secret& passphrase) {
    auto open = std::make_shared<OpenReplica>(settings);
    COTMOC_TRY(open->make(name, passphrase));
    COTMOC_ASSIGN(open->replica_, sync::Replica::open(open->environment(), passphrase));
    open->state_ = State::open;
    open->log().tell(COTMOC_LOG_INFO, "made a replica for " + open->replica_->id().hex().substr(0, 16));
    return open;
}

Result<std::shared_ptr<OpenReplica>> OpenReplica::open(const Settings& settings,
                                                       const crypto::Secret& passphrase) {
    auto open = std::make_shared<OpenReplica>(settings);
    if (system::wipe_begun(settings.directory)) {
        return fail(ErrorCode::no_replica, settings.directory + ": a wipe was begun");
    }
    const bool there = open->file_key_store_ != nullptr ? open->file_key_store_->exists()
                                                        : system::file_exists(open->database_path());
    if (!there) {
        return fail(ErrorCode::no_replica, settings.directory);
    }
    COTMOC_TRY(open->lock_directory());
    COTMOC_ASSIGN(open->replica_, sync::Replica::open(open->environment(), passphrase));
    COTMOC_TRY(open->key_store_->forget_previous());
    open->state_ = State::open;
    open->log().tell(COTMOC_LOG_INFO, "opened " + open->replica_->id().hex().substr(0, 16));
    return open;
}

Result<void> OpenReplica::check_callback(Access access) const {
    switch (mode_) {
        case Mode::call:
            return {};
        case Mode::batch:
            return access == Access::records ? Result<void>()
                                             : fail(ErrorCode::busy, "a batch takes calls for records only");
        case Mode::observer:
            return access != Access::exclusive
                       ? Result<void>()
                       : fail(ErrorCode::busy, "a callback of the replica is running");
        case Mode::closed_off:
            break;
    }
    return fail(ErrorCode::busy, "the callback that is running may not call its replica");
}

Result<void> OpenReplica::in_custody(const std::function<Result<void>()>& callback) {
    struct Custody {
        explicit Custody(OpenReplica& of) : open(of), inside(of, Mode::closed_off) {
            open.gate_.set_custody(true);
        }
        ~Custody() { open.gate_.set_custody(false); }
        OpenReplica& open;
        Inside inside;
    };
    const Custody custody(*this);
    return callback();
}

Result<OpenReplica::Lock> OpenReplica::patient() {
    if (!gate_.enter()) {
        return fail(ErrorCode::busy, "a callback of the key store is running");
    }
    return Lock(*this);
}

Result<OpenReplica::Lock> OpenReplica::enter(Access access) {
    COTMOC_ASSIGN(Lock lock, patient());
    return admit(std::move(lock), access);
}

Result<OpenReplica::Lock> OpenReplica::enter_soon(Access access) {
    constexpr std::chrono::milliseconds moment(100);
    if (!gate_.enter_within(moment)) {
        return fail(ErrorCode::busy, "another call is running");
    }
    return admit(Lock(*this), access);
}

Result<OpenReplica::Lock> OpenReplica::admit(Lock lock, Access access) {
    COTMOC_TRY(check_callback(access));
    if (state_ == State::closed) {
        return fail(ErrorCode::wrong_usage, "the replica is closed");
    }
    if (state_ == State::suspended && !thrown_) {
        return fail(ErrorCode::busy, "the replica is suspended");
    }
    if (access == Access::exclusive && syncing_) {
        return fail(ErrorCode::busy, "a sync is running");
    }
    if (thrown_) {
        // A session or the call around this one still holds on to what is in memory.
        if (syncing_ || mode_ != Mode::call) {
            return fail(ErrorCode::internal, "an earlier call was broken off");
        }
        if (state_ == State::open) {
            shut();
        }
        // If it cannot be opened now (a full disk, another process), the next call tries again.
        COTMOC_TRY(open_again());
    }
    return lock;
}

void OpenReplica::leave() {
    if (abandoned_ && gate_.depth() == 1) {
        try {
            (void)close();  // busy while a sync runs: the end of the sync comes here too
        } catch (...) {
            // For want of memory: what is left goes with the last holder.
        }
    }
    gate_.leave();
}

void OpenReplica::shut() {
    keys_ = replica_->keys().clone();
    for (const auto& watch : watches_) {
        watch->subscription.cancel();
    }
    close_files();
    replica_.reset();
    directory_lock_.reset();
    state_ = State::suspended;
}

void OpenReplica::close_files() {
    files_.shelf.reset();
    files_.bodies.reset();
}

Result<void> OpenReplica::open_again() {
    COTMOC_TRY(lock_directory());
    auto replica = sync::Replica::open_unlocked(environment(), keys_->clone());
    if (!replica) {
        directory_lock_.reset();
        return tl::unexpected(std::move(replica).error());
    }
    replica_ = std::move(*replica);
    state_ = State::open;
    for (const auto& watch : watches_) {
        if (Result<void> done = subscribe(watch); !done) {
            shut();  // half of them told, half not: rather none, and the next attempt takes all
            return done;
        }
    }
    keys_.reset();
    thrown_ = false;
    return {};
}

void OpenReplica::end_sync() { syncing_ = false; }

Result<void> OpenReplica::check_exclusive() const {
    COTMOC_TRY(check_callback(Access::exclusive));
    return syncing_ ? fail(ErrorCode::busy, "a sync is running") : Result<void>();
}

Result<void> OpenReplica::close() {
    COTMOC_TRY(check_exclusive());
    if (state_ == State::closed) {
        return {};
    }
    state_ = State::closed;
    // Taken out first: what an observer owns may free subscriptions as it goes.
    const auto watches = std::exchange(watches_, {});
    for (const auto& watch : watches) {
        end(*watch);
    }
    close_files();
    replica_.reset();
    keys_.reset();
    directory_lock_.reset();
    stop_serving({ErrorCode::wrong_usage, "the replica is closed"});
    log().tell(COTMOC_LOG_INFO, "closed");
    return {};
}

Result<void> OpenReplica::suspend() {
    COTMOC_TRY(check_exclusive());
    if (state_ == State::closed) {
        return fail(ErrorCode::wrong_usage, "the replica is closed");
    }
    if (state_ == State::open) {
        shut();
    }
    thrown_ = false;
    log().tell(COTMOC_LOG_INFO, "suspended");
    return {};
}

Result<void> OpenReplica::resume() {
    COTMOC_TRY(check_callback(Access::exclusive));
    if (state_ != State::suspended) {
        return state_ == State::open ? Result<void>() : fail(ErrorCode::wrong_usage, "the replica is closed");
    }
    COTMOC_TRY(open_again());
    log().tell(COTMOC_LOG_INFO, "resumed");
    return {};
}

Result<sync::AttachmentStore*> OpenReplica::attachments() {
    if (!files_.bodies) {
        COTMOC_ASSIGN(files_.bodies, records::open_attachments(*replica_, settings_.directory));
    }
    return files_.bodies.get();
}

Result<sync::AttachmentStore*> OpenReplica::attachments_for_others() {
    close_files();
    COTMOC_ASSIGN(files_.bodies, records::open_attachments_for_others(*replica_, settings_.directory));
    return files_.bodies.get();
}

Result<const records::SnapshotFiles*> OpenReplica::snapshots(bool always) {
    COTMOC_TRY(records::open_snapshots(files_, *replica_, settings_.directory, always));
    return &files_;
}

Result<void> OpenReplica::begin_sync() {
    COTMOC_ASSIGN(const Lock lock, enter(Access::exclusive));
    syncing_ = true;
    return {};
}

Result<DoorMemory*> OpenReplica::begin_serving(std::function<void(const Error&)> stop) {
    const std::lock_guard serving(serving_mutex_);
    if (serving_) {
        return fail(ErrorCode::busy, "the device is serving");
    }
    if (!door_memory_) {
        door_memory_.emplace(settings_.directory);
    }
    serving_ = std::move(stop);
    return &*door_memory_;
}

void OpenReplica::stop_serving(const Error& why) {
    const std::lock_guard serving(serving_mutex_);
    if (serving_) {
        serving_(why);
    }
}

void OpenReplica::end_serving() {
    const std::lock_guard serving(serving_mutex_);
    serving_ = nullptr;
}

Result<void> OpenReplica::subscribe(const std::shared_ptr<Watch>& watch) {
    // Kept alive by the call itself: the host may end the subscription inside it.
    const auto tell = [this, watch](const core::QueryChange& change) {
        const std::shared_ptr<Watch> alive = watch;
        if (!alive->ended) {
            const Inside inside(*this, Mode::observer);
            const auto changed = alive->changed;
            changed(change);
        }
    };
    if (watch->record) {
        COTMOC_ASSIGN(watch->subscription, replica_->observe(*watch->record, [tell](const RecordId& id) {
            core::QueryChange change;
            change.changed.push_back(id);
            tell(change);
        }));
        return {};
    }
    COTMOC_ASSIGN(watch->subscription, replica_->observe(watch->query, tell));
    return {};
}

Result<std::shared_ptr<OpenReplica::Watch>> OpenReplica::watch(Watch fresh) {
    auto watch = std::make_shared<Watch>(std::move(fresh));
    COTMOC_TRY(subscribe(watch));
    watches_.push_back(watch);
    return watch;
}

void OpenReplica::end(Watch& watch) {
    watch.ended = true;
    watch.subscription.cancel();
    // The host's ctx goes with it, and with that perhaps this watch's own handle.
    const auto dropped = std::exchange(watch.changed, nullptr);
}

void OpenReplica::unwatch(std::shared_ptr<Watch> watch) {
    watches_.remove(watch);
    end(*watch);
}

}  // namespace cotmoc::capi
