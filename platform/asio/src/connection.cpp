#include "connection.hpp"

#include "socket_options.hpp"

namespace cotmoc::asio {
namespace {

/// For the last bytes of a session that is over.
constexpr std::int64_t last_bytes_ms = 10'000;

}  // namespace

Connection::Connection(tcp::socket socket, std::unique_ptr<sync::Session> session, Limits limits,
                       Clock& clock, std::function<void(Connection&)> on_end)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      session_(std::move(session)),
      limits_(limits),
      clock_(clock),
      on_end_(std::move(on_end)) {}

void Connection::start() {
    started_ms_ = clock_.steady_ms();
    ErrorCodeOfSystem ignored;
    // Small messages answer each other: waiting to fill a packet would only add round trips.
    socket_.set_option(tcp::no_delay(true), ignored);
    limit_unsent(socket_);
    session_->start(started_ms_);
    read();
    settle();
}

void Connection::wind_down(std::int64_t grace_ms) {
    if (closed_) {
        return;
    }
    limits_.max_ms = duration_ms() + grace_ms;
    session_->wind_down(clock_.steady_ms());
    settle();
}

void Connection::abort() {
    session_->on_closed(clock_.steady_ms());
    close();
}

void Connection::read() {
    socket_.async_read_some(net::buffer(read_buffer_),
                            [self = shared_from_this()](const ErrorCodeOfSystem& error, std::size_t size) {
                                self->on_read(error, size);
                            });
}

void Connection::on_read(const ErrorCodeOfSystem& error, std::size_t size) {
    if (closed_) {
        return;
    }
    if (error) {
        pipe_ended_ = true;
        session_->on_closed(clock_.steady_ms());
        settle();
        return;
    }
    // What comes after the end of the session is read only to see the other side close.
    if (!session_->finished()) {
        session_->on_bytes(BytesView(read_buffer_).first(size), clock_.steady_ms());
    }
    read();
    settle();
}

void Connection::write_more() {
    if (writing_ || closed_) {
        return;
    }
    write_buffer_ = session_->take_output();
    if (write_buffer_.empty()) {
        return;
    }
    writing_ = true;
    net::async_write(socket_, net::buffer(write_buffer_),
                     [self = shared_from_this()](const ErrorCodeOfSystem& error, std::size_t) {
                         self->on_written(error);
                     });
}

void Connection::on_written(const ErrorCodeOfSystem& error) {
    writing_ = false;
    if (closed_) {
        return;
    }
    if (error) {
        pipe_ended_ = true;
        session_->on_closed(clock_.steady_ms());
    } else if (!session_->finished()) {
        session_->on_writable(clock_.steady_ms());
    }
    settle();
}

bool Connection::over_budget() {
    const auto& report = session_->report();
    return (limits_.max_bytes != 0 && report.bytes_up + report.bytes_down >= limits_.max_bytes) ||
           (limits_.max_ms != 0 && duration_ms() >= limits_.max_ms);
}

void Connection::settle() {
    if (closed_) {
        return;
    }
    if (!pipe_ended_) {
        write_more();
    }
    if (on_progress) {
        on_progress();
    }
    if (!session_->finished() && over_budget()) {
        budget_used_ = true;
        abort();
        return;
    }
    if (session_->finished()) {
        finish();
    }
    if (!closed_) {
        set_timer();
    }
}

void Connection::finish() {
    if (pipe_ended_ || (!writing_ && limits_.linger_ms == 0)) {
        close();
        return;
    }
    if (!ends_by_) {
        // An other side that does not read what is left for it is cut off, too.
        ends_by_ = clock_.steady_ms() + std::max(limits_.linger_ms, last_bytes_ms);
    }
    if (!writing_ && !shut_) {
        // Closing with bytes unread makes the system reset the connection, and the other side would lose the
        // last ones sent to it; so the answering side waits a little for the other one to close first.
        shut_ = true;
        ends_by_ = clock_.steady_ms() + limits_.linger_ms;
        ErrorCodeOfSystem ignored;
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
    }
}

void Connection::set_timer() {
    std::optional<std::int64_t> at = ends_by_ ? ends_by_ : session_->next_wakeup();
    const auto sooner = [&at](std::int64_t other) { at = at ? std::min(*at, other) : other; };
    if (limits_.max_ms != 0) {
        sooner(started_ms_ + limits_.max_ms);
    }
    if (limits_.handshake_ms != 0 && !session_->peer() && !ends_by_) {
        sooner(started_ms_ + limits_.handshake_ms);
    }
    if (!at) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::milliseconds(std::max<std::int64_t>(*at - clock_.steady_ms(), 0) + 1));
    timer_.async_wait([self = shared_from_this()](const ErrorCodeOfSystem& error) {
        if (!error) {
            self->on_timer();
        }
    });
}

void Connection::on_timer() {
    if (closed_) {
        return;
    }
    const std::int64_t now = clock_.steady_ms();
    const bool unknown_for_long =
        limits_.handshake_ms != 0 && !session_->peer() && now >= started_ms_ + limits_.handshake_ms;
    if (unknown_for_long || (ends_by_ && now >= *ends_by_)) {
        abort();
        return;
    }
    if (!session_->finished()) {
        session_->on_tick(now);
    }
    settle();
}

void Connection::close() {
    if (closed_) {
        return;
    }
    closed_ = true;
    ErrorCodeOfSystem ignored;
    timer_.cancel();
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    if (on_progress) {
        on_progress();
    }
    if (on_end_) {
        std::exchange(on_end_, nullptr)(*this);
    }
}

}  // namespace cotmoc::asio
