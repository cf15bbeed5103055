// Which octets are the body of a trust entry, and a root entry's signatures.
#include "trust_form.hpp"

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;

}  // namespace

TEST_CASE("a body is one accepted encoding") {
    TestProvince province;
    const auto refused = [&](trust::EntryType type, Bytes body) {
        return parse_error(with_body(province, type, body));
    };
    const Bytes catalogue = body_of(CatalogueEntry{2, {1, 2, 3}});
    CHECK(refused(trust::EntryType::catalogue, catalogue) == std::nullopt);
    Bytes longer = catalogue;
    longer.push_back(0);
    CHECK(refused(trust::EntryType::catalogue, longer) == ErrorCode::bad_trust_entry);
    CHECK(refused(trust::EntryType::catalogue, {catalogue.begin(), catalogue.end() - 1}) ==
          ErrorCode::bad_trust_entry);
    CHECK(refused(trust::EntryType::catalogue, {2, 0, 0, 0, 0x83, 0x00, 1, 2, 3}) ==
          ErrorCode::bad_trust_entry);
    CHECK(refused(trust::EntryType::catalogue, {}) == ErrorCode::bad_trust_entry);

    Bytes root = body_of(province.trust.root());
    root.resize(root.size() - 3);  // without its suites and their count
    CHECK(refused(trust::EntryType::root, root) == ErrorCode::bad_trust_entry);

    // A yes that is not written as 1.
    const DeviceKeys keys = DeviceKeys::generate(province.random);
    Bytes enrol = body_of(province.enrol_entry("x", keys.public_keys(), Role::province_officer, {}, true));
    CHECK(refused(trust::EntryType::enrol, enrol) == std::nullopt);
    enrol[65] = 2;
    CHECK(refused(trust::EntryType::enrol, enrol) == ErrorCode::bad_trust_entry);
    enrol[65] = 1;
    enrol[64] = 5;  // a role of a later version
    CHECK(refused(trust::EntryType::enrol, enrol) == ErrorCode::unsupported_version);
    enrol[64] = 255;
    CHECK(refused(trust::EntryType::enrol, enrol) == ErrorCode::unsupported_version);
}

TEST_CASE("rights say what they are in one way, and a reason that is true") {
    const TestProvince province = province_of_all_types();
    const SpaceId space = province.space("a/b");
    const auto with = [&](auto change) {
        RightsEntry entry = province.rights("post");
        change(entry);
        return parse_error(province.sign(entry).bytes);
    };
    const auto bad = std::optional(ErrorCode::bad_trust_entry);
    const auto revoke = [](RightsEntry& entry, RightsReason reason) {
        entry.revoked = true;
        entry.reason = reason;
        entry.spaces.clear();
    };
    using Terms = std::vector<RightsEntry::Term>;
    const auto terms = [&](const Terms& list) {
        return with([&](RightsEntry& entry) { entry.feeds = {{space, list}}; });
    };
    CHECK(terms({}) == std::nullopt);
    CHECK(terms({{1, {}, Role::border_post}, {2, {}, std::nullopt}}) == std::nullopt);
    CHECK(terms({{0, {}, Role::border_post}}) == bad);
    CHECK(terms({{2, {}, Role::border_post}, {2, {}, std::nullopt}}) == bad);
    CHECK(terms({{2, {}, Role::border_post}, {1, {}, std::nullopt}}) == bad);
    CHECK(terms({{1, {}, Role::hub}}) == bad);
    CHECK(terms({{1, {}, Role::authority}}) == bad);
    CHECK(terms({{1, {}, static_cast<Role>(5)}}) == ErrorCode::unsupported_version);
    CHECK(with([&](RightsEntry& entry) { entry.feeds = {{space, {}}, {space, {}}}; }) == bad);
    CHECK(with([&](RightsEntry& entry) { entry.spaces = {space, space}; }) == bad);
    CHECK(with([&](RightsEntry& entry) { entry.wraps = {{space, 1, {}}, {space, 1, {}}}; }) == bad);
    CHECK(with([](RightsEntry& entry) { entry.role = static_cast<Role>(5); }) ==
          ErrorCode::unsupported_version);
    CHECK(with([](RightsEntry& entry) { entry.reason = static_cast<RightsReason>(9); }) ==
          ErrorCode::unsupported_version);
    CHECK(with([&](RightsEntry& entry) { revoke(entry, RightsReason::lost); }) == std::nullopt);
    CHECK(with([&](RightsEntry& entry) {
              revoke(entry, RightsReason::lost);
              entry.spaces = {space};
          }) == bad);
    CHECK(with([&](RightsEntry& entry) {
              revoke(entry, RightsReason::lost);
              entry.all_spaces = true;
          }) == bad);
    CHECK(with([&](RightsEntry& entry) {
              revoke(entry, RightsReason::lost);
              entry.wraps = {{space, 1, {}}};
          }) == bad);
    CHECK(with([&](RightsEntry& entry) { entry.role = Role::hub; }) == bad);  // with a space
    for (std::uint8_t number = 0; number <= 8; ++number) {
        CAPTURE(number);
        const auto reason = static_cast<RightsReason>(number);
        const bool stays = number <= 1;
        const bool either = number >= 7;
        CHECK((with([&](RightsEntry& entry) { entry.reason = reason; }) == std::nullopt) ==
              (stays || either));
        CHECK((with([&](RightsEntry& entry) { revoke(entry, reason); }) == std::nullopt) ==
              (!stays || either));
        CHECK(parse_reason(reason_name(reason)) == reason);
    }
    Bytes body = body_of(province.rights("post"));
    constexpr std::size_t revoked_at = DeviceId::size + 1;
    constexpr std::size_t all_spaces_at = revoked_at + 2;
    for (const std::size_t at : {revoked_at, all_spaces_at}) {
        body[at] = 2;  // a yes that is not written as 1
        CHECK(parse_error(with_body(province, trust::EntryType::rights, body)) == bad);
        body[at] = 0;
    }
    CHECK(parse_error(with_body(province, trust::EntryType::rights, body)) == std::nullopt);
}

TEST_CASE("a root entry's issuers and trailer have one form, and a draft becomes an entry by signatures") {
    TestProvince province;
    const SigningKey other = SigningKey::from_seed(Secret::random(32, province.random));
    RootEntry root = province.trust.root();
    ++root.version;
    root.root_keys.push_back(other.public_key());
    const auto with = [&](auto change) {
        RootEntry entry = root;
        change(entry);
        return parse_error(province.sign(entry).bytes);
    };
    const auto bad = std::optional(ErrorCode::bad_trust_entry);
    const SpaceId space = province.space("kon-tum");
    CHECK(with([](RootEntry&) {}) == std::nullopt);
    CHECK(with([&](RootEntry& entry) { entry.issuers[0].spaces = {space}; }) == bad);
    CHECK(with([&](RootEntry& entry) {
              entry.issuers[0].all_spaces = false;
              entry.issuers[0].spaces = {space};
          }) == std::nullopt);
    CHECK(with([&](RootEntry& entry) {
              entry.issuers[0].all_spaces = false;
              entry.issuers[0].spaces = {space, space};
          }) == bad);

    const Bytes draft = draft_root_entry(province.next(root));
    CHECK(parse_error(draft) == ErrorCode::bad_signature);
    CHECK(parse_root_draft(draft)->signers.empty());
    const Result<Bytes> once = add_root_signature(draft, other);
    REQUIRE(once);
    CHECK(add_root_signature(*once, other).error().code == ErrorCode::already_signed);
    const Result<Bytes> twice = add_root_signature(*once, province.root_key);
    REQUIRE(twice);
    CHECK(*twice == *add_root_signature(*add_root_signature(draft, province.root_key), other));
    CHECK(parse_trust_entry(*twice)->signers.size() == 2);
    CHECK(parse_trust_entry(*twice)->hash == parse_trust_entry(*once)->hash);
    CHECK(parse_root_draft(province.sign(CatalogueEntry{1, {}}).bytes).error().code ==
          ErrorCode::bad_trust_entry);

    constexpr std::size_t one = SigningPublicKey::size + Signature::size;
    Bytes swapped = *twice;
    std::swap_ranges(swapped.end() - 2 * one, swapped.end() - one, swapped.end() - one);
    CHECK(parse_error(swapped) == bad);
    Bytes doubled = *once;
    doubled.insert(doubled.end(), once->end() - one, once->end());
    doubled[doubled.size() - 2 * one - 1] = 2;
    CHECK(parse_error(doubled) == bad);
    Bytes crossed = *twice;  // each signature under the other's key
    std::swap_ranges(crossed.end() - 2 * one, crossed.end() - 2 * one + SigningPublicKey::size,
                     crossed.end() - one);
    CHECK(parse_error(crossed).has_value());
    Bytes many = draft;
    many.back() = 33;
    many.resize(many.size() + 33 * one);
    CHECK(parse_error(many) == ErrorCode::limit_exceeded);
    Bytes named = *once;  // a signer in the header too
    std::ranges::copy(other.public_key().octets, named.begin() + signer_at);
    CHECK(parse_error(sign_again(named, other)) == bad);
    Bytes nameless = province.sign(CatalogueEntry{1, {}}).bytes;
    std::fill_n(nameless.begin() + signer_at, SigningPublicKey::size, std::uint8_t{0});
    CHECK(parse_error(sign_again(nameless, province.issuer_key)) == bad);
}
