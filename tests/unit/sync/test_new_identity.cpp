#include "support/copied_device.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

const std::vector<std::string> places = {"kon-tum/ngoc-hoi"};

/// A post with unsent work whose own feed has gone on without it.
struct RestoredPost {
    RestoredPost() : fleet(7) {
        fleet.add("post", crypto::Role::border_post, places);
        fleet.add("district", crypto::Role::district_officer, places);
        post().key_store.file =
            must(crypto::seal_key_file(post().keys, crypto::Secret::copy_of(as_bytes(test_passphrase)),
                                       crypto::KdfPreset::low, fleet.random));
        post().passphrase = test_passphrase;
        fleet.sync_all();
        const DiskImage backup = take_image(post());
        for (const char* marker : {"sent", "sent too"}) {
            fleet.add_record("post", "inspection", {{"marker_no", marker}});
            fleet.sync_all();
        }
        put_back(fleet, "post", backup);
        fleet.advance(60'000);
        unsent = fleet.add_record("post", "inspection", {{"marker_no", "unsent"}});
        fleet.sync("post");
        REQUIRE(post().replica->restored());
    }
    FleetDevice& post() { return fleet["post"]; }
    std::string request() {
        return must(post().replica->rejoin(crypto::Secret::copy_of(as_bytes(test_passphrase)),
                                           crypto::KdfPreset::low));
    }
    Result<void> join(const std::string& grant_text) {
        const crypto::Grant grant = must(crypto::parse_grant(grant_text));
        return post().replica->join(grant, grant.root_fingerprint);
    }
    void check_carried() {
        fleet.sync_all();
        CHECK(fleet.body("district", unsent).find("unsent") != std::string::npos);
        CHECK(fleet.digest("post", places[0]) == fleet.digest("district", places[0]));
        CHECK(must(fleet.replica("district").store().quarantined()).empty());
        CHECK(!post().replica->restored());
        CHECK(must(post().replica->verify()).empty());
    }

    Fleet fleet;
    RecordId unsent;
};

/// Fails from a given save on, as a disk that is full or a program that is killed.
class FailingKeyStore final : public crypto::KeyStore {
public:
    explicit FailingKeyStore(MemoryKeyStore& below) : below_(below) {}
    Result<Bytes> load() override { return below_.load(); }
    Result<void> save(BytesView file) override {
        return writes ? below_.save(file) : Result<void>(fail(ErrorCode::disk_full));
    }
    bool writes = false;

private:
    MemoryKeyStore& below_;
};

}  // namespace

TEST_CASE("until its new keys have joined, a replica stays what it was, whenever the program ends") {
    RestoredPost office;
    const DeviceId former = office.post().replica->id();
    const std::string request = office.request();
    office.fleet.reopen("post");  // killed after the keys were saved
    CHECK(office.post().replica->id() == former);
    CHECK(office.post().replica->restored());
    const auto first = must(crypto::parse_request(request));
    const auto again = must(crypto::parse_request(office.request()));
    CHECK(first.keys == again.keys);
    CHECK(first.name == "post-2");

    const std::string grant =
        must(office.fleet.authority().enrol(request, crypto::Role::border_post, places));
    office.fleet.sync("post");  // the old identity may still sync
    office.fleet.reopen("post");
    REQUIRE(office.join(grant));
    CHECK(office.post().replica->id() == first.keys.id());
    office.fleet.reopen("post");  // the key file still has both
    CHECK(office.post().replica->id() == first.keys.id());
    CHECK(office.join(grant).error().code == ErrorCode::already_joined);
    office.check_carried();
}

TEST_CASE("a key file that cannot be saved leaves the identity as it was") {
    RestoredPost office;
    FailingKeyStore failing(office.post().key_store);
    const Bytes before = office.post().key_store.file;
    office.post().replica.reset();
    {
        const auto passphrase = crypto::Secret::copy_of(as_bytes(test_passphrase));
        const auto replica = must(sync::Replica::open(
            {office.post().path, failing, office.post().clock, office.fleet.random}, passphrase));
        CHECK(replica->rejoin(passphrase, crypto::KdfPreset::low).error().code == ErrorCode::disk_full);
        CHECK(replica->restored());
    }
    CHECK(office.post().key_store.file == before);
    office.fleet.reopen("post");
    REQUIRE(office.join(
        must(office.fleet.authority().enrol(office.request(), crypto::Role::border_post, places))));
    office.check_carried();
}

TEST_CASE("killed at any moment of the join, it is one identity or the other and loses nothing") {
    // A write-ahead log cut after n of its frames is the database as it was after fewer commits.
    constexpr std::size_t log_header = 32;
    constexpr std::size_t frame = 24 + 4096;
    const auto frames = [](const DiskImage& image) { return (image.log.size() - log_header) / frame; };
    int moments = 0;
    for (std::size_t step = 0, last = 1; step <= last; ++step) {
        RestoredPost office;
        const std::string grant =
            must(office.fleet.authority().enrol(office.request(), crypto::Role::border_post, places));
        const DiskImage before = take_image(office.post());
        REQUIRE(office.join(grant));
        DiskImage killed = take_image(office.post());
        REQUIRE((killed.log.size() - log_header) % frame == 0);
        last = std::min<std::size_t>(frames(killed) - frames(before), 24);
        const std::size_t kept = frames(before) + (frames(killed) - frames(before)) * step / last;
        killed.log.resize(log_header + kept * frame);
        put_back(office.fleet, "post", killed);
        ++moments;
        CAPTURE(kept);
        const auto joined = office.join(grant);
        CHECK((joined || joined.error().code == ErrorCode::already_joined));
        CHECK(office.post().replica->name() == "post-2");
        office.check_carried();
    }
    CHECK(moments > 5);
}

TEST_CASE("over a database whose signing key is lost, a new identity takes over what was not sent") {
    Fleet fleet(9);
    fleet.add("post", crypto::Role::border_post, places);
    fleet.add("district", crypto::Role::district_officer, places);
    const RecordId sent = fleet.add_record("post", "inspection", {{"marker_no", "sent"}});
    fleet.sync_all();
    const RecordId sealed = fleet.add_record("post", "inspection", {{"marker_no", "sealed"}});
    must(fleet.replica("post").seal());
    must(fleet.set("post", sent, "visits", "3"));
    const RecordId pending = fleet.add_record("post", "inspection", {{"marker_no", "pending"}});
    FleetDevice& post = fleet["post"];
    post.replica.reset();
    const auto passphrase = crypto::Secret::copy_of(as_bytes(test_passphrase));
    REQUIRE(sync::Replica::begin_new_identity({post.path, post.key_store, post.clock, fleet.random},
                                              post.keys.database_key, post.keys.cipher, passphrase,
                                              crypto::KdfPreset::low));
    post.passphrase = test_passphrase;
    fleet.reopen("post");
    CHECK(!post.replica->joined());
    CHECK(post.replica->restored());
    const std::string request = must(post.replica->rejoin(passphrase, crypto::KdfPreset::low));
    const crypto::Grant grant =
        must(crypto::parse_grant(must(fleet.authority().enrol(request, crypto::Role::border_post, places))));
    fleet.reopen("post");
    REQUIRE(post.replica->join(grant, grant.root_fingerprint));
    CHECK(post.replica->name() == "post-2");
    fleet.sync("authority");
    fleet.sync_all();
    CHECK(!post.replica->restored());
    for (const RecordId& id : {sent, sealed, pending}) {
        CHECK(!fleet.body("district", id).empty());
    }
    CHECK(fleet.body("district", sent).find("\"visits\":3") != std::string::npos);
    CHECK(fleet.digest("post", places[0]) == fleet.digest("district", places[0]));
    fleet.reopen("post");
    CHECK(!post.replica->restored());
    CHECK(must(post.replica->verify()).empty());
}
