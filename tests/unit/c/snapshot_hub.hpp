// A hub that keeps snapshots, in the place of the fleet's own.
#pragma once

#include "unit/c/host.hpp"

#include <cotmoc/crypto/key_ring.hpp>
#include <cotmoc/sync/snapshots.hpp>

namespace cotmoc::test_c {

inline std::string status_of(const Post& post) {
    return text_from([&](auto... view) { return cotmoc_replica_status(post.replica, view...); });
}

inline std::string digests_of(const Post& post) {
    return text_from([&](auto... view) { return cotmoc_replica_digests(post.replica, view...); });
}

class SnapshotHub {
public:
    explicit SnapshotHub(Province& province) : province_(province) {
        test_support::Fleet& fleet = province.fleet;
        keys_ = crypto::DeviceKeys::generate(fleet.random);
        const std::string request = crypto::encode_request("hub-2", keys_, fleet.random);
        const crypto::Grant grant = test_support::must(
            crypto::parse_grant(test_support::must(fleet.authority().enrol(request, crypto::Role::hub, {}))));
        store_ = test_support::must(sync::open_sqlite_hub_store(fleet.directory.file("hub-2.db")));
        hub_ = test_support::must(sync::Hub::open(*store_));
        for (const Bytes& entry : grant.entries) {
            test_support::must(hub_->add_trust_entry(entry));
        }
        test_support::must(hub_->commit());
        open(bodies_, shelf_, "hub-2");
        open(own_bodies_, own_shelf_, "tinh");
        province.publish = [this] { sync("authority"); };
        for (const auto& [name, role] : {std::pair("don-a", crypto::Role::border_post),
                                         std::pair("tinh", crypto::Role::province_officer)}) {
            system::SystemClock clock;
            fleet.add(name, role, {"kon-tum/ngoc-hoi"}).clock.wall = clock.wall_ms();
            sync("authority");
        }
    }

    std::unique_ptr<sync::Session> answer() {
        sync::SessionOptions options{*hub_, keys_, province_.fleet.random};
        options.attachments = bodies_.get();
        options.snapshots = shelf_.get();
        return sync::Session::answer(options);
    }
    void sync(const std::string& name) {
        sync::Replica& replica = province_.fleet.replica(name);
        sync::SessionOptions options{replica, replica.keys().device, province_.fleet.random};
        if (name == "tinh") {
            options.attachments = own_bodies_.get();
            options.snapshots = own_shelf_.get();
        }
        const auto caller = sync::Session::call(options, keys_.public_keys().agreement);
        const auto responder = answer();
        test_support::exchange(*caller, *responder);
        REQUIRE_MESSAGE(!caller->error(), describe(caller->error().value_or(Error{})));
    }
    /// Change sets of a record each, at the hub and at the province; none of it compresses.
    void work(int records) {
        test_support::Fleet& fleet = province_.fleet;
        for (int i = 0; i < records; ++i) {
            Bytes octets(1'000);
            fleet.random.fill(octets);
            fleet.add_record("don-a", "delegation",
                             {{"head", "Ông " + std::to_string(i)}, {"result", to_hex(octets)}});
            test_support::must(fleet.replica("don-a").seal());
        }
        sync("don-a");
        sync("tinh");
    }
    /// The province's, brought to the hub; octets of its body.
    std::uint64_t make_snapshot() {
        test_support::FleetDevice& device = province_.fleet["tinh"];
        const sync::SpaceInfo space = test_support::must(device.replica->find_space("kon-tum/ngoc-hoi"));
        const crypto::SnapshotManifest made = test_support::must(sync::make_snapshot(
            *device.replica, *own_shelf_, province_.fleet.random, device.clock, space, 3));
        sync("tinh");
        return made.body_size;
    }
    std::string digest() { return province_.fleet.digest("tinh", "kon-tum/ngoc-hoi").hex(); }

private:
    void open(std::unique_ptr<sync::AttachmentStore>& bodies, std::unique_ptr<sync::SnapshotShelf>& shelf,
              const std::string& name) {
        core::Database::Options options;
        options.path = province_.fleet.directory.file(name + "-attachments.db");
        bodies = test_support::must(sync::AttachmentStore::open(options));
        options.path = province_.fleet.directory.file(name + "-snapshots.db");
        shelf = test_support::must(sync::SnapshotShelf::open(options, *bodies));
    }

    Province& province_;
    crypto::DeviceKeys keys_;
    std::unique_ptr<sync::HubStore> store_;
    std::unique_ptr<sync::Hub> hub_;
    std::unique_ptr<sync::AttachmentStore> bodies_;
    std::unique_ptr<sync::SnapshotShelf> shelf_;
    std::unique_ptr<sync::AttachmentStore> own_bodies_;  // the province's
    std::unique_ptr<sync::SnapshotShelf> own_shelf_;
};

}  // namespace cotmoc::test_c
