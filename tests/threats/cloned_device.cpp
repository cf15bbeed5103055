// T3: somebody has a copy of a device with all its keys, and the authority knows it.
#include "threats/threat.hpp"

#include "support/fleet.hpp"

#include <cotmoc/crypto/envelope.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

namespace {

constexpr const char* space_name = "kon-tum/ngoc-hoi";

/// All envelopes of a feed that the hub holds.
std::vector<Bytes> feed_of(Fleet& fleet, const SpaceId& space, const DeviceId& author) {
    std::vector<Bytes> envelopes;
    std::int64_t position = 0;
    while (const auto envelope = must(fleet.hub().next_envelope(space, position))) {
        position = envelope->position;
        if (crypto::parse_envelope(envelope->bytes)->author == author) {
            envelopes.push_back(envelope->bytes);
        }
    }
    return envelopes;
}

/// All that people see.
std::string shown(Fleet& fleet, const std::string& device) {
    std::string text;
    must(fleet.replica(device).store().list({}, [&](const core::RecordView& view) {
        text += view.id.hex() + view.body + "\n";
        return true;
    }));
    return text;
}

/// The content of one of the author's envelopes, sealed anew at the end of its feed under this key.
Bytes seal_again(const std::vector<Bytes>& feed, const crypto::EpochKey& read, const crypto::EpochKey& write,
                 const crypto::DeviceKeys& author, Random& random) {
    const crypto::EnvelopeHeader last = *crypto::parse_envelope(feed.back());
    const Bytes content = must(crypto::open_envelope(feed.back(), read));
    const crypto::EnvelopePlace place{last.space, last.seq + 1, crypto::envelope_hash(feed.back()),
                                      last.frontier};
    return must(crypto::seal(place, author, write, content, {3}, random)).bytes;
}

}  // namespace

TEST_CASE(
    "T3: a copy of a seized device with all its keys reads nothing newer and says nothing that counts") {
    std::uint64_t newer = 0;
    std::uint64_t said = 0;
    const std::uint64_t seeds = scaled(4);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        CAPTURE(seed);
        Fleet fleet(300 + seed);
        fleet.add("so-1", Role::province_officer, {"*"});
        fleet.add("seized", Role::border_post, {space_name});
        fleet.add("post-b", Role::border_post, {space_name});
        for (std::uint64_t i = 0; i <= seed; ++i) {
            fleet.add_record("seized", "delegation", {{"head", "Lan " + std::to_string(i)}});
            fleet.sync("seized");
        }
        fleet.sync_all();
        const SpaceId space = must(fleet.replica("so-1").find_space(space_name)).id;
        const crypto::DeviceKeys copied = fleet["seized"].keys.device.clone();
        must(fleet.authority().revoke("seized", crypto::RightsReason::stolen));
        for (const char* device : {"authority", "so-1", "post-b"}) {
            fleet.sync(device);
        }
        for (std::uint64_t i = 0; i < 3; ++i) {
            fleet.add_record("post-b", "delegation", {{"head", "after " + std::to_string(i)}});
            fleet.sync("post-b");
        }
        fleet.sync("so-1");

        // The thief has the whole trust feed and all that the hub has.
        crypto::KeyRing thief;
        (void)thief.update(fleet.hub().trust(), copied);
        const auto mine = feed_of(fleet, space, copied.public_keys().id());
        const crypto::EpochKey* old_key = thief.find(space, crypto::parse_envelope(mine.back())->epoch);
        REQUIRE(old_key != nullptr);
        for (const Bytes& envelope : feed_of(fleet, space, fleet.replica("post-b").id())) {
            REQUIRE(thief.find(space, crypto::parse_envelope(envelope)->epoch) == nullptr);
            REQUIRE(!crypto::open_envelope(envelope, *old_key));
            ++newer;
        }
        const std::string before = shown(fleet, "so-1");
        REQUIRE(shown(fleet, "post-b") == before);
        std::vector<Bytes> feed = mine;
        for (int i = 0; i < 5; ++i) {
            feed.push_back(seal_again(feed, *old_key, *old_key, copied, fleet.random));
            for (const char* device : {"so-1", "post-b"}) {
                must(fleet.replica(device).accept(feed.back()));
                must(fleet.replica(device).commit());
            }
            must(fleet.hub().accept(feed.back()));
            ++said;
        }
        must(fleet.hub().commit());
        fleet.sync("post-b");
        fleet.sync("so-1");
        REQUIRE(shown(fleet, "so-1") == before);
        REQUIRE(shown(fleet, "post-b") == before);
    }
    tell("T3", std::to_string(newer) + " newer change sets closed to the copy, 0 of its " +
                   std::to_string(said) + " later ones visible, " + std::to_string(seeds) + " seeds");
}

TEST_CASE("T3: who has seen a rotation seals under the new key; under the old one nothing has effect") {
    Fleet fleet(310);
    fleet.add("so-1", Role::province_officer, {"*"});
    fleet.add("post-b", Role::border_post, {space_name});
    const RecordId first = fleet.add_record("post-b", "delegation", {{"head", "Lan"}});
    fleet.sync_all();
    must(fleet.authority().rotate(space_name));
    fleet.sync("authority");
    fleet.sync("post-b");
    fleet.sync("so-1");
    fleet.add_record("post-b", "delegation", {{"head", "Minh"}});
    must(fleet.replica("post-b").begin_session());
    const SpaceId space = must(fleet.replica("post-b").find_space(space_name)).id;
    // The change set as it should be, and the same under the key that a thief may have.
    std::int64_t position = 0;
    std::vector<Bytes> feed;
    while (const auto envelope = must(fleet.replica("post-b").next_envelope(space, position))) {
        position = envelope->position;
        if (crypto::parse_envelope(envelope->bytes)->author == fleet.replica("post-b").id()) {
            feed.push_back(envelope->bytes);
        }
    }
    const crypto::EnvelopeHeader right = *crypto::parse_envelope(feed.back());
    const crypto::KeyRing& ring = fleet.replica("post-b").key_ring();
    REQUIRE(right.epoch == 2);
    const Bytes content = must(crypto::open_envelope(feed.back(), *ring.find(space, 2)));
    const crypto::EnvelopePlace place{space, right.seq, right.previous, right.frontier};
    const Bytes stale = must(crypto::seal(place, fleet["post-b"].keys.device, *ring.find(space, 1), content,
                                          {3}, fleet.random))
                            .bytes;
    const std::string before = shown(fleet, "so-1");
    must(fleet.replica("so-1").accept(stale));
    must(fleet.replica("so-1").commit());
    CHECK(shown(fleet, "so-1") == before);
    CHECK(fleet.body("so-1", first) == R"({"head":"Lan"})");
}
