// A device that leads an exchange of attachments, with a hub that says anything.
#include "session/attachments.hpp"
#include "unit/sync/attachment_support.hpp"
#include "world.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::AttachmentState;
using sync::AttachmentStore;
using sync::MessageType;

namespace {

/// Collects what the device says.
struct Desk final : sync::AttachmentExchange::Wire {
    Desk() : exchange(store.get(), 1'000'000, *this) {}

    void send_message(MessageType type, BytesView body) override {
        said.push_back({type, Bytes(body.begin(), body.end())});
    }
    void flush_messages() override {}
    bool may_produce() const override { return true; }
    std::size_t piece_max() const override { return 1'000'000; }
    void spend(std::size_t) override {}

    sync::AttachmentParties parties() const {
        return {world.province.trust, world.province.member("ngoc-hoi-2").id,
                world.province.member("hub").id};
    }
    /// Goes on; true when nothing is left to do.
    bool goes_on() {
        const auto finished = exchange.finish({}, parties(), report);
        REQUIRE(finished);
        return *finished;
    }
    std::string hear(MessageType type, const Bytes& body) {
        Result<void> taken = exchange.handle({type, body}, parties(), report);
        if (taken) {
            taken = exchange.produce(parties(), report);
        }
        return taken ? "taken" : std::string(error_name(taken.error().code));
    }
    std::string hear_states(const std::vector<AttachmentState>& states) {
        return hear(MessageType::states, sync::encode_states(states));
    }
    std::string hear_part(const SealedFile& file, std::size_t chunk) {
        return hear(MessageType::chunk_part, sync::encode_chunk_part({chunk, 0, file.chunks[chunk]}));
    }
    SealedFile file(std::size_t size, std::uint64_t seed = 1, std::string_view author = "ngoc-hoi") const {
        return {size, seed, world.ngoc_hoi(), world.keys(author)};
    }
    /// The device's records name the file; the hub says that it has it.
    void begin_download(const SealedFile& named) {
        named.name_in(*store);
        REQUIRE_FALSE(goes_on());
        REQUIRE(said.back().type == MessageType::ask);
        REQUIRE(hear_states({whole(named.chunks.size())}) == "taken");
    }
    static AttachmentState whole(std::size_t chunks) {
        return {AttachmentState::Kind::held, sync::ChunkSet::all_of(chunks), 0, 0, 0};
    }

    World world;
    std::unique_ptr<AttachmentStore> store = open_store(":memory:");
    sync::SessionReport report;
    std::vector<sync::Message> said;
    sync::AttachmentExchange exchange;
};

}  // namespace

TEST_CASE("a file of which the hub tells another number of chunks is not asked for") {
    Desk desk;
    const SealedFile file = desk.file(1'000);
    file.name_in(*desk.store);
    SUBCASE("and nothing is here") {}
    SUBCASE("and its manifest is here") { REQUIRE(desk.store->add(file.manifest, file.manifest.author)); }
    REQUIRE_FALSE(desk.goes_on());
    CHECK(desk.hear_states({Desk::whole(9)}) == "taken");
    CHECK(desk.said.back().type == MessageType::ask);
    CHECK(desk.goes_on());
}

TEST_CASE("more or fewer states than were asked for end the session") {
    Desk desk;
    desk.file(1'000).name_in(*desk.store);
    REQUIRE_FALSE(desk.goes_on());
    CHECK(desk.hear_states({Desk::whole(1), Desk::whole(1)}) == "protocol_error");
}

TEST_CASE("the manifest of another file ends the session") {
    Desk desk;
    const SealedFile file = desk.file(1'000);
    desk.begin_download(file);
    CHECK(desk.hear(MessageType::manifest, crypto::encode_manifest(desk.file(1'000, 2).manifest)) ==
          "bad_attachment");
    CHECK_FALSE(desk.store->find(file.id).value());
}

TEST_CASE("parts come after the manifest, of what was asked for, and once") {
    Desk desk;
    const SealedFile file = desk.file(10'000);
    CHECK(desk.hear_part(file, 0) == "protocol_error");
    desk.begin_download(file);
    CHECK(desk.hear_part(file, 0) == "protocol_error");
    REQUIRE(desk.hear(MessageType::manifest, crypto::encode_manifest(file.manifest)) == "taken");
    CHECK(desk.hear(MessageType::manifest, crypto::encode_manifest(file.manifest)) == "protocol_error");
    CHECK(desk.hear_part(file, 0) == "taken");
    CHECK(file.is_whole_in(*desk.store));
    CHECK(desk.hear_part(file, 0) == "protocol_error");
    CHECK(desk.hear(MessageType::file_end, {}) == "taken");
    CHECK(desk.hear_part(file, 0) == "protocol_error");
    CHECK(desk.hear(MessageType::file_end, {}) == "protocol_error");
    CHECK(desk.hear(MessageType::stored, sync::encode_stored(1)) == "protocol_error");
    CHECK(desk.goes_on());
    // What came from the hub, the hub holds.
    CHECK(desk.store->undelivered(desk.parties().peer).value().empty());
}

TEST_CASE("a hub that sends the end and nothing else is not asked again in this session") {
    Desk desk;
    const SealedFile file = desk.file(10'000);
    desk.begin_download(file);
    CHECK(desk.hear(MessageType::file_end, {}) == "taken");
    CHECK(desk.goes_on());
    CHECK(desk.report.attachments_failed == 1);
    CHECK(desk.store->missing().value().size() == 1);
}

TEST_CASE("a file that is not what the record says is left, and the next one comes") {
    Desk desk;
    const SealedFile liar = desk.file(1'000);
    const SealedFile honest = desk.file(2'000, 2);
    AttachmentStore::Reference wrong = liar.reference();
    SUBCASE("of another size with as many chunks") { wrong.file.size = 1'001; }
    SUBCASE("of another space") {}
    const bool size = wrong.file.size != 1'000;
    const SealedFile elsewhere(1'000, 3, desk.world.kon_tum(), desk.world.keys("kon-tum"));
    const SealedFile& bad = size ? liar : elsewhere;
    wrong.file.id = bad.id;
    REQUIRE(desk.store->set_references(desk.world.ngoc_hoi(), bad.id, {wrong, honest.reference()}));
    REQUIRE_FALSE(desk.goes_on());
    REQUIRE(desk.hear_states({Desk::whole(1), Desk::whole(1)}) == "taken");
    CHECK(desk.hear(MessageType::manifest, crypto::encode_manifest(bad.manifest)) == "taken");
    CHECK(desk.hear_part(bad, 0) == "taken");
    CHECK(desk.hear(MessageType::file_end, {}) == "taken");
    CHECK(desk.hear(MessageType::manifest, crypto::encode_manifest(honest.manifest)) == "taken");
    CHECK(desk.hear_part(honest, 0) == "taken");
    CHECK(desk.hear(MessageType::file_end, {}) == "taken");
    CHECK(desk.goes_on());
    CHECK(desk.report.attachments_failed == 1);
    CHECK(honest.is_whole_in(*desk.store));
    const auto held = desk.store->find(bad.id).value();
    CHECK((!held || held->chunks.count() == 0));
    // Its manifest shows for good that the record does not mean it.
    CHECK(desk.store->missing().value().empty());
}

TEST_CASE("a beginning that was wrong costs one chunk, and the rest of the file comes") {
    Desk desk;
    const SealedFile file = desk.file(300'000);
    REQUIRE(desk.store->add(file.manifest, file.manifest.author));
    REQUIRE(desk.store->keep_part(file.id, 0, Bytes(1'000, 7), 0));
    desk.begin_download(file);
    const auto rest = [&](std::size_t chunk, std::size_t from) {
        std::string said = "taken";
        for (std::size_t at = from; said == "taken" && at < file.chunks[chunk].size(); at += 16'000) {
            const std::size_t length = std::min<std::size_t>(16'000, file.chunks[chunk].size() - at);
            const BytesView octets = BytesView(file.chunks[chunk]).subspan(at, length);
            said = desk.hear(MessageType::chunk_part, sync::encode_chunk_part({chunk, at, octets}));
        }
        return said;
    };
    CHECK(rest(0, 1'000) == "taken");
    CHECK(rest(1, 0) == "taken");
    CHECK(desk.hear(MessageType::file_end, {}) == "taken");
    const auto held = desk.store->find(file.id).value();
    CHECK(held->chunks.bits() == Bytes{0x02});
    CHECK(held->part_octets == 0);
    CHECK(desk.store->undelivered(desk.parties().peer).value().empty());
}

TEST_CASE("a wrong chunk that came in this session ends it") {
    Desk desk;
    SealedFile file = desk.file(10'000);
    desk.begin_download(file);
    REQUIRE(desk.hear(MessageType::manifest, crypto::encode_manifest(file.manifest)) == "taken");
    file.chunks[0][5] ^= 1;
    CHECK(desk.hear_part(file, 0) == "bad_attachment");
    CHECK(desk.store->find(file.id).value()->chunks.count() == 0);
}

TEST_CASE("a file is refused with a reason that there is, and the reason is told") {
    Desk desk;
    const SealedFile file = desk.file(10'000, 1, "ngoc-hoi-2");
    file.put_into(*desk.store);
    REQUIRE_FALSE(desk.goes_on());
    REQUIRE(desk.hear_states({AttachmentState{}}) == "taken");
    REQUIRE(desk.said.back().type == MessageType::manifest);
    const auto refused = [&](ErrorCode code) {
        return desk.hear_states(
            {{AttachmentState::Kind::refused, {}, 0, 0, static_cast<std::uint16_t>(code)}});
    };
    SUBCASE("a listed one") {
        CHECK(refused(ErrorCode::quota_exceeded) == "taken");
        REQUIRE(desk.report.refused_why.size() == 1);
        CHECK(desk.report.refused_why[0].id == file.id);
        CHECK(desk.report.refused_why[0].code == ErrorCode::quota_exceeded);
        CHECK(desk.goes_on());
    }
    SUBCASE("the hub's own trouble is none") { CHECK(refused(ErrorCode::disk_full) == "protocol_error"); }
}

TEST_CASE("an upload of which the hub tells another number of chunks ends the session") {
    Desk desk;
    desk.file(10'000, 1, "ngoc-hoi-2").put_into(*desk.store);
    REQUIRE_FALSE(desk.goes_on());
    CHECK(desk.hear_states({{AttachmentState::Kind::held, sync::ChunkSet(7), 0, 0, 0}}) == "protocol_error");
}

TEST_CASE("what no record names is sent to nobody") {
    Desk desk;
    const SealedFile file = desk.file(10'000, 1, "ngoc-hoi-2");
    file.put_into(*desk.store);
    REQUIRE(desk.store->set_references(desk.world.ngoc_hoi(), file.id, {}));
    CHECK(desk.goes_on());
    CHECK(desk.said.empty());
}

TEST_CASE("of what the hub confirmed eight are asked for again, and only if there is anything to do") {
    Desk desk;
    std::vector<SealedFile> files;
    std::vector<AttachmentStore::Reference> named;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        files.push_back(desk.file(100, seed, "ngoc-hoi-2"));
        files.back().put_into(*desk.store);
        named.push_back(files.back().reference());
    }
    REQUIRE(desk.store->set_references(desk.world.ngoc_hoi(), files[0].id, named));
    const DeviceId hub = desk.world.province.member("hub").id;
    for (std::size_t each = 0; each < 11; ++each) {
        REQUIRE(desk.store->note_delivered(files[each].id, hub));
    }
    SUBCASE("a file is to be sent") {
        REQUIRE_FALSE(desk.goes_on());
        const auto asked = sync::decode_ask(desk.said.back().body).value();
        CHECK(asked.size() == 9);
        CHECK(std::ranges::find(asked, files[11].id) != asked.end());
        CHECK(std::ranges::find(asked, files[0].id) != asked.end());
        CHECK(std::ranges::find(asked, files[8].id) == asked.end());  // confirmed too lately
    }
    SUBCASE("nothing is") {
        REQUIRE(desk.store->note_delivered(files[11].id, hub));
        CHECK(desk.goes_on());
        CHECK(desk.said.empty());
    }
}

TEST_CASE("what the hub turns out to have lost counts as unsent until it is there again") {
    Desk desk;
    const SealedFile lost = desk.file(100, 1, "ngoc-hoi-2");
    const SealedFile fresh = desk.file(100, 2, "ngoc-hoi-2");
    lost.put_into(*desk.store);
    fresh.put_into(*desk.store);
    REQUIRE(
        desk.store->set_references(desk.world.ngoc_hoi(), lost.id, {lost.reference(), fresh.reference()}));
    const DeviceId hub = desk.world.province.member("hub").id;
    REQUIRE(desk.store->note_delivered(lost.id, hub));
    REQUIRE_FALSE(desk.goes_on());
    const auto asked = sync::decode_ask(desk.said.back().body).value();
    REQUIRE(asked.size() == 2);
    std::vector<AttachmentState> states;
    for (const Hash256& id : asked) {
        states.push_back(id == fresh.id ? Desk::whole(1) : AttachmentState{});
    }
    CHECK(desk.hear_states(states) == "taken");
    CHECK(desk.store->undelivered(hub).value() == std::vector{lost.id});
}
