// Lets neighbours in for the host: a server in the thread that runs it, a flag for the others.
#pragma once

#include "handles.hpp"

#include <cotmoc/asio/tcp.hpp>

#include <atomic>
#include <mutex>

namespace cotmoc::capi {

class ServeHandle {
public:
    explicit ServeHandle(std::shared_ptr<OpenReplica> open) : open_(std::move(open)) {}

    // One thread at a time: busy while it runs.
    Result<void> set_listen(const std::string& address);
    Result<void> run(cotmoc_text_fn told, void* ctx);
    // Any thread.
    void cancel();

private:
    class Owned;
    class Stoppable;
    /// Whether the run that begins is to end at once. A cancel that comes later is for it only if it gets as
    /// far as listening, and else for the next one.
    bool cancelled_before();
    /// What was done to the replica meanwhile, if that ends the run.
    Result<void> ended();
    /// Ends the run, or the next one where none goes on; with the error, if there is one.
    void stop(const std::optional<Error>& why);

    std::shared_ptr<OpenReplica> open_;
    std::optional<asio::Endpoint> endpoint_;
    std::atomic<bool> running_ = false;  // a run or a setter has the handle
    std::mutex mutex_;                   // of what follows
    asio::TcpServer* server_ = nullptr;  // while it runs
    bool cancelled_ = false;
    std::optional<Error> ended_;  // the run, by what was done to the replica
};

}  // namespace cotmoc::capi

struct cotmoc_serve {
    static constexpr std::uint32_t kind = 0xc07c0008;
    std::uint32_t magic = kind;
    std::shared_ptr<cotmoc::capi::ServeHandle> handle;
};
