// Epoch keys: whom the next one reaches, when it is due, and how a certificate lasts longer.
#include "posts.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using namespace cotmoc::test_support;
using crypto::RightsReason;

namespace {

constexpr std::int64_t day = 24ll * 60 * 60 * 1000;

std::uint64_t now(Posts& fleet) { return static_cast<std::uint64_t>(fleet["authority"].clock.wall_ms()); }

const crypto::TrustState::Epoch& newest(Posts& fleet, std::string_view space) {
    return *fleet.replica("authority").trust().newest_epoch(fleet.space(space));
}

const std::vector<std::string> everything{"directory", "kon-tum", dak_glei, ngoc_hoi};

}  // namespace

TEST_CASE("a rotated key reaches those who read the space, and opens what was sealed before") {
    Posts fleet;
    const RecordId before = fleet.add_record("post-a", "delegation", {{"partner", "trước"}});
    fleet.sync_all();
    REQUIRE(fleet.authority().rotate(ngoc_hoi));
    CHECK(newest(fleet, ngoc_hoi).epoch == 2);
    CHECK(newest(fleet, dak_glei).epoch == 1);
    fleet.sync_all();
    for (const char* name : {"authority", "so-1", "post-a", "post-b"}) {
        CHECK(fleet.has_newest_key(name, ngoc_hoi));
    }
    CHECK_FALSE(fleet.has_newest_key("post-c", ngoc_hoi));
    const RecordId after = fleet.add_record("post-b", "delegation", {{"partner", "sau"}});
    fleet.add("post-d", Role::border_post, {ngoc_hoi});
    fleet.sync_all();
    for (const char* name : {"so-1", "post-a", "post-d"}) {
        CHECK(fleet.body(name, before) == R"({"partner":"trước"})");
        CHECK(fleet.body(name, after) == R"({"partner":"sau"})");
    }
    REQUIRE(fleet.authority().rotate("directory"));
    fleet.sync_all();
    for (const char* name : {"so-1", "post-a", "post-c"}) {
        CHECK(fleet.has_newest_key(name, ""));
        CHECK(fleet.replica(name).find_space("kon-tum"));
    }
    CHECK(code_of(fleet.authority().rotate("nowhere")) == ErrorCode::unknown_space);
}

TEST_CASE("a revoked device has none of the keys that are newer, the others have them") {
    Posts fleet;
    fleet.write("post-a", 1);
    must(fleet.authority().revoke("post-a", RightsReason::stolen));
    for (const char* name : {"so-1", "post-a", "post-b", "post-c"}) {
        REQUIRE(fleet.carry_trust(name));
    }
    for (const char* space : {"", "kon-tum", ngoc_hoi}) {
        CHECK_FALSE(fleet.has_newest_key("post-a", space));
        CHECK(fleet.has_newest_key("post-b", space));
        CHECK(fleet.has_newest_key("so-1", space));
    }
    CHECK_FALSE(newest(fleet, ngoc_hoi).wraps.contains(fleet.device("post-a").id));
    CHECK(fleet.authority().rotation_due(now(fleet)).empty());
    // No later rotation brings it back.
    REQUIRE(fleet.authority().rotate(ngoc_hoi));
    REQUIRE(fleet.authority().rotate("directory"));
    REQUIRE(fleet.carry_trust("post-a"));
    CHECK_FALSE(fleet.has_newest_key("post-a", ngoc_hoi));
    CHECK_FALSE(fleet.has_newest_key("post-a", ""));
}

TEST_CASE("keys are due after 30 days and when somebody holds one who may have it no more") {
    Posts fleet;
    CHECK(fleet.authority().rotation_due(now(fleet)).empty());
    fleet.advance(30 * day);
    CHECK(fleet.authority().rotation_due(now(fleet)).empty());
    CHECK(must(fleet.authority().rotate_due()).empty());
    fleet.advance(1);
    CHECK(fleet.authority().rotation_due(now(fleet)) == everything);
    CHECK(must(fleet.authority().rotate_due()) == everything);
    CHECK(newest(fleet, ngoc_hoi).epoch == 2);
    CHECK(fleet.authority().rotation_due(now(fleet)).empty());

    // Its certificate ends on day 180, and the grace on day 240.
    for (const char* name : {"so-1", "post-b", "post-c"}) {
        must(fleet.authority().renew(name, 3000));
    }
    fleet.advance(200 * day);
    CHECK(must(fleet.authority().rotate_due()) == everything);
    CHECK(newest(fleet, ngoc_hoi).wraps.contains(fleet.device("post-a").id));
    fleet.advance(11 * day);
    CHECK(fleet.authority().rotation_due(now(fleet)) ==
          std::vector<std::string>{"directory", "kon-tum", ngoc_hoi});
    CHECK(must(fleet.authority().rotate_due()).size() == 3);
    CHECK_FALSE(newest(fleet, ngoc_hoi).wraps.contains(fleet.device("post-a").id));
    CHECK(newest(fleet, ngoc_hoi).wraps.contains(fleet.device("authority").id));
    CHECK(fleet.authority().rotation_due(now(fleet)).empty());
}

TEST_CASE("an expired device gets no fresh keys until it is renewed, by a file; what it wrote stays") {
    Posts fleet;
    fleet.write("post-a", 2);
    for (const char* name : {"so-1", "post-b", "post-c"}) {
        must(fleet.authority().renew(name, 3000));
    }
    fleet.advance(180 * day + 60 * day);
    REQUIRE(fleet.authority().rotate(ngoc_hoi));
    REQUIRE(fleet.carry_trust("post-a"));
    CHECK(fleet.has_newest_key("post-a", ngoc_hoi));
    fleet.advance(1);
    REQUIRE(fleet.authority().rotate(ngoc_hoi));
    REQUIRE(fleet.carry_trust("post-a"));
    CHECK_FALSE(fleet.has_newest_key("post-a", ngoc_hoi));
    CHECK(fleet.right("post-a", ngoc_hoi, 2) == Role::border_post);
    CHECK(fleet.right("post-a", ngoc_hoi, 3) == Role::border_post);

    const crypto::Grant grant = must(crypto::parse_grant(must(fleet.authority().renew("post-a", 90))));
    REQUIRE(fleet.replica("post-a").join(grant, grant.root_fingerprint));
    CHECK(fleet.has_newest_key("post-a", ngoc_hoi));
    CHECK(fleet.device("post-a").not_after_ms == now(fleet) + 90ull * static_cast<std::uint64_t>(day));
    CHECK(fleet.device("post-a").reason == RightsReason::renewed);
    CHECK(code_of(fleet.replica("post-a").join(grant, grant.root_fingerprint)) == ErrorCode::already_joined);
    fleet.sync_all();
    CHECK(fleet.has_newest_key("post-b", ngoc_hoi));
}

TEST_CASE("a device that has joined takes no other province's trust feed") {
    Posts fleet;
    Posts other(2);
    must(other.authority().rotate(ngoc_hoi));
    const auto entries = must(other.replica("authority").store().trust_entries());
    const crypto::Grant grant = must(crypto::parse_grant(crypto::encode_grant(entries)));
    const std::uint64_t position = fleet.replica("post-a").trust().position();
    CHECK(grant.entries.size() > position);
    const Hash256 own = fleet.replica("post-a").trust().root_fingerprint();
    CHECK(code_of(fleet.replica("post-a").join(grant, own)) == ErrorCode::wrong_root);
    CHECK(code_of(fleet.replica("post-a").join(grant, grant.root_fingerprint)) == ErrorCode::wrong_root);
    CHECK(fleet.replica("post-a").trust().position() == position);
}

TEST_CASE("no device is enrolled under a root that has expired") {
    Posts fleet;
    fleet.advance(3 * 365 * day);
    crypto::DeviceKeys keys = crypto::DeviceKeys::generate(fleet.random);
    const std::string request = crypto::encode_request("post-x", keys, fleet.random);
    const std::vector<std::string> spaces{ngoc_hoi};
    CHECK(fleet.authority().enrol(request, Role::border_post, spaces));
    fleet.advance(1);
    keys = crypto::DeviceKeys::generate(fleet.random);
    const std::string late = crypto::encode_request("post-y", keys, fleet.random);
    CHECK(code_of(fleet.authority().enrol(late, Role::border_post, spaces)) == ErrorCode::root_expired);
}

TEST_CASE("no entry gives a revoked device the next key of a space or of the names, whoever signs it") {
    Posts fleet;
    must(fleet.authority().revoke("post-a", RightsReason::stolen));
    sync::Replica& office = fleet.replica("authority");
    const auto issuer = crypto::SigningKey::from_seed(office.keys().find("issuer")->clone());
    const crypto::TrustState::Device& device = fleet.device("post-a");
    const auto offer = [&](const SpaceId& space, const crypto::TrustState::Device& to) {
        const crypto::EpochKey& former = *office.key_ring().newest(space);
        const auto key = crypto::EpochKey::generate(space, former.epoch + 1, fleet.random);
        const crypto::EpochEntry entry{space,
                                       key.epoch,
                                       key.check(),
                                       crypto::seal_previous_key(key, former, fleet.random),
                                       {{to.id, crypto::wrap(key, to.id, to.keys.agreement, fleet.random)}}};
        crypto::TrustState state = office.trust();
        return state.apply(
            crypto::sign_trust_entry({state.position() + 1, state.head(), now(fleet), entry}, issuer).bytes);
    };
    for (const SpaceId& space : {office.trust().directory(), fleet.space("kon-tum"), fleet.space(ngoc_hoi)}) {
        CHECK(code_of(offer(space, device)) == ErrorCode::bad_trust_entry);
        CHECK(offer(space, fleet.device("post-b")));
    }
}
