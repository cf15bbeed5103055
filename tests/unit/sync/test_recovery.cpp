#include "support/fleet.hpp"

#include <cotmoc/crypto/recovery.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

crypto::AgreementKey seeded_key(Random& random) {
    return crypto::AgreementKey::from_seed(crypto::Secret::random(32, random));
}

crypto::RecoveryRequest request_of(const FleetDevice& device, const crypto::AgreementKey& session) {
    return must(crypto::parse_recovery_request(
        crypto::encode_recovery_request(device.key_store.recovery, session.public_key())));
}

std::string error_of(const Result<std::string>& result) {
    return result ? "accepted" : std::string(error_name(result.error().code));
}

/// Signs the next position of the trust feed with one of the authority's keys.
void publish(Fleet& fleet, crypto::TrustBody body, std::string_view seed) {
    sync::Replica& office = fleet.replica("authority");
    const crypto::SigningKey key = crypto::SigningKey::from_seed(office.keys().find(seed)->clone());
    const crypto::SignedTrustEntry entry = crypto::sign_trust_entry(
        {office.trust().position() + 1, office.trust().head(), 1'704'067'200'000, std::move(body)}, key);
    must(office.take_trust(std::span(&entry.bytes, 1)));
}

crypto::RootEntry next_root(Fleet& fleet, const crypto::AgreementPublicKey& recovery_key) {
    crypto::RootEntry root = fleet.replica("authority").trust().root();
    ++root.version;
    root.recovery_key = recovery_key;
    return root;
}

}  // namespace

TEST_CASE("a device that joins keeps its data key for the office, and the office opens it") {
    Fleet fleet(61);
    FleetDevice& post = fleet.add("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    const crypto::RecoveryHeader header = must(crypto::recovery_header(post.key_store.recovery));
    CHECK(header.device == post.replica->id());
    CHECK(header.root == fleet.authority().fingerprint());
    const crypto::AgreementKey session = seeded_key(fleet.random);
    const std::string answer = must(fleet.authority().answer_recovery(request_of(post, session)));
    const crypto::DataKey data = must(crypto::take_recovery_answer(answer, post.key_store.recovery, session));
    CHECK(data.key.equals(post.keys.database_key));
    CHECK(data.cipher == post.keys.cipher);
}

TEST_CASE("a wrap stays as it is until the root names another recovery key or none") {
    Fleet fleet(62);
    FleetDevice& post = fleet.add("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    const Bytes first = post.key_store.recovery;
    fleet.reopen("post");
    fleet.sync_all();
    CHECK(post.key_store.recovery == first);
    // One that is lost or altered comes back.
    post.key_store.recovery[40] ^= 1;
    fleet.reopen("post");
    CHECK(must(crypto::recovery_header(post.key_store.recovery)).device == post.replica->id());

    const crypto::AgreementKey next = seeded_key(fleet.random);
    publish(fleet, next_root(fleet, next.public_key()), "root");
    fleet.sync_all();
    CHECK(must(crypto::recovery_header(post.key_store.recovery)).recipient == next.public_key());
    const crypto::AgreementKey session = seeded_key(fleet.random);
    CHECK(must(crypto::take_recovery_answer(
                   must(crypto::answer_recovery(request_of(post, session), next, fleet.random)),
                   post.key_store.recovery, session))
              .key.equals(post.keys.database_key));

    publish(fleet, next_root(fleet, {}), "root");
    fleet.sync_all();
    CHECK(post.key_store.recovery.empty());
}

TEST_CASE("the office answers for its own devices that are not revoked") {
    Fleet fleet(63);
    FleetDevice& post = fleet.add("post", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    const crypto::AgreementKey session = seeded_key(fleet.random);
    CHECK(error_of(fleet.authority().answer_recovery(request_of(post, session))) == "accepted");

    Fleet other(64);
    FleetDevice& stranger = other.add("stranger", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    CHECK(error_of(fleet.authority().answer_recovery(request_of(stranger, session))) == "wrong_root");
    const crypto::RecoveryHeader unknown{fleet.authority().fingerprint(), stranger.replica->id(),
                                         fleet.replica("authority").trust().root().recovery_key};
    FleetDevice faked{"faked", {}, {}, "", other["stranger"].keys.clone(), nullptr};
    faked.key_store.recovery =
        crypto::seal_recovery(unknown, stranger.keys.database_key, "aegis", fleet.random);
    CHECK(error_of(fleet.authority().answer_recovery(request_of(faked, session))) == "unknown_device");

    crypto::RightsEntry revoked;
    revoked.device = post.replica->id();
    revoked.reason = crypto::RightsReason::stolen;
    revoked.revoked = true;
    revoked.role = crypto::Role::border_post;
    publish(fleet, revoked, "issuer");
    CHECK(error_of(fleet.authority().answer_recovery(request_of(post, session))) == "revoked");
}

TEST_CASE(
    "drill: the passphrase is forgotten, the office recovers, and nothing is lost, unsent work neither") {
    const std::vector<std::string> places = {"kon-tum/ngoc-hoi"};
    constexpr std::string_view chosen = "một cụm từ mới đủ dài";
    Fleet fleet(65);
    FleetDevice& post = fleet.add("post", crypto::Role::border_post, places);
    fleet.add("district", crypto::Role::district_officer, places);
    const RecordId sent = fleet.add_record("post", "inspection", {{"marker_no", "sent"}});
    fleet.sync_all();
    must(fleet.set("post", sent, "visits", "3"));
    const RecordId unsent = fleet.add_record("post", "inspection", {{"marker_no", "unsent"}});
    const DeviceId former = post.replica->id();
    post.replica.reset();
    // From here on nobody has its keys: only the files, and the wrap among them.
    post.keys = {
        crypto::DeviceKeys::generate(fleet.random), crypto::Secret::random(32, fleet.random), "", {}};

    const crypto::AgreementKey session = seeded_key(fleet.random);
    const std::string answer = must(fleet.authority().answer_recovery(request_of(post, session)));
    const crypto::DataKey data = must(crypto::take_recovery_answer(answer, post.key_store.recovery, session));
    const auto passphrase = crypto::Secret::copy_of(as_bytes(chosen));
    must(sync::Replica::begin_new_identity({post.path, post.key_store, post.clock, fleet.random}, data.key,
                                           data.cipher, passphrase, crypto::KdfPreset::low));
    post.passphrase = chosen;
    fleet.reopen("post");
    CHECK(post.replica->id() != former);
    CHECK(post.replica->restored());
    const std::string request = must(post.replica->rejoin(passphrase, crypto::KdfPreset::low));
    const crypto::Grant grant =
        must(crypto::parse_grant(must(fleet.authority().enrol(request, crypto::Role::border_post, places))));
    must(post.replica->join(grant, grant.root_fingerprint));
    fleet.sync("authority");
    fleet.sync_all();
    CHECK_FALSE(post.replica->restored());
    for (const RecordId& id : {sent, unsent}) {
        CHECK_FALSE(fleet.body("post", id).empty());
        CHECK(fleet.body("district", id) == fleet.body("post", id));
    }
    CHECK(fleet.body("district", sent).find("\"visits\":3") != std::string::npos);
    CHECK(must(post.replica->verify()).empty());
    // The wrap is the new identity's now, so that it can be done again.
    CHECK(must(crypto::recovery_header(post.key_store.recovery)).device == post.replica->id());
}
