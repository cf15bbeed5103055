// T5, T11, T15: a thing taken for another, again, in another order, or in an older form.
#include "threats/threat.hpp"

#include "aead.hpp"
#include "derive.hpp"
#include "envelope_header.hpp"
#include "labels.hpp"

#include "session/conversation.hpp"
#include "session/message.hpp"

#include "support/fleet.hpp"
#include "support/memory_feed_store.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

namespace {

Bytes octets_of(const std::string& text) { return {text.begin(), text.end()}; }
Bytes hex(const nlohmann::json& text) { return *from_hex(text.get<std::string>()); }

struct Said {
    std::string name;
    Bytes octets;
};
struct Hearer {
    std::string name;  // of what it takes
    std::function<bool(const Bytes&)> takes;
};

/// One of each thing that is signed or sealed, and who takes it.
struct Matrix {
    Matrix() : province(11), random(11) {
        province.enrol("hub", Role::hub);
        province.enrol("one", Role::border_post, {"kon-tum/ngoc-hoi"});
        MemoryFeedStore device(province, "one");
        envelope = device.write(province.space("kon-tum/ngoc-hoi"));
        province.rotate(province.space("kon-tum/ngoc-hoi"));
        province.publish_catalogue(R"({"catalogue":"test","version":1,"kinds":{}})");
        key_file_secret = crypto::Secret::copy_of(as_bytes("five words are enough here"));
        crypto::KeyFileContents contents{
            province.member("one").keys.clone(), crypto::Secret::random(32, random), "chacha20", {}};
        key_file = must(crypto::seal_key_file(contents, key_file_secret, crypto::KdfPreset::low, random));
        directory = province.keys.newest(province.trust.directory())->clone();
        make_texts();
        make_channel();
    }

    std::vector<Said> said() const {
        std::vector<Said> all = {{"envelope", envelope},       {"request", octets_of(request)},
                                 {"grant", octets_of(grant)},  {"key file", key_file},
                                 {"message 1", message_1},     {"message 2", message_2},
                                 {"from caller", from_caller}, {"from hub", from_hub}};
        all.insert(all.end(), texts.begin(), texts.end());
        static const char* const types[] = {"root", "spaces", "epoch", "enrol", "catalogue"};
        const std::size_t places[] = {0, 2, 1, 6, province.entries.size() - 1};
        for (std::size_t i = 0; i < std::size(types); ++i) {
            all.push_back({std::string("trust ") + types[i], province.entries[places[i]]});
        }
        return all;
    }

    std::vector<Hearer> hearers() {
        std::vector<Hearer> all;
        all.push_back({"envelope", [this](const Bytes& octets) {
                           const auto header = crypto::parse_envelope(octets);
                           return header &&
                                  crypto::verify_envelope(octets, crypto::envelope_hash(octets),
                                                          province.member("one").keys.signing.public_key());
                       }});
        all.push_back(
            {"trust", [](const Bytes& octets) { return crypto::parse_trust_entry(octets).has_value(); }});
        all.push_back({"request", [](const Bytes& octets) {
                           return crypto::parse_request(as_text(octets)).has_value();
                       }});
        all.push_back(
            {"grant", [](const Bytes& octets) { return crypto::parse_grant(as_text(octets)).has_value(); }});
        all.push_back({"key file", [this](const Bytes& octets) {
                           return crypto::open_key_file(octets, key_file_secret).has_value();
                       }});
        all.push_back({"message 1", [this](const Bytes& octets) {
                           SeededRandom same(1);
                           return make_responder(same).read_message_1(octets).has_value();
                       }});
        all.push_back({"message 2", [this](const Bytes& octets) {
                           SeededRandom same(1);
                           auto caller = make_caller(same);
                           (void)caller.write_message_1({});
                           return caller.read_message_2(octets).has_value();
                       }});
        for (const bool at_hub : {true, false}) {
            all.push_back(
                {at_hub ? "from caller" : "from hub", [this, at_hub](const Bytes& octets) {
                     SeededRandom same(1);
                     auto channels = make_channels(same);
                     return (at_hub ? channels.second : channels.first).receive.decrypt(octets).has_value();
                 }});
        }
        for (const Said& text : texts) {
            all.push_back({text.name, [this, label = text.name](const Bytes& octets) {
                               return crypto::open_text(directory, label, {}, octets).has_value();
                           }});
        }
        return all;
    }

    crypto::NoiseInitiator make_caller(SeededRandom& from) const {
        return {province.member("one").keys.agreement, province.member("hub").keys.agreement.public_key(),
                sync::session_prologue(province.trust.root_fingerprint()), from};
    }
    crypto::NoiseResponder make_responder(SeededRandom& from) const {
        return {province.member("hub").keys.agreement,
                sync::session_prologue(province.trust.root_fingerprint()), from};
    }
    std::pair<crypto::NoiseChannel, crypto::NoiseChannel> make_channels(SeededRandom& from) {
        auto caller = make_caller(from);
        auto responder = make_responder(from);
        message_1 = caller.write_message_1({});
        must(responder.read_message_1(message_1));
        auto reply = responder.write_message_2({});
        message_2 = reply.message;
        return {std::move(must(caller.read_message_2(message_2)).channel), std::move(reply.channel)};
    }
    void make_channel() {
        SeededRandom same(1);
        auto [caller, hub] = make_channels(same);
        const Bytes body(40, 3);
        from_caller = caller.send.encrypt(body);
        from_hub = hub.send.encrypt(body);
    }
    void make_texts() {
        request = crypto::encode_request("one", province.member("one").keys, random);
        std::vector<Bytes> to_enrolment(province.entries.begin(), province.entries.begin() + 9);
        grant = crypto::encode_grant(to_enrolment);
        for (const std::string_view label :
             {crypto::label::text_previous_key, crypto::label::text_device_name,
              crypto::label::text_space_name, crypto::label::text_catalogue}) {
            texts.push_back(
                {std::string(label), crypto::seal_text(directory, label, {}, Bytes(32, 9), random)});
        }
    }

    TestProvince province;
    SeededRandom random;
    Bytes envelope;
    crypto::Secret key_file_secret;
    Bytes key_file;
    crypto::EpochKey directory;
    std::string request;
    std::string grant;
    std::vector<Said> texts;
    Bytes message_1;
    Bytes message_2;
    Bytes from_caller;
    Bytes from_hub;
};

}  // namespace

TEST_CASE("T5: a text that the cipher opens under two keys opens under its own only") {
    std::ifstream file(std::string(COTMOC_TESTS_DIR) + "/vectors/two_keys.json");
    const nlohmann::json vector = nlohmann::json::parse(file);
    must(crypto::initialise());
    const SpaceId space = *SpaceId::from(hex(vector["space"]));
    const auto epoch = vector["epoch"].get<std::uint32_t>();
    const Bytes associated = hex(vector["associated"]);
    const Bytes sealed = hex(vector["sealed"]);
    const auto label = vector["label"].get<std::string>();
    int opened_by_the_cipher = 0;
    for (const char* name : {"first_key", "second_key"}) {
        const crypto::EpochKey key{space, epoch, crypto::Secret::copy_of(hex(vector[name]))};
        const auto text = crypto::open_text(key, label, associated, sealed);
        CHECK(text.has_value() == (name == std::string_view("first_key")));
        crypto::CommittingKey derived;
        const BytesView nonce = BytesView(sealed).subspan(32, 24);
        crypto::derive(derived.octets.span(), key.key.view(crypto::SecretAccess()), crypto::label::text_key,
                       {as_bytes(label), space.view(), crypto::little_endian_32(epoch), nonce, associated});
        crypto::AeadNonce bytes;
        std::ranges::copy(nonce, bytes.begin());
        Bytes plain(sealed.size() - 56 - 16);
        opened_by_the_cipher += crypto::aead_open(plain, derived.key(), bytes, BytesView(sealed).subspan(56),
                                                  BytesView(sealed).first(32));
    }
    CHECK(opened_by_the_cipher == 2);
}

TEST_CASE("T11: nothing that is signed or sealed passes for anything else") {
    Matrix matrix;
    const auto said = matrix.said();
    const auto hearers = matrix.hearers();
    std::size_t cells = 0;
    for (const Hearer& hearer : hearers) {
        bool takes_its_own = false;
        for (const Said& thing : said) {
            const bool own = thing.name == hearer.name || thing.name.starts_with(hearer.name + " ");
            const bool taken = hearer.takes(thing.octets);
            CHECK_MESSAGE((taken == own), thing.name << " offered as " << hearer.name);
            takes_its_own = takes_its_own || (own && taken);
            ++cells;
        }
        CHECK_MESSAGE(takes_its_own, hearer.name);
    }
    tell("T11", std::to_string(cells) + " pairs of a thing and a reader of another");
}

TEST_CASE("T11: one hash or key for each purpose, whatever the octets") {
    must(crypto::initialise());
    const Bytes same(64, 5);
    std::vector<Hash256> hashes;
    for (const std::string_view label : crypto::label::all) {
        hashes.push_back(crypto::hash(label, {same}));
    }
    std::ranges::sort(hashes);
    CHECK(std::ranges::adjacent_find(hashes) == hashes.end());
}

TEST_CASE("T11: envelopes that come twice, shuffled or in another space's name change nothing") {
    Fleet fleet(11);
    for (const char* name : {"post-a", "post-b", "post-c"}) {
        fleet.add(name, Role::border_post, {"kon-tum/ngoc-hoi"});
    }
    const RecordId id = fleet.add_record("post-a", "inspection", {{"marker_no", "1"}, {"visits", "2"}});
    for (int round = 0; round < 4; ++round) {
        fleet.sync("post-a");
        fleet.sync("post-b");
        for (const char* name : {"post-a", "post-b"}) {
            if (must(fleet.replica(name).store().find(id))) {
                must(fleet.set(name, id, "value", std::to_string(round) + ".50"));
            }
            fleet.add_record(name, "delegation", {{"head", std::string(name) + std::to_string(round)}});
        }
    }
    fleet.sync("post-a");
    fleet.sync("post-b");
    fleet.sync("post-a");
    const SpaceId space = must(fleet.replica("post-a").find_space("kon-tum/ngoc-hoi")).id;
    std::vector<Bytes> envelopes;
    std::int64_t position = 0;
    while (const auto envelope = must(fleet.replica("post-a").next_envelope(space, position))) {
        position = envelope->position;
        envelopes.push_back(envelope->bytes);
    }
    REQUIRE(envelopes.size() >= 6);
    const Hash256 right = fleet.digest("post-a", "kon-tum/ngoc-hoi");
    const std::string body = fleet.body("post-a", id);
    SeededRandom random(11);
    const std::uint64_t shuffles = scaled(20);
    for (std::uint64_t round = 0; round < shuffles; ++round) {
        const std::string name = "new-" + std::to_string(round);
        FleetDevice& device = fleet.add(name, Role::border_post, {"kon-tum/ngoc-hoi"});
        // Every envelope at least twice, in any order, until all were held.
        for (int pass = 0; pass < 40 && fleet.digest(name, "kon-tum/ngoc-hoi") != right; ++pass) {
            std::vector<Bytes> order = envelopes;
            order.insert(order.end(), envelopes.begin(), envelopes.end());
            for (std::size_t i = order.size(); i > 1; --i) {
                std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
            }
            for (const Bytes& envelope : order) {
                const auto result = must(device.replica->accept(envelope));
                REQUIRE(result.acceptance != sync::Acceptance::refused);
            }
            must(device.replica->commit());
        }
        REQUIRE(fleet.digest(name, "kon-tum/ngoc-hoi") == right);
        REQUIRE(fleet.body(name, id) == body);
    }
    // The same octets, said to be of another space that the reader holds.
    fleet.add("so-1", Role::province_officer, {"*"});
    const SpaceId other = must(fleet.replica("so-1").find_space("kon-tum/dak-glei")).id;
    for (Bytes envelope : envelopes) {
        constexpr std::size_t space_offset = 16;
        std::ranges::copy(other.octets, envelope.begin() + space_offset);
        CHECK(must(fleet.replica("so-1").accept(envelope)).acceptance == sync::Acceptance::refused);
    }
    must(fleet.replica("so-1").commit());
}

TEST_CASE("T11: a change set that does not continue its feed is not taken") {
    TestProvince province(12);
    province.enrol("one", Role::border_post, {"kon-tum/ngoc-hoi"});
    const SpaceId space = province.space("kon-tum/ngoc-hoi");
    const auto store = must(sync::open_sqlite_hub_store(":memory:"));
    const auto hub = must(sync::Hub::open(*store));
    for (const Bytes& entry : province.entries) {
        must(hub->add_trust_entry(entry));
    }
    MemoryFeedStore device(province, "one");
    must(hub->accept(device.write(space)));
    // The author itself signed it, over another past than the one that is held.
    const Bytes broken = device.make_at({space, 2, Hash256{{7}}, Hash256{}});
    CHECK(must(hub->accept(broken)).acceptance == sync::Acceptance::waiting);
    CHECK(hub->frontier(space)[0].seq == 1);
}

TEST_CASE("T15: every other version, suite, type, flag and cost is refused, all values of each") {
    Matrix matrix;
    std::uint64_t tried = 0;
    const auto refused = [&](std::size_t offset, std::size_t width, std::uint64_t listed) {
        for (std::uint64_t value = 0; value < (std::uint64_t{1} << (8 * std::min<std::size_t>(width, 2)));
             ++value) {
            Bytes changed = matrix.envelope;
            for (std::size_t i = 0; i < width; ++i) {
                changed[offset + i] = static_cast<std::uint8_t>(i < 2 ? value >> (8 * i) : 0);
            }
            const bool taken = crypto::decode_header(crypto::header_of(changed)).has_value();
            REQUIRE(taken == (value == listed));
            ++tried;
        }
    };
    refused(4, 1, 1);  // format
    refused(5, 1, 1);  // type
    refused(6, 2, 1);  // suite
    refused(8, 4, 0);  // flags
    for (std::size_t bit = 0; bit < 32; ++bit) {
        Bytes changed = matrix.envelope;
        changed[8 + bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        CHECK(!crypto::parse_envelope(changed));
    }
    // Two programs of other versions, or of other provinces, do not come to a channel at all.
    SeededRandom same(1);
    const Bytes prologue = sync::session_prologue(matrix.province.trust.root_fingerprint());
    for (std::size_t i = 0; i < prologue.size(); ++i) {
        Bytes other = prologue;
        other[i] ^= 1;
        crypto::NoiseInitiator caller(matrix.province.member("one").keys.agreement,
                                      matrix.province.member("hub").keys.agreement.public_key(), other, same);
        const Bytes message = caller.write_message_1({});
        CHECK(!matrix.make_responder(same).read_message_1(message));
        ++tried;
    }
    tell("T15", std::to_string(tried) + " other versions, suites, types, flags and prologues, 0 taken");
}
