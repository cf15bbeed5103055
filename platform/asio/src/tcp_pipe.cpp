#include "boost_asio.hpp"

#include <boost/asio/connect.hpp>
#include <cotmoc/asio/name_lookup.hpp>
#include <cotmoc/asio/tcp_pipe.hpp>

#include <atomic>

namespace cotmoc::asio {
namespace {

/// How often somebody who waits for a connection looks whether it is still wanted.
constexpr std::int64_t look_ms = 100;

std::string place(const std::string& host, std::uint16_t port) { return host + ":" + std::to_string(port); }

bool would_block(const ErrorCodeOfSystem& error) {
    return error == net::error::would_block || error == net::error::try_again;
}

class Pipe final : public TcpPipe {
public:
    Pipe() : socket_(context_) {}

    Result<void> open(const std::string& host, std::uint16_t port, std::int64_t limit_ms,
                      const std::function<bool()>& stopped) {
        // Looked up elsewhere: a name server that does not answer holds nobody up who wants the end.
        const auto began = std::chrono::steady_clock::now();
        COTMOC_ASSIGN(const std::vector<std::string> addresses,
                      look_up(addresses_of, host, {limit_ms, stopped}));
        const auto used = std::chrono::steady_clock::now() - began;
        limit_ms -= std::chrono::duration_cast<std::chrono::milliseconds>(used).count();
        std::vector<tcp::endpoint> endpoints;
        for (const std::string& address : addresses) {
            ErrorCodeOfSystem ignored;
            endpoints.emplace_back(net::ip::make_address(address, ignored), port);
        }
        std::optional<ErrorCodeOfSystem> outcome;
        net::async_connect(socket_, endpoints, [&](const ErrorCodeOfSystem& failure, const tcp::endpoint&) {
            outcome = failure;
        });
        bool wanted = true;
        for (std::int64_t left = limit_ms; !outcome && wanted && left > 0; left -= look_ms) {
            run_for(std::min(left, look_ms), [&] { return outcome.has_value(); });
            wanted = !stopped();
        }
        const bool in_time = outcome.has_value();
        if (!in_time) {
            ErrorCodeOfSystem ignored;
            socket_.close(ignored);
            context_.restart();
            context_.run();  // what was cancelled refers to this call
            return fail(wanted ? ErrorCode::no_answer : ErrorCode::connection_lost, place(host, port));
        }
        if (*outcome == net::error::timed_out) {
            return fail(ErrorCode::no_answer, place(host, port));
        }
        if (*outcome) {
            return fail(ErrorCode::connection_failed, place(host, port) + ": " + outcome->message());
        }
        ErrorCodeOfSystem ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
        socket_.non_blocking(true, ignored);
        return {};
    }

    ~Pipe() override {
        ErrorCodeOfSystem ignored;
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
        socket_.close(ignored);
        context_.restart();
        context_.poll();
    }

    Result<std::size_t> send(BytesView octets) override {
        std::size_t sent = 0;
        full_ = false;
        while (sent < octets.size() && !full_) {
            const BytesView rest = octets.subspan(sent);
            ErrorCodeOfSystem error;
            sent += socket_.write_some(net::buffer(rest.data(), rest.size()), error);
            if (would_block(error)) {
                full_ = true;
            } else if (error) {
                return fail(ErrorCode::connection_lost, error.message());
            }
        }
        return sent;
    }

    Result<std::size_t> receive(std::span<std::uint8_t> into, std::int64_t wait_ms) override {
        COTMOC_ASSIGN(const std::size_t at_once, read(into));
        if (at_once != 0 || wait_ms <= 0 || woken_.exchange(false)) {
            return at_once;
        }
        bool ready = false;
        const auto on_ready = [&ready](const ErrorCodeOfSystem&) { ready = true; };
        socket_.async_wait(tcp::socket::wait_read, on_ready);
        if (full_) {
            socket_.async_wait(tcp::socket::wait_write, on_ready);
        }
        run_for(wait_ms, [&] { return ready || woken_.load(); });
        woken_ = false;
        ErrorCodeOfSystem ignored;
        socket_.cancel(ignored);
        context_.restart();
        context_.poll();  // the waits refer to this call
        return read(into);
    }

    void wake() override {
        woken_ = true;
        net::post(context_, [] {});
    }

private:
    Result<std::size_t> read(std::span<std::uint8_t> into) {
        ErrorCodeOfSystem error;
        const std::size_t size = socket_.read_some(net::buffer(into.data(), into.size()), error);
        if (error && !would_block(error)) {
            return fail(ErrorCode::connection_lost, error.message());
        }
        return would_block(error) ? 0 : size;
    }

    /// Runs what is ready until `done` says so or the time is over.
    template <class Done>
    void run_for(std::int64_t ms, const Done& done) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
        context_.restart();
        while (!done() && context_.run_one_until(until) != 0) {
        }
    }

    net::io_context context_;
    tcp::socket socket_;
    std::atomic<bool> woken_ = false;
    bool full_ = false;
};

}  // namespace

Result<std::unique_ptr<TcpPipe>> TcpPipe::connect(const std::string& host, std::uint16_t port,
                                                  std::int64_t limit_ms,
                                                  const std::function<bool()>& stopped) {
    auto pipe = std::make_unique<Pipe>();
    COTMOC_TRY(pipe->open(host, port, limit_ms, stopped));
    return std::unique_ptr<TcpPipe>(std::move(pipe));
}

}  // namespace cotmoc::asio
