#include <cotmoc/sync/attachment_store.hpp>

#include "session/attachments.hpp"
#include "unit/sync/attachment_support.hpp"
#include "world.hpp"

#include <cstdlib>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::AttachmentRule;
using sync::AttachmentStore;

namespace {

/// The world with a store of chunks at the hub, and sessions that carry attachments.
struct Depot {
    World world;
    TemporaryFolder directory;
    std::unique_ptr<AttachmentStore> hub = open_store(directory.file("hub.db"));

    void restart_hub() {
        hub.reset();
        hub = open_store(directory.file("hub.db"));
    }
    sync::SessionOptions caller_options(MemoryFeedStore& device, AttachmentStore& store,
                                        const AttachmentRule& rule = {}) {
        sync::SessionOptions caller = options(device, device.keys(), world.random);
        caller.attachments = &store;
        caller.attachment_rule = rule;
        return caller;
    }
    Outcome sync(MemoryFeedStore& device, AttachmentStore& store, const AttachmentRule& rule = {},
                 const LinkModel& link = {}, const SimNetwork::Tap& tap = {}) {
        return run(caller_options(device, store, rule), link, tap);
    }
    Outcome run(const sync::SessionOptions& caller, const LinkModel& link = {},
                const SimNetwork::Tap& tap = {}) {
        sync::SessionOptions responder = options(*world.hub, world.keys("hub"), world.random);
        responder.attachments = hub.get();
        SimNetwork network(world.random.next());
        const std::size_t connection =
            network.connect(sync::Session::call(caller, world.keys("hub").agreement.public_key()),
                            sync::Session::answer(responder), link, tap);
        network.run();
        CHECK(network.over(connection));
        return outcome(network, connection);
    }
    SealedFile file(std::size_t size, std::uint64_t seed, std::string_view author = "ngoc-hoi") const {
        return {size, seed, world.ngoc_hoi(), world.keys(author)};
    }
};

std::size_t file_size() {
    const char* text = std::getenv("COTMOC_ATTACHMENT_BYTES");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 4'000'000;
}

}  // namespace

TEST_CASE("a file goes to the hub and on to a device whose records name it") {
    Depot depot;
    const SealedFile file = depot.file(700'000, 1);
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto post_store = open_store(":memory:");
    const auto other_store = open_store(":memory:");
    file.put_into(*post_store);
    const Outcome up = depot.sync(post, *post_store);
    CHECK(up.complete());
    CHECK(up.caller.attachments_sent.whole == 1);
    CHECK(up.caller.attachments_sent.chunks == 3);
    CHECK(up.responder.attachments_received.whole == 1);
    CHECK(file.is_whole_in(*depot.hub));
    // Nobody asks for what no record names.
    CHECK(depot.sync(other, *other_store).octets() < 400);
    file.name_in(*other_store);
    const Outcome down = depot.sync(other, *other_store);
    CHECK(down.complete());
    CHECK(down.caller.attachments_received.whole == 1);
    CHECK(down.caller.attachments_received.bytes == 700'000 + 3 * 16);
    CHECK(file.is_whole_in(*other_store));
}

TEST_CASE("once everything is delivered a sync with nothing new costs what it did without attachments") {
    Depot depot;
    const SealedFile file = depot.file(10'000, 1);
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    const auto store = open_store(":memory:");
    file.put_into(*store);
    REQUIRE(depot.sync(post, *store).complete());
    const Outcome idle = depot.sync(post, *store);
    CHECK(idle.complete());
    CHECK(idle.caller.round_trips == 1);
    CHECK(idle.octets() <= 200);
}

TEST_CASE("a record may come long before its photo; the photo is asked for until it is there") {
    Depot depot;
    const SealedFile file = depot.file(10'000, 1);
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto other_store = open_store(":memory:");
    file.name_in(*other_store);
    const Outcome early = depot.sync(other, *other_store);
    CHECK(early.complete());
    CHECK(early.caller.attachments_received.whole == 0);
    MESSAGE("a sync that asks for a missing photo: " << early.octets() << " octets");
    CHECK(early.octets() <= 600);
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    const auto post_store = open_store(":memory:");
    file.put_into(*post_store);
    REQUIRE(depot.sync(post, *post_store).complete());
    CHECK(depot.sync(other, *other_store).caller.attachments_received.whole == 1);
    CHECK(file.is_whole_in(*other_store));
}

TEST_CASE("what new records name is fetched in the session that brings them") {
    Depot depot;
    const SealedFile file = depot.file(10'000, 1);
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    const auto post_store = open_store(":memory:");
    file.put_into(*post_store);
    post.write(depot.world.ngoc_hoi());
    REQUIRE(depot.sync(post, *post_store).complete());
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto other_store = open_store(":memory:");
    sync::SessionOptions caller = depot.caller_options(other, *other_store);
    caller.follow_attachments = [&]() -> Result<void> {
        CHECK(other.size() == 1);
        file.name_in(*other_store);
        return {};
    };
    CHECK(depot.run(caller).complete());
    CHECK(file.is_whole_in(*other_store));
}

TEST_CASE("the rule says what is carried") {
    Depot depot;
    const SealedFile file = depot.file(300'000, 1);
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    const auto post_store = open_store(":memory:");
    file.put_into(*post_store);
    AttachmentRule none{AttachmentRule::Carry::none, 0, {}};
    CHECK(depot.sync(post, *post_store, none).complete());
    CHECK_FALSE(depot.hub->find(file.id).value());
    CHECK(depot.sync(post, *post_store).complete());

    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto other_store = open_store(":memory:");
    file.name_in(*other_store);
    const std::vector<AttachmentRule> rules = {none,
                                               {AttachmentRule::Carry::thumbnails, 1'000'000, {}},
                                               {AttachmentRule::Carry::small, 299'999, {}}};
    for (const AttachmentRule& rule : rules) {
        CHECK(depot.sync(other, *other_store, rule).complete());
        CHECK_FALSE(other_store->find(file.id).value());
    }
    none.wanted = {file.id};
    CHECK(depot.sync(other, *other_store, none).complete());
    CHECK(file.is_whole_in(*other_store));
}

TEST_CASE("thumbnails travel first, then the smaller files") {
    Depot depot;
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    const auto post_store = open_store(":memory:");
    const SealedFile large = depot.file(600'000, 1);
    const SealedFile small = depot.file(300'000, 2);
    const SealedFile thumbnail = depot.file(9'000, 3);
    for (const SealedFile* each : {&large, &small, &thumbnail}) {
        each->put_into(*post_store);
    }
    REQUIRE(depot.sync(post, *post_store).complete());
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto store = open_store(":memory:");
    const auto named = [](const SealedFile& file, bool is_thumbnail) {
        return AttachmentStore::Reference{
            {file.id, Hash256{}, file.manifest.size}, is_thumbnail, "", Hash256{}};
    };
    REQUIRE(store->set_references(depot.world.ngoc_hoi(), large.id,
                                  {named(large, false), named(small, false), named(thumbnail, true)}));
    LinkModel link;
    link.octets_per_second = 100'000;
    link.piece_max = 4'096;
    link.cut_after_down = 200'000;
    depot.sync(other, *store, {}, link);
    CHECK(thumbnail.is_whole_in(*store));
    CHECK_FALSE(small.is_whole_in(*store));
    CHECK_FALSE(store->find(large.id).value());
    link.cut_after_down = 250'000;
    depot.sync(other, *store, {}, link);
    CHECK(small.is_whole_in(*store));
}

/// COTMOC_ATTACHMENT_BYTES=100000000 makes it 100 MB and 200 cuts.
TEST_CASE(
    "over a link that is cut again and again each chunk crosses 1.05 times at most, after restarts too") {
    Depot depot;
    const std::size_t size = file_size();
    const auto cuts_wanted = static_cast<std::uint64_t>(size / 500'000);
    const SealedFile file = depot.file(size, 5);
    const bool up = true;
    for (const bool direction : {up, !up}) {
        CAPTURE(direction);
        MemoryFeedStore device = depot.world.device(direction == up ? "ngoc-hoi" : "ngoc-hoi-2");
        const std::string path = depot.directory.file(direction == up ? "up.db" : "down.db");
        {
            const auto store = open_store(path);
            direction == up ? file.put_into(*store) : file.name_in(*store);
        }
        std::uint64_t cuts = 0;
        std::uint64_t octets = 0;
        std::uint64_t parts = 0;
        for (bool complete = false; !complete && cuts < 10 * cuts_wanted + 10;) {
            depot.restart_hub();
            const auto store = open_store(path);
            LinkModel link;
            link.octets_per_second = 200'000;
            link.piece_max = 3'000;
            link.lose_tail = true;
            // Evenly from nothing to twice the mean, so that cuts fall anywhere in a chunk and in a frame.
            const std::uint64_t after = 1 + depot.world.random.below(2 * size / (cuts_wanted + 1));
            (direction == up ? link.cut_after_up : link.cut_after_down) = after;
            const AttachmentRule rule{AttachmentRule::Carry::small, 1ULL << 40, {}};
            const Outcome result = depot.sync(device, *store, rule, link);
            complete = result.complete();
            cuts += complete ? 0 : 1;
            // What reached the other side; what was sent and lost in a buffer has not crossed.
            octets += direction == up ? result.responder.bytes_down : result.caller.bytes_down;
            parts += direction == up ? result.responder.attachments_received.bytes
                                     : result.caller.attachments_received.bytes;
            const auto failure = direction == up ? result.responder_error : result.caller_error;
            CHECK((!failure || failure->code == ErrorCode::connection_lost));
        }
        const double sealed = static_cast<double>(size + 16 * file.chunks.size());
        const double crossed = static_cast<double>(parts) / sealed;
        const double wire = static_cast<double>(octets) / sealed;
        MESSAGE(std::string(direction == up ? "up: " : "down: ")
                << cuts << " cuts, chunks crossed " << crossed << " times, " << wire
                << " octets on the wire for each octet of chunks");
        CHECK(cuts >= cuts_wanted / 2);
        CHECK(crossed <= 1.05);
        CHECK(crossed >= 1.0);
        CHECK(wire <= 1.05);
        depot.restart_hub();
        CHECK(file.is_whole_in(*depot.hub));
        CHECK(file.is_whole_in(*open_store(path)));
    }
}
