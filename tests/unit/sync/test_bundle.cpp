// Work that travels on sticks alone, both ways.
#include "sticks.hpp"

#include <cotmoc/sync/authority.hpp>

namespace cotmoc::sync_test {
namespace {

using core::Progress;

TEST_CASE("bundles: a post's work reaches hub and province on sticks, and the post is told") {
    StickPosts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "Attapeu"}});
    REQUIRE(fleet.progress("post-a", id) == Progress::local);
    Stick up = fleet.write_to("post-a", {"hub"});
    CHECK(fleet.progress("post-a", id) == Progress::sealed);
    const sync::BundleRead at_hub = fleet.read_from("hub", up);
    CHECK(at_hub.received.change_sets == 1);
    CHECK(at_hub.writers == std::vector{fleet.id_of("post-a")});

    fleet.read_from("post-a", fleet.write_to("hub", {"post-a"}, {sync::bundle_volume_max, false, true}));
    CHECK(fleet.progress("post-a", id) == Progress::hub);

    CHECK(fleet.carry("hub", "so-1").received.ops > 0);
    CHECK(fleet.body("so-1", id).find("Attapeu") != std::string::npos);
    const sync::BundleRead confirmed = fleet.carry("so-1", "hub");
    CHECK(confirmed.received.change_sets == 1);
    fleet.carry("hub", "post-a");
    CHECK(fleet.progress("post-a", id) == Progress::province);
    CHECK(fleet.digest("post-a", ngoc_hoi) == fleet.digest("so-1", ngoc_hoi));
}

TEST_CASE("bundles: from a post to the province and back without any hub; one for everybody serves too") {
    StickPosts fleet;
    const RecordId id = fleet.add_record("post-a", "delegation", {{"partner", "Attapeu"}});
    fleet.read_from("so-1", fleet.write_to("post-a"));
    const Stick down = fleet.write_to("so-1");
    fleet.read_from("post-a", down);
    CHECK(fleet.progress("post-a", id) == Progress::province);
    // The same stick serves the neighbour, who takes nothing of spaces that are not its own.
    fleet.add_record("post-c", "delegation", {{"partner", "Sekong"}});
    fleet.carry("post-c", "so-1");
    const Stick all = fleet.write_to("so-1");
    const sync::BundleRead neighbour = fleet.read_from("post-b", all);
    CHECK(neighbour.not_ours > 0);
    CHECK(neighbour.refused == 0);
    CHECK(fleet.digest("post-b", ngoc_hoi) == fleet.digest("so-1", ngoc_hoi));
    fleet.read_from("post-c", all);
    CHECK(fleet.digest("post-c", dak_glei) == fleet.digest("so-1", dak_glei));
}

TEST_CASE("bundles: directives, catalogues, revocations and new keys travel by stick to a post") {
    StickPosts fleet;
    const RecordId directive = fleet.add_record("so-1", "log", {{"line", "Chỉ thị 12"}}, "kon-tum");
    must(fleet.authority().revoke("post-b", crypto::RightsReason::lost));
    std::string newer(Fleet::small_catalogue);
    newer.replace(newer.find("\"version\":1"), 11, "\"version\":2");
    newer.replace(newer.find("\"log\":"), 6, "\"note\":{\"label\":\"n\",\"fields\":{}},\"log\":");
    must(fleet.authority().publish_catalogue(newer));
    fleet.carry("authority", "so-1");
    fleet.carry("so-1", "post-a");
    CHECK(fleet.body("post-a", directive).find("Chỉ thị 12") != std::string::npos);
    CHECK(fleet.seen_by("post-a", "post-b").revoked);
    CHECK(fleet.replica("post-a").catalogue()->find("note") != nullptr);
    CHECK(fleet.has_newest_key("post-a", ngoc_hoi));
    // The revoked one learns of it, and gets nothing else.
    fleet.add_record("post-a", "delegation", {{"partner", "sau"}});
    fleet.carry("post-a", "so-1");
    const sync::BundleRead told = fleet.read_from("post-b", fleet.write_to("so-1", {"post-b"}));
    CHECK(told.trust_received > 0);
    CHECK(told.received.change_sets == 0);
    CHECK(fleet.seen_by("post-b", "post-b").revoked);
}

TEST_CASE(
    "bundles: work of before a revocation that turns up on a stick is kept, and counts when re-admitted") {
    StickPosts fleet;
    const RecordId id = fleet.add_record("post-b", "delegation", {{"partner", "muộn"}});
    const Stick late = fleet.write_to("post-b");
    must(fleet.authority().revoke("post-b", crypto::RightsReason::lost));
    const sync::BundleRead read = fleet.read_from("authority", late);
    CHECK(read.received.change_sets == 1);
    CHECK(fleet.body("authority", id).empty());
    must(fleet.authority().readmit("post-b"));
    CHECK(fleet.body("authority", id).find("muộn") != std::string::npos);
}

TEST_CASE(
    "bundles: exporting or importing one is a session: a province confirms once, and only what is new") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    fleet.carry("post-a", "so-1");
    const auto written = [&] {
        const auto frontier = fleet.replica("so-1").frontier(fleet.space(ngoc_hoi));
        const auto own = std::ranges::find(frontier, fleet.device("so-1").index, &sync::FeedPosition::device);
        return own != frontier.end() ? own->seq : 0;
    };
    CHECK(written() == 1);
    fleet.write_to("so-1");
    fleet.write_to("so-1");
    CHECK(written() == 1);
    // What came by a session that broke off is confirmed by the export.
    const Stick second = [&] {
        fleet.add_record("post-a", "delegation", {{"partner", "2"}});
        return fleet.write_to("post-a");
    }();
    fleet.read_from("post-b", second);
    must(fleet.replica("so-1").begin_session());
    auto& replica = fleet.replica("post-b");
    std::int64_t position = 0;
    while (const auto envelope = must(replica.next_envelope(fleet.space(ngoc_hoi), position))) {
        position = envelope->position;
        must(fleet.replica("so-1").accept(envelope->bytes));
    }
    must(fleet.replica("so-1").commit());
    CHECK(written() == 1);
    fleet.write_to("so-1");
    CHECK(written() == 2);
}

TEST_CASE("bundles: importing one twice does nothing, and what is known to be held is not carried again") {
    StickPosts fleet;
    for (int i = 0; i < 5; ++i) {
        fleet.add_record("post-a", "delegation", {{"partner", std::to_string(i)}});
        must(fleet.replica("post-a").begin_session());
    }
    const Stick up = fleet.write_to("post-a", {"hub"});
    CHECK(fleet.read_from("hub", up).received.change_sets == 5);
    const sync::BundleRead again = fleet.read_from("hub", up);
    CHECK(again.received.change_sets == 0);
    CHECK(again.known == 5);
    CHECK(again.trust_received == 0);
    CHECK(fleet.read_from("post-a", up).received.change_sets == 0);

    fleet.carry("hub", "post-a");
    Stick nothing;
    const sync::BundleWritten written = must(fleet.try_write("post-a", nothing, {"hub"}, {}));
    CHECK(written.content.change_sets == 0);
    CHECK(written.trust_entries == 0);
    CHECK(must(fleet.try_write("post-a", nothing = {}, {"hub"}, {sync::bundle_volume_max, true, false}))
              .content.change_sets == 5);
    // The hub knows by the post's own bundle what the post has.
    CHECK(must(fleet.try_write("hub", nothing = {}, {"post-a"}, {})).content.change_sets == 0);
    CHECK(must(fleet.try_write("hub", nothing = {}, {"post-b"}, {})).content.change_sets == 5);
}

TEST_CASE("bundles: one for a device has only what that device may read") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    fleet.add_record("post-c", "delegation", {{"partner", "2"}});
    fleet.carry("post-a", "hub");
    fleet.carry("post-c", "hub");
    const Stick to_c = fleet.write_to("hub", {"post-c"}, {sync::bundle_volume_max, true, false});
    const Bytes& volume = to_c.volumes.at(0);
    MemoryVolume source(volume, "v");
    const sync::BundleVolumeInfo info = must(sync::inspect_volume(source));
    CHECK(info.by_space.size() == 1);
    CHECK(info.by_space.contains(fleet.space(dak_glei)));
    CHECK(info.reader == fleet.id_of("post-c"));
    CHECK(info.writer == fleet.id_of("hub"));
    CHECK(info.holdings->spaces.size() == 2);  // with the province-wide space
    CHECK(info.trust_entries.count > 0);
    CHECK(info.by_author.contains(fleet.id_of("post-c")));
    // One for everybody is refused by nobody; of another space nothing is taken, whoever wrote it.
    const sync::BundleRead read = fleet.read_from("post-b", fleet.write_to("hub"));
    CHECK(read.not_ours == 1);
    CHECK(must(fleet.replica("post-b").store().holds_anything_of(fleet.space(dak_glei))) == false);
}

TEST_CASE("bundles: an unknown reader, one before joining, and volume sizes out of bounds are refused") {
    StickPosts fleet;
    Stick stick;
    sync::ReplicaPeers peers(fleet.replica("post-a"));
    const sync::BundleExport options{
        fleet.replica("post-a"), fleet.replica("post-a").keys().device, fleet.random, peers, {DeviceId{}}};
    CHECK(code_of(sync::export_bundle(options, stick)) == ErrorCode::unknown_device);
    CHECK(code_of(fleet.try_write("post-a", stick, {}, {sync::bundle_volume_min - 1, false, false})) ==
          ErrorCode::out_of_bounds);
    CHECK(code_of(fleet.try_write("post-a", stick, {}, {sync::bundle_volume_max + 1, false, false})) ==
          ErrorCode::out_of_bounds);
    const crypto::DeviceKeys stranger = crypto::DeviceKeys::generate(fleet.random);
    CHECK(code_of(sync::export_bundle({*fleet.far_hub, stranger, fleet.random, *fleet.peers}, stick)) ==
          ErrorCode::not_joined);
    CHECK(stick.volumes.empty());
}

TEST_CASE("bundles: a restored copy learns by sticks that its feed has gone on, and forks nothing") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    must(fleet.replica("post-a").begin_session());
    fleet.copy("post-a", "backup");
    fleet.add_record("post-a", "delegation", {{"partner", "2"}});
    fleet.carry("post-a", "hub");
    fleet.add_record("backup", "delegation", {{"partner", "3"}});
    // That the hub says it has more is a claim; the change set itself is none.
    fleet.read_from("backup", fleet.write_to("hub", {"post-a"}));
    CHECK_FALSE(fleet.replica("backup").restored());
    const sync::BundleRead told = fleet.read_from("hub", fleet.write_to("backup", {"hub"}));
    CHECK(told.received.change_sets == 0);
    CHECK(must(fleet.far_hub->branches(fleet.space(ngoc_hoi))).empty());
    // It sets aside what nobody is known to have seen, so that the past comes back with the next answer.
    (void)must(fleet.try_read("backup", fleet.write_to("hub", {"post-a"}).volumes));
    CHECK(fleet.replica("backup").restored());
    CHECK_FALSE(fleet.replica("post-a").restored());
    fleet.read_from("hub", fleet.write_to("backup", {"hub"}));
    CHECK(fleet.read_from("backup", fleet.write_to("hub", {"post-a"})).received.change_sets == 2);
}

TEST_CASE("bundles: both branches of a forked feed travel by stick, and all come to one verdict") {
    StickPosts fleet;
    fleet.copy("post-b", "twin");
    fleet.add_record("post-b", "delegation", {{"partner", "x"}});
    fleet.add_record("twin", "delegation", {{"partner", "y"}});
    fleet.read_from("post-a", fleet.write_to("post-b"));
    fleet.read_from("so-1", fleet.write_to("twin"));
    // Neither side sees a fork yet; what each says it holds shows it.
    fleet.carry("post-a", "so-1");
    fleet.carry("so-1", "post-a");
    fleet.carry("post-a", "so-1");
    fleet.carry("so-1", "post-a");
    CHECK(must(fleet.replica("post-a").branches(fleet.space(ngoc_hoi))).size() == 2);
    CHECK(must(fleet.replica("so-1").branches(fleet.space(ngoc_hoi))).size() == 2);
    CHECK(fleet.digest("post-a", ngoc_hoi) == fleet.digest("so-1", ngoc_hoi));
}

TEST_CASE(
    "bundles: a space withdrawn from a post is handed over by stick, then deleted when the hub says it has "
    "it") {
    StickPosts fleet;
    fleet.add_record("post-a", "delegation", {{"partner", "1"}});
    must(fleet.authority().change("post-a", std::nullopt, std::vector<std::string>{dak_glei}));
    fleet.carry("authority", "hub");
    fleet.carry("hub", "post-a");
    const SpaceId space = fleet.space(ngoc_hoi);
    CHECK(must(fleet.replica("post-a").store().holds_anything_of(space)));
    const sync::BundleRead taken = fleet.carry("post-a", "hub");
    CHECK(taken.received.change_sets == 1);
    fleet.carry("hub", "post-a");
    CHECK_FALSE(must(fleet.replica("post-a").store().holds_anything_of(space)));
}

}  // namespace
}  // namespace cotmoc::sync_test
