// T8, T21: what is said in another's name, and keys that an issuer gives to one and not to the other.
#include "threats/threat.hpp"

#include "support/fleet.hpp"
#include "support/memory_feed_store.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

namespace {

constexpr std::size_t signature_size = 64;
constexpr std::size_t author_offset = 32;

void sign(Bytes& envelope, const crypto::SigningKey& key) {
    const crypto::Signature signature = key.sign(crypto::envelope_hash(envelope));
    std::ranges::copy(signature.octets, envelope.end() - static_cast<std::ptrdiff_t>(signature_size));
}

/// Ways to put a signature under the victim's name without the victim's key.
void forge(Bytes& envelope, const TestProvince& province, const std::vector<Bytes>& signed_by_victim,
           SeededRandom& random) {
    const Bytes& real = signed_by_victim[static_cast<std::size_t>(random.below(signed_by_victim.size()))];
    const auto signature = envelope.end() - static_cast<std::ptrdiff_t>(signature_size);
    switch (random.below(6)) {
        case 0:
            return sign(envelope, province.member("insider").keys.signing);
        case 1:
            return sign(envelope, province.issuer_key);
        case 2:
            return sign(envelope, province.root_key);
        case 3:  // one that the victim made for something else
            std::copy(real.end() - static_cast<std::ptrdiff_t>(signature_size), real.end(), signature);
            return;
        case 4: {  // a key that anybody can make, for the same id
            SeededRandom fresh(random.next());
            return sign(envelope, crypto::DeviceKeys::generate(fresh).signing);
        }
        default:  // R and S as a point of small order and zero, and octets of chance
            std::fill(signature, envelope.end(), static_cast<std::uint8_t>(random.below(2)));
            *signature = static_cast<std::uint8_t>(random.below(256));
    }
}

}  // namespace

TEST_CASE("T8: with every key but the victim's nobody says anything in the victim's name") {
    TestProvince province(8);
    for (const char* name : {"victim", "insider"}) {
        province.enrol(name, Role::district_officer, {"kon-tum/ngoc-hoi"});
    }
    const auto store = must(sync::open_sqlite_hub_store(":memory:"));
    const auto hub = must(sync::Hub::open(*store));
    for (const Bytes& entry : province.entries) {
        must(hub->add_trust_entry(entry));
    }
    MemoryFeedStore victim(province, "victim");
    MemoryFeedStore insider(province, "insider");
    const SpaceId space = province.space("kon-tum/ngoc-hoi");
    std::vector<Bytes> real;
    for (int i = 0; i < 5; ++i) {
        real.push_back(victim.write(space));
        REQUIRE(must(hub->accept(real.back())).acceptance == sync::Acceptance::stored);
    }
    const auto frontier = hub->frontier(space);
    const crypto::TrustState::Device& known = *province.trust.find(province.member("victim").id);
    SeededRandom random(8);
    const std::uint64_t count = scaled(4'000);
    for (std::uint64_t i = 0; i < count; ++i) {
        // The insider holds the epoch key, so that its content is right for the victim's next place.
        crypto::EnvelopePlace place{space, frontier[0].seq + 1, frontier[0].hash, Hash256{}};
        Bytes forged = insider.make_at(place, random.below(300));
        std::ranges::copy(known.id.octets, forged.begin() + author_offset);
        forge(forged, province, real, random);
        const auto result = must(hub->accept(forged));
        REQUIRE(result.acceptance == sync::Acceptance::refused);
        REQUIRE(!crypto::verify_envelope(forged, crypto::envelope_hash(forged), known.keys.signing));
    }
    CHECK(hub->frontier(space) == frontier);
    tell("T8", std::to_string(count) + " forgeries in another's name, 0 taken");
}

TEST_CASE("T8: a device refuses what its hub passes on in another's name, and shows nothing of it") {
    Fleet fleet(8);
    fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.add("insider", Role::border_post, {"kon-tum/ngoc-hoi"});
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "Lan"}});
    fleet.sync_all();
    must(fleet.set("insider", id, "head", "Gian"));
    must(fleet.replica("insider").begin_session());
    const SpaceId space = must(fleet.replica("insider").find_space("kon-tum/ngoc-hoi")).id;
    std::int64_t position = 0;
    Bytes own;
    while (const auto envelope = must(fleet.replica("insider").next_envelope(space, position))) {
        position = envelope->position;
        own = envelope->bytes;
    }
    sync::Replica& reader = fleet.replica("post-b");
    const std::string before = fleet.body("post-b", id);
    // Under post-a's name, at the place where post-a's next change set would stand.
    std::ranges::copy(fleet.replica("post-a").id().octets, own.begin() + author_offset);
    for (const char* signer : {"insider", "post-b", "authority"}) {
        sign(own, fleet[signer].keys.device.signing);
        const auto result = must(reader.accept(own));
        CHECK(result.acceptance == sync::Acceptance::refused);
    }
    must(reader.commit());
    CHECK(fleet.body("post-b", id) == before);
}

TEST_CASE("T21: a member alone notices a key that is not the one that the signed epoch names") {
    TestProvince province(21);
    SeededRandom random(21);
    const SpaceId space = province.space("kon-tum/ngoc-hoi");
    for (const char* name : {"one", "two"}) {
        province.enrol(name, Role::border_post, {"kon-tum/ngoc-hoi"});
    }
    // The issuer signs an epoch with another key for one member than for the other.
    const crypto::EpochKey* older = province.keys.newest(space);
    const crypto::EpochKey announced = crypto::EpochKey::generate(space, older->epoch + 1, random);
    const crypto::EpochKey split = crypto::EpochKey::generate(space, older->epoch + 1, random);
    crypto::EpochEntry entry = province.epoch_entry(announced);
    entry.previous_key = crypto::seal_previous_key(announced, *older, random);
    for (const char* name : {"one", "two"}) {
        const auto& member = province.member(name);
        const crypto::EpochKey& given = name == std::string_view("one") ? announced : split;
        entry.wraps.push_back(
            {member.id, crypto::wrap(given, member.id, member.keys.agreement.public_key(), random)});
    }
    std::ranges::sort(entry.wraps, {}, &crypto::EpochEntry::Wrap::device);
    province.append(entry);
    crypto::KeyRing right;
    crypto::KeyRing wrong;
    CHECK(right.update(province.trust, province.member("one").keys).empty());
    const auto bad = wrong.update(province.trust, province.member("two").keys);
    REQUIRE(bad.size() == 1);
    CHECK(bad[0] == std::pair(space, announced.epoch));
    CHECK(wrong.find(space, announced.epoch) == nullptr);

    // And single wraps: another key, epoch, space, recipient, or octets of chance in the box.
    const auto& member = province.member("one");
    const auto& public_key = member.keys.agreement.public_key();
    const std::uint64_t count = scaled(1'000);
    for (std::uint64_t i = 0; i < count; ++i) {
        crypto::EpochKey key = announced.clone();
        DeviceId recipient = member.id;
        switch (random.below(5)) {
            case 0:
                key = crypto::EpochKey::generate(space, announced.epoch, random);
                break;
            case 1:
                key.epoch += 1 + static_cast<std::uint32_t>(random.below(9));
                break;
            case 2:
                key.space.octets[0] ^= static_cast<std::uint8_t>(1 + random.below(255));
                break;
            case 3:
                recipient.octets[5] ^= static_cast<std::uint8_t>(1 + random.below(255));
                break;
            default:
                break;
        }
        crypto::EpochWrap made = crypto::wrap(key, recipient, public_key, random);
        if (random.below(5) == 0) {
            made.box.octets[static_cast<std::size_t>(random.below(48))] ^=
                static_cast<std::uint8_t>(1 + random.below(255));
        }
        const bool same_key = key.check() == announced.check() && key.epoch == announced.epoch;
        const auto opened =
            crypto::unwrap(made, space, announced.epoch, announced.check(), member.id, member.keys.agreement);
        if (opened) {
            REQUIRE(same_key);
            REQUIRE(opened->check() == announced.check());
        }
    }
    tell("T21", std::to_string(count) + " wraps of other keys, epochs, spaces and devices, 0 believed");
}
