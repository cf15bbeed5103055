// Sessions over real sockets that somebody ends before their time.
#include "support/memory_feed_store.hpp"

#include <cotmoc/asio/cancellation.hpp>
#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/sync/hub.hpp>
#include <cotmoc/system/clock.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

constexpr std::uint64_t written = 3'000;  // change sets: more than fit into the window of a session

struct Place {
    Place() : province(7), random(9) {
        province.enrol("hub", Role::hub);
        province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
        store = sync::open_sqlite_hub_store(":memory:").value();
        hub = sync::Hub::open(*store, {}, &clock).value();
        for (const Bytes& entry : province.entries) {
            REQUIRE(hub->add_trust_entry(entry));
        }
        REQUIRE(hub->commit());
        const sync::SessionOptions session{*hub, province.member("hub").keys, random};
        server = asio::TcpServer::listen("127.0.0.1", 0, session, {}, clock).value();
        thread = std::thread([this] { server->run(); });
    }
    ~Place() {
        server->stop();
        thread.join();
    }
    Result<sync::SessionReport> sync(MemoryFeedStore& device, const asio::TcpOptions& options) {
        SeededRandom own_random(1);
        system::SystemClock own_clock;
        sync::SessionOptions session{device, device.keys(), own_random};
        session.window_bytes = 64 * 1024;
        return asio::sync_over_tcp("127.0.0.1", server->port(), session,
                                   province.member("hub").keys.agreement.public_key(), options, own_clock);
    }

    TestProvince province;
    SeededRandom random;
    system::SystemClock clock;
    std::unique_ptr<sync::HubStore> store;
    std::unique_ptr<sync::Hub> hub;
    std::unique_ptr<asio::TcpServer> server;
    std::thread thread;
};

}  // namespace

TEST_CASE("a session that is cancelled half way ends without an error and keeps what it has moved") {
    Place place;
    MemoryFeedStore post(place.province, "post");
    for (std::uint64_t i = 0; i < written; ++i) {
        post.write(place.province.space("kon-tum/ngoc-hoi"));
    }
    asio::Cancellation cancellation;
    asio::TcpOptions options;
    options.cancellation = &cancellation;
    options.progress = [&](const sync::SessionReport& report) {
        if (report.sent.change_sets != 0) {
            cancellation.cancel();
        }
    };
    const auto cut = place.sync(post, options);
    REQUIRE(cut);
    CHECK(cut->stopped_early);
    CHECK_FALSE(cut->complete);
    CHECK(cut->sent.change_sets > 0);
    CHECK(cut->sent.change_sets < written);

    const auto rest = place.sync(post, {});
    REQUIRE(rest);
    CHECK(rest->complete);
    CHECK(cut->sent.change_sets + rest->sent.change_sets == written);
}

TEST_CASE("what was cancelled before it began moves nothing, and a cancellation stays one") {
    Place place;
    MemoryFeedStore post(place.province, "post");
    post.write(place.province.space("kon-tum/ngoc-hoi"));
    asio::Cancellation cancellation;
    cancellation.cancel();
    asio::TcpOptions options;
    options.cancellation = &cancellation;
    for (int i = 0; i < 2; ++i) {
        const auto report = place.sync(post, options);
        REQUIRE(report);
        CHECK(report->stopped_early);
        CHECK(report->sent.change_sets == 0);
        CHECK(cancellation.cancelled());
    }
    asio::Cancellation another;
    options.cancellation = &another;
    const auto report = place.sync(post, options);
    REQUIRE(report);
    CHECK(report->complete);
    CHECK(report->sent.change_sets == 1);
}

TEST_CASE("another thread may cancel at any time of a session") {
    Place place;
    MemoryFeedStore post(place.province, "post");
    asio::Cancellation cancellation;
    asio::TcpOptions options;
    options.cancellation = &cancellation;
    std::thread canceller;
    options.progress = [&](const sync::SessionReport&) {
        if (!canceller.joinable()) {
            canceller = std::thread([&] { cancellation.cancel(); });
        }
    };
    const auto report = place.sync(post, options);
    canceller.join();
    REQUIRE(report);
    CHECK((report->complete || report->stopped_early));
}
