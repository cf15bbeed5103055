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
