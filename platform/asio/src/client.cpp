#include "connection.hpp"

#include <boost/asio/connect.hpp>
#include <cotmoc/asio/tcp.hpp>

namespace cotmoc::asio {
namespace {

std::string place(const std::string& host, std::uint16_t port) { return host + ":" + std::to_string(port); }

/// Looks the name up and connects, in `limit_ms` altogether.
Result<tcp::socket> connect(net::io_context& context, const std::string& host, std::uint16_t port,
                            std::int64_t limit_ms) {
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
    context.run_for(std::chrono::milliseconds(limit_ms));
    const bool in_time = outcome.has_value();
    if (!in_time) {
        resolver.cancel();
        ErrorCodeOfSystem ignored;
        socket.close(ignored);
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

}  // namespace

Result<sync::SessionReport> sync_over_tcp(const std::string& host, std::uint16_t port,
                                          const sync::SessionOptions& session,
                                          const crypto::AgreementPublicKey& responder,
                                          const TcpOptions& options, Clock& clock) {
    net::io_context context(1);
    std::int64_t connect_ms = options.connect_timeout_ms;
    if (options.max_ms != 0) {
        connect_ms = std::min(connect_ms, options.max_ms);
    }
    const std::int64_t began = clock.steady_ms();
    COTMOC_ASSIGN(tcp::socket socket, connect(context, host, port, connect_ms));

    sync::SessionOptions limited = session;
    if (options.max_bytes != 0) {
        // Small steps, or a session that ends early would keep nothing of what it moved.
        const auto step = static_cast<std::size_t>(std::max<std::uint64_t>(options.max_bytes / 8, 1));
        limited.commit_bytes = std::min(limited.commit_bytes, step);
        limited.window_bytes = std::min(limited.window_bytes, 2 * step);
    }
    Connection::Limits limits;
    limits.max_bytes = options.max_bytes;
    if (options.max_ms != 0) {
        limits.max_ms = std::max<std::int64_t>(options.max_ms - (clock.steady_ms() - began), 1);
    }
    const auto connection = std::make_shared<Connection>(
        std::move(socket), sync::Session::call(limited, responder), limits, clock, nullptr);
    if (options.progress) {
        connection->on_progress = [&] { options.progress(connection->session().report()); };
    }
    connection->start();
    context.run();
    connection->on_progress = nullptr;

    const std::optional<Error>& error = connection->session().error();
    const bool ended_by_budget =
        connection->budget_used() && error && error->code == ErrorCode::connection_lost;
    if (error && !ended_by_budget) {
        return tl::unexpected(*error);
    }
    return connection->session().report();
}

}  // namespace cotmoc::asio
