// TcpPipe against a plain socket of this machine.
#include <cotmoc/asio/name_lookup.hpp>
#include <cotmoc/asio/tcp_pipe.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <future>
#include <thread>

using namespace cotmoc;
using cotmoc::asio::TcpPipe;

namespace {

constexpr std::int64_t long_ms = 60'000;
const auto never = [] { return false; };

/// A listening socket, and what has connected to it.
class Listener {
public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(socket_, 1) == 0);
        socklen_t size = sizeof address;
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port = ntohs(address.sin_port);
    }
    ~Listener() {
        close_peer();
        ::close(socket_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    void accept() { peer = ::accept(socket_, nullptr, nullptr); }
    void close_peer() {
        if (peer >= 0) {
            ::close(std::exchange(peer, -1));
        }
    }
    std::uint16_t port = 0;
    int peer = -1;

private:
    int socket_;
};

}  // namespace

TEST_CASE("a pipe carries octets both ways and ends with its other end") {
    Listener listener;
    auto pipe = TcpPipe::connect("127.0.0.1", listener.port, long_ms, never);
    REQUIRE(pipe);
    listener.accept();
    const Bytes greeting = {1, 2, 3};
    CHECK((*pipe)->send(greeting) == 3u);
    std::array<std::uint8_t, 16> buffer{};
    REQUIRE(::recv(listener.peer, buffer.data(), buffer.size(), 0) == 3);
    CHECK((*pipe)->receive(buffer, 0) == 0u);
    CHECK((*pipe)->receive(buffer, 1) == 0u);
    REQUIRE(::send(listener.peer, greeting.data(), 2, 0) == 2);
    CHECK((*pipe)->receive(buffer, long_ms) == 2u);
    listener.close_peer();
    const auto end = (*pipe)->receive(buffer, long_ms);
    REQUIRE_FALSE(end);
    CHECK(end.error().code == ErrorCode::connection_lost);
}

TEST_CASE("a full pipe takes less, and a wait ends when there is room") {
    Listener listener;
    auto pipe = TcpPipe::connect("127.0.0.1", listener.port, long_ms, never);
    REQUIRE(pipe);
    listener.accept();
    const Bytes many(64 * 1024 * 1024);
    const auto taken = (*pipe)->send(many);
    REQUIRE(taken);
    REQUIRE(*taken < many.size());
    std::thread reader([&] {
        Bytes into(*taken);
        for (std::size_t left = *taken; left != 0;) {
            left -= static_cast<std::size_t>(::recv(listener.peer, into.data(), left, 0));
        }
    });
    std::array<std::uint8_t, 16> buffer{};
    CHECK((*pipe)->receive(buffer, long_ms) == 0u);
    reader.join();
    const Bytes one(1);
    CHECK((*pipe)->send(one) == 1u);
}

TEST_CASE("a wait ends when another thread wants it to") {
    Listener listener;
    auto pipe = TcpPipe::connect("127.0.0.1", listener.port, long_ms, never);
    REQUIRE(pipe);
    std::array<std::uint8_t, 16> buffer{};
    std::thread somebody([&] { (*pipe)->wake(); });
    CHECK((*pipe)->receive(buffer, long_ms) == 0u);
    somebody.join();
    (*pipe)->wake();  // before the wait
    CHECK((*pipe)->receive(buffer, long_ms) == 0u);
}

TEST_CASE("where nobody listens no pipe is made, nor for whom it is not wanted any more") {
    std::uint16_t port = 0;
    {
        const Listener gone;
        port = gone.port;
    }
    const auto refused = TcpPipe::connect("127.0.0.1", port, long_ms, never);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::connection_failed);
    const auto nowhere = TcpPipe::connect("no-such-host.invalid", 1, 1, never);
    REQUIRE_FALSE(nowhere);
}

TEST_CASE("somebody who wants the end does not wait for a look-up that does not end") {
    std::promise<void> late;
    const std::shared_future<void> answer = late.get_future().share();
    std::promise<void> over;
    const auto hangs = [answer, &over](const std::string&) -> Result<std::vector<std::string>> {
        answer.wait();
        over.set_value();
        return std::vector<std::string>{"192.0.2.7"};
    };
    int asked = 0;
    const auto stopped = asio::look_up(hangs, "hub.example", {long_ms, [&] { return ++asked == 2; }});
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::connection_lost);
    late.set_value();
    over.get_future().wait();  // the look-up that nobody waits for ends in peace
}

TEST_CASE("a look-up ends after its time, with what it found, or with what went wrong") {
    std::promise<void> late;
    const std::shared_future<void> answer = late.get_future().share();
    std::promise<void> over;
    const auto hangs = [answer, &over](const std::string&) -> Result<std::vector<std::string>> {
        answer.wait();
        over.set_value();
        return std::vector<std::string>();
    };
    const auto none = asio::look_up(hangs, "hub.example", {1, never});
    REQUIRE_FALSE(none);
    CHECK(none.error().code == ErrorCode::no_answer);
    late.set_value();
    over.get_future().wait();
    const auto found = [](const std::string&) -> Result<std::vector<std::string>> {
        return std::vector<std::string>{"192.0.2.7", "2001:db8::7"};
    };
    CHECK(asio::look_up(found, "hub.example", {long_ms, never}) ==
          std::vector<std::string>{"192.0.2.7", "2001:db8::7"});
    // A number is no name.
    CHECK(asio::look_up(found, "::1", {long_ms, never}) == std::vector<std::string>{"::1"});
    const auto empty = [](const std::string&) {
        return Result<std::vector<std::string>>(std::vector<std::string>());
    };
    REQUIRE_FALSE(asio::look_up(empty, "hub.example", {long_ms, never}));
    const auto throws = [](const std::string&) -> Result<std::vector<std::string>> {
        throw std::bad_alloc();
    };
    CHECK(asio::look_up(throws, "hub.example", {long_ms, never}).error().code ==
          ErrorCode::connection_failed);
}
