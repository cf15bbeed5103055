#include "pipe.hpp"

#include <cotmoc/asio/tcp_pipe.hpp>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>

namespace cotmoc::capi {
namespace {

class TcpWay final : public Pipe {
public:
    explicit TcpWay(asio::Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

    Result<void> open(std::int64_t limit_ms, const std::function<bool()>& stopped) override {
        COTMOC_ASSIGN(auto pipe, asio::TcpPipe::connect(endpoint_.host, endpoint_.port, limit_ms, stopped));
        const std::lock_guard lock(mutex_);
        pipe_ = std::move(pipe);
        return {};
    }
    Result<std::size_t> send(BytesView octets) override { return pipe_->send(octets); }
    Result<std::size_t> receive(std::span<std::uint8_t> into, std::int64_t wait_ms) override {
        return pipe_->receive(into, wait_ms);
    }
    void close() override {
        const std::lock_guard lock(mutex_);
        pipe_.reset();
    }
    void wake() override {
        const std::lock_guard lock(mutex_);
        if (pipe_) {
            pipe_->wake();
        }
    }

private:
    asio::Endpoint endpoint_;
    std::mutex mutex_;  // of the pointer: wake() comes from another thread
    std::unique_ptr<asio::TcpPipe> pipe_;
};

/// The host's `wake` is called from other threads while it opens and while it has a pipe, and at no other
/// time. No lock is held while the host is called.
class HostWay final : public Pipe {
public:
    explicit HostWay(std::shared_ptr<const Held<cotmoc_transport>> host) : host_(std::move(host)) {}

    Result<void> open(std::int64_t limit_ms, const std::function<bool()>& stopped) override {
        begin_wakes();
        // A cancel that came before could wake nobody.
        Result<void> opened = stopped()
                                  ? fail(ErrorCode::connection_lost, "cancelled before transport.open")
                                  : from_host(way().open(way().ctx, to_int(limit_ms)), "transport.open");
        if (!opened) {
            end_wakes();
        }
        return opened;
    }
    Result<std::size_t> send(BytesView octets) override {
        std::size_t taken = 0;
        COTMOC_TRY(from_host(way().send(way().ctx, octets.data(), octets.size(), &taken), "transport.send"));
        return taken <= octets.size() ? Result<std::size_t>(taken)
                                      : fail(ErrorCode::wrong_usage, "transport.send took more than it got");
    }
    Result<std::size_t> receive(std::span<std::uint8_t> into, std::int64_t wait_ms) override {
        std::size_t got = 0;
        const cotmoc_status status =
            way().receive(way().ctx, into.data(), into.size(), to_int(wait_ms), &got);
        COTMOC_TRY(from_host(status, "transport.receive"));
        return got <= into.size() ? Result<std::size_t>(got)
                                  : fail(ErrorCode::wrong_usage, "transport.receive gave more than fits");
    }
    void close() override {
        end_wakes();
        way().close(way().ctx);
    }
    void wake() override {
        if (way().wake == nullptr) {
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            if (!may_wake_) {
                return;
            }
            ++waking_;
        }
        way().wake(way().ctx);
        const std::lock_guard lock(mutex_);
        --waking_;
        changed_.notify_all();
    }

private:
    void begin_wakes() {
        const std::lock_guard lock(mutex_);
        may_wake_ = true;
    }
    /// Waits for those that go on.
    void end_wakes() {
        std::unique_lock lock(mutex_);
        may_wake_ = false;
        changed_.wait(lock, [this] { return waking_ == 0; });
    }
    const cotmoc_transport& way() const { return **host_; }
    static std::int32_t to_int(std::int64_t ms) {
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        return static_cast<std::int32_t>(std::clamp<std::int64_t>(ms, 0, most));
    }
    std::shared_ptr<const Held<cotmoc_transport>> host_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool may_wake_ = false;
    int waking_ = 0;  // wakes that go on
};

}  // namespace

std::unique_ptr<Pipe> make_tcp_pipe(const asio::Endpoint& endpoint) {
    return std::make_unique<TcpWay>(endpoint);
}

std::unique_ptr<Pipe> make_host_pipe(std::shared_ptr<const Held<cotmoc_transport>> host) {
    return std::make_unique<HostWay>(std::move(host));
}

}  // namespace cotmoc::capi
