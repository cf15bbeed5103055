// One Session on one socket: reads, writes and wakes it. Both the calling and the answering side.
#pragma once

#include "boost_asio.hpp"

#include <cotmoc/base/clock.hpp>
#include <cotmoc/sync/session.hpp>

#include <array>
#include <functional>

namespace cotmoc::asio {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    struct Limits {
        std::uint64_t max_bytes = 0;  // 0: none
        std::int64_t max_ms = 0;
        std::int64_t handshake_ms = 0;
        std::int64_t linger_ms = 0;  // 0: close at once when everything was sent
    };
    /// `on_end` is called once, when the session is over and the socket is closed.
    Connection(tcp::socket socket, std::unique_ptr<sync::Session> session, Limits limits, Clock& clock,
               std::function<void(Connection&)> on_end);

    void start();
    /// Asks the session to end soon, and cuts it off if it has not in so many milliseconds.
    void wind_down(std::int64_t grace_ms);
    /// Cuts it off.
    void abort();

    const sync::Session& session() const { return *session_; }
    bool budget_used() const { return budget_used_; }
    std::function<void()> on_progress;
    std::int64_t duration_ms() { return clock_.steady_ms() - started_ms_; }

private:
    void read();
    void on_read(const ErrorCodeOfSystem& error, std::size_t size);
    void write_more();
    void on_written(const ErrorCodeOfSystem& error);
    void set_timer();
    void on_timer();
    /// After each event: sends what there is, notices the end, sets the timer.
    void settle();
    bool over_budget();
    void finish();
    void close();

    tcp::socket socket_;
    net::steady_timer timer_;
    std::unique_ptr<sync::Session> session_;
    Limits limits_;
    Clock& clock_;
    std::function<void(Connection&)> on_end_;
    std::array<std::uint8_t, 64 * 1024> read_buffer_;
    Bytes write_buffer_;
    std::int64_t started_ms_ = 0;
    std::optional<std::int64_t> ends_by_;  // set once the session is over
    bool shut_ = false;
    bool budget_used_ = false;
    bool writing_ = false;
    bool pipe_ended_ = false;
    bool closed_ = false;
};

}  // namespace cotmoc::asio
