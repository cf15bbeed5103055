// Snapshots that are not what they should be: each check has a case that only it refuses.
#include "snapshot_support.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/core/snapshot.hpp>

#include <algorithm>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using namespace cotmoc::test_support;

namespace {

struct Prepared : SnapshotFleet {
    explicit Prepared(std::uint64_t seed) : SnapshotFleet(seed) {
        work(10);
        manifest = must(make("tinh"));
        secrets = must(crypto::open_snapshot(manifest, key()));
    }
    const crypto::EpochKey& key() { return *(*this)["tinh"].key_ring().find(manifest.space, manifest.epoch); }
    /// Seals and signs it anew after a change, by the device named.
    crypto::SnapshotManifest signed_by(const std::string& name, crypto::SnapshotManifest changed,
                                       const crypto::SnapshotSecrets& hidden) {
        changed.author = (*this)[name].id();
        crypto::sign_snapshot(changed, hidden, key(), (*this)[name].keys().device.signing, fleet.random);
        return changed;
    }
    crypto::SnapshotManifest signed_anew(const crypto::SnapshotManifest& changed) {
        return signed_by("tinh", changed, secrets);
    }
    ErrorCode checked(const crypto::SnapshotManifest& offered, const std::string& by = "office") {
        const auto good = sync::check_snapshot_with_feeds(offered, (*this)[by]);
        return good ? ErrorCode{} : good.error().code;
    }
    /// Of a new device that has the body; nothing of it stays if it is refused.
    ErrorCode installed(const crypto::SnapshotManifest& offered) {
        if (desks.count("new") == 0) {
            fetch("new", "tinh");
        }
        const auto done = install("new", offered);
        if (!done && done.error().code != ErrorCode::already_exists) {
            CHECK_FALSE(must((*this)["new"].store().holds_anything_of(space())));
            CHECK_FALSE(must(sync::ground_of((*this)["new"], space())).begun_with);
        }
        return done ? ErrorCode{} : done.error().code;
    }

    crypto::SnapshotManifest manifest;
    crypto::SnapshotSecrets secrets;
};

}  // namespace

TEST_CASE("snapshots: another signature, role, trust feed or past is refused") {
    Prepared world(11);
    CHECK(world.checked(world.manifest) == ErrorCode{});
    crypto::SnapshotManifest other = world.manifest;
    other.made_ms += 1;
    CHECK(world.checked(other) == ErrorCode::bad_signature);
    CHECK(world.checked(world.signed_by("post", world.manifest, world.secrets)) == ErrorCode::not_allowed);
    CHECK(world.checked(world.signed_by("office", world.manifest, world.secrets)) == ErrorCode::not_allowed);
    other = world.manifest;
    other.trust_hash.octets[0] ^= 1;
    CHECK(world.checked(world.signed_anew(other)) == ErrorCode::bad_snapshot);
    other = world.manifest;
    other.trust_position += 100;
    CHECK(world.checked(world.signed_anew(other)) == ErrorCode::waiting_for_dependency);
    other.trust_position = 1;
    CHECK(world.checked(world.signed_anew(other)) == ErrorCode::bad_snapshot);
    other = world.manifest;
    other.places.push_back({DeviceIndex{900}, 1, {}});
    CHECK(world.checked(world.signed_anew(other)) == ErrorCode::bad_snapshot);
    other = world.manifest;
    other.places[0].hash.octets[0] ^= 1;
    CHECK(world.checked(world.signed_anew(other)) == ErrorCode::forked_feed);
    other = world.manifest;
    other.places[0].seq += 1;
    CHECK(world.checked(world.signed_anew(other)) == ErrorCode::waiting_for_dependency);
    // Of a device whose rights have ended since.
    must(world.fleet.authority().revoke("tinh", crypto::RightsReason::lost));
    world.fleet.sync("authority");
    world.fleet.sync("office");
    CHECK(world.checked(world.manifest) == ErrorCode::not_allowed);
}

TEST_CASE("snapshots: digest, counts and frontier of what was unpacked are those of the manifest") {
    Prepared world(13);
    crypto::SnapshotSecrets hidden = world.secrets;
    hidden.digest.octets[0] ^= 1;
    CHECK(world.installed(world.signed_by("tinh", world.manifest, hidden)) == ErrorCode::diverged);
    hidden = world.secrets;
    hidden.records += 1;
    CHECK(world.installed(world.signed_by("tinh", world.manifest, hidden)) == ErrorCode::bad_snapshot);
    hidden = world.secrets;
    hidden.octets -= 1;
    CHECK(world.installed(world.signed_by("tinh", world.manifest, hidden)) == ErrorCode::bad_compression);
    hidden = world.secrets;
    hidden.octets = world.manifest.body_size * 1'000;
    CHECK(world.installed(world.signed_by("tinh", world.manifest, hidden)) == ErrorCode::limit_exceeded);
    hidden = world.secrets;
    hidden.body_key.octets[0] ^= 1;
    CHECK(world.installed(world.signed_by("tinh", world.manifest, hidden)) == ErrorCode::wrong_commitment);
    crypto::SnapshotManifest other = world.manifest;
    other.places[0].hash.octets[0] ^= 1;
    CHECK(world.installed(world.signed_anew(other)) == ErrorCode::bad_snapshot);
    other = world.manifest;
    other.body.octets[0] ^= 1;
    CHECK(world.installed(world.signed_anew(other)) == ErrorCode::attachment_not_here);
    other = world.manifest;
    other.body_size += 1;
    CHECK(world.installed(world.signed_anew(other)) == ErrorCode::bad_snapshot);
    CHECK(world.installed(world.signed_by("post", world.manifest, world.secrets)) == ErrorCode::not_allowed);
    CHECK(world.installed(world.manifest) == ErrorCode{});
    CHECK(world.installed(world.manifest) == ErrorCode::already_exists);
}

TEST_CASE("snapshots: a body of another space is not installed") {
    Prepared world(14);
    world.fetch("new", "tinh");
    crypto::SnapshotManifest other = world.manifest;
    other.space.octets[0] ^= 1;
    other.signature = world["tinh"].keys().device.signing.sign(crypto::snapshot_id(other));
    CHECK(world.installed(other) == ErrorCode::wrong_space);
}

TEST_CASE("a device refuses a snapshot that somebody made up, and takes the records the long way") {
    Prepared world(15);
    // The responder holds one on its shelf that a post has signed.
    crypto::SnapshotManifest forged = world.signed_by("post", world.manifest, world.secrets);
    must(world.desks["tinh"].shelf->forget(world.space(), false));
    must(world.desks["tinh"].shelf->keep(forged));
    world.add("new", crypto::Role::border_post);
    world.fleet.sync("tinh");
    const sync::SessionReport report = world.talk("new", "tinh", world.begin());
    CHECK(report.snapshots == 0);
    CHECK(report.snapshots_refused == 1);
    CHECK_FALSE(must(world.desks["new"].shelf->newest(world.space(), false)));
    world.talk("new", "tinh");
    CHECK(world.digest("new") == world.digest("tinh"));
}

namespace {

Bytes replaced(Bytes octets, std::string_view from, std::string_view to) {
    for (auto at = octets.begin();
         (at = std::search(at, octets.end(), from.begin(), from.end())) != octets.end();) {
        at = std::copy(to.begin(), to.end(), at);
    }
    return octets;
}

using Lie = std::function<Bytes(Bytes)>;

/// The block of feeds, with more said of the first one.
Bytes exaggerated(const Bytes& block, std::uint64_t trust_positions, std::uint64_t seen) {
    if (block.at(0) != 1) {
        return block;
    }
    BinaryReader reader(block);
    BinaryWriter writer;
    writer.u8(reader.u8());
    writer.u8(reader.u8());
    const std::uint64_t feeds = reader.varint();
    writer.varint(feeds);
    for (std::uint64_t feed = 0; feed < feeds; ++feed) {
        writer.varint(reader.varint());
        writer.varint(reader.varint());
        writer.varint(reader.varint() + (feed == 0 ? trust_positions : 0));
        const std::uint64_t count = reader.varint();
        writer.varint(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            writer.varint(reader.varint() + (feed == 0 && i == 0 ? seen : 0));
        }
    }
    REQUIRE(reader.finished());
    return writer.take();
}

/// A province officer's device that tells otherwise than the change sets that it holds.
void make_liar(SnapshotFleet& world, const std::string& name, const Lie& lie) {
    world.add(name, crypto::Role::province_officer);
    must(world[name].store().write([&]() -> Result<void> {
        core::StoreSnapshots held(world[name].store());
        core::StoreSnapshots::Installation installation = held.install(world.space());
        COTMOC_TRY(core::StoreSnapshots(world["tinh"].store())
                       .write(world.space(), [&](BytesView block, const core::SnapshotParts&) {
                           return installation.take(lie(Bytes(block.begin(), block.end())));
                       }));
        COTMOC_TRY(installation.finish());
        for (const core::FeedState& feed : must(world["tinh"].store().frontier(world.space()))) {
            for (std::uint64_t seq = 1; seq <= feed.seq; ++seq) {
                const auto row = must(world["tinh"].store().envelope(world.space(), feed.device, seq));
                COTMOC_TRY(held.put_octets(world.space(), feed.device, seq, row->bytes));
            }
        }
        return {};
    }));
}

}  // namespace

TEST_CASE("snapshots: one that tells of other records than its change sets is found out when they come") {
    SnapshotFleet world(16);
    world.work(12);
    make_liar(world, "liar", [](Bytes block) { return replaced(std::move(block), "Attapeu", "Attapex"); });
    must(world.make("liar"));
    must(world.install("new", world.fetch("new", "liar")));
    CHECK(world.digest("new") != world.digest("tinh"));
    // As another one that tells the truth.
    const crypto::SnapshotManifest honest = must(world.make("tinh"));
    must(world.install("other", world.fetch("other", "tinh")));
    for (const char* name : {"new", "other"}) {
        CHECK(must(sync::want_verification(world[name])));
    }
    world.fleet.sync_all();
    CHECK(world.digest("new") == world.digest("tinh"));
    const sync::SpaceGround ground = must(sync::ground_of(world["new"], world.space()));
    REQUIRE(ground.found_wrong);
    CHECK(ground.found_wrong->author == world["liar"].id());
    CHECK_FALSE(ground.begun_with);
    CHECK_FALSE(must(sync::ground_of(world["other"], world.space())).found_wrong);
    CHECK_FALSE(must(sync::want_verification(world["new"])));
}

TEST_CASE("snapshots: authors had seen nothing that the snapshot does not cover") {
    const std::pair<std::uint64_t, std::uint64_t> lies[] = {{1'000, 0}, {0, 1'000}};
    for (const auto& [trust_positions, seen] : lies) {
        SnapshotFleet world(17);
        world.work(6);
        make_liar(world, "liar",
                  [&](const Bytes& block) { return exaggerated(block, trust_positions, seen); });
        must(world.make("liar"));
        const auto installed = world.install("new", world.fetch("new", "liar"));
        REQUIRE_FALSE(installed);
        CHECK(installed.error().code == ErrorCode::bad_snapshot);
        CHECK_FALSE(must(world["new"].store().holds_anything_of(world.space())));
    }
}
