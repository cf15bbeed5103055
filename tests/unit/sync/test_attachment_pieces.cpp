// What is sent and what has come of one file, piece by piece, without a session around it.
#include "session/attachment_incoming.hpp"
#include "session/attachment_outgoing.hpp"
#include "unit/sync/attachment_support.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::AttachmentIncoming;
using sync::AttachmentOutgoing;
using sync::AttachmentState;
using sync::ChunkSet;

namespace {

std::string name_of(const Result<void>& result) {
    return result ? "taken" : std::string(error_name(result.error().code));
}

AttachmentState lacking_all(const SealedFile& file) {
    return {AttachmentState::Kind::held, ChunkSet(file.chunks.size()), 0, 0, 0};
}

/// A device that holds a file of three chunks and sends it.
struct Sender {
    Sender() { file.put_into(*store); }

    /// All that it sends before it waits: octets, and the parts.
    std::uint64_t send() {
        const std::uint64_t before = sent.bytes;
        for (;;) {
            const auto part = outgoing.next(1'000'000, sent);
            REQUIRE(part);
            if (!*part) {
                return sent.bytes - before;
            }
            parts.push_back(**part);
        }
    }

    SealedFile file{3 * 262'144, 1};
    std::unique_ptr<sync::AttachmentStore> store = open_store(":memory:");
    AttachmentOutgoing outgoing{*store, 100'000};
    sync::AttachmentTransfer sent;
    std::vector<Bytes> parts;
};

/// A device that knows of the file and holds nothing of it.
struct Receiver {
    explicit Receiver(const SealedFile& file,
                      AttachmentIncoming::Mismatch mismatch = AttachmentIncoming::Mismatch::ends_session) {
        REQUIRE(store->add(file.manifest, file.manifest.author));
        REQUIRE(incoming.start(file.id, mismatch));
    }
    std::string hear(std::uint64_t chunk, std::uint64_t offset, BytesView octets) {
        return name_of(incoming.receive({chunk, offset, octets}, received));
    }

    std::unique_ptr<sync::AttachmentStore> store = open_store(":memory:");
    AttachmentIncoming incoming{*store};
    sync::AttachmentTransfer received;
};

}  // namespace

TEST_CASE("a chunk is sent to its end, and the next one waits until there is room in the window") {
    Sender sender;
    const std::size_t length = sender.file.chunks[0].size();
    REQUIRE(length > 100'000);
    REQUIRE(sender.outgoing.start(sender.file.id, lacking_all(sender.file)));
    CHECK(sender.send() == length);
    CHECK(sender.outgoing.bytes_in_flight() == length);
    CHECK_FALSE(sender.outgoing.all_sent());
    CHECK(sender.send() == 0);
    REQUIRE(sender.outgoing.stored(1, sender.sent));
    CHECK(sender.outgoing.bytes_in_flight() == 0);
    CHECK(sender.send() == length);
    REQUIRE(sender.outgoing.stored(2, sender.sent));
    CHECK(sender.send() == length);
    CHECK(sender.outgoing.all_sent());
    CHECK_FALSE(sender.outgoing.delivered_whole());
    REQUIRE(sender.outgoing.stored(3, sender.sent));
    CHECK(sender.outgoing.delivered_whole());
}

TEST_CASE("no more is stored than was sent, and never less than before") {
    Sender sender;
    REQUIRE(sender.outgoing.start(sender.file.id, lacking_all(sender.file)));
    CHECK(name_of(sender.outgoing.stored(1, sender.sent)) == "protocol_error");
    sender.send();
    CHECK(name_of(sender.outgoing.stored(2, sender.sent)) == "protocol_error");
    CHECK(name_of(sender.outgoing.stored(0, sender.sent)) == "protocol_error");
    REQUIRE(sender.outgoing.stored(1, sender.sent));
    CHECK(name_of(sender.outgoing.stored(1, sender.sent)) == "protocol_error");
    CHECK(sender.sent.chunks == 1);
}

TEST_CASE("one file is sent at a time, to one that knows how many chunks it has") {
    Sender sender;
    const SealedFile& file = sender.file;
    AttachmentState other = lacking_all(file);
    other.chunks = ChunkSet(file.chunks.size() + 1);
    CHECK(name_of(sender.outgoing.start(file.id, other)) == "protocol_error");
    AttachmentState beyond = lacking_all(file);
    beyond.part_octets = file.chunks[0].size() + 1;
    CHECK(name_of(sender.outgoing.start(file.id, beyond)) == "protocol_error");
    REQUIRE(sender.outgoing.start(file.id, lacking_all(file)));
    CHECK(name_of(sender.outgoing.start(file.id, lacking_all(file))) == "protocol_error");
}

TEST_CASE("a chunk that came to its end without a mark is ended again with one octet") {
    Sender sender;
    AttachmentState there = lacking_all(sender.file);
    there.chunks.add(0);
    there.chunks.add(1);
    there.part_chunk = 2;
    there.part_octets = sender.file.chunks[2].size();
    REQUIRE(sender.outgoing.start(sender.file.id, there));
    CHECK(sender.send() == 1);
    CHECK(sender.outgoing.all_sent());
}

TEST_CASE("what is left unsent does not count as under way") {
    Sender sender;
    REQUIRE(sender.outgoing.start(sender.file.id, lacking_all(sender.file)));
    REQUIRE(sender.outgoing.next(8'000, sender.sent));
    CHECK(sender.outgoing.bytes_in_flight() == 8'000);
    sender.outgoing.stop();
    CHECK(sender.outgoing.bytes_in_flight() == 0);
    CHECK(sender.outgoing.all_sent());
    CHECK_FALSE(sender.outgoing.delivered_whole());
}

TEST_CASE("what has come is kept each 32 KiB, each second and at the end, and not before") {
    const SealedFile file(200'000, 2);
    Receiver receiver(file);
    const BytesView chunk = file.chunks[0];
    const auto kept = [&] { return receiver.store->find(file.id).value()->part_octets; };
    REQUIRE(receiver.incoming.save(0, false));
    CHECK(receiver.hear(0, 0, chunk.first(10'000)) == "taken");
    REQUIRE(receiver.incoming.save(500, false));
    CHECK(kept() == 0);
    CHECK(receiver.hear(0, 10'000, chunk.subspan(10'000, 16'000)) == "taken");
    CHECK(receiver.hear(0, 26'000, chunk.subspan(26'000, 7'000)) == "taken");
    REQUIRE(receiver.incoming.save(600, false));
    CHECK(kept() == 33'000);
    CHECK(receiver.hear(0, 33'000, chunk.subspan(33'000, 100)) == "taken");
    REQUIRE(receiver.incoming.save(1'599, false));
    CHECK(kept() == 33'000);
    REQUIRE(receiver.incoming.save(1'600, false));
    CHECK(kept() == 33'100);
    CHECK(receiver.hear(0, 33'100, chunk.subspan(33'100, 1)) == "taken");
    REQUIRE(receiver.incoming.save(1'600, true));
    CHECK(kept() == 33'101);
    // The next session goes on there, with the very octets.
    AttachmentIncoming next(*receiver.store);
    REQUIRE(next.start(file.id, AttachmentIncoming::Mismatch::ends_session));
    for (std::size_t from = 33'101; from < chunk.size(); from += 16'000) {
        const std::size_t length = std::min<std::size_t>(16'000, chunk.size() - from);
        REQUIRE(next.receive({0, from, chunk.subspan(from, length)}, receiver.received));
    }
    CHECK(file.is_whole_in(*receiver.store));
}

TEST_CASE("chunks that were dealt with are told once") {
    const SealedFile file(300'000, 3);
    Receiver receiver(file);
    CHECK_FALSE(receiver.incoming.take_stored());
    for (std::size_t from = 0; from < file.chunks[1].size(); from += 16'000) {
        const std::size_t length = std::min<std::size_t>(16'000, file.chunks[1].size() - from);
        REQUIRE(receiver.hear(1, from, BytesView(file.chunks[1]).subspan(from, length)) == "taken");
    }
    CHECK(receiver.incoming.take_stored() == 1);
    CHECK_FALSE(receiver.incoming.take_stored());
    receiver.incoming.end();
    CHECK(receiver.hear(0, 0, BytesView(file.chunks[0]).first(10)) == "protocol_error");
}

TEST_CASE("who was told what is held sends nothing of it; another session may have brought it meanwhile") {
    const SealedFile file(300'000, 4);
    for (const auto mismatch :
         {AttachmentIncoming::Mismatch::ends_session, AttachmentIncoming::Mismatch::leaves_chunk}) {
        Receiver receiver(file);
        REQUIRE(receiver.store->keep_chunk(file.id, 0, file.chunks[0]));
        REQUIRE(receiver.incoming.start(file.id, mismatch));
        const bool told = mismatch == AttachmentIncoming::Mismatch::leaves_chunk;
        CHECK(receiver.hear(0, 0, BytesView(file.chunks[0]).first(10)) ==
              (told ? "protocol_error" : "taken"));
    }
}

TEST_CASE("of what is thrown away nothing is kept, and no beginning is assumed") {
    const SealedFile file(20'000, 5);
    const SealedFile other(20'000, 6);
    Receiver receiver(file);
    REQUIRE(receiver.store->keep_part(file.id, 0, BytesView(file.chunks[0]).first(100), 0));
    receiver.incoming.skip(other.manifest);
    CHECK(receiver.hear(0, 5, BytesView(other.chunks[0]).first(10)) == "protocol_error");
    receiver.incoming.skip(other.manifest);
    CHECK(receiver.hear(0, 0, BytesView(other.chunks[0]).first(16'000)) == "taken");
    REQUIRE(receiver.incoming.save(10'000, true));
    CHECK(receiver.hear(0, 16'000, BytesView(other.chunks[0]).subspan(16'000)) == "taken");
    CHECK(receiver.incoming.take_stored() == 1);
    CHECK(receiver.received.chunks == 0);
    CHECK(receiver.incoming.octets() == 0);
    CHECK(receiver.store->find(file.id).value()->part_octets == 100);
    CHECK_FALSE(receiver.store->find(other.id).value());
}
