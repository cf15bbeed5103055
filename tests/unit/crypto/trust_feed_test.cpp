// What an honest trust feed gives to those who read it.
#include "support/test_province.hpp"

#include <doctest/doctest.h>

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using test_support::TestProvince;

/// Three roles, a hub, a rotation of two spaces and of the directory, two catalogues.
TestProvince busy_province(std::uint64_t seed = 1) {
    TestProvince province(seed);
    province.publish_catalogue(R"({"version":1})");
    province.enrol("so-ngoai-vu-1", Role::province_officer, {}, true);
    province.enrol("don-bo-y", Role::border_post, {"kon-tum/ngoc-hoi"});
    province.rotate(province.space("kon-tum/ngoc-hoi"));
    province.enrol("hub-1", Role::hub);
    province.rotate(province.trust.directory());
    province.rotate(province.space("kon-tum/ngoc-hoi"));
    province.enrol("ubnd-dak-glei", Role::district_officer, {"kon-tum/dak-glei"});
    province.enrol("ubnd-ngoc-hoi", Role::district_officer, {"kon-tum/ngoc-hoi"});
    province.publish_catalogue(R"({"version":2})");
    return province;
}

}  // namespace

TEST_CASE("a feed replayed elsewhere gives the same state, and a repeat changes nothing") {
    const TestProvince province = busy_province();
    TrustState replica;
    for (const Bytes& entry : province.entries) {
        REQUIRE(replica.apply(entry));
    }
    for (const Bytes& entry : province.entries) {
        REQUIRE(replica.apply(entry));
    }
    CHECK(replica.position() == province.entries.size());
    CHECK(replica.head() == province.trust.head());
    CHECK(replica.root_fingerprint() == province.trust.root_fingerprint());
    CHECK(replica.root() == province.trust.root());
    CHECK(replica.devices().size() == province.members.size());
    CHECK(replica.catalogues() == province.trust.catalogues());
    CHECK(replica.spaces().size() == 3);
    CHECK(replica.spaces().front().id == province.space("kon-tum"));
    CHECK(replica.newest_epoch(province.space("kon-tum/ngoc-hoi"))->epoch == 3);
    CHECK(replica.newest_epoch(province.space("elsewhere")) == nullptr);
    CHECK(replica.directory() == space_id(replica.root_fingerprint(), ""));
    CHECK(replica.head() == parse_trust_entry(province.entries.back())->hash);
}

TEST_CASE("devices are found by id, key and index, in the order of enrolment") {
    const TestProvince province = busy_province();
    for (std::size_t i = 0; i < province.members.size(); ++i) {
        const TestProvince::Member& member = province.members[i];
        const TrustState::Device* device = province.trust.find(member.id);
        REQUIRE(device != nullptr);
        CHECK(to_number(device->index) == i);
        CHECK(device->role == member.role);
        CHECK(province.trust.find(device->index) == device);
        CHECK(province.trust.find(member.keys.agreement.public_key()) == device);
        CHECK(device->id == device->keys.id());
        CHECK(parse_trust_entry(province.entries[device->position - 1])->entry.body.index() == 3);
    }
    CHECK(province.trust.find(DeviceId{}) == nullptr);
    CHECK(province.trust.find(AgreementPublicKey{}) == nullptr);
    CHECK(province.trust.find(static_cast<DeviceIndex>(province.members.size())) == nullptr);
}

TEST_CASE("who reads, carries and writes which space") {
    const TestProvince province = busy_province();
    const SpaceId whole = province.space("kon-tum");
    const SpaceId ngoc_hoi = province.space("kon-tum/ngoc-hoi");
    const SpaceId dak_glei = province.space("kon-tum/dak-glei");
    const auto device = [&](std::string_view name) { return *province.trust.find(province.member(name).id); };
    using Ids = std::vector<SpaceId>;

    CHECK(province.trust.readable(device("authority")) == Ids{whole, ngoc_hoi, dak_glei});
    CHECK(province.trust.readable(device("so-ngoai-vu-1")) == Ids{whole, ngoc_hoi, dak_glei});
    CHECK(province.trust.readable(device("don-bo-y")) == Ids{whole, ngoc_hoi});
    CHECK(province.trust.readable(device("ubnd-dak-glei")) == Ids{whole, dak_glei});
    CHECK(province.trust.readable(device("hub-1")).empty());
    CHECK(province.trust.carried(device("hub-1")) == Ids{whole, ngoc_hoi, dak_glei});
    CHECK(province.trust.carried(device("don-bo-y")) == Ids{whole, ngoc_hoi});

    CHECK(province.trust.may_write(device("so-ngoai-vu-1"), whole));
    CHECK(!province.trust.may_write(device("don-bo-y"), whole));
    CHECK(province.trust.may_write(device("don-bo-y"), ngoc_hoi));
    CHECK(!province.trust.may_write(device("don-bo-y"), dak_glei));
    CHECK(!province.trust.may_write(device("authority"), ngoc_hoi));
    CHECK(!province.trust.may_write(device("hub-1"), ngoc_hoi));
    CHECK(!province.trust.may_write(device("so-ngoai-vu-1"), province.trust.directory()));
}

TEST_CASE("a device of all spaces reads one that is added later, others do not") {
    TestProvince province;
    province.enrol("officer", Role::province_officer, {}, true);
    province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
    SpacesEntry entry;
    for (const TrustState::Space& space : province.trust.spaces()) {
        entry.spaces.push_back({space.id, space.writer_roles, space.sealed_name});
    }
    entry.spaces.push_back({province.space("kon-tum/sa-thay"), 0, {}});
    province.append(entry);
    CHECK(province.trust.readable(*province.trust.find(province.member("officer").id)).size() == 4);
    CHECK(province.trust.readable(*province.trust.find(province.member("post").id)).size() == 2);
}

TEST_CASE("a device gets all epochs of what it reads, back to the first, and nothing else") {
    const TestProvince province = busy_province();
    const SpaceId ngoc_hoi = province.space("kon-tum/ngoc-hoi");
    const SpaceId dak_glei = province.space("kon-tum/dak-glei");
    for (const std::string_view name : {"authority", "so-ngoai-vu-1", "don-bo-y", "ubnd-ngoc-hoi"}) {
        CAPTURE(name);
        const KeyRing ring = province.key_ring(province.member(name));
        for (std::uint32_t epoch = 1; epoch <= 3; ++epoch) {
            REQUIRE(ring.find(ngoc_hoi, epoch) != nullptr);
            CHECK(ring.find(ngoc_hoi, epoch)->key.equals(province.keys.find(ngoc_hoi, epoch)->key));
        }
        CHECK(ring.newest(ngoc_hoi)->epoch == 3);
        CHECK(ring.newest(province.trust.directory())->epoch == 2);
        CHECK(ring.find(province.trust.directory(), 1) != nullptr);
    }
    CHECK(province.key_ring(province.member("don-bo-y")).newest(dak_glei) == nullptr);
    CHECK(province.key_ring(province.member("ubnd-dak-glei")).newest(ngoc_hoi) == nullptr);
    const KeyRing hub = province.key_ring(province.member("hub-1"));
    CHECK(hub.newest(province.trust.directory()) == nullptr);
    CHECK(hub.newest(province.space("kon-tum")) == nullptr);
}

TEST_CASE("names and catalogues open for data roles, sealed before and after a rotation, and not for a hub") {
    const TestProvince province = busy_province();
    const TrustState& trust = province.trust;
    const KeyRing ring = province.key_ring(province.member("ubnd-ngoc-hoi"));
    for (const TestProvince::Member& member : province.members) {
        CHECK(ring.device_name(trust, *trust.find(member.id)) == member.name);
    }
    for (std::size_t i = 0; i < trust.spaces().size(); ++i) {
        const auto name = ring.space_name(trust, trust.spaces()[i]);
        REQUIRE(name);
        CHECK(name->name == province.space_names()[i]);
        CHECK(name->label == "label of " + province.space_names()[i]);
    }
    CHECK(ring.catalogue(trust, trust.catalogues()[0]) == R"({"version":1})");
    CHECK(ring.catalogue(trust, trust.catalogues()[1]) == R"({"version":2})");

    const KeyRing hub = province.key_ring(province.member("hub-1"));
    CHECK(!hub.device_name(trust, trust.devices()[0]));
    CHECK(!hub.space_name(trust, trust.spaces()[0]));
    const auto refused = hub.catalogue(trust, trust.catalogues()[0]);
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::no_epoch_key);
}

TEST_CASE("a sealed name does not open in another place") {
    const TestProvince province = busy_province();
    const KeyRing ring = province.key_ring(province.member("don-bo-y"));
    TrustState::Device device = province.trust.devices()[1];
    device.sealed_name = province.trust.devices()[2].sealed_name;
    CHECK(!ring.device_name(province.trust, device));
    TrustState::Space space = province.trust.spaces()[1];
    space.sealed_name = province.trust.spaces()[2].sealed_name;
    CHECK(!ring.space_name(province.trust, space));
    space.sealed_name = province.trust.devices()[1].sealed_name;
    CHECK(!ring.space_name(province.trust, space));
}

TEST_CASE("an issuer that gives one member another epoch key is found by that member alone") {
    for (int times = 0; times < 50; ++times) {
        TestProvince province(static_cast<std::uint64_t>(times));
        province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
        const TestProvince::Member& post = province.member("post");
        const TestProvince::Member& authority = province.member("authority");
        const SpaceId space = province.space("kon-tum/ngoc-hoi");
        const EpochKey named = EpochKey::generate(space, 2, province.random);
        const EpochKey other = EpochKey::generate(space, 2, province.random);
        EpochEntry entry = province.epoch_entry(named);
        entry.previous_key = seal_previous_key(named, *province.keys.find(space, 1), province.random);
        entry.wraps = {{post.id, wrap(other, post.id, post.keys.agreement.public_key(), province.random)},
                       {authority.id,
                        wrap(named, authority.id, authority.keys.agreement.public_key(), province.random)}};
        std::ranges::sort(entry.wraps, {}, &EpochEntry::Wrap::device);
        province.append(entry);

        KeyRing ring;
        const auto failed = ring.update(province.trust, post.keys);
        CHECK(failed == std::vector<std::pair<SpaceId, std::uint32_t>>{{space, 2}});
        CHECK(ring.find(space, 2) == nullptr);
        CHECK(ring.find(space, 1) != nullptr);
        CHECK(ring.newest(province.space("kon-tum")) != nullptr);
        CHECK(KeyRing().update(province.trust, authority.keys).empty());
    }
}

TEST_CASE("a former key that is not the one its epoch entry names is not taken") {
    TestProvince province;
    const SpaceId space = province.space("kon-tum/ngoc-hoi");
    const EpochKey newer = EpochKey::generate(space, 2, province.random);
    const EpochKey wrong = EpochKey::generate(space, 1, province.random);
    EpochEntry entry = province.epoch_entry(newer);
    entry.previous_key = seal_previous_key(newer, wrong, province.random);
    province.append(entry);
    province.keys.add(newer.clone());
    province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
    KeyRing ring;
    CHECK(ring.update(province.trust, province.member("post").keys) ==
          std::vector<std::pair<SpaceId, std::uint32_t>>{{space, 1}});
    CHECK(ring.find(space, 2) != nullptr);
    CHECK(ring.find(space, 1) == nullptr);
}

TEST_CASE(
    "a catalogue of the largest size passes, one octet more is refused, and so is one that stays too large") {
    TestProvince province;
    const EpochKey& key = *province.keys.newest(province.trust.directory());
    const Hash256 root = province.trust.root_fingerprint();
    std::string json(8 * 1024 * 1024, ' ');
    province.publish_catalogue(json);
    CHECK(province.keys.catalogue(province.trust, province.trust.catalogues().back()) == json);
    json += ' ';
    const auto too_long = seal_catalogue(key, root, json, province.random);
    REQUIRE(!too_long);
    CHECK(too_long.error().code == ErrorCode::limit_exceeded);
    std::string noise(2 * 1024 * 1024, ' ');
    for (char& c : noise) {
        c = static_cast<char>(province.random.below(256));
    }
    const auto too_random = seal_catalogue(key, root, noise, province.random);
    REQUIRE(!too_random);
    CHECK(too_random.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("a catalogue that does not hold what it declares is refused") {
    TestProvince province;
    const EpochKey& key = *province.keys.newest(province.trust.directory());
    const Hash256 root = province.trust.root_fingerprint();
    const auto sealed = seal_catalogue(key, root, "{}", province.random);
    REQUIRE(sealed);
    const auto text = open_text(key, "text catalogue", root.view(), *sealed);
    REQUIRE(text);
    const auto error_of = [&](const Bytes& other) {
        const Bytes again = seal_text(key, "text catalogue", root.view(), other, province.random);
        const auto opened = province.keys.catalogue(province.trust, {1, again});
        return opened ? *opened : std::string(error_name(opened.error().code));
    };
    CHECK(error_of(*text) == "{}");
    Bytes other = *text;
    other[0] = 3;
    CHECK(error_of(other) == "bad_compression");
    other = *text;
    other.push_back(0);
    CHECK(error_of(other) == "bad_compression");
    CHECK(error_of({2, 0, 0}) == "bad_encoding");
}

TEST_CASE("role names round-trip, and nobody asks for the authority's") {
    for (const Role role : {Role::border_post, Role::district_officer, Role::province_officer, Role::hub}) {
        CHECK(parse_role(role_name(role)) == role);
    }
    CHECK(role_name(Role::authority) == "authority");
    CHECK(!parse_role("authority"));
    CHECK(!parse_role("Hub"));
    CHECK(!parse_role(""));
}
