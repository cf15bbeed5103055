// Whom `sync --peer` calls: as it is named, or as the network tells.
#include "peer_link.hpp"

#include "unit/sync/posts.hpp"

#include <cotmoc/sync/neighbours.hpp>

#include <map>

using namespace cotmoc;
using namespace cotmoc::cli;
using sync_test::code_of;
using sync_test::Posts;
using test_support::must;

namespace {

class Shown final : public system::LanAnnouncement {
public:
    bool lost() const override { return false; }
};

class FakeNetwork final : public system::LocalNetwork {
public:
    std::vector<system::LanPlace> places(const std::string&) override { return {{1, {"192.0.2.9"}}}; }
    Result<std::unique_ptr<system::LanAnnouncement>> announce(const system::LanService& service) override {
        answers.push_back({"192.0.2.9", service.port, service.texts});
        return std::make_unique<Shown>();
    }
    Result<std::vector<system::LanNeighbour>> browse(std::int64_t) override {
        if (broken) {
            return fail(ErrorCode::connection_failed, "no daemon");
        }
        return answers;
    }
    std::vector<system::LanNeighbour> answers;
    bool broken = false;
};

std::vector<std::string> announced_by(Posts& fleet, const std::string& name) {
    const sync::Replica& replica = fleet.replica(name);
    return sync::encode_announcement(
        *sync::announce(replica.trust(), replica.key_ring(), replica.id(), fleet.random));
}

}  // namespace

TEST_CASE("devices of the province are found among strangers, once under each address") {
    Posts fleet;
    fleet.sync_all();
    Posts others(99);
    FakeNetwork network;
    const sync::Replica& replica = fleet.replica("post-b");
    CHECK(code_of(find_neighbours(replica, network, 1)) == ErrorCode::connection_failed);
    network.answers = {{"192.0.2.1", 7450, announced_by(others, "post-a")},
                       {"192.0.2.2", 7450, {"v=1", "n=rubbish", "t="}},
                       {"192.0.2.3", 7450, {}},
                       {"192.0.2.4", 7450, announced_by(fleet, "post-b")},  // itself
                       {"192.0.2.5", 0, announced_by(fleet, "post-a")}};
    CHECK(code_of(find_neighbours(replica, network, 1)) == ErrorCode::connection_failed);

    const auto texts = announced_by(fleet, "post-a");
    network.answers.push_back({"192.0.2.6", 7451, texts});
    network.answers.push_back({"fe80::1%eth0", 7451, texts});
    network.answers.push_back({"192.0.2.6", 7451, texts});
    must(network.announce({"instance", {}, 7452, announced_by(fleet, "so-1")}));
    const auto found = must(find_neighbours(replica, network, 1));
    REQUIRE(found.size() == 3);
    CHECK(found[0].device == fleet.replica("post-a").id());
    CHECK(found[0].endpoint.host == "192.0.2.6");
    CHECK(found[1].endpoint.host == "fe80::1%eth0");
    CHECK(found[2].device == fleet.replica("so-1").id());
    CHECK(found[2].endpoint.port == 7452);

    for (int i = 0; i < 1'000; ++i) {
        network.answers.push_back({"192.0.2.7", static_cast<std::uint16_t>(8'000 + i), texts});
    }
    CHECK(must(find_neighbours(replica, network, 1)).size() <= system::LocalNetwork::neighbours_max);
    network.broken = true;
    CHECK(code_of(find_neighbours(replica, network, 1)) == ErrorCode::connection_failed);
}

TEST_CASE("a neighbour is named by name or id, and has an address") {
    Posts fleet;
    fleet.sync_all();
    const sync::Replica& replica = fleet.replica("post-b");
    const std::string id = fleet.replica("post-a").id().hex();
    for (const std::string& name : {std::string("post-a"), id, id.substr(0, 8)}) {
        const PeerAddress peer = must(parse_peer(replica, name + "@[2001:db8::1]:7451"));
        CHECK(peer.device == fleet.replica("post-a").id());
        CHECK(peer.endpoint.host == "2001:db8::1");
        CHECK(peer.endpoint.port == 7451);
    }
    for (const char* text : {"", "auto2", "post-a", "post-a@", "post-a@host", "post-a@host:0", "@host:7450",
                             "post-b@host:7450", "post-a@2001:db8::1:7451"}) {
        CAPTURE(text);
        CHECK(code_of(parse_peer(replica, text)) == ErrorCode::wrong_usage);
    }
    CHECK(code_of(parse_peer(replica, "nobody@host:7450")) == ErrorCode::unknown_device);
    CHECK(code_of(parse_peer(replica, id.substr(0, 7) + "@host:7450")) == ErrorCode::unknown_device);
}

namespace {

DeviceId device(std::uint8_t number) {
    DeviceId id{};
    id.octets[0] = number;
    return id;
}

PeerAddress at(std::uint8_t number, const std::string& host) { return {device(number), {host, 7451}}; }

/// Calls that end as told, by their host; without a word they are refused.
struct Calls {
    NeighbourCalls how() {
        return {clock,
                [this](const PeerAddress& peer) -> Result<sync::SessionReport> {
                    called.push_back(peer.endpoint.host);
                    clock.wall += takes_ms;
                    const auto end = ends.find(peer.endpoint.host);
                    if (end == ends.end()) {
                        return sync::SessionReport{};
                    }
                    return fail(end->second);
                },
                [this] { return called.size() >= stop_after; }};
    }
    Result<sync::SessionReport> run(const std::vector<PeerAddress>& calls) {
        return first_that_answers(calls, how());
    }
    test_support::FakeClock clock;
    std::map<std::string, ErrorCode> ends;
    std::vector<std::string> called;
    std::size_t stop_after = 1'000;
    std::int64_t takes_ms = 100;
};

}  // namespace

TEST_CASE("whoever copies an announcement keeps nobody from the device whose it is") {
    test_support::SeededRandom random(5);
    for (int i = 0; i < 100; ++i) {
        const auto calls = calls_in_order({at(1, "copy"), at(1, "true")}, random);
        Calls scene;
        scene.ends = {{"copy", ErrorCode::handshake_failed}};
        CHECK(scene.run(calls));
        CHECK(scene.called.back() == "true");
    }
}

TEST_CASE("few addresses are called, each device once before any is called again") {
    test_support::SeededRandom random(6);
    std::vector<PeerAddress> found;
    for (int i = 0; i < 200; ++i) {
        found.push_back(at(1, "copy" + std::to_string(i)));
    }
    found.push_back(at(2, "other"));
    const auto calls = calls_in_order(found, random);
    REQUIRE(calls.size() == 3);
    CHECK(calls[0].device != calls[1].device);
    CHECK(calls[2].device == device(1));
    std::vector<PeerAddress> many;
    for (std::uint8_t i = 0; i < 40; ++i) {
        many.push_back(at(i, "host"));
    }
    CHECK(calls_in_order(many, random).size() == calls_max);
    CHECK(calls_in_order({}, random).empty());
}

TEST_CASE("calls end at what another address cannot cure, at a signal, and when they have taken long") {
    const std::vector<PeerAddress> three = {at(1, "one"), at(2, "two"), at(3, "three")};
    for (const ErrorCode each : {ErrorCode::disk_full, ErrorCode::database_damaged, ErrorCode::revoked,
                                 ErrorCode::quota_exceeded, ErrorCode::out_of_memory}) {
        Calls scene;
        scene.ends = {{"one", each}};
        CHECK(code_of(scene.run(three)) == each);
        CHECK(scene.called == std::vector<std::string>{"one"});
    }
    for (const ErrorCode each : {ErrorCode::connection_failed, ErrorCode::no_answer, ErrorCode::busy,
                                 ErrorCode::handshake_failed, ErrorCode::connection_lost}) {
        Calls scene;
        scene.ends = {{"one", each}};
        CHECK(scene.run(three));
        CHECK(scene.called == std::vector<std::string>{"one", "two"});
    }
    Calls stopped;
    stopped.ends = {{"one", ErrorCode::no_answer}};
    stopped.stop_after = 1;
    CHECK(code_of(stopped.run(three)) == ErrorCode::connection_lost);
    CHECK(stopped.called.size() == 1);
    Calls slow;
    slow.ends = {{"one", ErrorCode::no_answer}, {"two", ErrorCode::no_answer}};
    slow.takes_ms = calls_ms / 2;
    CHECK(code_of(slow.run(three)) == ErrorCode::connection_failed);
    CHECK(slow.called.size() == 2);
}

TEST_CASE("when nobody answers it says who was called where, and how each call ended") {
    Calls scene;
    scene.ends = {{"192.0.2.1", ErrorCode::handshake_failed}, {"fe80::1", ErrorCode::no_answer}};
    const std::vector<PeerAddress> both = {at(1, "192.0.2.1"), at(1, "fe80::1")};
    const auto nobody = scene.run(both);
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == ErrorCode::connection_failed);
    CHECK(nobody.error().detail.find("01000000@192.0.2.1:7451 handshake_failed") != std::string::npos);
    CHECK(nobody.error().detail.find("01000000@[fe80::1]:7451 no_answer") != std::string::npos);
    scene.ends["fe80::1"] = ErrorCode::busy;
    CHECK(code_of(scene.run(both)) == ErrorCode::busy);
}
