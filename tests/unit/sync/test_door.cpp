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
        last_octets = report.bytes_down;
        last_peer = peer;
        last_error = error;
    }

    bool owner_works = false;
    bool broken = false;
    bool inside = false;
    int knocks = 0;
    int opened = 0;
    int complete = 0;
    std::uint64_t last_octets = 0;
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
    std::unique_ptr<sync::Session> answer(const std::string& source = "192.0.2.1") {
        return sync::answer_at(door, random, memory, source);
    }
    /// What a first message from there leads to: the caller's error, by the frame that it gets; "heard" if
    /// the door opens.
    std::string says(const Bytes& message, const std::string& source, std::int64_t now_ms) {
        const auto session = answer(source);
        session->start(now_ms);
        session->on_bytes(message, now_ms);
        const Bytes answer = session->take_output();
        if (door.inside) {
            return "heard";
        }
        return answer.size() == 2 ? "handshake_failed" : (answer.size() == 4 ? "busy" : "?");
    }
    Bytes first_message(const std::string& name) {
        const auto caller = call_as(name);
        caller->start(0);
        return caller->take_output();
    }

    PostDoor door{*this};
    sync::CallMemory memory;
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

TEST_CASE("a session that is destroyed inside lets the replica go and reports nothing") {
    Scene scene;
    auto session = scene.answer();
    session->start(0);
    session->on_bytes(scene.first_message("post-a"), 0);
    CHECK(session->report().bytes_down != 0);
    REQUIRE(scene.door.inside);
    session.reset();
    CHECK_FALSE(scene.door.inside);
    CHECK(scene.door.last_octets == 0);
    CHECK_FALSE(scene.door.last_error);
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

TEST_CASE("who gets its answer late has the whole time to prove who it is, once") {
    Scene scene;
    const sync::DoorLimits limits;
    const auto session = scene.answer();
    session->start(0);
    session->on_bytes(scene.first_message("post-a"), 0);
    CHECK_FALSE(session->take_output().empty());
    // The owner was at work between the caller's message and the answer.
    const std::int64_t out = limits.proof_ms - 1;
    session->on_writable(out);
    session->on_tick(limits.proof_ms);
    CHECK(scene.door.inside);
    CHECK_FALSE(scene.memory.pauses("192.0.2.1", out));
    session->on_writable(out + limits.proof_ms - 1);
    session->on_tick(out + limits.proof_ms);
    CHECK_FALSE(scene.door.inside);
    CHECK(scene.memory.pauses("192.0.2.1", out + limits.proof_ms));
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

TEST_CASE("a recorded first message opens the door once, and costs nothing when it comes again") {
    Scene scene;
    scene.add_record("post-b", "delegation", {{"partner", "Attapeu"}});
    const Bytes recorded = scene.first_message("post-a");
    CHECK(scene.says(recorded, "192.0.2.7", 1'000) == "heard");
    REQUIRE(scene.door.knocks == 1);
    for (int i = 0; i < 50; ++i) {
        CHECK(scene.says(recorded, "192.0.2." + std::to_string(10 + i), 2'000) == "handshake_failed");
    }
    CHECK(scene.door.knocks == 1);
    CHECK(scene.says(scene.first_message("post-a"), "192.0.2.1", 2'000) == "heard");
    CHECK(scene.door.knocks == 2);
}

TEST_CASE("who repeats a first message waits longer and longer, and nobody else does") {
    Scene scene;
    scene.add_record("post-b", "delegation", {{"partner", "Attapeu"}});
    const Bytes recorded = scene.first_message("post-a");
    CHECK(scene.says(recorded, "192.0.2.7", 0) == "heard");
    CHECK(scene.says(recorded, "192.0.2.7", 0) == "handshake_failed");
    CHECK(scene.says(recorded, "192.0.2.7", 999) == "busy");
    CHECK(scene.says(scene.first_message("post-a"), "192.0.2.7", 999) == "busy");
    CHECK(scene.says(scene.first_message("post-c"), "192.0.2.8", 999) == "heard");
    CHECK(scene.says(recorded, "192.0.2.7", 1'000) == "handshake_failed");
    CHECK(scene.says(scene.first_message("post-a"), "192.0.2.7", 2'999) == "busy");
    CHECK(scene.says(scene.first_message("post-a"), "192.0.2.7", 3'000) == "heard");
    CHECK(scene.door.knocks == 3);
}

TEST_CASE("who keeps the door open and proves nothing has to pause too, until it proves who it is") {
    Scene scene;
    scene.add_record("post-b", "delegation", {{"partner", "Attapeu"}});
    const sync::DoorLimits limits;
    const auto session = scene.answer("192.0.2.7");
    session->start(0);
    session->on_bytes(scene.first_message("post-a"), 0);
    session->on_tick(limits.proof_ms);
    CHECK_FALSE(scene.door.inside);
    CHECK(scene.memory.pauses("192.0.2.7", limits.proof_ms));
    CHECK_FALSE(scene.memory.pauses("192.0.2.1", limits.proof_ms));
    const std::size_t connection = scene.network.connect(scene.call_as("post-a"), scene.answer("192.0.2.9"));
    scene.memory.blame("192.0.2.9", -60'000);
    scene.network.run();
    CHECK(scene.network.caller(connection).report().complete);
    CHECK(scene.memory.sources() == 1);  // the other one proved itself
}

TEST_CASE("what is remembered of callers is bounded, and the oldest of it goes") {
    sync::CallMemory memory({3, 2, 1'000, 4'000});
    const auto message = [](std::uint8_t octet) { return Bytes(40, octet); };
    for (std::uint8_t i = 1; i <= 5; ++i) {
        memory.remember(message(i));
        memory.remember(message(i));
    }
    CHECK(memory.calls() == 3);
    CHECK_FALSE(memory.knows(message(2)));
    CHECK(memory.knows(message(3)));
    CHECK(memory.knows(message(5)));
    memory.remember(Bytes(31, 7));
    CHECK_FALSE(memory.knows(Bytes(31, 7)));
    CHECK(memory.calls() == 3);

    for (int i = 0; i < 10; ++i) {
        memory.blame("192.0.2.1", 0);
    }
    CHECK(memory.pauses("192.0.2.1", 3'999));
    CHECK_FALSE(memory.pauses("192.0.2.1", 4'000));
    memory.blame("192.0.2.2", 0);
    memory.blame("192.0.2.3", 1);
    CHECK(memory.sources() == 2);
    CHECK_FALSE(memory.pauses("192.0.2.2", 1));  // its pause ended first
    memory.blame("", 0);
    CHECK_FALSE(memory.pauses("", 0));
    memory.blame("192.0.2.4", 100'000);  // what is long over is forgotten
    CHECK(memory.sources() == 1);
}
