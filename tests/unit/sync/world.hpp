// A province with a hub over SQLite in memory, three devices, and sessions between them.
#pragma once

#include <cotmoc/sync/hub.hpp>

#include "support/memory_feed_store.hpp"
#include "support/sim_network.hpp"

#include <doctest/doctest.h>

namespace cotmoc::sync_test {

using test_support::LinkModel;
using test_support::MemoryFeedStore;
using test_support::SimNetwork;
using test_support::TestProvince;
using test_support::Way;

struct Outcome {
    std::optional<Error> caller_error;
    std::optional<Error> responder_error;
    sync::SessionReport caller;
    sync::SessionReport responder;

    bool complete() const {
        return caller.complete && responder.complete && !caller_error && !responder_error;
    }
    std::uint64_t octets() const { return caller.bytes_up + caller.bytes_down; }
};

inline sync::SessionOptions options(sync::FeedStore& store, const crypto::DeviceKeys& keys, Random& random) {
    return {store, keys, random};
}

inline Outcome outcome(SimNetwork& network, std::size_t connection) {
    const sync::Session& caller = network.caller(connection);
    const sync::Session& responder = network.responder(connection);
    return {caller.error(), responder.error(), caller.report(), responder.report()};
}

/// ngoc-hoi and dak-glei are district officers of their space, kon-tum is a province officer of all, hub is
/// the hub.
inline TestProvince make_province(std::uint64_t seed = 1) {
    TestProvince province(seed);
    province.enrol("hub", crypto::Role::hub);
    province.enrol("kon-tum", crypto::Role::province_officer, {}, true);
    province.enrol("ngoc-hoi", crypto::Role::district_officer, {"kon-tum/ngoc-hoi"});
    province.enrol("ngoc-hoi-2", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    province.enrol("dak-glei", crypto::Role::district_officer, {"kon-tum/dak-glei"});
    return province;
}

struct World {
    explicit World(std::uint64_t seed = 1) : province(make_province(seed)), random(seed + 100) {
        restart_hub(":memory:");
    }

    /// Opens the hub's store and, if it is new, hands it the trust feed.
    void restart_hub(const std::string& path, std::uint64_t trust_position = 0) {
        hub.reset();
        hub_store.reset();
        hub_store = take(sync::open_sqlite_hub_store(path));
        hub = take(sync::Hub::open(*hub_store));
        for (const Bytes& entry : province.entries) {
            if (trust_position == 0 || hub->trust().position() < trust_position) {
                REQUIRE(hub->add_trust_entry(entry));
            }
        }
        REQUIRE(hub->commit());
    }

    MemoryFeedStore device(std::string_view name, std::uint64_t trust_position = 0) const {
        return MemoryFeedStore(province, name, trust_position);
    }
    const crypto::DeviceKeys& keys(std::string_view name) const { return province.member(name).keys; }
    SpaceId ngoc_hoi() const { return province.space("kon-tum/ngoc-hoi"); }
    SpaceId dak_glei() const { return province.space("kon-tum/dak-glei"); }
    SpaceId kon_tum() const { return province.space("kon-tum"); }

    std::unique_ptr<sync::Session> call(MemoryFeedStore& store, std::string_view responder = "hub") {
        return sync::Session::call(options(store, store.keys(), random),
                                   keys(responder).agreement.public_key());
    }
    std::unique_ptr<sync::Session> serve() {
        return sync::Session::answer(options(*hub, keys("hub"), random));
    }
    std::unique_ptr<sync::Session> serve(MemoryFeedStore& store) {
        return sync::Session::answer(options(store, store.keys(), random));
    }

    /// One session with the hub until nothing more happens.
    Outcome sync(MemoryFeedStore& store, const LinkModel& link = {}, const SimNetwork::Tap& tap = {}) {
        SimNetwork network(random.next());
        const std::size_t connection = network.connect(call(store), serve(), link, tap);
        network.run();
        CHECK(network.over(connection));
        return outcome(network, connection);
    }

    template <class T>
    static T take(Result<T> result) {
        REQUIRE(result);
        return std::move(*result);
    }

    TestProvince province;
    test_support::SeededRandom random;
    std::unique_ptr<sync::HubStore> hub_store;
    std::unique_ptr<sync::Hub> hub;
};

}  // namespace cotmoc::sync_test
