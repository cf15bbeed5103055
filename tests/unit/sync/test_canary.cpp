// No text of any record stands in what a hub holds, in the traffic, or in a locked replica's files; and a
// device holds nothing of a space that is not its own.
#include "support/fleet.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

std::string canary(std::uint64_t number) {
    return "CANARYtext" + std::to_string(1'000'000 + number) + "đặcbiệt";
}

std::size_t hits(std::string_view octets) {
    std::size_t count = 0;
    for (std::size_t at = octets.find("CANARY"); at != std::string_view::npos;
         at = octets.find("CANARY", at + 1)) {
        ++count;
    }
    return count;
}

/// All files of the fleet's directory: databases, WALs, the hub's.
std::string all_files(const Fleet& fleet) {
    std::string octets;
    for (const auto& entry : std::filesystem::directory_iterator(fleet.directory.path())) {
        octets += octets_of(entry.path());
    }
    return octets;
}

/// One session whose octets are kept.
std::string traffic_of(Fleet& fleet, const std::string& device) {
    const auto caller = fleet.call(device);
    const auto responder = fleet.answer();
    std::string traffic;
    exchange(*caller, *responder, [&](BytesView octets, bool) { traffic += as_text(octets); });
    CHECK(!caller->error());
    return traffic;
}

}  // namespace

TEST_CASE("no canary in hub files, traffic or locked replicas; and the scan can find one") {
    Fleet fleet(11);
    fleet.add("so-1", Role::province_officer, {"*"});
    fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
    std::vector<RecordId> ids;
    for (std::uint64_t i = 0; i < 300; ++i) {
        ids.push_back(
            fleet.add_record("post-a", "delegation", {{"partner", canary(i)}, {"result", canary(i + 1000)}}));
        if (i % 3 == 0) {
            must(fleet.set("post-a", ids.back(), "head", canary(i + 2000)));
        }
    }
    core::ListQuery query;
    query.words = {canary(5)};
    must(fleet.replica("post-a").store().list(query, [](const core::RecordView&) { return true; }));
    CHECK(hits(fleet.body("post-a", ids[5])) == 2);
    CHECK(hits(all_files(fleet)) == 0);  // while open, WAL included
    std::string traffic;
    for (const char* device : {"authority", "post-a", "so-1", "post-a"}) {
        traffic += traffic_of(fleet, device);
    }
    CHECK(traffic.size() > 10'000);
    CHECK(hits(traffic) == 0);
    CHECK(hits(fleet.body("so-1", ids[299])) == 2);
    CHECK(hits(all_files(fleet)) == 0);
    fleet.reopen("post-a");
    fleet.reopen("so-1");
    CHECK(hits(all_files(fleet)) == 0);
    // The scan itself: the same text unsealed is found.
    std::ofstream(fleet.directory.file("plain")) << canary(1);
    CHECK(hits(all_files(fleet)) == 1);
}

TEST_CASE("a device holds no octet of a space that is not its own") {
    Fleet fleet(12);
    fleet.add("so-1", Role::province_officer, {"*"});
    fleet.add("ngoc-hoi", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.add("dak-glei", Role::border_post, {"kon-tum/dak-glei"});
    for (int i = 0; i < 20; ++i) {
        fleet.add_record("dak-glei", "delegation", {{"partner", "riêng"}});
    }
    fleet.sync_all();
    sync::Replica& other = fleet.replica("ngoc-hoi");
    CHECK(other.find_space("kon-tum/dak-glei").error().code == ErrorCode::unknown_space);
    const SpaceId foreign = must(fleet.replica("dak-glei").find_space("kon-tum/dak-glei")).id;
    CHECK(other.frontier(foreign).empty());
    CHECK(!must(other.next_envelope(foreign, 0)));
    CHECK(other.key_ring().newest(foreign) == nullptr);
    std::size_t records = 0;
    must(other.store().list({}, [&](const core::RecordView&) {
        ++records;
        return true;
    }));
    CHECK(records == 0);
    // Nor does it take one that somebody hands to it.
    const auto envelope = must(fleet.hub().next_envelope(foreign, 0));
    REQUIRE(envelope);
    const auto result = must(other.accept(envelope->bytes));
    CHECK(result.acceptance == sync::Acceptance::refused);
    CHECK(result.reason->code == ErrorCode::wrong_space);
}
