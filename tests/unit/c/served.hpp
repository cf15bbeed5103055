// A device that serves in a test.
#pragma once

#include "unit/c/host.hpp"

#include <condition_variable>
#include <future>
#include <mutex>

namespace cotmoc::test_c {

/// A device that serves in a thread of its own.
class Served {
public:
    explicit Served(const Post& post, const std::string& at = "127.0.0.1:0") {
        REQUIRE(cotmoc_serve_new(post.replica, &handle, nullptr) == COTMOC_OK);
        REQUIRE(cotmoc_serve_set_listen(handle, at.c_str(), nullptr) == COTMOC_OK);
    }
    ~Served() {
        if (run_.valid()) {
            end();
        }
        cotmoc_serve_free(handle);
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    /// Gives the address once it listens.
    std::string begin() {
        first_ = std::promise<std::string>();
        auto address = first_.get_future();
        listens_ = false;
        run_ = std::async(std::launch::async, [this] {
            const cotmoc_status returned = cotmoc_serve_run(handle, tell, this, nullptr);
            if (!listens_) {
                first_.set_value("it ended with " + std::to_string(returned));
            }
            return returned;
        });
        return member(address.get(), "listening");
    }
    /// What the run returned, once it was cancelled.
    cotmoc_status end() {
        CHECK(cotmoc_serve_cancel(handle, nullptr) == COTMOC_OK);
        return wait();
    }
    cotmoc_status wait() {
        CHECK(ended());
        return run_.get();
    }
    /// Whether the run returns, for whatever reason.
    bool ended() const { return run_.wait_for(std::chrono::minutes(1)) == std::future_status::ready; }
    /// Waits until so many sessions were told: a caller is done before the other side has read its last word.
    std::vector<std::string> told(std::size_t count) {
        std::unique_lock lock(mutex_);
        CHECK(more_.wait_for(lock, std::chrono::minutes(1), [&] { return told_.size() >= count; }));
        return told_;
    }

    cotmoc_serve* handle = nullptr;
    std::function<cotmoc_status()> on_session;

private:
    static cotmoc_status tell(void* ctx, const char* text, size_t size) {
        auto& in = *static_cast<Served*>(ctx);
        if (!std::exchange(in.listens_, true)) {
            in.first_.set_value(std::string(text, size));
            return COTMOC_OK;
        }
        {
            const std::lock_guard lock(in.mutex_);
            in.told_.emplace_back(text, size);
            in.more_.notify_all();
        }
        return in.on_session ? in.on_session() : COTMOC_OK;
    }

    std::future<cotmoc_status> run_;
    std::mutex mutex_;
    std::condition_variable more_;
    std::vector<std::string> told_;
    std::promise<std::string> first_;  // what is told first
    bool listens_ = false;             // of the thread that runs
};

}  // namespace cotmoc::test_c
