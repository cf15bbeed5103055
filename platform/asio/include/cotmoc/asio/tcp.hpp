// Sessions over TCP: one call from a device, or a server that answers many over one FeedStore, in one thread.
#pragma once

#include <cotmoc/base/clock.hpp>
#include <cotmoc/sync/session.hpp>

#include <functional>
#include <memory>

namespace cotmoc::asio {

class Cancellation;

struct TcpOptions {
    std::int64_t connect_timeout_ms = 10'000;  // name look-up and connection together
    std::uint64_t max_bytes = 0;  // of the socket, both ways; 0: no limit. The session ends by itself before
    std::int64_t max_ms = 0;      // of the whole session; 0: no limit. Likewise; what does not end is cut off
    bool stop_on_signals = false;  // SIGINT and SIGTERM wind the session down
    /// Ends the session before its time (cancellation.hpp); null: nobody does.
    Cancellation* cancellation = nullptr;
    /// Called as the session goes on, and once when it is over, failed or not.
    std::function<void(const sync::SessionReport&)> progress;
};

/// "192.0.2.1:7450", "[2001:db8::1]:7450", "hub.example:7450". Nothing if it is not of that form.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
};
std::optional<Endpoint> parse_endpoint(std::string_view text);

/// Runs one session with the hub or device at host:port, from connect to close, in the calling thread.
/// no_answer (connect or silence), connection_failed (refused, unknown name), connection_lost (cut), or the
/// session's own error. A used-up budget is no error: the report says that it is not complete.
Result<sync::SessionReport> sync_over_tcp(const std::string& host, std::uint16_t port,
                                          const sync::SessionOptions& session,
                                          const crypto::AgreementPublicKey& responder,
                                          const TcpOptions& options, Clock& clock);

/// Notices SIGINT and SIGTERM while it lives, so that they end a wait, and never the process in the middle
/// of something. One thread.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    bool stopped();
    /// Waits so long, less if a signal comes. False if it is time to stop.
    bool wait(std::int64_t ms);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What is known of a session that a server has answered.
struct ServedSession {
    std::string address;  // of the peer
    std::optional<DeviceId> peer;
    sync::SessionReport report;
    std::optional<Error> error;
    std::int64_t duration_ms = 0;
};

struct TcpServerOptions {
    std::size_t connections_max = 256;         // more of them wait until one ends
    std::size_t per_address_max = 64;          // of them from one network address; more are closed at once
    std::size_t unknown_max = 128;             // whose peer is not known yet; the oldest of them makes room
    std::size_t unknown_per_address_max = 16;  // likewise, of one network address
    std::int64_t handshake_ms = 10'000;        // from connect until the peer is known
    std::int64_t linger_ms = 2'000;            // from the last byte sent until the peer closes
    bool stop_on_signals = false;              // SIGINT and SIGTERM end run()
    std::function<void(const ServedSession&)> on_session_end;
    /// What answers a caller from that network address (without its port), in place of Session::answer(): a
    /// device's door, say. `session` is not used then.
    std::function<std::unique_ptr<sync::Session>(const std::string& source)> make_session;
    /// Called between sessions' events, about so often while run() goes on; null: never.
    std::function<void()> on_look;
    std::int64_t look_ms = 10'000;
};

class TcpServer {
public:
    /// Listens; port 0 picks one. cannot_listen. `session` is what each session is made of.
    static Result<std::unique_ptr<TcpServer>> listen(const std::string& host, std::uint16_t port,
                                                     const sync::SessionOptions& session,
                                                     const TcpServerOptions& options, Clock& clock);
    /// The same where `options.make_session` makes the sessions.
    static Result<std::unique_ptr<TcpServer>> listen(const std::string& host, std::uint16_t port,
                                                     const TcpServerOptions& options, Clock& clock);
    virtual ~TcpServer() = default;

    /// "127.0.0.1:7450", with the real port.
    virtual std::string address() const = 0;
    virtual std::uint16_t port() const = 0;
    /// Serves until stop() or a signal. A peer that misbehaves loses its own connection only.
    virtual void run() = 0;
    /// Ends run(); may be called from any thread.
    virtual void stop() = 0;
};

}  // namespace cotmoc::asio
