// What a hub and a device refuse of each other's attachments.
#include "session/attachments.hpp"
#include "session/common_spaces.hpp"
#include "unit/sync/attachment_support.hpp"
#include "world.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::AttachmentState;
using sync::AttachmentStore;
using sync::MessageType;

namespace {

/// Collects what an exchange says.
struct Pipe final : sync::AttachmentExchange::Wire {
    struct Said {
        MessageType type{};
        Bytes body;
    };
    std::vector<Said> said;
    void send_message(MessageType type, BytesView body) override {
        said.push_back({type, Bytes(body.begin(), body.end())});
    }
    void flush_messages() override {}
    bool may_produce() const override { return room; }
    std::size_t piece_max() const override { return 1'000'000; }
    void spend(std::size_t) override {}
    bool room = true;
    Said take() {
        REQUIRE_FALSE(said.empty());
        Said first = std::move(said.front());
        said.erase(said.begin());
        return first;
    }
};

/// The answering side of a hub, spoken to by a device that may say anything.
struct Counter {
    explicit Counter(std::string_view speaker, const sync::AttachmentLimits& limits = {})
        : store(open_store(":memory:", limits)),
          own(device("hub").id),
          peer(device(speaker).id),
          exchange(store.get(), 1'000'000, pipe) {}

    const crypto::TrustState::Device& device(std::string_view name) const {
        return *world.province.trust.find(world.province.member(name).id);
    }
    std::string say(MessageType type, const Bytes& body) {
        const sync::AttachmentParties parties{world.province.trust, own, peer};
        Result<void> taken = exchange.handle({type, body}, parties, report);
        if (taken) {
            taken = exchange.produce(parties, report);
        }
        if (taken) {
            taken = exchange.commit(0, false);
        }
        return taken ? "taken" : std::string(error_name(taken.error().code));
    }
    /// What the hub answers to a manifest.
    std::string offer(const crypto::AttachmentManifest& manifest) {
        REQUIRE(say(MessageType::manifest, crypto::encode_manifest(manifest)) == "taken");
        const AttachmentState state = sync::decode_states(pipe.take().body).value().at(0);
        if (state.kind == AttachmentState::Kind::refused) {
            return std::string(error_name(static_cast<ErrorCode>(state.refusal)));
        }
        return state.kind == AttachmentState::Kind::held ? "held" : "unknown";
    }
    void revoke(std::string_view name) {
        crypto::RightsEntry rights = world.province.rights(name);
        rights.revoked = true;
        rights.spaces.clear();
        rights.reason = crypto::RightsReason::lost;
        world.province.append(rights);
    }
    void speak_as(std::string_view name) { peer = device(name).id; }
    AttachmentState::Kind ask(const Hash256& id) {
        REQUIRE(say(MessageType::ask, sync::encode_ask({id})) == "taken");
        return sync::decode_states(pipe.take().body).value().at(0).kind;
    }
    SealedFile file(std::size_t size, std::string_view space = "kon-tum/ngoc-hoi",
                    std::string_view author = "ngoc-hoi", std::uint64_t seed = 1) const {
        return {size, seed, world.province.space(space), world.keys(author)};
    }

    World world;
    std::unique_ptr<AttachmentStore> store;
    DeviceId own;
    DeviceId peer;
    Pipe pipe;
    sync::AttachmentExchange exchange;
    sync::SessionReport report;
};

}  // namespace

TEST_CASE("a hub takes a manifest only of a space that both carry, by an author who may write it") {
    Counter hub("ngoc-hoi");
    CHECK(hub.offer(hub.file(10).manifest) == "held");
    CHECK(hub.offer(hub.file(10, "kon-tum/dak-glei", "dak-glei").manifest) == "wrong_space");
    CHECK(hub.offer(hub.file(10, "kon-tum/ngoc-hoi", "dak-glei").manifest) == "not_allowed");
    CHECK(hub.offer(hub.file(10, "kon-tum", "ngoc-hoi").manifest) == "not_allowed");
    const SealedFile stranger(10, 1, hub.world.ngoc_hoi(), crypto::DeviceKeys::generate(hub.world.random));
    CHECK(hub.offer(stranger.manifest) == "unknown_author");
    for (const auto& refused : {hub.file(10, "kon-tum/dak-glei", "dak-glei"), stranger}) {
        CHECK_FALSE(hub.store->find(refused.id).value());
    }
}

TEST_CASE("a manifest that another device signed, or that was changed after the signature, is refused") {
    Counter hub("ngoc-hoi");
    crypto::AttachmentManifest forged = hub.file(10).manifest;
    crypto::sign_manifest(forged, hub.world.keys("ngoc-hoi-2").signing);
    CHECK(hub.offer(forged) == "bad_signature");
    crypto::AttachmentManifest changed = hub.file(10).manifest;
    changed.chunks[0].octets[0] ^= 1;
    CHECK(hub.offer(changed) == "bad_signature");
    changed = hub.file(10).manifest;
    changed.author = hub.world.province.member("ngoc-hoi-2").id;
    CHECK(hub.offer(changed) == "bad_signature");
    CHECK(hub.store->spaces().value().empty());
}

TEST_CASE("what a device made that was revoked since, only another one brings that may write") {
    Counter own("ngoc-hoi");
    Counter other("ngoc-hoi-2");
    Counter stranger("dak-glei");
    const SealedFile file = own.file(10);
    for (Counter* each : {&own, &other, &stranger}) {
        each->revoke("ngoc-hoi");
    }
    CHECK(own.offer(file.manifest) == "wrong_space");
    CHECK(other.offer(file.manifest) == "held");
    CHECK(stranger.offer(file.manifest) == "wrong_space");
    // Who never could write the space made nothing that belongs there.
    CHECK(other.offer(other.file(10, "kon-tum/ngoc-hoi", "dak-glei").manifest) == "not_allowed");
}

TEST_CASE("who brings a file pays for it, whoever made it") {
    Counter hub("ngoc-hoi-2", {10'000, 100});
    CHECK(hub.offer(hub.file(6'000).manifest) == "held");
    CHECK(hub.offer(hub.file(6'000, "kon-tum/ngoc-hoi", "ngoc-hoi-2", 2).manifest) == "quota_exceeded");
    hub.speak_as("ngoc-hoi");
    CHECK(hub.offer(hub.file(6'000, "kon-tum/ngoc-hoi", "ngoc-hoi", 3).manifest) == "held");
}

TEST_CASE("a device's quota binds it") {
    Counter small("ngoc-hoi", {5'000, 2});
    CHECK(small.offer(small.file(5'000).manifest) == "quota_exceeded");
    CHECK(small.offer(small.file(600).manifest) == "held");
    CHECK(small.offer(small.file(600, "kon-tum/ngoc-hoi", "ngoc-hoi", 2).manifest) == "quota_exceeded");
}

TEST_CASE(
    "who announced a file for which no room is left is told so, and others' files are taken meanwhile") {
    sync::AttachmentLimits limits;
    limits.total_bytes = 100'000;
    Counter hub("ngoc-hoi", limits);
    const SealedFile announced = hub.file(80'000);
    CHECK(hub.offer(announced.manifest) == "held");
    hub.speak_as("ngoc-hoi-2");
    const SealedFile other = hub.file(60'000, "kon-tum/ngoc-hoi", "ngoc-hoi-2", 2);
    CHECK(hub.offer(other.manifest) == "held");
    REQUIRE(hub.store->keep_chunk(other.id, 0, other.chunks[0]));
    hub.speak_as("ngoc-hoi");
    CHECK(hub.ask(announced.id) == AttachmentState::Kind::unknown);  // so that its manifest is offered
    CHECK(hub.offer(announced.manifest) == "quota_exceeded");
    CHECK(hub.ask(other.id) == AttachmentState::Kind::held);
}

TEST_CASE("a hub serves an attachment only to devices that carry its space, and tells others nothing of it") {
    Counter hub("dak-glei");
    const SealedFile file = hub.file(10);
    file.put_into(*hub.store);
    CHECK(hub.ask(file.id) == AttachmentState::Kind::unknown);
    CHECK(hub.say(MessageType::get, sync::encode_get({file.id, true, {}})) == "protocol_error");
    CHECK(hub.say(MessageType::put, sync::encode_put(file.id)) == "protocol_error");
    CHECK(hub.pipe.said.empty());
    Counter own("ngoc-hoi-2");
    file.put_into(*own.store);
    CHECK(own.ask(file.id) == AttachmentState::Kind::held);
}

TEST_CASE("what a device may ask for is looked up each time, also in the middle of a session") {
    Counter hub("ngoc-hoi-2");
    const SealedFile file = hub.file(10);
    file.put_into(*hub.store);
    CHECK(hub.ask(file.id) == AttachmentState::Kind::held);
    hub.revoke("ngoc-hoi-2");
    CHECK(hub.ask(file.id) == AttachmentState::Kind::unknown);
    CHECK(hub.say(MessageType::get, sync::encode_get({file.id, true, {}})) == "protocol_error");
}

TEST_CASE("a hub answers one request at a time, when there is room for the answer") {
    Counter hub("ngoc-hoi");
    const SealedFile file = hub.file(300'000);
    file.put_into(*hub.store);
    hub.pipe.room = false;
    CHECK(hub.say(MessageType::ask, sync::encode_ask({file.id})) == "taken");
    CHECK(hub.pipe.said.empty());
    const std::vector<std::pair<MessageType, Bytes>> requests = {
        {MessageType::ask, sync::encode_ask({file.id})},
        {MessageType::get, sync::encode_get({file.id, true, {}})},
        {MessageType::manifest, crypto::encode_manifest(file.manifest)},
        {MessageType::put, sync::encode_put(file.id)}};
    for (const auto& [type, body] : requests) {
        CHECK(hub.say(type, body) == "protocol_error");
    }
    CHECK(hub.pipe.said.empty());
}

TEST_CASE("a file is given once in a session") {
    Counter hub("ngoc-hoi");
    const SealedFile held = hub.file(20'000);
    held.put_into(*hub.store);
    CHECK(hub.say(MessageType::get, sync::encode_get({held.id, true, {}})) == "taken");
    CHECK(hub.say(MessageType::get, sync::encode_get({held.id, true, {}})) == "protocol_error");
}

TEST_CASE("a chunk that is held is not taken again, nor a file put again") {
    Counter hub("ngoc-hoi");
    const SealedFile file = hub.file(300'000);
    REQUIRE(hub.offer(file.manifest) == "held");
    REQUIRE(hub.say(MessageType::put, sync::encode_put(file.id)) == "taken");
    const auto part = [&](std::size_t from, std::size_t until) {
        const BytesView octets = BytesView(file.chunks[1]).subspan(from, until - from);
        return hub.say(MessageType::chunk_part, sync::encode_chunk_part({1, from, octets}));
    };
    const std::size_t length = file.chunks[1].size();
    REQUIRE(length > 32'000);
    for (std::size_t from = 0; from < length; from += 16'000) {
        CHECK(part(from, std::min(length, from + 16'000)) == "taken");
    }
    REQUIRE(hub.store->find(file.id).value()->chunks.has(1));
    CHECK(part(0, 16'000) == "protocol_error");
    CHECK(hub.say(MessageType::put, sync::encode_put(file.id)) == "protocol_error");
}

TEST_CASE("parts come in their order and at their place, and a wrong chunk is dropped") {
    Counter hub("ngoc-hoi");
    const SealedFile file = hub.file(20'000);
    const auto part = [&](std::uint64_t chunk, std::uint64_t offset, BytesView octets) {
        return hub.say(MessageType::chunk_part, sync::encode_chunk_part({chunk, offset, octets}));
    };
    const BytesView sealed = file.chunks[0];
    CHECK(part(0, 0, sealed.first(100)) == "protocol_error");  // of nothing
    REQUIRE(hub.offer(file.manifest) == "held");
    REQUIRE(hub.say(MessageType::put, sync::encode_put(file.id)) == "taken");
    SUBCASE("in order") {
        CHECK(part(0, 0, sealed.first(10'000)) == "taken");
        CHECK(part(0, 10'000, sealed.subspan(10'000)) == "taken");
        CHECK(file.is_whole_in(*hub.store));
        CHECK(hub.report.attachments_received.whole == 1);
    }
    SUBCASE("a gap") {
        CHECK(part(0, 0, sealed.first(100)) == "taken");
        CHECK(part(0, 101, sealed.subspan(101, 100)) == "protocol_error");
    }
    SUBCASE("a beginning that is not held") { CHECK(part(0, 5, sealed.subspan(5, 100)) == "protocol_error"); }
    SUBCASE("another chunk") { CHECK(part(1, 0, sealed.first(100)) == "protocol_error"); }
    SUBCASE("more than the chunk") {
        CHECK(part(0, 0, sealed.first(10'016)) == "taken");
        CHECK(part(0, 10'016, Bytes(10'001, 0)) == "protocol_error");
    }
    SUBCASE("an octet changed") {
        Bytes changed(sealed.begin(), sealed.end());
        changed[3] ^= 1;
        CHECK(part(0, 0, BytesView(changed).first(10'000)) == "taken");
        CHECK(part(0, 10'000, BytesView(changed).subspan(10'000)) == "bad_attachment");
        CHECK(hub.store->find(file.id).value()->part_octets == 0);
        CHECK(hub.store->find(file.id).value()->chunks.count() == 0);
    }
}

TEST_CASE("what only the calling side awaits is out of turn for the answering one") {
    Counter hub("ngoc-hoi");
    CHECK(hub.say(MessageType::states, sync::encode_states({AttachmentState{}})) == "protocol_error");
    CHECK(hub.say(MessageType::file_end, {}) == "protocol_error");
    CHECK(hub.say(MessageType::stored, sync::encode_stored(1)) == "protocol_error");
    CHECK(hub.say(MessageType::manifest, {}) == "bad_attachment");
    CHECK(hub.say(MessageType::ask, {}) == "protocol_error");
}

TEST_CASE("a hub whose disk has changed a chunk gives it to nobody and takes it again") {
    Counter hub("ngoc-hoi");
    const SealedFile file = hub.file(300'000);
    SealedFile damaged = hub.file(300'000);
    damaged.chunks[1][7] ^= 1;
    damaged.put_into(*hub.store);
    CHECK(hub.say(MessageType::get, sync::encode_get({file.id, true, {}})) == "taken");
    std::uint64_t octets = 0;
    for (const Pipe::Said& each : hub.pipe.said) {
        octets += each.type == MessageType::chunk_part
                      ? sync::decode_chunk_part(each.body).value().octets.size()
                      : 0;
    }
    CHECK(octets == file.chunks[0].size());
    CHECK(hub.pipe.said.back().type == MessageType::file_end);
    CHECK_FALSE(hub.store->find(file.id).value()->chunks.has(1));
}

TEST_CASE("every message about attachments has one encoding") {
    Counter hub("ngoc-hoi");
    const SealedFile file = hub.file(3'000'000);
    AttachmentState held{AttachmentState::Kind::held, sync::ChunkSet(12), 5, 77, 0};
    held.chunks.add(3);
    const std::vector<AttachmentState> states = {
        AttachmentState{}, held, {AttachmentState::Kind::refused, {}, 0, 0, 416}};
    const sync::AttachmentGet get{file.id, false, held};
    CHECK(sync::decode_states(sync::encode_states(states)).value() == states);
    CHECK(sync::decode_get(sync::encode_get(get)).value() == get);
    const auto refuses_others = [](const Bytes& body, auto&& decode, auto&& encode) {
        for (std::size_t length = 0; length < body.size(); ++length) {
            CHECK_FALSE(decode(BytesView(body).first(length)).has_value());
        }
        Bytes longer = body;
        longer.push_back(0);
        CHECK_FALSE(decode(longer).has_value());
        for (std::size_t at = 0; at < body.size(); ++at) {
            for (const unsigned flip : {0x01u, 0x80u}) {
                Bytes changed = body;
                changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
                const auto decoded = decode(changed);
                CHECK((!decoded || encode(*decoded) == changed));
            }
        }
    };
    refuses_others(sync::encode_states(states), sync::decode_states, sync::encode_states);
    refuses_others(sync::encode_get(get), sync::decode_get, sync::encode_get);
    refuses_others(sync::encode_ask({Hash256{}, file.id}), sync::decode_ask, sync::encode_ask);
    refuses_others(sync::encode_put(file.id), sync::decode_put, sync::encode_put);
    refuses_others(sync::encode_stored(300), sync::decode_stored, sync::encode_stored);
    // A begun chunk that is held already, and one beyond the last, say nothing.
    held.chunks.add(5);
    CHECK_FALSE(sync::decode_states(sync::encode_states({held})));
    held.part_chunk = 12;
    CHECK_FALSE(sync::decode_states(sync::encode_states({held})));
    CHECK_FALSE(sync::decode_ask(sync::encode_ask({file.id, file.id})));
    CHECK_FALSE(sync::decode_ask(sync::encode_ask(std::vector<Hash256>(1'001))));
}
