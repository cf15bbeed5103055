// Attachments when something fails: a hub that lost files, a store that does not work, a session that ends
// early.
#include "unit/sync/depot.hpp"

#include <cotmoc/core/database.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::AttachmentStore;

namespace {

void damage_manifests(const std::string& path) {
    core::Database::Options options;
    options.path = path;
    core::Database database = core::Database::open(options).value();
    REQUIRE(database.execute("UPDATE attachment SET manifest = CAST(x'0100' AS BLOB)"));
}

void name_both(AttachmentStore& store, const SealedFile& one, const SealedFile& two) {
    REQUIRE(store.set_references(one.manifest.space, one.id, {one.reference(), two.reference()}));
}

}  // namespace

TEST_CASE("a hub that lost a file gets it again, from any device that holds it and may write") {
    Depot depot;
    const SealedFile file = depot.file(300'000, 1);
    const SealedFile next = depot.file(1'000, 2, "ngoc-hoi-2");
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto post_store = open_store(":memory:");
    const auto other_store = open_store(":memory:");
    file.put_into(*post_store);
    REQUIRE(depot.sync(post, *post_store).complete());
    file.name_in(*other_store);
    REQUIRE(depot.sync(other, *other_store).complete());
    REQUIRE(file.is_whole_in(*other_store));
    REQUIRE(depot.hub->forget(file.id));
    // Nobody asks as long as there is nothing to do.
    CHECK(depot.sync(other, *other_store).octets() < 400);
    CHECK_FALSE(depot.hub->find(file.id).value());
    next.put_into(*other_store);
    name_both(*other_store, file, next);
    CHECK(depot.sync(other, *other_store).complete());
    CHECK(next.is_whole_in(*depot.hub));
    CHECK(file.is_whole_in(*depot.hub));
    // A hub that is known to have gone back is asked at once.
    REQUIRE(depot.hub->forget(file.id));
    REQUIRE(post_store->note_went_back(1));
    CHECK(depot.sync(post, *post_store).complete());
    CHECK(file.is_whole_in(*depot.hub));
}

TEST_CASE("a hub that holds a part of a file is not taken to hold it when the rest came from elsewhere") {
    Depot depot;
    const SealedFile file = depot.file(300'000, 1);
    REQUIRE(depot.hub->add(file.manifest, file.manifest.author));
    REQUIRE(depot.hub->keep_chunk(file.id, 0, file.chunks[0]));
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto store = open_store(":memory:");
    file.name_in(*store);
    REQUIRE(store->add(file.manifest, file.manifest.author));
    REQUIRE(store->keep_chunk(file.id, 1, file.chunks[1]));  // by a stick
    REQUIRE(depot.sync(other, *store).complete());
    REQUIRE(file.is_whole_in(*store));
    const DeviceId hub = depot.world.province.member("hub").id;
    CHECK_FALSE(store->delivered(file.id, hub).value());
    REQUIRE(depot.sync(other, *store).complete());
    CHECK(file.is_whole_in(*depot.hub));
    CHECK(store->delivered(file.id, hub).value());
}

TEST_CASE("a file that is damaged here does not hold up the next one") {
    Depot depot;
    const SealedFile bad = depot.file(1'000, 1);
    const SealedFile good = depot.file(2'000, 2);
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    const std::string path = depot.directory.file("post.db");
    bad.put_into(*open_store(path));
    damage_manifests(path);
    const auto store = open_store(path);
    good.put_into(*store);
    name_both(*store, bad, good);
    const Outcome result = depot.sync(post, *store);
    CHECK_FALSE(result.caller_error);
    CHECK(result.caller.attachments_failed == 1);
    CHECK(good.is_whole_in(*depot.hub));
}

TEST_CASE("a file that is damaged at the hub does not hold up the next one") {
    Depot depot;
    const SealedFile bad = depot.file(1'000, 1);
    const SealedFile good = depot.file(2'000, 2);
    bad.put_into(*depot.hub);
    depot.hub.reset();
    damage_manifests(depot.directory.file("hub.db"));
    depot.restart_hub();
    good.put_into(*depot.hub);
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto store = open_store(":memory:");
    name_both(*store, bad, good);
    const Outcome result = depot.sync(other, *store);
    CHECK_FALSE(result.caller_error);
    CHECK_FALSE(result.responder_error);
    CHECK(result.caller.attachments_failed == 1);
    CHECK(good.is_whole_in(*store));
}

TEST_CASE("a store of chunks that does not work does not hold up records") {
    Depot depot;
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    post.write(depot.world.ngoc_hoi());
    const auto store = open_store(":memory:");
    sync::SessionOptions caller = depot.caller_options(post, *store);
    caller.follow_attachments = []() -> Result<void> { return fail(ErrorCode::database_damaged); };
    const Outcome result = depot.run(caller);
    CHECK_FALSE(result.caller_error);
    CHECK_FALSE(result.responder_error);
    CHECK(result.caller.sent.change_sets == 1);
    CHECK(result.caller.attachment_error == ErrorCode::database_damaged);
    CHECK_FALSE(result.caller.complete);
}

TEST_CASE("two sessions that bring the same file at once leave the file") {
    Depot depot;
    const SealedFile file = depot.file(2'000'000, 1);
    MemoryFeedStore post = depot.world.device("ngoc-hoi");
    MemoryFeedStore other = depot.world.device("ngoc-hoi-2");
    const auto post_store = open_store(":memory:");
    const auto other_store = open_store(":memory:");
    file.put_into(*post_store);
    file.put_into(*other_store);
    SimNetwork network(5);
    LinkModel link;
    link.octets_per_second = 100'000;
    link.piece_max = 3'000;
    std::vector<std::size_t> connections;
    for (const auto& [device, store] : {std::pair(&post, post_store.get()), {&other, other_store.get()}}) {
        sync::SessionOptions responder =
            options(*depot.world.hub, depot.world.keys("hub"), depot.world.random);
        responder.attachments = depot.hub.get();
        connections.push_back(
            network.connect(sync::Session::call(depot.caller_options(*device, *store),
                                                depot.world.keys("hub").agreement.public_key()),
                            sync::Session::answer(responder), link, {}));
    }
    network.run();
    for (const std::size_t connection : connections) {
        CHECK(outcome(network, connection).complete());
    }
    CHECK(file.is_whole_in(*depot.hub));
}

TEST_CASE("files keep to the budget of a session, and slice after slice brings them over") {
    for (const bool up : {true, false}) {
        CAPTURE(up);
        Depot depot;
        const SealedFile file = depot.file(300'000, 1);
        MemoryFeedStore device = depot.world.device("ngoc-hoi");
        const auto store = open_store(":memory:");
        up ? file.put_into(*store) : file.name_in(*store);
        if (!up) {
            file.put_into(*depot.hub);
        }
        std::size_t slices = 0;
        for (bool complete = false; !complete && slices < 30; ++slices) {
            sync::SessionOptions caller = depot.caller_options(device, *store);
            caller.budget_bytes = 40'000;
            const Outcome result = depot.run(caller);
            CHECK_FALSE(result.caller_error);
            CHECK_FALSE(result.responder_error);
            CHECK(result.octets() <= 40'000);
            complete = result.caller.complete;
            CHECK(complete != result.caller.stopped_early);
        }
        CHECK(slices > 7);
        CHECK(slices < 30);
        CHECK(file.is_whole_in(up ? *depot.hub : *store));
    }
}

TEST_CASE("a session that is to end soon leaves its files for the next one") {
    for (const bool up : {true, false}) {
        CAPTURE(up);
        Depot depot;
        const SealedFile file = depot.file(2'000'000, 1);
        MemoryFeedStore device = depot.world.device("ngoc-hoi");
        const auto store = open_store(":memory:");
        up ? file.put_into(*store) : file.name_in(*store);
        if (!up) {
            file.put_into(*depot.hub);
        }
        sync::SessionOptions caller = depot.caller_options(device, *store);
        caller.budget_ms = 8'000;
        LinkModel link;
        link.octets_per_second = 50'000;
        link.piece_max = 3'000;
        const Outcome result = depot.run(caller, link);
        CHECK_FALSE(result.caller_error);
        CHECK_FALSE(result.responder_error);
        CHECK(result.caller.stopped_early);
        CHECK_FALSE(result.caller.complete);
        const std::uint64_t came =
            up ? result.responder.attachments_received.bytes : result.caller.attachments_received.bytes;
        CHECK(came > 50'000);
        const Outcome rest = depot.sync(device, *store);
        CHECK(rest.complete());
        const std::uint64_t more =
            up ? rest.responder.attachments_received.bytes : rest.caller.attachments_received.bytes;
        CHECK(came + more <= 2'000'000 + 16 * file.chunks.size() + 8'192);
        CHECK(file.is_whole_in(up ? *depot.hub : *store));
    }
}
