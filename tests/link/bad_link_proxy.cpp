#include "link/bad_link_proxy.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cotmoc/asio/tcp.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <set>

namespace cotmoc::test_support {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using SystemError = boost::system::error_code;

std::int64_t now_ms() {
    const auto passed = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

constexpr Way opposite(Way way) { return way == Way::up ? Way::down : Way::up; }
constexpr std::size_t number(Way way) { return static_cast<std::size_t>(way); }

/// One caller's connection and the one to the target, with a bad link between them.
class Pair : public std::enable_shared_from_this<Pair> {
public:
    Pair(tcp::socket caller, const LinkModel& model, std::uint64_t seed, std::uint64_t ordinal,
         std::function<void(Pair&, const ProxiedConnection&)> on_end)
        : model_(model),
          random_(seed),
          link_(model, random_, now_ms()),
          timer_(caller.get_executor()),
          sockets_{std::move(caller), tcp::socket(timer_.get_executor())},
          ordinal_(ordinal),
          on_end_(std::move(on_end)) {}

    void start(const tcp::resolver::results_type& target) {
        if (model_.portal) {
            begin();
            return;
        }
        net::async_connect(sockets_[1], target,
                           [self = shared_from_this()](const SystemError& error, const tcp::endpoint&) {
                               if (error) {
                                   self->over();
                               } else {
                                   self->begin();
                               }
                           });
    }

    void over() {
        if (std::exchange(over_, true)) {
            return;
        }
        SystemError ignored;
        timer_.cancel();
        for (tcp::socket& socket : sockets_) {
            socket.close(ignored);
        }
        on_end_(*this, {ordinal_, link_.carried(Way::up), link_.carried(Way::down), link_.cut()});
    }

private:
    void begin() {
        SystemError ignored;
        for (tcp::socket& socket : sockets_) {
            socket.set_option(tcp::no_delay(true), ignored);
            // Else the system would take a whole session in, and hide that the line is slow.
            socket.set_option(net::socket_base::receive_buffer_size(16 * 1024), ignored);
            socket.set_option(net::socket_base::send_buffer_size(16 * 1024), ignored);
        }
        read(Way::up);
        if (!model_.portal) {
            read(Way::down);
        }
        settle();
    }

    /// After a cut only to see that end close: what it says is lost.
    bool may_read(Way way, std::int64_t now) const {
        return link_.cut() || (link_.open(way) && link_.line_free(way) <= now);
    }

    /// From the end where the way begins. One read at a time, and none before the line is free.
    void read(Way way) {
        if (over_ || gone_[number(way)] || std::exchange(reading_[number(way)], true)) {
            return;
        }
        // Small bites, so that what a slow line has not taken yet waits with its sender.
        const std::size_t most = model_.octets_per_second == 0 ? buffers_[0].size() : 2'048;
        sockets_[number(way)].async_read_some(
            net::buffer(buffers_[number(way)].data(), most),
            [self = shared_from_this(), way](const SystemError& error, std::size_t size) {
                self->on_read(way, error, size);
            });
    }

    void on_read(Way way, const SystemError& error, std::size_t size) {
        reading_[number(way)] = false;
        if (over_) {
            return;
        }
        if (error) {
            gone_[number(way)] = true;
            link_.close(way, now_ms());
        } else {
            link_.send(way, BytesView(buffers_[number(way)]).first(size), now_ms());
        }
        settle();
    }

    /// What has arrived goes out, and the timer is set for what comes next.
    void settle() {
        if (over_) {
            return;
        }
        const std::int64_t now = now_ms();
        link_.advance(now);
        std::optional<std::int64_t> next = link_.next_cut();
        const auto sooner = [&next](std::int64_t at) { next = next ? std::min(*next, at) : at; };
        for (const Way way : {Way::up, Way::down}) {
            deliver(way, now);
            if (const auto arrives = link_.next_arrival(way)) {
                sooner(*arrives);
            }
            const bool heard = way == Way::up || !model_.portal;
            if (heard && may_read(way, now)) {
                read(way);
            } else if (heard && link_.open(way)) {
                sooner(link_.line_free(way));
            }
        }
        if ((ended_[0] && ended_[1]) || (gone_[0] && gone_[1])) {
            over();
        } else if (next) {
            wait(std::max<std::int64_t>(*next - now, 1));
        }
    }

    void deliver(Way way, std::int64_t now) {
        const auto arrives = link_.next_arrival(way);
        if (!arrives || *arrives > now || writing_[number(way)]) {
            return;
        }
        Bytes octets;
        bool end = false;
        while (link_.next_arrival(way).value_or(now + 1) <= now) {
            const Link::Arrival arrival = link_.take(way);
            octets.insert(octets.end(), arrival.octets.begin(), arrival.octets.end());
            end = end || arrival.end;
        }
        const bool to_nobody = model_.portal && way == Way::up;
        if (octets.empty() || to_nobody) {
            finish(way, end);
            return;
        }
        written_[number(way)] = std::move(octets);
        writing_[number(way)] = true;
        net::async_write(sockets_[number(opposite(way))], net::buffer(written_[number(way)]),
                         [self = shared_from_this(), way, end](const SystemError&, std::size_t) {
                             self->writing_[number(way)] = false;
                             self->finish(way, end);
                             self->settle();
                         });
    }

    /// The end where this way arrives is told that it is over; a cut closes both directions of its socket.
    void finish(Way way, bool end) {
        if (!end || over_) {
            return;
        }
        SystemError ignored;
        tcp::socket& socket = sockets_[number(opposite(way))];
        ended_[number(way)] = true;
        if (link_.cut()) {
            gone_[number(opposite(way))] = true;
            socket.close(ignored);
        } else {
            socket.shutdown(tcp::socket::shutdown_send, ignored);
        }
        if (model_.portal) {
            over();
        }
    }

    void wait(std::int64_t ms) {
        timer_.expires_after(std::chrono::milliseconds(ms));
        timer_.async_wait([self = shared_from_this()](const SystemError& error) {
            if (!error) {
                self->settle();
            }
        });
    }

    LinkModel model_;
    SeededRandom random_;
    Link link_;
    net::steady_timer timer_;
    std::array<tcp::socket, 2> sockets_;  // by the way that begins there
    std::array<std::array<std::uint8_t, 16 * 1024>, 2> buffers_{};
    std::array<Bytes, 2> written_;
    std::array<bool, 2> reading_{};
    std::array<bool, 2> writing_{};
    std::array<bool, 2> ended_{};  // the end where the way arrives was told
    std::array<bool, 2> gone_{};   // the end where it begins has closed
    std::uint64_t ordinal_;
    std::function<void(Pair&, const ProxiedConnection&)> on_end_;
    bool over_ = false;
};

class Proxy final : public BadLinkProxy {
public:
    Proxy(const BadLinkProxyOptions& options, std::function<void(const ProxiedConnection&)> on_end)
        : options_(options), on_end_(std::move(on_end)) {}

    Result<void> open() {
        const auto here = asio::parse_endpoint(options_.listen);
        const auto there = asio::parse_endpoint(options_.target);
        if (!here || !there) {
            return fail(ErrorCode::wrong_usage, "addresses are HOST:PORT");
        }
        SystemError error;
        tcp::resolver resolver(context_);
        target_ = resolver.resolve(there->host, std::to_string(there->port), error);
        if (error) {
            return fail(ErrorCode::connection_failed, options_.target);
        }
        const auto place = resolver.resolve(here->host, std::to_string(here->port), error);
        if (!error) {
            acceptor_.open(place.begin()->endpoint().protocol(), error);
        }
        if (!error) {
            acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
            acceptor_.bind(place.begin()->endpoint(), error);
        }
        if (!error) {
            acceptor_.listen(net::socket_base::max_listen_connections, error);
        }
        return error ? fail(ErrorCode::cannot_listen, options_.listen) : Result<void>{};
    }

    std::string address() const override {
        SystemError ignored;
        const tcp::endpoint endpoint = acceptor_.local_endpoint(ignored);
        return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
    }

    void run() override {
        signals_.async_wait([this](const SystemError& error, int) {
            if (!error) {
                stop();
            }
        });
        accept();
        context_.run();
    }

private:
    void accept() {
        acceptor_.async_accept([this](const SystemError& error, tcp::socket socket) {
            if (error) {
                return;
            }
            const std::uint64_t ordinal = ++count_;
            auto pair = std::make_shared<Pair>(std::move(socket), options_.link, options_.seed + ordinal,
                                               ordinal, [this](Pair& ended, const ProxiedConnection& told) {
                                                   pairs_.erase(ended.shared_from_this());
                                                   on_end_(told);
                                               });
            pairs_.insert(pair);
            pair->start(target_);
            accept();
        });
    }

    void stop() {
        SystemError ignored;
        acceptor_.close(ignored);
        for (const auto& pair : std::set(pairs_)) {
            pair->over();
        }
    }

    BadLinkProxyOptions options_;
    std::function<void(const ProxiedConnection&)> on_end_;
    net::io_context context_{1};
    tcp::acceptor acceptor_{context_};
    net::signal_set signals_{context_, SIGINT, SIGTERM};
    tcp::resolver::results_type target_;
    std::set<std::shared_ptr<Pair>> pairs_;
    std::uint64_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<BadLinkProxy>> BadLinkProxy::open(
    const BadLinkProxyOptions& options, std::function<void(const ProxiedConnection&)> on_end) {
    auto proxy = std::make_unique<Proxy>(options, std::move(on_end));
    COTMOC_TRY(proxy->open());
    return proxy;
}

}  // namespace cotmoc::test_support
