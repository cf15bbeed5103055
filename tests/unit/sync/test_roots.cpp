// Roots of several keys, issuers beside the province's, and the drill for one that is turned (T23).
#include "posts.hpp"

#include <cotmoc/sync/root_keys.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using crypto::RightsReason;

namespace {

crypto::Secret passphrase(std::string_view text) { return crypto::Secret::copy_of(as_bytes(text)); }

crypto::SigningKey new_key(Random& random) {
    return crypto::SigningKey::from_seed(crypto::Secret::random(32, random));
}

struct Roots : Posts {
    using Posts::Posts;

    crypto::SigningKey root_key() {
        return crypto::SigningKey::from_seed(replica("authority").keys().find(sync::root_seed)->clone());
    }
    Result<void> publish(const sync::RootChange& change) {
        const Bytes draft = must(sync::draft_root(replica("authority").trust(), change, 1));
        return sync::publish_root(replica("authority"), must(sync::sign_root_draft(draft, root_key())));
    }
    /// Gives a device an issuer's key, as `authority issuer-request` does; its public part.
    crypto::SigningPublicKey make_issuer(const std::string& name) {
        const crypto::SigningKey key = new_key(random);
        (*this)[name].keys.extra.push_back({std::string(sync::issuer_seed), key.seed().clone()});
        reopen(name);
        return key.public_key();
    }
    sync::Authority issuer(const std::string& name) {
        return must(sync::Authority::of(replica(name), (*this)[name].clock, random));
    }
    std::string enrol_with(sync::Authority issuer, const std::string& name, Role role,
                           const std::vector<std::string>& spaces) {
        const auto keys = crypto::DeviceKeys::generate(random);
        const auto grant = issuer.enrol(crypto::encode_request(name, keys, random), role, spaces);
        return grant ? "enrolled" : std::string(error_name(grant.error().code));
    }
    std::string text_at(const std::string& device, const RecordId& id) {
        const auto record = must(replica(device).store().find(id));
        return record ? record->body : "none";
    }
};

}  // namespace

TEST_CASE("a root key in a file of its own opens with its passphrase alone") {
    Roots fleet(1);
    const crypto::SigningKey key = new_key(fleet.random);
    const Bytes file =
        must(sync::seal_seed_file(sync::root_seed, key.seed(), passphrase("five words in a row"),
                                  crypto::KdfPreset::low, fleet.random));
    CHECK(must(sync::open_root_key(file, passphrase("five words in a row"))).public_key() ==
          key.public_key());
    CHECK(code_of(sync::open_root_key(file, passphrase("five words in a raw"))) ==
          ErrorCode::wrong_passphrase);
    const Bytes other =
        must(sync::seal_seed_file(sync::recovery_seed, key.seed(), passphrase("five words in a row"),
                                  crypto::KdfPreset::low, fleet.random));
    CHECK(code_of(sync::open_root_key(other, passphrase("five words in a row"))) == ErrorCode::not_root_key);
}

TEST_CASE("texts of keys and drafts are read back, and nothing else is") {
    Roots fleet(2);
    const crypto::SigningKey key = new_key(fleet.random);
    CHECK(must(sync::parse_root_key(sync::encode_root_key(key.public_key()) + "\n")) == key.public_key());
    CHECK(must(sync::parse_root_key(key.public_key().hex())) == key.public_key());
    CHECK(code_of(sync::parse_root_key("cotmoc-root-key-1 AAAA")) == ErrorCode::bad_request);
    const std::string request = sync::encode_issuer_request(key);
    CHECK(must(sync::parse_issuer_request(request)) == key.public_key());
    CHECK(must(sync::parse_issuer_request(key.public_key().hex())) == key.public_key());
    for (std::size_t i = 0; i < request.size(); ++i) {
        std::string bad = request;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        CHECK(code_of(sync::parse_issuer_request(bad)) == ErrorCode::bad_request);
    }
    const Bytes draft = must(sync::draft_root(fleet.replica("authority").trust(), {}, 1));
    CHECK(must(sync::parse_root_draft_text(sync::encode_root_draft(draft))) == draft);
    CHECK(code_of(sync::parse_root_draft_text("cotmoc-root-draft-1 AAAA")) == ErrorCode::bad_trust_entry);
    CHECK(code_of(sync::parse_root_draft_text("")) == ErrorCode::bad_trust_entry);
}

TEST_CASE("a province of three root keys: two sign a new root, one alone does not") {
    Roots fleet(3);
    sync::RootChange to_three;
    const crypto::SigningKey first = fleet.root_key();
    const crypto::SigningKey second = new_key(fleet.random);
    const crypto::SigningKey third = new_key(fleet.random);
    to_three.root_keys = {first.public_key(), second.public_key(), third.public_key()};
    to_three.threshold = 2;
    sync::Replica& office = fleet.replica("authority");
    const Bytes draft = must(sync::draft_root(office.trust(), to_three, 1));
    const auto error = sync::publish_root(office, draft);
    REQUIRE(!error);
    CHECK(error.error().code == ErrorCode::signatures_missing);
    CHECK(error.error().detail.find(sync::short_name(second.public_key())) != std::string::npos);
    const Bytes once = must(sync::sign_root_draft(draft, first));
    CHECK(code_of(sync::publish_root(office, once)) == ErrorCode::signatures_missing);
    CHECK(code_of(sync::sign_root_draft(once, first)) == ErrorCode::already_signed);
    const Bytes strange = must(sync::sign_root_draft(once, new_key(fleet.random)));
    CHECK(code_of(sync::publish_root(office, strange)) == ErrorCode::not_root_key);
    const Bytes twice = must(sync::sign_root_draft(once, third));
    REQUIRE(sync::publish_root(office, twice));
    CHECK(code_of(sync::publish_root(office, twice)) == ErrorCode::trust_moved_on);

    sync::RootChange longer;
    longer.expires_ms = office.trust().root().expires_ms + 1;
    const Bytes next = must(sync::draft_root(office.trust(), longer, 2));
    CHECK(code_of(sync::publish_root(office, must(sync::sign_root_draft(next, first)))) ==
          ErrorCode::signatures_missing);
    const Bytes enough = must(sync::sign_root_draft(must(sync::sign_root_draft(next, second)), third));
    REQUIRE(sync::publish_root(office, enough));
    fleet.sync_all();
    for (const std::string& name : fleet.names) {
        CHECK(fleet.replica(name).trust().root().version == 3);
    }
    CHECK(fleet.hub().trust().root().version == 3);
}

TEST_CASE(
    "a draft that cannot become a root is refused when it is drawn up, a stale one when it is published") {
    Roots fleet(4);
    const crypto::TrustState& trust = fleet.replica("authority").trust();
    sync::RootChange change;
    change.dismiss = {{new_key(fleet.random).public_key(), 1}};
    CHECK(code_of(sync::draft_root(trust, change, 1)) == ErrorCode::unknown_device);
    change.dismiss = {{trust.root().issuers.front().key, 1}};  // nobody would be left
    CHECK(code_of(sync::draft_root(trust, change, 1)) == ErrorCode::bad_trust_entry);
    change.dismiss.clear();
    change.threshold = 2;
    CHECK(code_of(sync::draft_root(trust, change, 1)) == ErrorCode::bad_trust_entry);
    const Bytes draft = must(sync::draft_root(trust, {}, 1));
    must(fleet.authority().rotate(ngoc_hoi));
    CHECK(code_of(sync::publish_root(fleet.replica("authority"),
                                     must(sync::sign_root_draft(draft, fleet.root_key())))) ==
          ErrorCode::trust_moved_on);
}

TEST_CASE("a district's issuer enrols and revokes within its spaces once the root names it") {
    Roots fleet(5);
    const crypto::SigningPublicKey key = fleet.make_issuer("post-c");
    CHECK(code_of(sync::Authority::of(fleet.replica("post-c"), fleet["post-c"].clock, fleet.random)) ==
          ErrorCode::not_authority);
    sync::RootChange change;
    change.add_issuers = {{key, false, {fleet.space(dak_glei)}, 0}};
    REQUIRE(fleet.publish(change));
    fleet.sync_all();
    CHECK(fleet.enrol_with(fleet.issuer("post-c"), "new-post", Role::border_post, {dak_glei}) == "enrolled");
    CHECK(fleet.enrol_with(fleet.issuer("post-c"), "boss", Role::province_officer, {dak_glei}) ==
          "out_of_scope");
    CHECK(fleet.enrol_with(fleet.issuer("post-c"), "hub-2", Role::hub, {}) == "out_of_scope");
    CHECK(fleet.enrol_with(fleet.issuer("post-c"), "all", Role::border_post, {"*"}) != "enrolled");
    CHECK(!fleet.issuer("post-c").revoke("so-1", RightsReason::lost, {}));
    CHECK(!fleet.issuer("post-c").revoke("post-a", RightsReason::lost, {}));
    fleet.sync("post-c");
    fleet.sync_all();
    CHECK(fleet.replica("authority").trust().devices().size() ==
          fleet.replica("post-c").trust().devices().size());
    REQUIRE(fleet.issuer("post-c").revoke("new-post", RightsReason::lost, {}));
    sync::RootChange dismissal;
    fleet.sync_all();
    dismissal.dismiss = {{key, fleet.replica("authority").trust().position()}};
    REQUIRE(fleet.publish(dismissal));
    fleet.sync_all();
    CHECK(code_of(sync::Authority::of(fleet.replica("post-c"), fleet["post-c"].clock, fleet.random)) ==
          ErrorCode::not_authority);
}

TEST_CASE("of two issuers that sign at once the slower one takes back what it signed, and does it again") {
    Roots fleet(7);
    sync::RootChange change;
    change.add_issuers = {{fleet.make_issuer("post-c"), false, {fleet.space(dak_glei)}, 0}};
    REQUIRE(fleet.publish(change));
    fleet.sync_all();
    const std::uint64_t level = fleet.replica("post-c").trust().position();
    CHECK(fleet.enrol_with(fleet.issuer("post-c"), "new-post", Role::border_post, {dak_glei}) == "enrolled");
    REQUIRE(fleet.authority().rotate(ngoc_hoi));
    CHECK(!fleet.carry_trust("post-c"));
    REQUIRE(fleet.replica("post-c").take_back_trust(level));
    CHECK(fleet.replica("post-c").trust().position() == level);
    fleet.reopen("post-c");
    CHECK(fleet.replica("post-c").trust().position() == level);
    REQUIRE(fleet.carry_trust("post-c"));
    CHECK(fleet.replica("post-c").trust().head() == fleet.replica("authority").trust().head());
    CHECK(fleet.enrol_with(fleet.issuer("post-c"), "new-post", Role::border_post, {dak_glei}) == "enrolled");
    const RecordId record = fleet.add_record("post-c", "delegation", {{"partner", "goes on"}});
    fleet.sync("post-c");
    fleet.sync_all();
    CHECK(fleet.text_at("so-1", record) != "none");
    CHECK(fleet.digest("post-c", dak_glei) == fleet.digest("so-1", dak_glei));
}

TEST_CASE(
    "T23: one root cuts an issuer turned evil; all replicas agree, honest work shows, nobody is enrolled "
    "anew") {
    Roots fleet(6);
    fleet.add("thief", Role::border_post, {ngoc_hoi});
    fleet.add("so-2", Role::province_officer, {"*"});
    const crypto::SigningPublicKey evil_key = fleet.make_issuer("so-2");
    sync::RootChange appointment;
    appointment.add_issuers = {{evil_key, true, {}, 0}};
    REQUIRE(fleet.publish(appointment));
    REQUIRE(fleet.authority().revoke("thief", RightsReason::stolen, {}));
    const RecordId honest = fleet.add_record("post-a", "delegation", {{"partner", "honest"}});
    fleet.sync_all();
    const std::uint64_t last_good = fleet.replica("authority").trust().position();

    // It is turned: an honest post loses all it wrote, a thief comes back, a rogue writes.
    sync::Authority evil = fleet.issuer("so-2");
    REQUIRE(evil.revoke("post-a", RightsReason::compromised, {{ngoc_hoi, 0}}));
    REQUIRE(evil.readmit("thief", {}));
    auto& rogue = fleet.add_by(std::move(evil), "rogue", Role::border_post, {ngoc_hoi});
    fleet.sync("so-2");
    fleet.sync_all();
    const RecordId false_one = fleet.add_record("rogue", "delegation", {{"partner", "false"}});
    const RecordId stolen_one = fleet.add_record("thief", "delegation", {{"partner", "stolen"}});
    fleet.sync_all();
    CHECK(fleet.text_at("so-1", honest) == "none");
    CHECK(fleet.text_at("so-1", false_one) != "none");
    CHECK(fleet.text_at("so-1", stolen_one) != "none");
    CHECK(rogue.replica->trust().may_write(fleet.device("rogue"), fleet.space(ngoc_hoi)));

    sync::RootChange cut;
    cut.dismiss = {{evil_key, last_good}};
    REQUIRE(fleet.publish(cut));
    fleet.sync_all();
    fleet.sync_all();
    const RecordId later = fleet.add_record("post-a", "delegation", {{"partner", "later"}});
    fleet.sync_all();
    for (const char* name : {"so-1", "post-a", "post-b"}) {
        CAPTURE(name);
        CHECK(fleet.text_at(name, honest) != "none");
        CHECK(fleet.text_at(name, later) != "none");
        CHECK(fleet.text_at(name, false_one) == "none");
        CHECK(fleet.text_at(name, stolen_one) == "none");
        CHECK(fleet.digest(name, ngoc_hoi) == fleet.digest("so-1", ngoc_hoi));
        CHECK(fleet.seen_by(name, "thief").revoked);
        CHECK(fleet.seen_by(name, "rogue").revoked);
        CHECK(!fleet.seen_by(name, "post-a").revoked);
    }
    CHECK(code_of(sync::Authority::of(fleet.replica("so-2"), fleet["so-2"].clock, fleet.random)) ==
          ErrorCode::not_authority);
}
