// Real sockets: strangers that open connections, and an enrolled device that floods, while a post does its
// work.
#include "support/memory_feed_store.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/sync/hub.hpp>
#include <cotmoc/sync/session_gate.hpp>
#include <cotmoc/system/clock.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

/// A socket from another address of this machine, connected; -1 if the system does not allow it.
int connect_from(const char* source, std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, source, &address.sin_addr);
    bool open = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    address.sin_port = htons(port);
    open = open && ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (!open) {
        ::close(socket);
        return -1;
    }
    return socket;
}

/// Whether the other side has closed within the time.
bool is_closed(int socket, int wait_ms) {
    const timeval wait{wait_ms / 1000, (wait_ms % 1000) * 1000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    char octet = 0;
    return ::recv(socket, &octet, 1, 0) == 0;
}

struct HubServer {
    HubServer() : province(7), random(9) {
        province.enrol("hub", Role::hub);
        province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
        province.enrol("flooder", Role::border_post, {"kon-tum/ngoc-hoi"});
        sync::HubLimits limits;
        limits.day.change_sets = 50;
        store = sync::open_sqlite_hub_store(":memory:").value();
        hub = sync::Hub::open(*store, limits, &clock).value();
        for (const Bytes& entry : province.entries) {
            REQUIRE(hub->add_trust_entry(entry));
        }
        REQUIRE(hub->commit());
    }
    ~HubServer() {
        server->stop();
        thread.join();
    }
    void start(const asio::TcpServerOptions& options) {
        sync::SessionOptions session{*hub, province.member("hub").keys, random};
        session.gate = &gate;
        server = asio::TcpServer::listen("127.0.0.1", 0, session, options, clock).value();
        thread = std::thread([this] { server->run(); });
    }
    Result<sync::SessionReport> sync(MemoryFeedStore& device, Random& randomness) {
        system::SystemClock own_clock;
        return asio::sync_over_tcp("127.0.0.1", server->port(), {device, device.keys(), randomness},
                                   province.member("hub").keys.agreement.public_key(), {}, own_clock);
    }

    TestProvince province;
    SeededRandom random;
    system::SystemClock clock;
    sync::SessionGate gate;
    std::unique_ptr<sync::HubStore> store;
    std::unique_ptr<sync::Hub> hub;
    std::unique_ptr<asio::TcpServer> server;
    std::thread thread;
};

}  // namespace

TEST_CASE("strangers that connect and say nothing take a bounded number of places, and a post gets through") {
    HubServer hub;
    asio::TcpServerOptions options;
    options.unknown_per_address_max = 8;
    options.connections_max = 32;
    options.unknown_max = 24;
    hub.start(options);
    std::vector<int> strangers;
    for (const char* source : {"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"}) {
        for (int i = 0; i < 20; ++i) {
            strangers.push_back(connect_from(source, hub.server->port()));
            REQUIRE(strangers.back() >= 0);
        }
    }
    MemoryFeedStore post(hub.province, "post");
    post.write(hub.province.space("kon-tum/ngoc-hoi"));
    SeededRandom random(1);
    const auto report = hub.sync(post, random);
    REQUIRE(report);
    CHECK(report->complete);
    CHECK(report->sent.change_sets == 1);
    std::size_t left_out = 0;
    for (const int stranger : strangers) {
        left_out += is_closed(stranger, 20) ? 1 : 0;
        ::close(stranger);
    }
    CHECK(left_out >= 80 - 24);
}

TEST_CASE("a device with a hundred times the traffic is held to its quota, and a post gets through") {
    HubServer hub;
    hub.start({});
    const SpaceId space = hub.province.space("kon-tum/ngoc-hoi");
    std::atomic<bool> done = false;
    std::atomic<std::uint64_t> turned_away = 0;
    std::atomic<std::uint64_t> floods = 0;
    std::thread flooder([&] {
        SeededRandom random(2);
        MemoryFeedStore device(hub.province, "flooder");
        for (int i = 0; i < 1'000; ++i) {
            device.write(space);
        }
        while (!done) {
            const auto report = hub.sync(device, random);
            turned_away += !report || report->refusal ? 1 : 0;
            ++floods;
        }
    });
    SeededRandom random(3);
    MemoryFeedStore post(hub.province, "post");
    for (int i = 0; i < 10; ++i) {
        post.write(space);
        bool through = false;
        for (int attempt = 0; attempt < 3 && !through; ++attempt) {
            const auto report = hub.sync(post, random);
            through = report && report->complete && !report->refusal;
        }
        CHECK(through);
    }
    while (floods < 3) {
        std::this_thread::yield();
    }
    done = true;
    flooder.join();
    CHECK(turned_away > 0);
    std::uint64_t of_post = 0;
    std::uint64_t of_flooder = 0;
    hub.server->stop();
    hub.thread.join();
    hub.thread = std::thread([] {});
    for (const sync::FeedPosition& feed : hub.hub->frontier(space)) {
        const DeviceId& id = hub.province.trust.find(feed.device)->id;
        (id == hub.province.member("post").id ? of_post : of_flooder) = feed.seq;
    }
    CHECK(of_post == 10);
    CHECK(of_flooder == 50);
}

TEST_CASE("a session is made for the address that calls, and the server looks around between calls") {
    TestProvince province(7);
    province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
    MemoryFeedStore post(province, "post");
    SeededRandom random(3);
    system::SystemClock clock;
    std::vector<std::string> sources;
    std::unique_ptr<asio::TcpServer> server;
    asio::TcpServerOptions options;
    options.make_session = [&](const std::string& source) {
        sources.push_back(source);
        return sync::Session::answer({post, post.keys(), random});
    };
    options.look_ms = 1;
    options.on_look = [&] {
        if (sources.size() == 2) {
            server->stop();
        }
    };
    server = asio::TcpServer::listen("127.0.0.1", 0, options, clock).value();
    const int one = connect_from("127.0.0.2", server->port());
    const int other = connect_from("127.0.0.3", server->port());
    REQUIRE(other >= 0);
    server->run();
    CHECK(sources == std::vector<std::string>{"127.0.0.2", "127.0.0.3"});
    ::close(one);
    ::close(other);
}
