#include "connection.hpp"
#include "socket_options.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/base/test_switch.hpp>

#include <map>

namespace cotmoc::asio {
namespace {

class Server final : public TcpServer {
public:
    Server(const TcpServerOptions& options, Clock& clock)
        : options_(options),
          clock_(clock),
          context_(1),
          acceptor_(context_),
          signals_(context_),
          retry_(context_),
          look_(context_) {}

    Result<void> open(const std::string& host, std::uint16_t port) {
        ErrorCodeOfSystem error;
        tcp::resolver resolver(context_);
        const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
        if (!error) {
            const tcp::endpoint endpoint = found.begin()->endpoint();
            acceptor_.open(endpoint.protocol(), error);
            if (!error) {
                claim_address(acceptor_);
                acceptor_.bind(endpoint, error);
            }
        }
        if (!error) {
            acceptor_.listen(net::socket_base::max_listen_connections, error);
        }
        if (!error) {
            endpoint_ = acceptor_.local_endpoint(error);
        }
        if (error) {
            return fail(ErrorCode::cannot_listen, host + ":" + std::to_string(port) + ": " + error.message());
        }
        if (options_.stop_on_signals) {
            signals_.add(SIGINT, error);
            signals_.add(SIGTERM, error);
            signals_.async_wait([this](const ErrorCodeOfSystem& failure, int) {
                if (!failure) {
                    shut_down();
                }
            });
        }
        return {};
    }

    std::string address() const override { return address_text(endpoint_); }
    std::uint16_t port() const override { return endpoint_.port(); }

    void run() override {
        accept();
        look_later();
        context_.run();
    }

    void stop() override {
        net::post(context_, [this] { shut_down(); });
    }

private:
    /// Where a connection comes from, and when.
    struct Place {
        net::ip::address address;
        std::uint64_t number = 0;
    };

    /// Strangers, and one address with many connections, leave room for the others.
    bool make_room(const net::ip::address& address) {
        std::size_t of_address = 0;
        std::size_t unknown_of_address = 0;
        std::size_t unknown = 0;
        std::shared_ptr<Connection> oldest;
        std::uint64_t oldest_number = 0;
        std::shared_ptr<Connection> oldest_here;
        std::uint64_t oldest_here_number = 0;
        for (const auto& [connection, place] : connections_) {
            const bool is_unknown = !connection->session().peer();
            of_address += place.address == address ? 1 : 0;
            unknown_of_address += is_unknown && place.address == address ? 1 : 0;
            unknown += is_unknown ? 1 : 0;
            if (is_unknown && (oldest == nullptr || place.number < oldest_number)) {
                oldest = connection;
                oldest_number = place.number;
            }
            const bool here = is_unknown && place.address == address;
            if (here && (oldest_here == nullptr || place.number < oldest_here_number)) {
                oldest_here = connection;
                oldest_here_number = place.number;
            }
        }
        if (switched_off("connection-limits")) {
            return true;
        }
        if (of_address >= options_.per_address_max) {
            return false;
        }
        // The newcomer may be an honest neighbour of whoever fills the places, behind the same router.
        if (unknown_of_address >= options_.unknown_per_address_max && oldest_here != nullptr) {
            oldest_here->abort();
        } else if (unknown >= options_.unknown_max && oldest != nullptr) {
            oldest->abort();
        }
        return true;
    }

    void accept() {
        accepting_ = true;
        acceptor_.async_accept([this](const ErrorCodeOfSystem& error, tcp::socket socket) {
            accepting_ = false;
            if (stopped_) {
                return;
            }
            if (error) {
                // Out of descriptors, most likely: trying again at once would only burn the processor.
                retry_.expires_after(std::chrono::milliseconds(100));
                retry_.async_wait([this](const ErrorCodeOfSystem& failure) {
                    if (!failure) {
                        accept_if_room();
                    }
                });
                return;
            }
            begin(std::move(socket));
            accept_if_room();
        });
    }

    void look_later() {
        if (!options_.on_look || stopped_) {
            return;
        }
        look_.expires_after(std::chrono::milliseconds(options_.look_ms));
        look_.async_wait([this](const ErrorCodeOfSystem& failure) {
            if (!failure && !stopped_) {
                options_.on_look();
                look_later();
            }
        });
    }

    void accept_if_room() {
        if (!stopped_ && !accepting_ && connections_.size() < options_.connections_max) {
            accept();
        }
    }

    void begin(tcp::socket socket) {
        ErrorCodeOfSystem error;
        const tcp::endpoint peer = socket.remote_endpoint(error);
        if (!make_room(peer.address())) {
            socket.close(error);
            return;
        }
        Connection::Limits limits;
        limits.handshake_ms = options_.handshake_ms;
        limits.linger_ms = options_.linger_ms;
        const std::string address = error ? std::string("unknown") : address_text(peer);
        const std::string source = error ? std::string() : peer.address().to_string();
        auto connection =
            std::make_shared<Connection>(std::move(socket), options_.make_session(source), limits, clock_,
                                         [this, address](Connection& ended) { on_end(ended, address); });
        connections_.emplace(connection, Place{peer.address(), ++count_});
        connection->start();
    }

    void on_end(Connection& ended, const std::string& address) {
        if (options_.on_session_end) {
            const sync::Session& session = ended.session();
            options_.on_session_end(
                {address, session.peer(), session.report(), session.error(), ended.duration_ms()});
        }
        connections_.erase(ended.shared_from_this());
        accept_if_room();
    }

    void shut_down() {
        stopped_ = true;
        ErrorCodeOfSystem ignored;
        acceptor_.close(ignored);
        signals_.cancel(ignored);
        retry_.cancel();
        look_.cancel();
        // Ending a connection removes it from the set.
        const auto open = connections_;
        for (const auto& [connection, place] : open) {
            connection->abort();
        }
    }

    TcpServerOptions options_;
    Clock& clock_;
    net::io_context context_;
    tcp::acceptor acceptor_;
    net::signal_set signals_;
    net::steady_timer retry_;
    net::steady_timer look_;
    tcp::endpoint endpoint_;
    std::map<std::shared_ptr<Connection>, Place> connections_;
    std::uint64_t count_ = 0;
    bool accepting_ = false;
    bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<TcpServer>> TcpServer::listen(const std::string& host, std::uint16_t port,
                                                     const sync::SessionOptions& session,
                                                     const TcpServerOptions& options, Clock& clock) {
    TcpServerOptions answering = options;
    answering.make_session = [session](const std::string&) { return sync::Session::answer(session); };
    return listen(host, port, answering, clock);
}

Result<std::unique_ptr<TcpServer>> TcpServer::listen(const std::string& host, std::uint16_t port,
                                                     const TcpServerOptions& options, Clock& clock) {
    auto server = std::make_unique<Server>(options, clock);
    COTMOC_TRY(server->open(host, port));
    return server;
}

}  // namespace cotmoc::asio
