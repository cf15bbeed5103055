// The lock that the calls of one replica share. A thread that has it may take it again. Nobody waits for ever
// behind a callback of the host that keeps keys, since that one may be waiting for a thread that calls.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

namespace cotmoc::capi {

class Gate {
public:
    /// How long a call waits in all while a custody callback runs.
    static constexpr std::int64_t custody_patience_ms = 2'000;

    Gate() = default;
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    /// Waits for the others. False: a custody callback has been running for as long as anybody waits for one.
    bool enter() {
        std::unique_lock lock(mutex_);
        const auto free = [this] { return is_free(); };
        while (!free()) {
            if (!custody_) {
                changed_.wait(lock, [&] { return free() || custody_; });
            } else if (!changed_.wait_for(lock, std::chrono::milliseconds(custody_patience_ms),
                                          [&] { return free() || !custody_; })) {
                return false;
            }
        }
        take();
        return true;
    }
    /// Waits for the others no longer than that, whatever they do. False: somebody is still inside.
    bool enter_within(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [this] { return is_free(); })) {
            return false;
        }
        take();
        return true;
    }
    /// As enter(), however long it takes.
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_free(); });
        take();
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        if (--depth_ == 0) {
            owner_ = {};
            changed_.notify_all();
        }
    }
    /// By the thread that is inside.
    std::size_t depth() {
        const std::lock_guard lock(mutex_);
        return depth_;
    }
    void set_custody(bool running) {
        const std::lock_guard lock(mutex_);
        custody_ = running;
        changed_.notify_all();
    }

private:
    bool is_free() const { return depth_ == 0 || owner_ == std::this_thread::get_id(); }
    void take() {
        owner_ = std::this_thread::get_id();
        ++depth_;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread::id owner_;
    std::size_t depth_ = 0;
    bool custody_ = false;
};

}  // namespace cotmoc::capi
