// The way of octets to the hub: the host's callbacks, or TCP.
#pragma once

#include "guard.hpp"

#include <cotmoc/transport.h>

#include <cotmoc/asio/tcp.hpp>

#include <functional>
#include <span>

namespace cotmoc::capi {

/// One thread, but for wake(). One connection after the other.
class Pipe {
public:
    virtual ~Pipe() = default;
    virtual Result<void> open(std::int64_t limit_ms, const std::function<bool()>& stopped) = 0;
    virtual Result<std::size_t> send(BytesView octets) = 0;
    virtual Result<std::size_t> receive(std::span<std::uint8_t> into, std::int64_t wait_ms) = 0;
    virtual void close() = 0;
    /// From any thread.
    virtual void wake() = 0;
};

std::unique_ptr<Pipe> make_tcp_pipe(const asio::Endpoint& endpoint);
/// wrong_usage, as a result of its calls, if the host says it took or gave more than there was.
std::unique_ptr<Pipe> make_host_pipe(std::shared_ptr<const Held<cotmoc_transport>> host);

}  // namespace cotmoc::capi
