#include "connection.hpp"

#include <boost/asio/connect.hpp>
#include <cotmoc/asio/cancellation.hpp>
#include <cotmoc/asio/tcp.hpp>

namespace cotmoc::asio {
namespace {

std::string place(const std::string& host, std::uint16_t port) { return host + ":" + std::to_string(port); }

/// For what is under way when somebody wants the end.
constexpr std::int64_t stop_grace_ms = 5'000;

/// What asks for the end, told once: SIGINT and SIGTERM, if they are wanted, or a cancellation.
class Signals {
public:
    Signals(net::io_context& context, bool wanted) : set_(context) {
        if (wanted) {
            ErrorCodeOfSystem ignored;
            set_.add(SIGINT, ignored);
            set_.add(SIGTERM, ignored);
            set_.async_wait([this](const ErrorCodeOfSystem& error, int) {
                if (!error) {
                    come();
                }
            });
        }
    }
    void come() {
        if (!std::exchange(came_, true) && then_) {
            then_();
        }
    }
    bool came() const { return came_; }
    void then(std::function<void()> action) { then_ = std::move(action); }
    void cancel() {
        ErrorCodeOfSystem ignored;
        set_.cancel(ignored);
    }

private:
    net::signal_set set_;
    bool came_ = false;
    std::function<void()> then_;
};

/// Looks the name up and connects, in `limit_ms` altogether.
Result<tcp::socket> connect(net::io_context& context, Signals& signals, const std::string& host,
                            std::uint16_t port, std::int64_t limit_ms) {
    tcp::socket socket(context);
    tcp::resolver resolver(context);
    std::optional<ErrorCodeOfSystem> outcome;
    resolver.async_resolve(host, std::to_string(port),
                           [&](const ErrorCodeOfSystem& error, const tcp::resolver::results_type& addresses) {
                               if (error) {
                                   outcome = error;
                                   return;
                               }
                               net::async_connect(socket, addresses,
                                                  [&](const ErrorCodeOfSystem& failure,
                                                      const tcp::endpoint&) { outcome = failure; });
                           });
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
    while (!outcome && !signals.came() && context.run_one_until(until) != 0) {
    }
    const bool in_time = outcome.has_value();
    if (!in_time) {
        resolver.cancel();
        ErrorCodeOfSystem ignored;
        socket.close(ignored);
        signals.cancel();
        context.restart();
        context.run();
        return fail(ErrorCode::no_answer, place(host, port));
    }
    context.restart();
    if (*outcome == net::error::timed_out) {
        return fail(ErrorCode::no_answer, place(host, port));
    }
    if (*outcome) {
        return fail(ErrorCode::connection_failed, place(host, port) + ": " + outcome->message());
    }
    return socket;
}

sync::SessionReport stopped_report(sync::SessionReport report) {
    report.stopped_early = true;
    report.complete = false;
    return report;
}

}  // namespace

Result<sync::SessionReport> sync_over_tcp(const std::string& host, std::uint16_t port,
                                          const sync::SessionOptions& session,
                                          const crypto::AgreementPublicKey& responder,
                                          const TcpOptions& options, Clock& clock) {
    net::io_context context(1);
    Signals signals(context, options.stop_on_signals);
    const Cancellation::Waker waker(options.cancellation,
                                    [&] { net::post(context, [&] { signals.come(); }); });
    std::int64_t connect_ms = options.connect_timeout_ms;
    if (options.max_ms != 0) {
        connect_ms = std::min(connect_ms, options.max_ms);
    }
    const std::int64_t began = clock.steady_ms();
    auto connected = connect(context, signals, host, port, connect_ms);
    const bool cancelled = options.cancellation != nullptr && options.cancellation->cancelled();
    if (!connected || cancelled) {
        return cancelled ? Result<sync::SessionReport>(stopped_report({}))
                         : Result<sync::SessionReport>(tl::unexpected(connected.error()));
    }

    // The session ends by itself within its budget; the connection is cut off only if it does not.
    sync::SessionOptions limited = session;
    Connection::Limits limits;
    limited.budget_bytes = limits.max_bytes = options.max_bytes;
    if (options.max_ms != 0) {
        limits.max_ms = std::max<std::int64_t>(options.max_ms - (clock.steady_ms() - began), 1);
        limited.budget_ms = limits.max_ms;
    }
    const auto connection =
        std::make_shared<Connection>(std::move(*connected), sync::Session::call(limited, responder), limits,
                                     clock, [&](Connection&) { signals.cancel(); });
    signals.then([&] { connection->wind_down(stop_grace_ms); });
    if (options.progress) {
        connection->on_progress = [&] { options.progress(connection->session().report()); };
    }
    connection->start();
    context.run();
    connection->on_progress = nullptr;

    const std::optional<Error>& error = connection->session().error();
    const bool ended_by_budget =
        connection->budget_used() && error && error->code == ErrorCode::connection_lost;
    if (error && error->code == ErrorCode::connection_lost && options.cancellation != nullptr &&
        options.cancellation->cancelled()) {
        return stopped_report(connection->session().report());
    }
    if (error && !ended_by_budget) {
        return tl::unexpected(*error);
    }
    return connection->session().report();
}

}  // namespace cotmoc::asio
