// A device that serves while its owner works: whom it lets in, how many, and for how long.
#include "posts.hpp"

#include "support/sim_network.hpp"

#include <cotmoc/sync/door.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using test_support::SimNetwork;
using test_support::Way;

namespace {

/// Of post-b; `owner_works` keeps callers out.
class PostDoor final : public sync::Door {
public:
    explicit PostDoor(Fleet& fleet) : fleet_(fleet) {}

    const crypto::DeviceKeys& keys() override { return fleet_.replica("post-b").keys().device; }
    const Hash256& root() const override {
        root_ = fleet_.replica("post-b").trust().root_fingerprint();
        return root_;
    }
    Result<sync::SessionOptions> enter() override {
        ++knocks;
        if (owner_works || inside) {
            return fail(ErrorCode::busy);
        }
        if (broken) {
            return fail(ErrorCode::database_damaged);
        }
        inside = true;
        ++opened;
        sync::Replica& replica = fleet_.replica("post-b");
        return sync::SessionOptions{replica, replica.keys().device, fleet_.random};
    }
    void leave(const sync::SessionReport& report, const std::optional<DeviceId>& peer,
               const std::optional<Error>& error) override {
        CHECK(inside);
        inside = false;
        complete += report.complete ? 1 : 0;
        last_peer = peer;
        last_error = error;
    }

    bool owner_works = false;
    bool broken = false;
    bool inside = false;
    int knocks = 0;
    int opened = 0;
    int complete = 0;
    std::optional<DeviceId> last_peer;
    std::optional<Error> last_error;

private:
    Fleet& fleet_;
    mutable Hash256 root_;
};

struct Scene : Posts {
    Scene() { sync_all(); }
    std::unique_ptr<sync::Session> call_as(const std::string& name, const std::string& whom = "post-b") {
        sync::Replica& replica = Fleet::replica(name);
        return sync::Session::call({replica, replica.keys().device, random},
                                   Fleet::replica(whom).keys().device.public_keys().agreement);
    }
    std::unique_ptr<sync::Session> answer() { return sync::answer_at(door, random); }

    PostDoor door{*this};
    SimNetwork network{7};
};

}  // namespace

TEST_CASE("the door opens for a neighbour and closes after it, and what was exchanged is told") {
    Scene scene;
    const RecordId id = scene.add_record("post-a", "delegation", {{"partner", "Attapeu"}});
    const std::size_t first = scene.network.connect(scene.call_as("post-a"), scene.answer());
    scene.network.run();
    CHECK(scene.network.caller(first).report().complete);
    CHECK(scene.network.responder(first).report().complete);
    CHECK(scene.network.responder(first).peer() == scene.replica("post-a").id());
    CHECK(scene.network.responder(first).report().bytes_down == scene.network.octets_sent(first, Way::up));
    CHECK(scene.network.responder(first).report().bytes_up == scene.network.octets_sent(first, Way::down));
    CHECK_FALSE(scene.door.inside);
    CHECK(scene.door.complete == 1);
    CHECK(scene.door.last_peer == scene.replica("post-a").id());
    CHECK_FALSE(scene.door.last_error);
    CHECK(scene.body("post-b", id) == scene.body("post-a", id));
}

TEST_CASE("callers have their turns one after the other") {
    Scene scene;
    std::vector<std::size_t> connections;
    for (const char* name : {"post-a", "post-c", "so-1", "authority"}) {
        scene.add_record("so-1", "delegation", {{"partner", name}}, ngoc_hoi);
        connections.push_back(scene.network.connect(scene.call_as(name), scene.answer()));
    }
    scene.network.run();
    for (const std::size_t each : connections) {
        CHECK(scene.network.over(each));
        CHECK(scene.network.caller(each).report().complete);
    }
    CHECK(scene.door.opened == 4);
    CHECK(scene.door.knocks > 4);
    CHECK(scene.door.complete == 4);
}

TEST_CASE("who comes while the owner works waits a little, then hears that the device is busy") {
    Scene scene;
    scene.door.owner_works = true;
    const std::size_t early = scene.network.connect(scene.call_as("post-a"), scene.answer());
    scene.network.run(scene.network.now_ms() + 3'000);
    CHECK_FALSE(scene.network.over(early));
    scene.door.owner_works = false;
    scene.network.run();
    CHECK(scene.network.caller(early).report().complete);

    scene.door.owner_works = true;
    const std::size_t late = scene.network.connect(scene.call_as("post-a"), scene.answer());
    scene.network.run();
    REQUIRE(scene.network.caller(late).error());
    CHECK(scene.network.caller(late).error()->code == ErrorCode::busy);
    CHECK(scene.network.responder(late).error()->code == ErrorCode::busy);
    CHECK(scene.door.opened == 1);
}

TEST_CASE("who does not know the device's key does not open the door") {
    Scene scene;
    const std::size_t other_key = scene.network.connect(scene.call_as("post-a", "post-c"), scene.answer());
    scene.network.run();
    CHECK(scene.network.caller(other_key).error()->code == ErrorCode::handshake_failed);
    const auto session = scene.answer();
    session->start(0);
    session->on_bytes(Bytes(2'000, 0), 0);
    CHECK(session->finished());
    CHECK(session->error().has_value());
    const auto web = scene.answer();
    web->start(0);
    web->on_bytes(as_bytes("GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n"), 0);
    CHECK_FALSE(web->next_wakeup());  // it waits for the rest of a frame, and looks after nothing meanwhile
    web->on_closed(0);
    CHECK(web->error()->code == ErrorCode::connection_lost);
    Posts stranger(99);  // the same names, another root
    const std::size_t foreign = scene.network.connect(
        sync::Session::call(
            {stranger.replica("post-a"), stranger.replica("post-a").keys().device, stranger.random},
            stranger.replica("post-b").keys().device.public_keys().agreement),
        scene.answer());
    scene.network.run();
    CHECK(scene.network.caller(foreign).error()->code == ErrorCode::handshake_failed);
    CHECK(scene.door.knocks == 0);
}

TEST_CASE("a recorded first message keeps the owner out for seconds only") {
    Scene scene;
    const auto caller = scene.call_as("post-a");
    caller->start(0);
    const Bytes recorded = caller->take_output();
    scene.add_record("post-b", "delegation", {{"partner", "Attapeu"}});
    const auto session = scene.answer();
    session->start(1'000);
    session->on_bytes(recorded, 1'000);
    CHECK(scene.door.inside);
    const Bytes answer = session->take_output();
    CHECK_FALSE(answer.empty());
    const sync::DoorLimits limits;
    REQUIRE(session->next_wakeup());
    CHECK(*session->next_wakeup() <= 1'000 + limits.proof_ms);
    session->on_tick(1'000 + limits.proof_ms);
    CHECK(session->finished());
    CHECK_FALSE(scene.door.inside);
    CHECK(scene.door.complete == 0);
}

TEST_CASE("octets that are no message do not make a recorded first message last longer") {
    Scene scene;
    const auto caller = scene.call_as("post-a");
    caller->start(0);
    const Bytes recorded = caller->take_output();
    scene.add_record("post-b", "delegation", {{"partner", "Attapeu"}});
    const auto session = scene.answer();
    session->start(1'000);
    session->on_bytes(recorded, 1'000);
    CHECK(scene.door.inside);
    session->on_bytes(Bytes{0xff, 0xff, 0}, 2'000);  // a frame that never becomes whole
    const sync::DoorLimits limits;
    session->on_bytes(Bytes{0}, 1'000 + limits.proof_ms - 1);
    session->on_tick(1'000 + limits.proof_ms);
    CHECK(session->finished());
    CHECK_FALSE(scene.door.inside);
    CHECK(scene.door.complete == 0);
}

TEST_CASE("what is wrong with the replica ends the session, and a link that is cut closes the door") {
    Scene scene;
    scene.door.broken = true;
    const std::size_t connection = scene.network.connect(scene.call_as("post-a"), scene.answer());
    scene.network.run();
    CHECK(scene.network.responder(connection).error()->code == ErrorCode::database_damaged);
    CHECK(scene.network.caller(connection).error()->code == ErrorCode::connection_lost);
    CHECK_FALSE(scene.door.inside);

    scene.door.broken = false;
    scene.add_record("post-a", "delegation", {{"partner", "Attapeu"}});
    const auto caller = scene.call_as("post-a");
    caller->start(0);
    {
        const auto session = scene.answer();
        session->start(0);
        session->on_bytes(caller->take_output(), 0);
        CHECK(scene.door.inside);
    }  // stopped in the middle
    CHECK_FALSE(scene.door.inside);
    CHECK_FALSE(scene.door.last_error);
}
