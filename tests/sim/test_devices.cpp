// The run of thirteen devices repeats exactly, is made of what it claims, and its log notices what is gone.
#include "sim/devices/device_run.hpp"
#include "sim/devices/entry_log.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using core::OpKind;

namespace {

constexpr const char* space_name = "kon-tum/ngoc-hoi";

}  // namespace

TEST_CASE("a run of devices repeats exactly, with wrong clocks too") {
    for (const std::uint64_t seed : {2, 3}) {
        const DeviceRunOptions options{seed, 5, 12, 250};
        const DeviceRunResult first = run_devices(options);
        CHECK(first.failure == "");
        CHECK(run_devices(options).trace == first.trace);
        CHECK(first.entered > 150);
        CHECK(first.meetings > 10);
        CHECK(first.change_sets > 10);
        CHECK(first.conflicts > 0);
    }
    CHECK(run_devices({2, 5, 12, 50}).trace != run_devices({3, 5, 12, 50}).trace);
}

TEST_CASE("what was entered is found in the history of another device, and what was not entered is not") {
    Fleet fleet(1);
    fleet.add("post-a", crypto::Role::border_post, {space_name});
    fleet.add("post-b", crypto::Role::border_post, {space_name});
    const RecordId id = fleet.add_record("post-a", "delegation", {{"head", "Lan"}, {"result", "một"}});
    const auto entered = [&](std::string device, std::string field, OpKind kind, core::Value value) {
        return Entered{std::move(device), id, std::move(field), kind, std::move(value), false};
    };
    EntryLog log;
    log.note(entered("post-a", "head", OpKind::set, std::string("Lan")), true);
    log.note(entered("post-a", "result", OpKind::edit_text, std::string("một")), true);
    log.seal("post-a");
    fleet.sync_all();
    must(fleet.set("post-b", id, "head", "Minh"));
    must(fleet.set("post-b", id, "result", "một hai"));
    log.note(entered("post-b", "head", OpKind::set, std::string("Minh")), true);
    log.note(entered("post-b", "result", OpKind::edit_text, std::string("một hai")), true);
    log.seal("post-b");
    fleet.sync_all();
    const SpaceId space = must(fleet.replica("post-a").find_space(space_name)).id;
    CHECK(find_missing(fleet, "post-a", space, log) == "");
    CHECK(find_missing(fleet, "post-b", space, log) == "");

    const Entered never[] = {entered("post-b", "head", OpKind::set, std::string("Lan")),
                             entered("post-a", "head", OpKind::resolve, std::string("Lan")),
                             entered("post-a", "result", OpKind::edit_text, std::string("hai")),
                             entered("post-a", "people", OpKind::add, std::int64_t{2}),
                             entered("post-a", "head", OpKind::set, std::string("Lan")),
                             entered("post-b", "", OpKind::delete_record, {})};
    for (const Entered& missing : never) {
        EntryLog more = log;
        more.note(missing, true);
        CHECK(find_missing(fleet, "post-a", space, more) != "");
    }
}

TEST_CASE("only what its own device replaced before it was sealed may be missing") {
    Fleet fleet(1);
    fleet.add("post-a", crypto::Role::border_post, {space_name});
    const RecordId id = fleet.add_record("post-a", "inspection", {{"marker_no", "1"}});
    EntryLog log;
    for (const char* value : {"worn", "damaged", "missing"}) {
        if (std::string_view(value) == "missing") {
            log.seal("post-a");
            fleet.sync("post-a");
        }
        must(fleet.set("post-a", id, "condition", value));
        log.note({"post-a", id, "condition", OpKind::set, std::string(value), false}, true);
    }
    fleet.sync("post-a");
    const SpaceId space = must(fleet.replica("post-a").find_space(space_name)).id;
    CHECK(find_missing(fleet, "post-a", space, log) == "");
    EntryLog strict;
    strict.note({"post-a", id, "condition", OpKind::set, std::string("worn"), false}, true);
    CHECK(find_missing(fleet, "post-a", space, strict) != "");
}

TEST_CASE("an envelope that is offered again changes nothing") {
    Fleet fleet(1);
    fleet.add("post-a", crypto::Role::border_post, {space_name});
    fleet.add("post-b", crypto::Role::border_post, {space_name});
    const RecordId id =
        fleet.add_record("post-a", "inspection", {{"marker_no", "1"}, {"visits", "2"}, {"units", "x"}});
    fleet.sync_all();
    must(fleet.set("post-a", id, "value", "1.50"));
    must(fleet.set("post-b", id, "value", "2.50"));
    fleet.sync_all();
    const SpaceId space = must(fleet.replica("post-a").find_space(space_name)).id;
    for (const char* device : {"post-a", "post-b"}) {
        sync::Replica& replica = fleet.replica(device);
        const std::string body = fleet.body(device, id);
        const Hash256 digest = fleet.digest(device, space_name);
        const auto told = must(replica.history(id)).size();
        std::int64_t position = 0;
        int offered = 0;
        while (const auto envelope = must(fleet.replica("post-a").next_envelope(space, position))) {
            position = envelope->position;
            CHECK(must(replica.accept(envelope->bytes)).acceptance == sync::Acceptance::known);
            ++offered;
        }
        must(replica.commit());
        CHECK(offered >= 3);
        CHECK(fleet.body(device, id) == body);
        CHECK(fleet.digest(device, space_name) == digest);
        CHECK(must(replica.history(id)).size() == told);
    }
}

TEST_CASE("an edit that saw the fast clock's edit wins, from 1970 too, and a concurrent loser is listed") {
    constexpr std::int64_t year_ms = 365ll * 24 * 3600 * 1000;
    Fleet fleet(1);
    for (const char* name : {"fast", "slow", "right"}) {
        fleet.add(name, crypto::Role::border_post, {space_name});
    }
    fleet["fast"].clock.offset = 70 * year_ms;
    fleet["slow"].clock.offset = -fleet["slow"].clock.wall;
    const RecordId id = fleet.add_record("right", "delegation", {{"head", "Lan"}});
    fleet.sync_all();
    const auto all_show = [&](const std::string& head) {
        for (const char* name : {"fast", "slow", "right"}) {
            CHECK(fleet.body(name, id).find(R"("head":")" + head + '"') != std::string::npos);
        }
    };
    for (int round = 0; round < 3; ++round) {
        const std::string number = std::to_string(round);
        must(fleet.set("fast", id, "head", "fast " + number));
        fleet.sync_all();
        all_show("fast " + number);
        must(fleet.set(round % 2 == 0 ? "slow" : "right", id, "head", "later " + number));
        fleet.sync_all();
        all_show("later " + number);
        CHECK(must(fleet.replica("right").store().find(id))->conflicts.empty());
    }
    // Nobody saw the other: the fast clock wins, and the loser stays in sight until somebody who saw both
    // decides.
    must(fleet.set("fast", id, "head", "fast"));
    must(fleet.set("slow", id, "head", "slow"));
    fleet.sync_all();
    all_show("fast");
    const auto view = must(fleet.replica("right").store().find(id));
    REQUIRE(view->conflicts.size() == 1);
    REQUIRE(view->conflicts[0].values.size() == 2);
    must(fleet.replica("slow").resolve(id, "head", {1, {}}));
    fleet.sync_all();
    all_show("slow");
    CHECK(must(fleet.replica("right").store().find(id))->conflicts.empty());
}
