// Roots with a threshold, issuers with a scope, and an issuer that is dismissed (T23).
#include "trust_scene.hpp"

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

/// A province that can get roots of several keys and issuers beside the first one.
struct RootScene : Scene {
    SigningKey key() { return SigningKey::from_seed(Secret::random(32, province.random)); }

    RootEntry next_root() const {
        RootEntry root = province.trust.root();
        ++root.version;
        return root;
    }
    Bytes signed_root(const RootEntry& root, std::initializer_list<const SigningKey*> signers) const {
        Bytes entry = draft_root_entry(province.next(root));
        for (const SigningKey* signer : signers) {
            entry = *add_root_signature(entry, *signer);
        }
        return entry;
    }
    std::string root_answer(const RootEntry& root, std::initializer_list<const SigningKey*> signers) const {
        return answer(province.trust, {signed_root(root, signers), {}});
    }
    std::string root_answer(const std::function<void(RootEntry&)>& change) const {
        RootEntry root = next_root();
        change(root);
        return root_answer(root, {&province.root_key});
    }
    void take(Bytes entry) {
        REQUIRE(province.trust.apply(entry));
        province.entries.push_back(std::move(entry));
    }
    void append_root(const std::function<void(RootEntry&)>& change) {
        RootEntry root = next_root();
        change(root);
        take(signed_root(root, {&province.root_key}));
    }
    std::string answer_by(const SigningKey& issuer, TrustBody body) const {
        return answer(province.trust, sign_trust_entry(province.next(std::move(body)), issuer));
    }
    void append_by(const SigningKey& issuer, TrustBody body) {
        take(sign_trust_entry(province.next(std::move(body)), issuer).bytes);
    }
    const TrustState::Device& device(std::string_view name) const {
        return *province.trust.find(province.member(name).id);
    }
    RightsEntry revocation(std::string_view name) const {
        RightsEntry entry = province.rights(name);
        entry.reason = RightsReason::lost;
        entry.revoked = true;
        entry.spaces.clear();
        entry.all_spaces = false;
        return entry;
    }
    SpacesEntry spaces() const {
        SpacesEntry entry;
        for (const TrustState::Space& space : province.trust.spaces()) {
            entry.spaces.push_back({space.id, space.writer_roles, space.sealed_name});
        }
        return entry;
    }
};

RootEntry::Issuer of_all(const SigningKey& key) { return {key.public_key(), true, {}, 0}; }

}  // namespace

TEST_CASE("a first root of several keys needs as many signatures as its threshold") {
    RootScene scene;
    const SigningKey second = scene.key();
    const SigningKey third = scene.key();
    RootEntry root = scene.province.trust.root();
    root.root_keys = {scene.province.root_key.public_key(), second.public_key(), third.public_key()};
    root.threshold = 2;
    const auto with = [&](std::initializer_list<const SigningKey*> signers) {
        Bytes entry = draft_root_entry({1, {}, 0, root});
        for (const SigningKey* signer : signers) {
            entry = *add_root_signature(entry, *signer);
        }
        return answer(TrustState(), {entry, {}});
    };
    CHECK(with({&second}) == "bad_signature");
    CHECK(with({&second, &scene.province.issuer_key}) == "bad_signature");
    CHECK(with({&second, &third}) == "accepted");
    CHECK(with({&scene.province.root_key, &third}) == "accepted");
    CHECK(with({&scene.province.root_key, &second, &third}) == "accepted");
    CHECK(with({&second, &third, &scene.province.issuer_key}) == "not_root_key");
}

TEST_CASE("a new root is signed by a threshold of the old and of the new keys") {
    RootScene scene;
    const SigningKey& first = scene.province.root_key;
    const SigningKey second = scene.key();
    const SigningKey third = scene.key();
    RootEntry root = scene.next_root();
    root.root_keys = {second.public_key(), third.public_key()};
    root.threshold = 2;
    CHECK(scene.root_answer(root, {&first}) == "bad_signature");
    CHECK(scene.root_answer(root, {&second, &third}) == "bad_signature");
    CHECK(scene.root_answer(root, {&first, &second}) == "bad_signature");
    CHECK(scene.root_answer(root, {&first, &second, &third}) == "accepted");
    CHECK(scene.root_answer(root, {&first, &second, &third, &scene.province.issuer_key}) == "not_root_key");
    CHECK(scene.answer_by(scene.province.issuer_key, root) == "bad_signature");
    const Hash256 fingerprint = scene.province.trust.root_fingerprint();
    scene.take(scene.signed_root(root, {&first, &second, &third}));
    CHECK(scene.province.trust.root_fingerprint() == fingerprint);

    RootEntry later = scene.next_root();
    CHECK(scene.root_answer(later, {&first, &second}) == "bad_signature");
    CHECK(scene.root_answer(later, {&second}) == "bad_signature");
    CHECK(scene.root_answer(later, {&second, &third}) == "accepted");
}

TEST_CASE("a root's versions follow each other, and no issuer is lost, comes back or begins dismissed") {
    RootScene scene;
    const SigningKey other = scene.key();
    const std::uint64_t position = scene.province.trust.position();
    CHECK(scene.root_answer([](RootEntry&) {}) == "accepted");
    for (const std::uint32_t version : {0u, 1u, 3u, 0xffffffffu}) {
        CHECK(scene.root_answer([&](RootEntry& root) { root.version = version; }) == "bad_trust_entry");
    }
    CHECK(scene.root_answer([&](RootEntry& root) { root.issuers.push_back(of_all(other)); }) == "accepted");
    CHECK(scene.root_answer([&](RootEntry& root) { root.issuers = {of_all(other)}; }) == "bad_trust_entry");
    const auto dismissed_at = [&](std::uint64_t last) {
        return [&, last](RootEntry& root) {
            root.issuers.front().last_position = last;
            root.issuers.push_back(of_all(other));
        };
    };
    CHECK(scene.root_answer(dismissed_at(position)) == "accepted");
    CHECK(scene.root_answer(dismissed_at(position + 1)) == "bad_trust_entry");
    CHECK(scene.root_answer([&](RootEntry& root) { root.issuers.front().last_position = position; }) ==
          "bad_trust_entry");  // nobody left
    CHECK(scene.root_answer([&](RootEntry& root) {
        root.issuers.push_back({other.public_key(), true, {}, 1});
    }) == "bad_trust_entry");
    CHECK(scene.root_answer([&](RootEntry& root) {
        root.issuers.push_back({other.public_key(), false, {scene.province.space("elsewhere")}, 0});
    }) == "bad_trust_entry");
    CHECK(scene.root_answer([&](RootEntry& root) {
        root.issuers.push_back({other.public_key(), false, {scene.directory}, 0});
    }) == "bad_trust_entry");

    scene.append_root(dismissed_at(position));
    CHECK(scene.answer_by(scene.province.issuer_key, CatalogueEntry{9, {}}) == "bad_signature");
    CHECK(scene.answer_by(other, CatalogueEntry{9, {}}) == "accepted");
    CHECK(scene.root_answer([](RootEntry& root) { root.issuers[0].last_position = 0; }) == "bad_trust_entry");
    CHECK(scene.root_answer([](RootEntry& root) { root.issuers[0].last_position += 1; }) ==
          "bad_trust_entry");
    CHECK(scene.root_answer([](RootEntry& root) { root.issuers[0].last_position -= 1; }) == "accepted");
    CHECK(scene.root_answer([](RootEntry& root) { root.issuers.erase(root.issuers.begin()); }) ==
          "bad_trust_entry");
}

TEST_CASE("an issuer of some spaces acts on these, for posts and district officers only") {
    RootScene scene;
    scene.province.enrol("other-post", Role::border_post, {"kon-tum/dak-glei"});
    const SigningKey district = scene.key();
    scene.append_root([&](RootEntry& root) {
        root.issuers.push_back({district.public_key(), false, {scene.ngoc_hoi}, 0});
    });
    const auto by_district = [&](TrustBody body) { return scene.answer_by(district, std::move(body)); };
    const auto enrolment = [&](Role role, std::vector<SpaceId> spaces, bool all = false) {
        EnrolEntry entry = scene.enrolment(role);
        entry.wraps.clear();
        entry.spaces = std::move(spaces);
        entry.all_spaces = all;
        return by_district(entry);
    };
    CHECK(enrolment(Role::border_post, {scene.ngoc_hoi}) == "accepted");
    CHECK(enrolment(Role::district_officer, {scene.ngoc_hoi}) == "accepted");
    CHECK(enrolment(Role::border_post, {scene.dak_glei}) == "out_of_scope");
    CHECK(enrolment(Role::border_post, {}, true) == "out_of_scope");
    CHECK(enrolment(Role::province_officer, {scene.ngoc_hoi}) == "out_of_scope");
    CHECK(enrolment(Role::hub, {}) == "out_of_scope");

    CHECK(by_district(scene.epoch(scene.ngoc_hoi, 3)) == "accepted");
    CHECK(by_district(scene.epoch(scene.dak_glei, 2)) == "out_of_scope");
    CHECK(by_district(scene.epoch(scene.whole, 2)) == "out_of_scope");
    CHECK(by_district(scene.epoch(scene.directory, 2)) == "out_of_scope");
    CHECK(by_district(CatalogueEntry{9, {}}) == "out_of_scope");
    CHECK(by_district(scene.spaces()) == "out_of_scope");
    CHECK(by_district(scene.next_root()) == "bad_signature");

    const auto rights = [&](std::string_view name, const std::function<void(RightsEntry&)>& change) {
        RightsEntry entry = scene.province.rights(name);
        change(entry);
        return by_district(entry);
    };
    const auto nothing = [](RightsEntry&) {};
    const auto term = [&](const SpaceId& space, std::optional<Role> role) {
        return [space, role](RightsEntry& entry) { entry.feeds = {{space, {{4, {}, role}}}}; };
    };
    CHECK(rights("post", nothing) == "accepted");
    CHECK(by_district(scene.revocation("post")) == "accepted");
    CHECK(rights("other-post", nothing) == "out_of_scope");
    CHECK(by_district(scene.revocation("other-post")) == "out_of_scope");
    CHECK(rights("officer", nothing) == "out_of_scope");
    CHECK(by_district(scene.revocation("officer")) == "out_of_scope");
    CHECK(rights("post", [](RightsEntry& entry) { entry.role = Role::province_officer; }) == "out_of_scope");
    CHECK(rights("post", [](RightsEntry& entry) { entry.all_spaces = true; }) == "out_of_scope");
    CHECK(rights("post", [&](RightsEntry& entry) { entry.spaces = {scene.dak_glei}; }) == "out_of_scope");
    CHECK(rights("post", term(scene.ngoc_hoi, Role::district_officer)) == "accepted");
    CHECK(rights("post", term(scene.whole, std::nullopt)) == "accepted");
    CHECK(rights("post", term(scene.dak_glei, Role::border_post)) == "out_of_scope");
    // What a post wrote does not become an officer's word by a term.
    CHECK(rights("post", term(scene.ngoc_hoi, Role::province_officer)) == "out_of_scope");
}

TEST_CASE("an issuer of some spaces touches no past of a wider kind and undoes nobody else's revocation") {
    RootScene scene;
    const SigningKey district = scene.key();
    scene.append_root([&](RootEntry& root) {
        root.issuers.push_back({district.public_key(), false, {scene.ngoc_hoi}, 0});
    });
    // One that once held another space, and one that was an officer of the province.
    scene.province.enrol("moved", Role::border_post, {"kon-tum/dak-glei"});
    RightsEntry moved = scene.province.rights("moved");
    moved.spaces = {scene.ngoc_hoi};
    scene.province.append(moved);
    CHECK(scene.answer_by(district, scene.revocation("moved")) == "out_of_scope");
    scene.province.enrol("demoted", Role::province_officer, {"kon-tum/ngoc-hoi"});
    RightsEntry demoted = scene.province.rights("demoted");
    demoted.role = Role::border_post;
    demoted.feeds = {{scene.ngoc_hoi, {{4, {}, Role::province_officer}}}};
    scene.province.append(demoted);
    RightsEntry without = demoted;
    without.feeds.clear();
    CHECK(scene.answer_by(district, without) == "out_of_scope");

    RightsEntry back = scene.province.rights("post");
    back.reason = RightsReason::readmitted;
    const TrustState before = scene.province.trust;
    scene.append_by(district, scene.revocation("post"));
    CHECK(scene.answer_by(district, back) == "accepted");
    scene.province.trust = before;
    scene.province.append(scene.revocation("post"));
    CHECK(scene.answer_by(district, back) == "out_of_scope");
    CHECK(scene.answer_to(back) == "accepted");
}

TEST_CASE(
    "an issuer turned evil is cut by one root: its words end, honest rights come back, on every replica") {
    RootScene scene;
    const SigningKey evil = scene.key();
    scene.province.append(scene.revocation("hub"));  // stands for a thief's device
    scene.append_root([&](RootEntry& root) { root.issuers.push_back(of_all(evil)); });
    scene.province.enrol("honest", Role::border_post, {"kon-tum/ngoc-hoi"});
    scene.append_by(evil, CatalogueEntry{2, {}});  // while it was honest
    const TrustState before = scene.province.trust;
    const std::uint64_t last_good = before.position();
    const std::string honest = portrait(scene.device("honest"));
    const std::string officer = portrait(scene.device("officer"));
    const std::string thief = portrait(scene.device("hub"));

    scene.append_by(evil, scene.revocation("honest"));
    RightsEntry robbed = scene.province.rights("officer");
    robbed.role = Role::border_post;
    robbed.all_spaces = false;
    robbed.spaces.clear();
    robbed.feeds = {{scene.ngoc_hoi, {{1, {}, std::nullopt}}}};
    scene.append_by(evil, robbed);
    RightsEntry readmitted = scene.province.rights("hub");
    readmitted.revoked = false;
    readmitted.reason = RightsReason::readmitted;
    scene.append_by(evil, readmitted);
    const DeviceKeys rogue_keys = DeviceKeys::generate(scene.province.random);
    const EnrolEntry rogue_entry =
        scene.province.enrol_entry("rogue", rogue_keys.public_keys(), Role::province_officer, {}, true);
    SpacesEntry spaces = scene.spaces();
    spaces.spaces[2].writer_roles = 1u << static_cast<unsigned>(Role::border_post);
    spaces.spaces[2].sealed_name = {6, 6, 6};
    spaces.spaces.push_back({scene.province.space("evil"), 0, {}});
    scene.append_by(evil, spaces);
    scene.append_by(evil, rogue_entry);
    scene.append_by(evil, CatalogueEntry{0xffffffff, {}});
    EpochEntry epoch = scene.epoch(scene.ngoc_hoi, 3);
    scene.append_by(evil, epoch);
    const DeviceId rogue = rogue_keys.public_keys().id();
    CHECK(scene.province.trust.may_write(*scene.province.trust.find(rogue), scene.whole));
    CHECK(scene.device("honest").revoked);
    CHECK(!scene.device("hub").revoked);

    scene.append_root([&](RootEntry& root) { root.issuers.back().last_position = last_good; });
    const TrustState& after = scene.province.trust;
    CHECK(portrait(scene.device("honest")) == honest);
    CHECK(portrait(scene.device("officer")) == officer);
    CHECK(portrait(scene.device("hub")) == thief);
    const TrustState::Device& stranger = *after.find(rogue);
    CHECK(stranger.revoked);
    CHECK(stranger.rights_position == after.position());
    CHECK(!after.right_at(stranger, scene.whole, 1));
    CHECK(after.readable(stranger).empty());
    CHECK(after.right_at(scene.device("officer"), scene.dak_glei, 1) == Role::province_officer);
    CHECK(after.spaces()[2].writer_roles == before.spaces()[2].writer_roles);
    CHECK(after.spaces()[2].sealed_name == before.spaces()[2].sealed_name);
    CHECK(after.spaces().size() == before.spaces().size() + 1);
    CHECK(after.catalogue_version() == 2);
    CHECK(after.epoch_at(scene.ngoc_hoi, after.position())->epoch == 3);  // until it is changed
    CHECK(scene.answer_by(evil, CatalogueEntry{3, {}}) == "bad_signature");
    CHECK(scene.answer_to(CatalogueEntry{3, {}}) == "accepted");
    CHECK(scene.answer_to(scene.epoch(scene.ngoc_hoi, 4)) == "accepted");

    // The same from the first entry on, elsewhere; and its indexes are those of the feed.
    TrustState replica;
    for (const Bytes& entry : scene.province.entries) {
        REQUIRE(replica.apply(entry));
    }
    CHECK(portrait(replica) == portrait(after));
    for (const TrustState::Device& device : before.devices()) {
        CHECK(after.find(device.id)->index == device.index);
    }
    // A later root changes nothing more about it, and somebody who knows may take up what it enrolled.
    const std::uint64_t since = stranger.rights_position;
    scene.append_root([](RootEntry& root) { root.expires_ms += 1; });
    CHECK(after.find(rogue)->rights_position == since);
    RightsEntry taken_up;
    taken_up.device = rogue;
    taken_up.role = Role::border_post;
    taken_up.reason = RightsReason::readmitted;
    taken_up.spaces = {scene.ngoc_hoi};
    scene.province.append(taken_up);
    CHECK(after.may_write(*after.find(rogue), scene.ngoc_hoi));
}

TEST_CASE("what an honest issuer said of a rogue before the dismissal does not keep it") {
    RootScene scene;
    const SigningKey evil = scene.key();
    scene.append_root([&](RootEntry& root) { root.issuers.push_back(of_all(evil)); });
    const std::uint64_t last_good = scene.province.trust.position();
    const DeviceKeys keys = DeviceKeys::generate(scene.province.random);
    scene.append_by(evil, scene.province.enrol_entry("rogue", keys.public_keys(), Role::border_post,
                                                     {"kon-tum/ngoc-hoi"}, false));
    RightsEntry unaware;
    unaware.device = keys.public_keys().id();
    unaware.role = Role::border_post;
    unaware.spaces = {scene.ngoc_hoi};
    scene.province.append(unaware);
    scene.append_root([&](RootEntry& root) { root.issuers.back().last_position = last_good; });
    CHECK(scene.province.trust.find(unaware.device)->revoked);
}

TEST_CASE("after an issuer that kept an epoch key to itself, the way back to older keys goes round it") {
    RootScene scene;
    const SigningKey evil = scene.key();
    scene.append_root([&](RootEntry& root) { root.issuers.push_back(of_all(evil)); });
    const std::uint64_t last_good = scene.province.trust.position();
    scene.append_by(evil, scene.epoch(scene.ngoc_hoi, 3));  // wrapped to nobody, former key unreadable
    scene.append_root([&](RootEntry& root) { root.issuers.back().last_position = last_good; });
    EpochKey newer = EpochKey::generate(scene.ngoc_hoi, 4, scene.province.random);
    EpochEntry entry = scene.province.epoch_entry(newer);
    entry.previous_key =
        seal_previous_key(newer, *scene.province.keys.find(scene.ngoc_hoi, 2), scene.province.random);
    scene.province.append(entry);
    scene.province.keys.add(std::move(newer));
    scene.province.enrol("late", Role::border_post, {"kon-tum/ngoc-hoi"});
    const KeyRing ring = scene.province.key_ring(scene.province.member("late"));
    for (const std::uint32_t number : {1u, 2u, 4u}) {
        REQUIRE(ring.find(scene.ngoc_hoi, number) != nullptr);
        CHECK(ring.find(scene.ngoc_hoi, number)
                  ->key.equals(scene.province.keys.find(scene.ngoc_hoi, number)->key));
    }
    CHECK(ring.find(scene.ngoc_hoi, 3) == nullptr);
    CHECK(ring.newest(scene.ngoc_hoi)->epoch == 4);
}
