#include <cotmoc/sync/attachment_store.hpp>

#include "unit/sync/attachment_support.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::AttachmentStore;
using sync::ChunkSet;

namespace {

std::string error_of(const Result<void>& result) {
    return result ? "accepted" : std::string(error_name(result.error().code));
}

Result<void> add(AttachmentStore& store, const SealedFile& file) {
    return store.add(file.manifest, file.manifest.author);
}

}  // namespace

TEST_CASE("a set of chunks is one bit a chunk, and no other octets read as it") {
    ChunkSet set(11);
    set.add(0);
    set.add(10);
    CHECK(set.bits() == Bytes{0x01, 0x04});
    CHECK(set.count() == 2);
    CHECK(ChunkSet::from(set.bits(), 11) == set);
    CHECK(ChunkSet::all_of(11).whole());
    CHECK_FALSE(ChunkSet::from(Bytes{0x01, 0x08}, 11));
    CHECK_FALSE(ChunkSet::from(Bytes{0x01}, 11));
    CHECK_FALSE(ChunkSet::from(Bytes{0x01, 0x04, 0x00}, 11));
    set.remove(0);
    CHECK(set.count() == 1);
}

TEST_CASE("chunks and the beginning of the next one are there after the store is opened anew") {
    const TemporaryFolder directory;
    const SealedFile file(700'000, 1);
    {
        const auto store = open_store(directory.file("a.db"));
        REQUIRE(add(*store, file));
        REQUIRE(store->keep_chunk(file.id, 1, file.chunks[1]));
        REQUIRE(store->keep_part(file.id, 2, BytesView(file.chunks[2]).first(1'000), 0));
        REQUIRE(store->keep_part(file.id, 2, BytesView(file.chunks[2]).first(1'500), 1'000));
    }
    const auto store = open_store(directory.file("a.db"));
    const auto held = store->find(file.id).value();
    REQUIRE(held);
    CHECK(held->chunks.bits() == Bytes{0x02});
    CHECK(held->part_chunk == 2);
    CHECK(held->part_octets == 1'500);
    CHECK(store->chunk(file.id, 1).value() == file.chunks[1]);
    CHECK(store->chunk(file.id, 2).error().code == ErrorCode::attachment_not_here);
    CHECK(store->manifest(file.id).value() == file.manifest);
    REQUIRE(store->keep_chunk(file.id, 2, file.chunks[2]));
    REQUIRE(store->keep_chunk(file.id, 0, file.chunks[0]));
    CHECK(store->find(file.id).value()->chunks.whole());
    for (std::size_t number = 0; number < file.chunks.size(); ++number) {
        CHECK(store->chunk(file.id, number).value() == file.chunks[number]);
    }
}

TEST_CASE("a stop between the writing of a chunk and its mark loses the mark, and not the octets") {
    const TemporaryFolder directory;
    const SealedFile file(300'000, 2);
    {
        const auto store = open_store(directory.file("a.db"));
        REQUIRE(add(*store, file));
        // All octets came, and the process ended before the chunk's hash was looked at.
        REQUIRE(store->keep_part(file.id, 0, file.chunks[0], 0));
    }
    const auto store = open_store(directory.file("a.db"));
    const auto held = store->find(file.id).value();
    CHECK(held->chunks.count() == 0);
    CHECK(held->part_octets == file.chunks[0].size());
    CHECK(store->chunk(file.id, 0).error().code == ErrorCode::attachment_not_here);
    REQUIRE(store->keep_chunk(file.id, 0, file.chunks[0]));
    CHECK(store->chunk(file.id, 0).value() == file.chunks[0]);
}

TEST_CASE("two sessions that bring the same chunk leave one chunk") {
    const auto store = open_store(":memory:");
    const SealedFile file(200'000, 3);
    REQUIRE(add(*store, file));
    const BytesView chunk = file.chunks[0];
    REQUIRE(store->keep_part(file.id, 0, chunk.first(50'000), 0));
    REQUIRE(store->keep_part(file.id, 0, chunk.first(10'000), 0));
    REQUIRE(store->keep_part(file.id, 0, chunk.first(60'000), 50'000));
    REQUIRE(store->keep_chunk(file.id, 0, chunk));
    CHECK(store->chunk(file.id, 0).value() == file.chunks[0]);
    REQUIRE(store->keep_part(file.id, 0, chunk.first(60'000), 50'000));
    REQUIRE(store->keep_chunk(file.id, 0, chunk));
    CHECK(store->chunk(file.id, 0).value() == file.chunks[0]);
}

TEST_CASE("what another session left of a chunk does not stand under the octets that were checked") {
    const auto store = open_store(":memory:");
    const SealedFile file(300'000, 3);
    REQUIRE(add(*store, file));
    REQUIRE(store->keep_part(file.id, 0, Bytes(60'000, 7), 0));
    REQUIRE(store->keep_part(file.id, 1, Bytes(2'000, 7), 0));  // one beginning is kept
    REQUIRE(store->keep_part(file.id, 0, Bytes(60'000, 8), 0));
    REQUIRE(store->keep_chunk(file.id, 0, file.chunks[0]));
    CHECK(store->chunk(file.id, 0).value() == file.chunks[0]);
    CHECK(store->find(file.id).value()->part_octets == 0);
    REQUIRE(store->keep_chunk(file.id, 1, file.chunks[1]));
    CHECK(store->chunk(file.id, 1).value() == file.chunks[1]);
}

TEST_CASE("a second record that tells another size of a file does not silence the first") {
    const auto store = open_store(":memory:");
    const SealedFile file(1'000, 3);
    AttachmentStore::Reference liar = file.reference();
    liar.file.size = 999;
    REQUIRE(store->set_references(file.manifest.space, file.id, {file.reference(), liar}));
    CHECK(store->missing().value().size() == 2);
    // The manifest tells which of them is true.
    REQUIRE(add(*store, file));
    const auto missing = store->missing().value();
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].size == 1'000);
    REQUIRE(store->keep_chunk(file.id, 0, file.chunks[0]));
    CHECK(store->missing().value().empty());
    CHECK(store->undelivered(DeviceId{}).value() == std::vector{file.id});
}

TEST_CASE("what the hub lost is undelivered again, and what it confirmed long ago is asked for first") {
    const auto store = open_store(":memory:");
    const SealedFile one(1'000, 3);
    const SealedFile two(1'000, 4);
    one.put_into(*store);
    two.put_into(*store);
    REQUIRE(store->set_references(one.manifest.space, one.id, {one.reference(), two.reference()}));
    DeviceId hub;
    hub.octets.fill(9);
    for (const SealedFile* each : {&one, &two, &one}) {
        REQUIRE(store->note_delivered(each->id, hub));
    }
    CHECK(store->undelivered(hub).value().empty());
    CHECK(store->longest_delivered(hub, 1).value() == std::vector{two.id});
    CHECK(store->unsent(one.manifest.author, {hub}).value() == 0);
    REQUIRE(store->note_lost(two.id, hub));
    DeviceId neighbour;
    neighbour.octets.fill(8);
    REQUIRE(store->note_delivered(two.id, neighbour));
    CHECK(store->unsent(one.manifest.author, {hub}).value() == 1);  // a neighbour is no hub
    CHECK(store->unsent(one.manifest.author, {hub, neighbour}).value() == 0);
    CHECK(store->undelivered(hub).value() == std::vector{two.id});
    REQUIRE(store->note_went_back(1'000));
    CHECK(store->undelivered(hub).value().size() == 2);
    CHECK(store->unsent(one.manifest.author, {hub}).value() == 2);
    REQUIRE(store->note_delivered(one.id, hub));
    REQUIRE(store->note_went_back(1'000));  // of the same time: told before
    CHECK(store->undelivered(hub).value() == std::vector{two.id});
}

TEST_CASE("a space that was withdrawn is forgotten, but for what was made here and no keeper holds") {
    const auto store = open_store(":memory:");
    const SealedFile own(1'000, 3);
    const SealedFile sent(1'000, 4);
    const SealedFile other(1'000, 5, 7);
    const SealedFile lent(1'000, 6);
    for (const SealedFile* each : {&own, &sent, &other, &lent}) {
        each->put_into(*store);
    }
    const SpaceId space = own.manifest.space;
    REQUIRE(store->set_references(space, own.id,
                                  {own.reference(), sent.reference(), other.reference(), lent.reference()}));
    const DeviceId hub{};
    DeviceId neighbour;
    neighbour.octets.fill(8);
    REQUIRE(store->note_delivered(sent.id, hub));
    REQUIRE(store->note_delivered(lent.id, neighbour));
    REQUIRE(store->forget_space(space, own.manifest.author, {hub}));
    CHECK(own.is_whole_in(*store));
    CHECK(lent.is_whole_in(*store));
    CHECK_FALSE(store->find(sent.id).value());
    CHECK_FALSE(store->find(other.id).value());
    CHECK(store->unsent(own.manifest.author, {hub}).value() == 2);
}

TEST_CASE("a manifest that the disk has changed is as good as none") {
    const TemporaryFolder directory;
    const SealedFile file(1'000, 3);
    file.put_into(*open_store(directory.file("a.db")));
    {
        core::Database::Options options;
        options.path = directory.file("a.db");
        core::Database database = core::Database::open(options).value();
        REQUIRE(
            database.execute("UPDATE attachment SET manifest = "
                             "CAST(substr(manifest, 1, 60) || x'00' || substr(manifest, 62) AS BLOB)"));
    }
    const auto store = open_store(directory.file("a.db"));
    CHECK(store->manifest(file.id).error().code == ErrorCode::unknown_attachment);
    CHECK_FALSE(store->find(file.id).value());
    REQUIRE(add(*store, file));
    REQUIRE(store->keep_chunk(file.id, 0, file.chunks[0]));
    CHECK(file.is_whole_in(*store));
}

TEST_CASE("a hub keeps no more of all devices than it was told, and leaves the disk some room") {
    sync::AttachmentLimits limits;
    limits.total_bytes = 10'000;
    const auto store = open_store(":memory:", limits);
    REQUIRE(add(*store, SealedFile(1, 3, 1)));  // a page at least, and the manifest
    REQUIRE(add(*store, SealedFile(1, 4, 2)));
    CHECK(error_of(add(*store, SealedFile(1, 5, 3))) == "quota_exceeded");
    std::uint64_t free = 1'005'000;
    limits = {};
    limits.free_bytes = 1'000'000;
    limits.disk_free = [&]() { return std::optional(free); };
    const auto tight = open_store(":memory:", limits);
    REQUIRE(add(*tight, SealedFile(1, 3)));
    REQUIRE(add(*tight, SealedFile(1, 4)));  // what was announced is not on the disk
    CHECK(error_of(add(*tight, SealedFile(50'000, 5))) == "quota_exceeded");
    free = 1'060'000;
    const SealedFile last(50'000, 5);
    REQUIRE(add(*tight, last));
    free = 1'020'000;  // others were first
    CHECK(error_of(tight->check_rest(last.id)) == "quota_exceeded");
    CHECK(error_of(tight->keep_chunk(last.id, 0, last.chunks[0])) == "disk_full");
    CHECK(tight->find(last.id).value()->chunks.count() == 0);
    free = 1'060'000;
    REQUIRE(tight->keep_chunk(last.id, 0, last.chunks[0]));
}

TEST_CASE("announcing takes room from nobody; what comes does, and stops at what all may have") {
    sync::AttachmentLimits limits;
    limits.total_bytes = 700'000;
    const auto store = open_store(":memory:", limits);
    const SealedFile announced(600'000, 3, 1);
    const SealedFile other(400'000, 4, 2);
    REQUIRE(add(*store, announced));
    REQUIRE(add(*store, other));
    for (std::size_t number = 0; number < other.chunks.size(); ++number) {
        REQUIRE(store->keep_chunk(other.id, number, other.chunks[number]));
    }
    CHECK(other.is_whole_in(*store));
    // Who announced the first one is told that its rest has no room now.
    CHECK(error_of(store->check_rest(announced.id)) == "quota_exceeded");
    CHECK(error_of(add(*store, announced)) == "quota_exceeded");
    REQUIRE(store->check_rest(other.id));
    REQUIRE(store->keep_chunk(announced.id, 0, announced.chunks[0]));
    CHECK(error_of(store->keep_part(announced.id, 1, Bytes(50'000, 7), 0)) == "disk_full");
    CHECK(error_of(store->keep_chunk(announced.id, 1, announced.chunks[1])) == "disk_full");
    REQUIRE(store->forget(other.id));
    REQUIRE(add(*store, announced));
    for (std::size_t number = 1; number < announced.chunks.size(); ++number) {
        REQUIRE(store->keep_chunk(announced.id, number, announced.chunks[number]));
    }
    CHECK(announced.is_whole_in(*store));
}

TEST_CASE("a beginning that turned out wrong, and a chunk that is damaged, are fetched again") {
    const auto store = open_store(":memory:");
    const SealedFile file(200'000, 4);
    REQUIRE(add(*store, file));
    REQUIRE(store->keep_part(file.id, 0, Bytes(500, 7), 0));
    REQUIRE(store->drop_part(file.id, 0));
    CHECK(store->find(file.id).value()->part_octets == 0);
    REQUIRE(store->keep_chunk(file.id, 0, file.chunks[0]));
    REQUIRE(store->drop_part(file.id, 0));  // a whole chunk is no beginning
    CHECK(store->find(file.id).value()->chunks.whole());
    REQUIRE(store->drop_chunk(file.id, 0));
    CHECK(store->find(file.id).value()->chunks.count() == 0);
    CHECK(store->find(file.id).value()->part_octets == 0);
}

TEST_CASE("an author's quota is counted by what manifests announce, before anything is kept") {
    const auto store = open_store(":memory:", {1'000'000, 3});
    const SealedFile large(700'000, 5);
    const SealedFile second(400'000, 6);
    REQUIRE(add(*store, large));
    REQUIRE(add(*store, large));  // known: costs nothing
    CHECK(error_of(add(*store, second)) == "quota_exceeded");
    CHECK_FALSE(store->find(second.id).value());
    REQUIRE(add(*store, SealedFile(1, 7)));
    REQUIRE(add(*store, SealedFile(1, 8)));
    CHECK(error_of(add(*store, SealedFile(1, 9))) == "quota_exceeded");
    // Another author's room is its own.
    REQUIRE(add(*store, SealedFile(1, 10, 77)));
    REQUIRE(store->forget(large.id));
    REQUIRE(add(*store, second));
}

TEST_CASE("a file whose sealing was interrupted is forgotten, and one that was finished is whole") {
    const TemporaryFolder directory;
    const SealedFile file(600'000, 11);
    {
        const auto store = open_store(directory.file("a.db"));
        const std::int64_t draft =
            store->begin_sealing(file.manifest.space, file.manifest.author, file.manifest.size).value();
        for (std::size_t number = 0; number < file.chunks.size(); ++number) {
            REQUIRE(store->add_sealed(draft, number, file.chunks[number]));
        }
        CHECK(store->undelivered(DeviceId{}).value().empty());
    }
    {
        const auto store = open_store(directory.file("a.db"));
        CHECK(store->spaces().value().empty());
        const std::int64_t draft =
            store->begin_sealing(file.manifest.space, file.manifest.author, file.manifest.size).value();
        for (std::size_t number = 0; number < file.chunks.size(); ++number) {
            REQUIRE(store->add_sealed(draft, number, file.chunks[number]));
        }
        REQUIRE(store->finish_sealing(draft, file.manifest));
    }
    const auto store = open_store(directory.file("a.db"));
    CHECK(store->find(file.id).value()->chunks.whole());
    CHECK(store->chunk(file.id, 2).value() == file.chunks[2]);
    DeviceId hub;
    hub.octets.fill(9);
    CHECK(store->undelivered(hub).value().empty());  // no record names it
    file.name_in(*store);
    CHECK(store->undelivered(hub).value() == std::vector{file.id});
    REQUIRE(store->note_delivered(file.id, hub));
    CHECK(store->undelivered(hub).value().empty());
    CHECK(store->undelivered(DeviceId{}).value().size() == 1);
}

TEST_CASE("what records name and is not held is missing: thumbnails first, then the smallest") {
    const auto store = open_store(":memory:");
    const SealedFile large(500'000, 12);
    const SealedFile small(1'000, 13);
    const SealedFile thumbnail(2'000, 14);
    core::Attachment named;
    named.file = {large.id, Hash256{}, 500'000};
    named.content = large.id;
    named.media_type = "image/jpeg";
    named.name = "a.jpg";
    const std::string text = core::attachment_text(named);
    const SpaceId space = large.manifest.space;
    const std::vector<AttachmentStore::Reference> references = {
        {named.file, false, text, named.content},
        {{small.id, Hash256{}, 1'000}, false, text, small.id},
        {{thumbnail.id, Hash256{}, 2'000}, true, "", Hash256{}}};
    REQUIRE(store->set_references(space, large.id, references));
    CHECK(store->followed(space).value() == large.id);
    const auto missing = store->missing().value();
    REQUIRE(missing.size() == 3);
    CHECK(missing[0].id == thumbnail.id);
    CHECK(missing[1].id == small.id);
    CHECK(missing[2].id == large.id);
    CHECK(store->same_file(space, large.id, 500'000).value().empty());

    REQUIRE(add(*store, large));
    CHECK(store->missing().value().size() == 3);
    for (std::size_t number = 0; number < large.chunks.size(); ++number) {
        REQUIRE(store->keep_chunk(large.id, number, large.chunks[number]));
    }
    CHECK(store->missing().value().size() == 2);
    CHECK(store->same_file(space, large.id, 500'000).value() == std::vector{named});
    CHECK(store->same_file(space, large.id, 500'001).value().empty());
    CHECK(store->same_file(SpaceId{}, large.id, 500'000).value().empty());
    REQUIRE(store->set_references(space, small.id, {}));
    CHECK(store->missing().value().empty());
    REQUIRE(store->forget_space(space, DeviceId{}, {}));
    CHECK_FALSE(store->find(large.id).value());
    CHECK_FALSE(store->followed(space).value());
}

TEST_CASE("a device's chunks are under its database's key") {
    const TemporaryFolder directory;
    Bytes key(32, 5);
    core::Database::Options options{directory.file("a.db"), key, core::preferred_cipher()};
    {
        const auto store = AttachmentStore::open(options).value();
        REQUIRE(add(*store, SealedFile(10, 15)));
    }
    CHECK(AttachmentStore::open(options).has_value());
    key[0] = 6;
    CHECK(AttachmentStore::open(options).error().code == ErrorCode::database_damaged);
}
