// Two devices without a hub: what they exchange, whom they turn away, and what a neighbour's word is not good
// for.
#include "hand_caller.hpp"
#include "posts.hpp"

#include <filesystem>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using core::Progress;

namespace {

struct Ends {
    std::optional<Error> caller;
    std::optional<Error> responder;
    std::uint64_t octets_up = 0;
    sync::SessionReport report;
};

std::optional<ErrorCode> code(const std::optional<Error>& error) {
    return error ? std::optional(error->code) : std::nullopt;
}

/// `caller` calls `named`, and `answers` answers.
Ends meet(Fleet& fleet, const std::string& caller, const std::string& named, const std::string& answers) {
    sync::Replica& one = fleet.replica(caller);
    sync::Replica& other = fleet.replica(answers);
    const auto key = fleet.replica(named).keys().device.public_keys().agreement;
    const auto calling = sync::Session::call({one, one.keys().device, fleet.random}, key);
    const auto answering = sync::Session::answer({other, other.keys().device, fleet.random});
    test_support::exchange(*calling, *answering);
    return {calling->error(), answering->error(), calling->report().bytes_up, calling->report()};
}

Ends meet(Fleet& fleet, const std::string& caller, const std::string& named) {
    return meet(fleet, caller, named, named);
}

Progress progress(Fleet& fleet, const std::string& device, const RecordId& id) {
    return must(fleet.replica(device).store().find(id))->progress;
}

core::Store::HubFeeds hub_holds(Posts& fleet, const std::string& device) {
    return must(fleet.replica(device).store().hub_holds(fleet.space(ngoc_hoi)));
}

RecordId write(Fleet& fleet, const std::string& device, std::string_view partner,
               std::string_view space = "") {
    const RecordId id = fleet.add_record(device, "delegation", {{"partner", std::string(partner)}}, space);
    must(fleet.replica(device).begin_session());
    return id;
}

}  // namespace

TEST_CASE("neighbours bring each other what third devices wrote, the trust feed too") {
    Posts fleet;
    fleet.sync_all();
    const RecordId id = write(fleet, "so-1", "tỉnh", "kon-tum");
    fleet.sync("so-1");
    fleet.add("post-d", Role::border_post, {ngoc_hoi});
    fleet.sync("authority");
    fleet.sync("post-a");
    REQUIRE(fleet.replica("post-b").trust().position() < fleet.replica("post-a").trust().position());
    CHECK(fleet.meet("post-b", "post-a").complete);
    CHECK(fleet.replica("post-b").trust().position() == fleet.replica("post-a").trust().position());
    CHECK(fleet.body("post-b", id) == fleet.body("post-a", id));
    CHECK(fleet.digest("post-b", "kon-tum") == fleet.digest("so-1", "kon-tum"));
    // The other way round, and from one to the next: the one who serves takes as well.
    const RecordId other = write(fleet, "post-d", "trạm");
    CHECK(fleet.meet("post-d", "post-b").complete);
    CHECK(fleet.meet("post-b", "post-a").complete);
    CHECK(fleet.body("post-a", other) == fleet.body("post-d", other));
}

TEST_CASE("what a neighbour holds is not what the hub holds") {
    Posts fleet;
    fleet.sync_all();
    const auto before = hub_holds(fleet, "post-a");
    const RecordId id = write(fleet, "post-a", "Attapeu");
    CHECK(fleet.meet("post-a", "post-b").complete);
    CHECK(fleet.meet("post-b", "post-a").complete);
    CHECK(progress(fleet, "post-a", id) == Progress::sealed);
    CHECK(progress(fleet, "post-b", id) == Progress::sealed);
    CHECK(hub_holds(fleet, "post-a") == before);
    // The neighbour takes it to the hub. Nobody signed that, so only the neighbour believes it.
    fleet.sync("post-b");
    CHECK(progress(fleet, "post-b", id) == Progress::hub);
    CHECK(fleet.meet("post-a", "post-b").complete);
    CHECK(progress(fleet, "post-a", id) == Progress::sealed);
    // The province's confirmation is signed: it counts by whatever way it comes.
    fleet.sync("so-1");
    fleet.sync("post-b");
    CHECK(fleet.meet("post-a", "post-b").complete);
    CHECK(progress(fleet, "post-a", id) == Progress::province);
}

TEST_CASE("a neighbour neither makes the hub go back nor makes good what it lost") {
    Posts fleet;
    fleet.write("post-a", 2);
    fleet.add("post-d", Role::border_post, {ngoc_hoi});
    fleet.sync("authority");
    fleet.sync("post-a");
    const std::string file = fleet.directory.file("hub.db");
    fleet.close_hub();
    std::filesystem::copy_file(file, file + ".backup");
    fleet.reopen_hub();
    for (const char* partner : {"Attapeu", "Sekong", "Ratanakiri"}) {
        write(fleet, "post-a", partner);
        fleet.sync("post-a");
    }
    const auto held = hub_holds(fleet, "post-a");

    CHECK(fleet.meet("post-a", "post-d").complete);  // it had nothing at all
    CHECK_FALSE(must(fleet.replica("post-a").hub_notice()).went_back);
    CHECK(hub_holds(fleet, "post-a") == held);

    fleet.close_hub();
    for (const char* end : {"", "-wal", "-shm"}) {
        std::filesystem::remove(file + end);
    }
    std::filesystem::copy_file(file + ".backup", file);
    fleet.reopen_hub();
    const auto session = fleet.call("post-a");
    const auto hub = fleet.answer();
    session->start(0);
    hub->start(0);
    hub->on_bytes(session->take_output(), 0);
    session->on_bytes(hub->take_output(), 0);  // it has listed, and the link is gone
    session->on_closed(0);
    hub->on_closed(0);
    const sync::HubNotice lost = must(fleet.replica("post-a").hub_notice());
    REQUIRE(lost.went_back);
    const auto less = hub_holds(fleet, "post-a");
    CHECK(less != held);
    CHECK(fleet.meet("post-a", "post-b").complete);
    CHECK(fleet.meet("post-b", "post-a").complete);
    CHECK(must(fleet.replica("post-a").hub_notice()).lost_change_sets == lost.lost_change_sets);
    CHECK(must(fleet.replica("post-a").hub_notice()).went_back);
    CHECK(hub_holds(fleet, "post-a") == less);
}

TEST_CASE("a neighbour's clock is nobody's measure") {
    Posts fleet;
    fleet.sync_all();
    sync::Replica& one = fleet.replica("post-a");
    sync::Replica& other = fleet.replica("post-b");
    fleet["post-b"].clock.offset = 40LL * 365 * 24 * 3'600'000;
    sync::SessionOptions answering{other, other.keys().device, fleet.random};
    answering.clock = &fleet["post-b"].clock;
    const auto caller = sync::Session::call({one, one.keys().device, fleet.random},
                                            other.keys().device.public_keys().agreement);
    const auto responder = sync::Session::answer(answering);
    test_support::exchange(*caller, *responder);
    REQUIRE_FALSE(caller->error());
    CHECK_FALSE(must(one.check_clock()).suspect);
}

TEST_CASE("another device at the address than the one named ends it with one error") {
    Posts fleet;
    fleet.sync_all();
    write(fleet, "post-a", "Attapeu");
    const auto digest = fleet.digest("post-c", "kon-tum");
    const Ends ends = meet(fleet, "post-a", "post-b", "post-c");
    CHECK(code(ends.caller) == ErrorCode::handshake_failed);
    CHECK(code(ends.responder) == ErrorCode::handshake_failed);
    CHECK(fleet.digest("post-c", "kon-tum") == digest);
}

TEST_CASE("a revoked device gets nothing from a neighbour and brings nothing") {
    Posts fleet;
    fleet.sync_all();
    must(fleet.authority().revoke("post-a", crypto::RightsReason::lost));
    fleet.sync("authority");
    fleet.sync("post-b");
    const RecordId kept = write(fleet, "post-b", "chỉ ở đây");
    const RecordId late = write(fleet, "post-a", "sau khi mất");
    const std::uint64_t position = fleet.replica("post-a").trust().position();
    const Ends ends = meet(fleet, "post-a", "post-b");
    CHECK(code(ends.caller) == ErrorCode::revoked);
    CHECK(code(ends.responder) == ErrorCode::revoked);
    CHECK(fleet.body("post-a", kept).empty());
    CHECK(fleet.body("post-b", late).empty());
    CHECK(fleet.replica("post-a").trust().position() == position);  // not even the trust feed

    // Nobody calls it either, as soon as it is known.
    const Ends called = meet(fleet, "post-b", "post-a");
    CHECK(code(called.caller) == ErrorCode::revoked);
    CHECK(called.octets_up == 0);

    // It may itself bring the news: then that is all that is taken.
    fleet.sync("post-a");
    REQUIRE(fleet.replica("post-c").trust().position() < fleet.replica("post-a").trust().position());
    const Ends news = meet(fleet, "post-a", "post-c");
    CHECK(code(news.caller) == ErrorCode::revoked);
    CHECK(fleet.replica("post-c").trust().position() == fleet.replica("post-a").trust().position());
}

TEST_CASE("one who calls learns on the way that the other one was revoked") {
    Posts fleet;
    fleet.sync_all();
    must(fleet.authority().revoke("post-a", crypto::RightsReason::lost));
    fleet.sync("authority");
    fleet.sync("post-a");  // it knows, and answers all the same
    const RecordId id = write(fleet, "post-b", "chỉ ở đây");
    const Ends ends = meet(fleet, "post-b", "post-a");
    CHECK(code(ends.caller) == ErrorCode::revoked);
    CHECK(fleet.body("post-a", id).empty());
}

TEST_CASE("neighbours exchange only the spaces that both may read") {
    Posts fleet;
    fleet.sync_all();
    const RecordId here = write(fleet, "post-b", "Ngọc Hồi");
    const RecordId there = write(fleet, "post-c", "Đắk Glei");
    CHECK(fleet.meet("post-b", "post-c").complete);
    CHECK(fleet.meet("post-c", "post-b").complete);
    CHECK(fleet.body("post-c", here).empty());
    CHECK(fleet.body("post-b", there).empty());
    CHECK(must(fleet.replica("post-c").store().holds_anything_of(fleet.space(ngoc_hoi))) == false);
    CHECK(must(fleet.replica("post-b").store().holds_anything_of(fleet.space(dak_glei))) == false);
}

TEST_CASE("a neighbour gets no space by asking for it, and gives none by sending it") {
    World world;
    auto store = world.device("ngoc-hoi");
    store.write(world.ngoc_hoi());
    const auto place = *sync::space_place(world.province.trust, world.ngoc_hoi());
    const DeviceIndex author = world.province.trust.find(world.keys("ngoc-hoi").public_keys().id())->index;
    {
        const auto session = world.serve(store);
        HandCaller caller(world, "dak-glei", *session, 0, "ngoc-hoi");
        CHECK_FALSE(caller.reply.feeds.contains(place));
        sync::Lacks lacks;
        lacks.feeds[place] = {{author, 0}};
        caller.say(sync::MessageType::lacks, sync::encode_lacks(lacks));
        REQUIRE(session->error());
        CHECK(session->error()->code == ErrorCode::protocol_error);
    }
    const std::size_t held = store.frontier(world.ngoc_hoi()).size();
    auto other = world.device("ngoc-hoi-2");
    const auto session = world.serve(store);
    HandCaller caller(world, "dak-glei", *session, 0, "ngoc-hoi");
    caller.say(sync::MessageType::lacks, sync::encode_lacks({}));
    caller.say(sync::MessageType::envelope, other.make(world.ngoc_hoi()));
    CHECK(session->report().refused == 1);
    CHECK(store.frontier(world.ngoc_hoi()).size() == held);
}
