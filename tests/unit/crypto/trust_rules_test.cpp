// What may stand at which position: one refusal for each rule, and none of them leaves a trace.
#include "trust_scene.hpp"

#include <doctest/doctest.h>

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

RootEntry good_root(const TestProvince& province) { return province.trust.root(); }

std::string first_entry(const RootEntry& root, const SigningKey& signer) {
    return answer(TrustState(), sign_trust_entry({1, {}, 0, root}, signer));
}

}  // namespace

TEST_CASE("position 1 is a root entry signed by one of its root keys") {
    const TestProvince province;
    const RootEntry good = good_root(province);
    CHECK(first_entry(good, province.root_key) == "accepted");
    CHECK(first_entry(good, province.issuer_key) == "bad_signature");
    CHECK(answer(TrustState(), sign_trust_entry({1, {}, 0, CatalogueEntry{1, {}}}, province.root_key)) ==
          "bad_trust_entry");
    CHECK(answer(TrustState(), sign_trust_entry({2, province.trust.head(), 0, good}, province.root_key)) ==
          "waiting_for_dependency");
}

TEST_CASE("a root entry names keys, a threshold that they can meet, and the one suite") {
    TestProvince province;
    const SigningKey& key = province.root_key;
    const RootEntry good = good_root(province);
    const auto with = [&](auto change) {
        RootEntry root = good;
        change(root);
        return first_entry(root, key);
    };
    const SigningPublicKey other = province.issuer_key.public_key();
    CHECK(with([&](RootEntry& root) { root.root_keys.push_back(other); }) == "accepted");
    CHECK(with([&](RootEntry& root) { root.root_keys.clear(); }) == "bad_trust_entry");
    CHECK(with([&](RootEntry& root) { root.root_keys.push_back(root.root_keys[0]); }) == "bad_trust_entry");
    CHECK(with([&](RootEntry& root) { root.issuers.clear(); }) == "bad_trust_entry");
    CHECK(with([&](RootEntry& root) { root.issuers.push_back({other, true, {}, 0}); }) == "bad_trust_entry");
    CHECK(with([&](RootEntry& root) { root.threshold = 0; }) == "bad_trust_entry");
    CHECK(with([&](RootEntry& root) { root.threshold = 2; }) == "bad_trust_entry");
    CHECK(with([&](RootEntry& root) {
              root.root_keys.push_back(other);
              root.threshold = 2;
          }) == "bad_signature");
    CHECK(with([&](RootEntry& root) { root.issuers[0].last_position = 1; }) == "bad_trust_entry");
    CHECK(with([&](RootEntry& root) { root.issuers[0].all_spaces = false; }) == "bad_trust_entry");
    for (const std::uint32_t version : {0u, 2u, 0xffffffffu}) {
        CHECK(with([&](RootEntry& root) { root.version = version; }) == "bad_trust_entry");
    }
    for (const std::vector<std::uint16_t>& suites :
         std::vector<std::vector<std::uint16_t>>{{}, {0}, {2}, {1, 2}, {1, 1}, {0x0100}}) {
        CHECK(with([&](RootEntry& root) { root.suites = suites; }) == "unsupported_version");
    }
}

TEST_CASE("later positions are signed by an issuer, continue the chain and come in order") {
    TestProvince province;
    const CatalogueEntry body{1, {}};
    const TrustEntry next = province.next(body);
    const SigningKey stranger = SigningKey::from_seed(Secret::random(32, province.random));
    CHECK(answer(province.trust, sign_trust_entry(next, province.issuer_key)) == "accepted");
    CHECK(answer(province.trust, sign_trust_entry(next, province.root_key)) == "bad_signature");
    CHECK(answer(province.trust, sign_trust_entry(next, stranger)) == "bad_signature");

    TrustEntry later = next;
    ++later.position;
    CHECK(answer(province.trust, sign_trust_entry(later, province.issuer_key)) == "waiting_for_dependency");
    CHECK(answer(province.trust, sign_trust_entry(later, stranger)) == "bad_signature");
    TrustEntry unchained = next;
    unchained.previous.octets[0] ^= 1;
    CHECK(answer(province.trust, sign_trust_entry(unchained, province.issuer_key)) == "broken_chain");
}

TEST_CASE("another entry at a position already held is a fork, if the issuer signed it") {
    TestProvince province;
    const TrustState before = province.trust;
    const Bytes fork = province.sign(CatalogueEntry{7, {}}).bytes;
    province.publish_catalogue("{}");
    CHECK(code_of(province.trust.apply(fork)) == "forked_feed");
    CHECK(code_of(province.trust.apply(province.entries.back())) == "accepted");
    TrustState other = before;
    REQUIRE(other.apply(fork));
    CHECK(code_of(other.apply(province.entries.back())) == "forked_feed");

    const SigningKey stranger = SigningKey::from_seed(Secret::random(32, province.random));
    const TrustEntry same_place = parse_trust_entry(fork)->entry;
    CHECK(code_of(province.trust.apply(sign_trust_entry(same_place, stranger).bytes)) == "bad_signature");

    // The root too: another root entry by the same root key is a fork, one by somebody else is nothing.
    RootEntry root = province.trust.root();
    root.expires_ms += 1;
    CHECK(answer(province.trust, sign_trust_entry({1, {}, 0, root}, province.root_key)) == "forked_feed");
    CHECK(answer(province.trust, sign_trust_entry({1, {}, 0, root}, province.issuer_key)) == "bad_signature");
}

TEST_CASE("spaces are only added") {
    Scene scene;
    SpacesEntry good;
    for (const TrustState::Space& space : scene.province.trust.spaces()) {
        good.spaces.push_back({space.id, space.writer_roles, {1, 2, 3}});
    }
    const auto with = [&](auto change) {
        SpacesEntry entry = good;
        change(entry.spaces);
        return scene.answer_to(entry);
    };
    using Spaces = std::vector<SpacesEntry::Space>;
    const SpacesEntry::Space added{scene.province.space("new"), 0, {}};
    CHECK(with([](Spaces&) {}) == "accepted");  // names sealed again
    CHECK(with([&](Spaces& spaces) { spaces.push_back(added); }) == "accepted");
    CHECK(with([](Spaces& spaces) { spaces.pop_back(); }) == "bad_trust_entry");
    CHECK(with([](Spaces& spaces) { spaces.clear(); }) == "bad_trust_entry");
    CHECK(with([](Spaces& spaces) { std::swap(spaces[0].id, spaces[1].id); }) == "bad_trust_entry");
    CHECK(with([&](Spaces& spaces) { spaces[2] = added; }) == "bad_trust_entry");
    CHECK(with([](Spaces& spaces) { spaces.push_back(spaces[0]); }) == "bad_trust_entry");
    CHECK(with([&](Spaces& spaces) { spaces.push_back({scene.directory, 0, {}}); }) == "bad_trust_entry");
    CHECK(with([](Spaces& spaces) { spaces[1].writer_roles = 8; }) ==
          "bad_trust_entry");  // the post writes there
    CHECK(with([](Spaces& spaces) { spaces[2].writer_roles = 8; }) == "accepted");
    for (const unsigned bit : {0u, 4u}) {  // the authority and hubs write nothing
        CHECK(with([&](Spaces& spaces) {
                  spaces.push_back({scene.province.space("new"), static_cast<std::uint8_t>(1u << bit), {}});
              }) == "bad_trust_entry");
    }
    for (const unsigned bit : {5u, 6u, 7u}) {
        CHECK(with([&](Spaces& spaces) {
                  spaces.push_back({scene.province.space("new"), static_cast<std::uint8_t>(1u << bit), {}});
              }) == "unsupported_version");
    }
    SpacesEntry none;
    TrustState root_only;
    REQUIRE(root_only.apply(scene.province.entries[0]));
    CHECK(answer(root_only, sign_trust_entry({2, root_only.head(), 0, none}, scene.province.issuer_key)) ==
          "bad_trust_entry");
}

TEST_CASE("epochs of a space count up by one from 1 and carry the former key") {
    Scene scene;
    CHECK(scene.answer_to(scene.epoch(scene.ngoc_hoi, 3)) == "accepted");
    for (const std::uint32_t number : {0u, 1u, 2u, 4u, 0xffffffffu}) {
        CHECK(scene.answer_to(scene.epoch(scene.ngoc_hoi, number)) == "bad_trust_entry");
    }
    CHECK(scene.answer_to(scene.epoch(scene.directory, 2)) == "accepted");
    CHECK(scene.answer_to(scene.epoch(scene.province.space("elsewhere"), 1)) == "bad_trust_entry");
    EpochEntry without = scene.epoch(scene.ngoc_hoi, 3);
    without.previous_key.clear();
    CHECK(scene.answer_to(without) == "bad_trust_entry");

    TrustState before_epochs;
    for (std::size_t i = 0; i < 3; ++i) {  // root, directory, spaces
        REQUIRE(before_epochs.apply(scene.province.entries[i]));
    }
    const auto first = [&](const EpochEntry& entry) {
        return answer(before_epochs,
                      sign_trust_entry({4, before_epochs.head(), 0, entry}, scene.province.issuer_key));
    };
    CHECK(first(scene.epoch(scene.whole, 1)) == "accepted");
    CHECK(first(scene.epoch(scene.whole, 2)) == "bad_trust_entry");
    EpochEntry with_former = scene.epoch(scene.whole, 1);
    with_former.previous_key = Bytes(104);
    CHECK(first(with_former) == "bad_trust_entry");
}

TEST_CASE("an epoch's wraps are sorted and for devices that read the space") {
    Scene scene;
    const auto with = [&](const SpaceId& space, std::uint32_t number, std::vector<EpochEntry::Wrap> wraps,
                          bool sort = true) {
        EpochEntry entry = scene.epoch(space, number);
        if (sort) {
            std::ranges::sort(wraps, {}, &EpochEntry::Wrap::device);
        }
        entry.wraps = std::move(wraps);
        return scene.answer_to(entry);
    };
    const auto post = scene.any_wrap("post");
    const auto officer = scene.any_wrap("officer");
    const auto authority = scene.any_wrap("authority");
    const auto hub = scene.any_wrap("hub");
    CHECK(with(scene.ngoc_hoi, 3, {post, officer, authority}) == "accepted");
    CHECK(with(scene.directory, 2, {post, officer, authority}) == "accepted");
    CHECK(with(scene.whole, 2, {post, officer, authority}) == "accepted");
    CHECK(with(scene.dak_glei, 2, {officer, authority}) == "accepted");
    CHECK(with(scene.dak_glei, 2, {post}) == "bad_trust_entry");
    for (const SpaceId& space : {scene.directory, scene.whole, scene.dak_glei}) {
        CHECK(with(space, 2, {hub}) == "bad_trust_entry");
    }
    CHECK(with(scene.ngoc_hoi, 3, {EpochEntry::Wrap{}}) == "bad_trust_entry");
    CHECK(with(scene.ngoc_hoi, 3, {post, post}) == "bad_trust_entry");
    std::vector<EpochEntry::Wrap> falling = {post, officer};
    std::ranges::sort(falling, std::greater<>(), &EpochEntry::Wrap::device);
    CHECK(with(scene.ngoc_hoi, 3, falling, false) == "bad_trust_entry");
}

TEST_CASE("no key is enrolled twice, nor one that agrees on nothing") {
    Scene scene;
    const DevicePublicKeys post = scene.province.member("post").keys.public_keys();
    CHECK(scene.answer_to(scene.enrolment()) == "accepted");
    EnrolEntry entry = scene.enrolment();
    entry.keys.signing = post.signing;
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
    entry = scene.enrolment();
    entry.keys.agreement = post.agreement;
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
    entry.keys = post;
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
    entry = scene.enrolment();
    entry.keys.agreement = {};
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
    entry.keys.agreement.octets[0] = 1;
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
    CHECK(scene.answer_to(scene.enrolment(Role::authority)) == "bad_trust_entry");
}

TEST_CASE("a certificate's spaces are known, sorted and never the directory; its dates are in order") {
    Scene scene;
    const auto with_spaces = [&](std::vector<SpaceId> spaces) {
        EnrolEntry entry = scene.enrolment();
        entry.spaces = std::move(spaces);
        return scene.answer_to(entry);
    };
    const SpaceId low = std::min(scene.ngoc_hoi, scene.dak_glei);
    const SpaceId high = std::max(scene.ngoc_hoi, scene.dak_glei);
    CHECK(with_spaces({}) == "accepted");
    CHECK(with_spaces({low, high}) == "accepted");
    CHECK(with_spaces({high, low}) == "bad_trust_entry");
    CHECK(with_spaces({low, low}) == "bad_trust_entry");
    CHECK(with_spaces({scene.directory}) == "bad_trust_entry");
    CHECK(with_spaces({scene.province.space("elsewhere")}) == "bad_trust_entry");

    EnrolEntry entry = scene.enrolment();
    entry.not_after_ms = entry.not_before_ms;
    CHECK(scene.answer_to(entry) == "accepted");
    --entry.not_after_ms;
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
}

TEST_CASE("a certificate's wraps are of the newest epochs of what it reads, sorted") {
    Scene scene;
    const auto with_wraps = [&](std::vector<EnrolEntry::Wrap> wraps, bool sort = true) {
        EnrolEntry entry = scene.enrolment();
        entry.spaces = {scene.ngoc_hoi};
        if (sort) {
            std::ranges::sort(wraps, {}, &EnrolEntry::Wrap::space);
        }
        entry.wraps = std::move(wraps);
        return scene.answer_to(entry);
    };
    const EnrolEntry::Wrap whole{scene.whole, 1, {}};
    const EnrolEntry::Wrap own{scene.ngoc_hoi, 2, {}};
    CHECK(with_wraps({{scene.directory, 1, {}}, whole, own}) == "accepted");
    for (const std::uint32_t epoch : {0u, 1u, 3u}) {
        CHECK(with_wraps({{scene.ngoc_hoi, epoch, {}}}) == "bad_trust_entry");
    }
    CHECK(with_wraps({{scene.dak_glei, 1, {}}}) == "bad_trust_entry");
    CHECK(with_wraps({{scene.province.space("elsewhere"), 1, {}}}) == "bad_trust_entry");
    CHECK(with_wraps({whole, whole}) == "bad_trust_entry");
    std::vector<EnrolEntry::Wrap> falling = {whole, own};
    std::ranges::sort(falling, std::greater<>(), &EnrolEntry::Wrap::space);
    CHECK(with_wraps(falling, false) == "bad_trust_entry");
}

TEST_CASE("a hub gets no space and no key") {
    Scene scene;
    const EnrolEntry good = scene.enrolment(Role::hub);
    CHECK(good.wraps.empty());
    CHECK(scene.answer_to(good) == "accepted");
    EnrolEntry entry = good;
    entry.spaces = {scene.ngoc_hoi};
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
    entry = good;
    entry.all_spaces = true;
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
    entry = good;
    entry.wraps = {{scene.directory, 1, {}}};
    CHECK(scene.answer_to(entry) == "bad_trust_entry");
}

TEST_CASE("the catalogue's version rises") {
    Scene scene;
    CHECK(scene.answer_to(CatalogueEntry{2, {}}) == "accepted");
    CHECK(scene.answer_to(CatalogueEntry{9, {}}) == "accepted");
    CHECK(scene.answer_to(CatalogueEntry{1, {}}) == "bad_trust_entry");
    CHECK(scene.answer_to(CatalogueEntry{0, {}}) == "bad_trust_entry");
    TestProvince without;
    CHECK(answer(without.trust, without.sign(CatalogueEntry{0, {}})) == "bad_trust_entry");
    CHECK(answer(without.trust, without.sign(CatalogueEntry{1, {}})) == "accepted");
}
