// Whom `sync --peer` calls: as it is named, or as the network tells.
#include "peer_link.hpp"

#include "unit/sync/posts.hpp"

#include <cotmoc/sync/neighbours.hpp>

using namespace cotmoc;
using namespace cotmoc::cli;
using sync_test::code_of;
using sync_test::Posts;
using test_support::must;

namespace {

class FakeNetwork final : public system::LocalNetwork {
public:
    Result<std::unique_ptr<system::LanAnnouncement>> announce(const system::LanService& service) override {
        answers.push_back({"192.0.2.9", service.port, service.texts});
        return std::make_unique<system::LanAnnouncement>();
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
    must(network.announce({"instance", 7452, announced_by(fleet, "so-1")}));
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
    CHECK(must(find_neighbours(replica, network, 1)).size() <= 16);
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
