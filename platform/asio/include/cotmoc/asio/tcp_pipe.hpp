// A TCP connection as a pipe of octets, for who drives a session himself: nothing here waits longer than it
// is told to.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/result.hpp>

#include <functional>
#include <memory>
#include <span>

namespace cotmoc::asio {

/// One thread, but for wake().
class TcpPipe {
public:
    /// Looks the name up and connects, in `limit_ms` altogether. no_answer, connection_failed;
    /// connection_lost if `stopped` says so meanwhile (asked several times a second).
    static Result<std::unique_ptr<TcpPipe>> connect(const std::string& host, std::uint16_t port,
                                                    std::int64_t limit_ms,
                                                    const std::function<bool()>& stopped);
    virtual ~TcpPipe() = default;

    /// Takes what the system takes at once; how many octets that were. connection_lost.
    virtual Result<std::size_t> send(BytesView octets) = 0;
    /// Waits up to `wait_ms` for octets, less if wake() is called, or as soon as more can be sent if the last
    /// send() took less than it was given. How many came; 0: none. connection_lost at the end.
    virtual Result<std::size_t> receive(std::span<std::uint8_t> into, std::int64_t wait_ms) = 0;
    /// Makes a receive() that waits return. From any thread.
    virtual void wake() = 0;
};

}  // namespace cotmoc::asio
