// A fleet whose devices keep snapshots and talk to each other about them.
#pragma once

#include <cotmoc/sync/snapshots.hpp>

#include "support/fleet.hpp"

#include <doctest/doctest.h>

namespace cotmoc::sync_test {

inline constexpr std::string_view snapshot_space = "kon-tum/ngoc-hoi";

/// Where a device keeps bodies and manifests.
struct SnapshotDesk {
    test_support::TemporaryDirectory folder;
    std::unique_ptr<sync::AttachmentStore> bodies;
    std::unique_ptr<sync::SnapshotShelf> shelf;

    SnapshotDesk() { open(); }
    void open() {
        shelf.reset();
        bodies.reset();
        core::Database::Options options;
        options.path = folder.file("attachments.db");
        bodies = test_support::must(sync::AttachmentStore::open(options));
        options.path = folder.file("snapshots.db");
        shelf = test_support::must(sync::SnapshotShelf::open(options, *bodies));
    }
};

/// Two posts, a district and a province officer, all of one space, and their desks.
struct SnapshotFleet {
    test_support::Fleet fleet;
    std::map<std::string, SnapshotDesk> desks;

    explicit SnapshotFleet(std::uint64_t seed) : fleet(seed) {
        add("post", crypto::Role::border_post);
        add("hill", crypto::Role::border_post);
        add("office", crypto::Role::district_officer);
        add("tinh", crypto::Role::province_officer);
        fleet.sync_all();
    }
    void add(const std::string& name, crypto::Role role) {
        fleet.add(name, role, {std::string(snapshot_space)});
    }
    sync::Replica& operator[](const std::string& name) { return fleet.replica(name); }
    SpaceId space() { return info("tinh").id; }
    sync::SpaceInfo info(const std::string& name) {
        return test_support::must(fleet.replica(name).find_space(snapshot_space));
    }
    Hash256 digest(const std::string& name) { return fleet.digest(name, snapshot_space); }

    /// Records and edits of both posts, confirmed by the province.
    std::vector<RecordId> work(int records) {
        std::vector<RecordId> ids;
        for (int i = 0; i < records; ++i) {
            const std::string author = i % 2 == 0 ? "post" : "hill";
            ids.push_back(fleet.add_record(author, "delegation",
                                           {{"head", "Ông " + std::to_string(i)}, {"partner", "Attapeu"}}));
            if (i % 3 == 0) {
                test_support::must(fleet.set(author, ids.back(), "partner", "Ratanakiri"));
            }
            // As many sessions leave them: change sets of a few ops.
            test_support::must(fleet.replica(author).seal());
            fleet.advance(60'000);
        }
        fleet.sync_all();
        return ids;
    }

    Result<crypto::SnapshotManifest> make(const std::string& name) {
        test_support::FleetDevice& device = fleet[name];
        return sync::make_snapshot(*device.replica, *desks[name].shelf, fleet.random, device.clock,
                                   info(name), 3);
    }

    sync::SessionOptions options(const std::string& name) {
        test_support::FleetDevice& device = fleet[name];
        sync::SessionOptions options{*device.replica, device.replica->keys().device, fleet.random};
        options.attachments = desks[name].bodies.get();
        options.snapshots = desks[name].shelf.get();
        return options;
    }
    /// A session between two devices; the caller's report.
    sync::SessionReport talk(const std::string& caller, const std::string& responder,
                             const sync::SnapshotRule& rule = {}) {
        sync::SessionOptions calling = options(caller);
        calling.snapshot_rule = rule;
        const auto one =
            sync::Session::call(calling, fleet.replica(responder).keys().device.public_keys().agreement);
        const auto other = sync::Session::answer(options(responder));
        test_support::exchange(*one, *other);
        for (const sync::Session* end : {one.get(), other.get()}) {
            CHECK_MESSAGE(!end->error(), (end->error() ? describe(*end->error()) : std::string()));
        }
        return one->report();
    }
    sync::SnapshotRule begin() {
        sync::SnapshotRule rule;
        rule.begin = {space()};
        rule.begin_least = 1;
        return rule;
    }
    /// Makes a device that takes the responder's snapshot and has not installed it.
    crypto::SnapshotManifest fetch(const std::string& name, const std::string& from) {
        add(name, crypto::Role::border_post);
        fleet.sync("tinh");  // who is enrolled now
        fleet.sync(from);
        talk(name, from, begin());
        const auto manifest = test_support::must(desks[name].shelf->newest(space(), true));
        REQUIRE(manifest);
        return *manifest;
    }
    Result<void> install(const std::string& name, const crypto::SnapshotManifest& manifest) {
        return sync::install_snapshot(fleet.replica(name), *desks[name].bodies, manifest);
    }
};

}  // namespace cotmoc::sync_test
