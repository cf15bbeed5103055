// Rights as a function of (device, space, seq) and the trust feed (S13, S14), and which rights may be given.
#include "trust_scene.hpp"

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;
using Terms = std::vector<RightsEntry::Term>;

Hash256 some_hash(std::uint8_t octet) {
    Hash256 hash;
    hash.octets.fill(octet);
    return hash;
}

struct RightsScene : Scene {
    const TrustState& trust() const { return province.trust; }
    const TrustState::Device& device(std::string_view name) const {
        return *province.trust.find(province.member(name).id);
    }
    std::string answer_with(std::string_view name, const std::function<void(RightsEntry&)>& change) {
        RightsEntry entry = province.rights(name);
        change(entry);
        return answer_to(entry);
    }
    void append_with(std::string_view name, const std::function<void(RightsEntry&)>& change) {
        RightsEntry entry = province.rights(name);
        change(entry);
        province.append(entry);
    }
    void revoke(std::string_view name) {
        append_with(name, [](RightsEntry& entry) {
            entry.reason = RightsReason::stolen;
            entry.revoked = true;
            entry.spaces.clear();
            entry.all_spaces = false;
        });
    }
};

}  // namespace

TEST_CASE("rights are of an enrolled device; the authority and hubs stay what they are") {
    RightsScene scene;
    CHECK(scene.answer_with("post", [](RightsEntry&) {}) == "accepted");
    CHECK(scene.answer_with("post", [](RightsEntry& entry) { entry.device = {}; }) == "bad_trust_entry");
    CHECK(scene.answer_with("post", [](RightsEntry& entry) {
        entry.role = Role::hub;
        entry.spaces.clear();
    }) == "bad_trust_entry");
    CHECK(scene.answer_with("post", [](RightsEntry& entry) { entry.role = Role::authority; }) ==
          "bad_trust_entry");
    CHECK(scene.answer_with("authority", [](RightsEntry& entry) { entry.role = Role::province_officer; }) ==
          "bad_trust_entry");
    CHECK(scene.answer_with("authority", [](RightsEntry&) {}) == "bad_trust_entry");
    CHECK(scene.answer_with("hub", [](RightsEntry& entry) { entry.role = Role::border_post; }) ==
          "bad_trust_entry");
    CHECK(scene.answer_with("hub", [](RightsEntry& entry) {
        entry.revoked = true;
        entry.reason = RightsReason::compromised;
    }) == "accepted");
}

TEST_CASE("rights name known spaces and the newest epochs of what the device may read by them") {
    RightsScene scene;
    const auto with = [&](auto change) { return scene.answer_with("post", change); };
    const SpaceId elsewhere = scene.province.space("elsewhere");
    CHECK(with([&](RightsEntry& entry) { entry.spaces = {scene.dak_glei}; }) == "accepted");
    CHECK(with([&](RightsEntry& entry) { entry.spaces = {elsewhere}; }) == "bad_trust_entry");
    CHECK(with([&](RightsEntry& entry) { entry.spaces = {scene.directory}; }) == "bad_trust_entry");
    CHECK(with([&](RightsEntry& entry) { entry.feeds = {{scene.dak_glei, {}}}; }) == "accepted");
    CHECK(with([&](RightsEntry& entry) { entry.feeds = {{elsewhere, {}}}; }) == "bad_trust_entry");
    CHECK(with([&](RightsEntry& entry) { entry.wraps = {{scene.ngoc_hoi, 2, {}}}; }) == "accepted");
    CHECK(with([&](RightsEntry& entry) { entry.wraps = {{scene.ngoc_hoi, 1, {}}}; }) == "bad_trust_entry");
    CHECK(with([&](RightsEntry& entry) { entry.wraps = {{scene.dak_glei, 1, {}}}; }) == "bad_trust_entry");
    CHECK(with([&](RightsEntry& entry) {
              entry.spaces = {scene.dak_glei};
              entry.wraps = {{scene.ngoc_hoi, 2, {}}};
          }) == "bad_trust_entry");
    CHECK(with([&](RightsEntry& entry) {
              entry.spaces = {scene.dak_glei};
              entry.wraps = {{scene.dak_glei, 1, {}}};
          }) == "accepted");
    CHECK(with([&](RightsEntry& entry) { entry.wraps = {{elsewhere, 1, {}}}; }) == "bad_trust_entry");
}

TEST_CASE("a right is that of the first term that reaches the change set, then the present one") {
    RightsScene scene;
    const auto role_at = [&](std::string_view name, const SpaceId& space, std::uint64_t seq) {
        const auto role = scene.trust().right_at(scene.device(name), space, seq);
        return role ? std::string(role_name(*role)) : std::string("none");
    };
    CHECK(role_at("post", scene.ngoc_hoi, 1) == "border_post");
    CHECK(role_at("post", scene.whole, 1) == "none");     // reads it, does not write it
    CHECK(role_at("post", scene.dak_glei, 1) == "none");  // not its space
    CHECK(role_at("hub", scene.ngoc_hoi, 1) == "none");

    scene.append_with("post", [&](RightsEntry& entry) {
        entry.role = Role::district_officer;
        entry.feeds = {{scene.ngoc_hoi,
                        {{3, some_hash(3), Role::border_post},
                         {5, some_hash(5), std::nullopt},
                         {6, some_hash(6), Role::border_post}}}};
    });
    const std::pair<std::uint64_t, std::string> expected[] = {{1, "border_post"},
                                                              {3, "border_post"},
                                                              {4, "none"},
                                                              {5, "none"},
                                                              {6, "border_post"},
                                                              {7, "district_officer"},
                                                              {8, "district_officer"},
                                                              {~0ull, "district_officer"}};
    for (const auto& [seq, role] : expected) {
        CAPTURE(seq);
        CHECK(role_at("post", scene.ngoc_hoi, seq) == role);
    }
    const TrustState::Device& post = scene.device("post");
    for (std::uint64_t seq = 1; seq <= 8; ++seq) {
        CAPTURE(seq);
        const Hash256* named = scene.trust().named_hash(post, scene.ngoc_hoi, seq);
        const bool is_named = seq == 3 || seq == 5 || seq == 6;
        CHECK((named != nullptr) == is_named);
        CHECK((named == nullptr || *named == some_hash(static_cast<std::uint8_t>(seq))));
    }
    CHECK(scene.trust().named_hash(post, scene.dak_glei, 3) == nullptr);
    CHECK(post.rights_position == scene.trust().position());
    CHECK(post.rights_signer == scene.province.issuer_key.public_key());
    CHECK(post.position < post.rights_position);

    // The last word holds, all of it: what it does not list begins anew.
    scene.append_with("post", [](RightsEntry& entry) { entry.feeds.clear(); });
    CHECK(role_at("post", scene.ngoc_hoi, 4) == "district_officer");
    CHECK(scene.trust().named_hash(scene.device("post"), scene.ngoc_hoi, 3) == nullptr);
}

TEST_CASE("a revoked device keeps what it wrote up to the cut, and reads and gets nothing") {
    RightsScene scene;
    scene.append_with("post", [&](RightsEntry& entry) {
        entry.feeds = {{scene.ngoc_hoi, {{3, some_hash(3), Role::border_post}}}};
    });
    scene.revoke("post");
    const TrustState::Device& post = scene.device("post");
    CHECK(scene.trust().right_at(post, scene.ngoc_hoi, 3) == Role::border_post);
    CHECK(!scene.trust().right_at(post, scene.ngoc_hoi, 4));
    CHECK(!scene.trust().may_write(post, scene.ngoc_hoi));
    CHECK(scene.trust().readable(post).empty());
    CHECK(scene.trust().carried(post).empty());
    std::vector<SpaceId> held = {scene.whole, scene.ngoc_hoi};
    std::ranges::sort(held);
    CHECK(post.ever_held == held);
    CHECK(scene.trust().withdrawn(post) == held);
    for (const SpaceId& space : {scene.directory, scene.ngoc_hoi, scene.whole}) {
        EpochEntry entry = scene.epoch(space, scene.trust().newest_epoch(space)->epoch + 1);
        CHECK(scene.answer_to(entry) == "accepted");
        entry.wraps = {scene.any_wrap("post")};
        CHECK(scene.answer_to(entry) == "bad_trust_entry");
    }
    scene.revoke("hub");
    CHECK(scene.trust().carried(scene.device("hub")).empty());
}

TEST_CASE("what a device has ever held counts spaces that came after it, and none that others got") {
    RightsScene scene;
    SpacesEntry spaces;
    for (const TrustState::Space& space : scene.trust().spaces()) {
        spaces.spaces.push_back({space.id, space.writer_roles, space.sealed_name});
    }
    const SpaceId added = scene.province.space("kon-tum/sa-thay");
    spaces.spaces.push_back({added, 0, {}});
    scene.province.append(spaces);
    CHECK(std::ranges::count(scene.device("officer").ever_held, added) == 1);
    CHECK(std::ranges::count(scene.device("post").ever_held, added) == 0);
    scene.append_with("officer", [&](RightsEntry& entry) {
        entry.all_spaces = false;
        entry.spaces = {scene.ngoc_hoi};
    });
    std::vector<SpaceId> lost = {scene.dak_glei, added};
    std::ranges::sort(lost);
    CHECK(scene.trust().withdrawn(scene.device("officer")) == lost);
    CHECK(scene.trust().withdrawn(scene.device("post")).empty());
    CHECK(scene.trust().withdrawn(scene.device("hub")).empty());
}

TEST_CASE("other writers of a space need a cut for each device that loses the right") {
    RightsScene scene;
    const auto writers = [&](std::size_t place, std::uint8_t bits) {
        SpacesEntry entry;
        for (const TrustState::Space& space : scene.trust().spaces()) {
            entry.spaces.push_back({space.id, space.writer_roles, space.sealed_name});
        }
        entry.spaces[place].writer_roles = bits;
        return entry;
    };
    constexpr std::uint8_t officers = 1u << static_cast<unsigned>(Role::province_officer);
    constexpr std::uint8_t posts = 1u << static_cast<unsigned>(Role::border_post);
    CHECK(scene.answer_to(writers(1, officers)) == "bad_trust_entry");  // the post loses it
    CHECK(scene.answer_to(writers(1, posts)) == "bad_trust_entry");     // the officer loses it
    CHECK(scene.answer_to(writers(1, posts | officers)) == "accepted");
    CHECK(scene.answer_to(writers(0, 0)) == "accepted");
    scene.append_with("post", [&](RightsEntry& entry) {
        entry.feeds = {{scene.ngoc_hoi, {{2, some_hash(2), Role::border_post}}}};
    });
    CHECK(scene.answer_to(writers(1, officers)) == "accepted");
    scene.province.append(writers(1, officers));
    CHECK(scene.trust().right_at(scene.device("post"), scene.ngoc_hoi, 2) == Role::border_post);
    CHECK(!scene.trust().right_at(scene.device("post"), scene.ngoc_hoi, 3));
    CHECK(scene.trust().right_at(scene.device("officer"), scene.ngoc_hoi, 3) == Role::province_officer);
}

TEST_CASE("the epoch to be used at a trust position is the newest one then") {
    RightsScene scene;
    const TrustState& trust = scene.trust();
    const std::uint64_t before = trust.position();
    scene.province.rotate(scene.ngoc_hoi);
    CHECK(trust.epoch_at(scene.ngoc_hoi, before)->epoch == 2);
    CHECK(trust.epoch_at(scene.ngoc_hoi, before + 1)->epoch == 3);
    CHECK(trust.epoch_at(scene.ngoc_hoi, ~0ull)->epoch == 3);
    CHECK(trust.epoch_at(scene.ngoc_hoi, 1) == nullptr);
    CHECK(trust.epoch_at(scene.province.space("elsewhere"), before) == nullptr);
}
