// T4 and T13: what a hub, or who listens, can see. The hub's columns and the octets on the line stand in
// tests/unit/limits/cleartext.cpp.
#include "threats/canaries.hpp"
#include "threats/threat.hpp"

#include "envelope_header.hpp"
#include "envelope_seal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

TEST_CASE("T4: no canary, name or record id in what the hub holds or what passes; the scan finds one") {
    Fleet fleet(4);
    fleet.add("so-1", Role::province_officer, {"*"});
    fleet.add("canary-post-1", Role::border_post, {"kon-tum/ngoc-hoi"});
    const std::uint64_t count = scaled(2'000);
    std::vector<RecordId> ids;
    for (std::uint64_t planted = 0; planted < count; planted += 250) {
        must(fleet.replica("canary-post-1").batch([&]() -> Result<void> {
            plant(fleet, "canary-post-1", planted, 250);
            return {};
        }));
    }
    must(fleet.replica("canary-post-1").store().list({}, [&](const core::RecordView& view) {
        ids.push_back(view.id);
        return true;
    }));
    must(fleet.set("canary-post-1", ids[0], "head", canary(count)));
    std::string seen;
    for (const char* device : {"authority", "canary-post-1", "so-1", "canary-post-1"}) {
        seen += traffic_of(fleet, device);
    }
    CHECK(seen.size() > std::min<std::uint64_t>(scaled(20'000), 20'000));
    CHECK(all_hits(fleet.body("so-1", ids[0])) >= 5);
    const std::filesystem::path hub_file = fleet.directory.file("hub.db");
    seen += octets_of(hub_file);
    seen += octets_of(hub_file.string() + "-wal");
    CHECK(all_hits(seen) == 0);
    for (const RecordId& id : ids) {
        CHECK(hits(seen, as_text(id.view())) == 0);
    }
    CHECK(hits(seen, "hub-1") == 0);
    // The scan itself.
    CHECK(all_hits(seen + canary(7) + fleet.body("so-1", ids[0])) >= 6);
    tell("T4", std::to_string(count) + " canaries and " + std::to_string(ids.size()) + " record ids, " +
                   std::to_string(seen.size()) + " octets seen by the hub and on the wire: 0 hits");
}

TEST_CASE("T13: an envelope says in clear who wrote it, where and when in its feed, and a rounded size") {
    SeededRandom random(13);
    must(crypto::initialise());
    const crypto::DeviceKeys author = crypto::DeviceKeys::generate(random);
    const SpaceId space{{1, 2, 3}};
    const crypto::EpochKey key = crypto::EpochKey::generate(space, 3, random);
    const crypto::EnvelopePlace place{space, 7, Hash256{{1}}, Hash256{{2}}};
    const auto seal = [&](const Bytes& content) {
        return must(crypto::seal(place, author, key, content, {0}, random)).bytes;
    };
    // Contents with nothing in common but their padding class: the header differs in what is random only.
    const Bytes one = seal(Bytes(200, 'a'));
    const Bytes other = seal(Bytes(203, 'b'));
    REQUIRE(one.size() == other.size());
    constexpr std::size_t salt_offset = crypto::envelope_bound_size - 24;
    CHECK(std::equal(one.begin(), one.begin() + salt_offset, other.begin()));
    CHECK_FALSE(std::equal(one.begin() + salt_offset, one.begin() + 200, other.begin() + salt_offset));

    std::set<std::size_t> sizes;
    double most = 1;
    for (std::size_t length = 1; length <= 1'000'000; ++length) {
        const std::size_t padded = crypto::padded_length(length);
        sizes.insert(padded);
        if (length >= 32) {
            most = std::max(most, static_cast<double>(padded) / static_cast<double>(length));
        }
    }
    CHECK(sizes.size() < 320);
    CHECK(most < 1.12);
    tell("T13", std::to_string(sizes.size()) + " sizes up to 1 MB");
}
