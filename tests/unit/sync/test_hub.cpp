#include "world.hpp"

#include "support/fleet.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::Acceptance;
using test_support::TemporaryDirectory;

namespace {

Acceptance offer(World& world, BytesView envelope) {
    const auto result = world.hub->accept(envelope);
    REQUIRE(result);
    return result->acceptance;
}

ErrorCode reason(World& world, BytesView envelope) {
    const auto result = world.hub->accept(envelope);
    REQUIRE(result);
    REQUIRE(result->reason);
    return result->reason->code;
}

/// Fails when told to, in the middle of whatever is written.
class FailingStore final : public sync::HubStore {
public:
    explicit FailingStore(sync::HubStore& store) : store_(store) {}
    bool fail_append = false;
    bool fail_commit = false;

    Result<std::vector<Bytes>> load_trust() override { return store_.load_trust(); }
    Result<void> append_trust(std::uint64_t position, BytesView entry) override {
        COTMOC_TRY(store_.append_trust(position, entry));
        return fail_append ? fail(ErrorCode::disk_full) : Result<void>{};
    }
    Result<std::vector<std::pair<SpaceId, sync::Frontier>>> load_frontiers() override {
        return store_.load_frontiers();
    }
    Result<void> append_envelope(const SpaceId& space, const sync::FeedPosition& place,
                                 BytesView bytes) override {
        COTMOC_TRY(store_.append_envelope(space, place, bytes));
        return fail_append ? fail(ErrorCode::disk_full) : Result<void>{};
    }
    Result<std::optional<sync::StoredEnvelope>> next_envelope(const SpaceId& space,
                                                              std::int64_t position) override {
        return store_.next_envelope(space, position);
    }
    Result<std::optional<Hash256>> find(const SpaceId& space, DeviceIndex device,
                                        std::uint64_t seq) override {
        return store_.find(space, device, seq);
    }
    Result<std::int64_t> position_before(const SpaceId& space, DeviceIndex device,
                                         std::uint64_t seq) override {
        return store_.position_before(space, device, seq);
    }
    Result<std::vector<std::pair<SpaceId, core::SideEnvelope>>> load_sides() override {
        return store_.load_sides();
    }
    Result<void> keep_side(const SpaceId& space, const core::SideEnvelope& side, BytesView bytes) override {
        return store_.keep_side(space, side, bytes);
    }
    Result<std::optional<Bytes>> side_bytes(const SpaceId& space, DeviceIndex device,
                                            const Hash256& hash) override {
        return store_.side_bytes(space, device, hash);
    }
    Result<std::uint64_t> side_size(const SpaceId& space, DeviceIndex device) override {
        return store_.side_size(space, device);
    }
    Result<std::vector<std::pair<DeviceIndex, sync::HubUsage>>> load_usage() override {
        return store_.load_usage();
    }
    Result<void> save_usage(DeviceIndex device, const sync::HubUsage& usage) override {
        return store_.save_usage(device, usage);
    }
    Result<void> commit() override { return fail_commit ? fail(ErrorCode::io_error) : store_.commit(); }
    Result<void> rollback() override { return store_.rollback(); }

private:
    sync::HubStore& store_;
};

}  // namespace

TEST_CASE("the hub accepts what continues a feed and tells repeats, gaps and forks apart") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    const Bytes fork_of_first = device.make(world.ngoc_hoi());
    const Bytes first = device.write(world.ngoc_hoi());
    const Bytes second = device.write(world.ngoc_hoi());
    const Bytes third = device.write(world.ngoc_hoi());
    CHECK(reason(world, second) == ErrorCode::waiting_for_dependency);
    CHECK(offer(world, second) == Acceptance::waiting);
    CHECK(offer(world, first) == Acceptance::stored);
    CHECK(offer(world, first) == Acceptance::known);
    CHECK(reason(world, fork_of_first) == ErrorCode::forked_feed);  // and it stands beside the feed
    CHECK(offer(world, fork_of_first) == Acceptance::known);
    CHECK(offer(world, second) == Acceptance::stored);
    crypto::EnvelopePlace place{world.ngoc_hoi(), 3, crypto::envelope_hash(first), {}};
    CHECK(reason(world, device.make_at(place)) == ErrorCode::waiting_for_dependency);  // for its past
    CHECK(offer(world, third) == Acceptance::stored);
}

TEST_CASE("the hub refuses foreign authors, wrong spaces, missing rights and bad signatures") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    Bytes good = device.make(world.ngoc_hoi());
    CHECK(reason(world, Bytes(20, 1)) == ErrorCode::bad_envelope);
    CHECK(reason(world, device.make(world.dak_glei())) == ErrorCode::not_allowed);
    // Only province officers write to the province-wide space.
    CHECK(reason(world, device.make(world.kon_tum())) == ErrorCode::not_allowed);
    CHECK(reason(world, world.device("hub").make(world.ngoc_hoi())) == ErrorCode::not_allowed);
    CHECK(reason(world, world.device("authority").make(world.ngoc_hoi())) == ErrorCode::not_allowed);
    world.province.enrol("later", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    CHECK(reason(world, world.device("later").make(world.ngoc_hoi())) == ErrorCode::unknown_author);
    Bytes forged = good;
    forged.back() ^= 1;
    CHECK(reason(world, forged) == ErrorCode::bad_signature);
    for (std::size_t i = 0; i < good.size(); ++i) {
        Bytes flipped = good;
        flipped[i] ^= 0x40;
        CHECK(offer(world, flipped) == Acceptance::refused);
    }
    CHECK(world.hub->frontier(world.ngoc_hoi()).empty());
    CHECK(offer(world, good) == Acceptance::stored);
}

TEST_CASE("a failed write takes the hub back to its last commit, in memory and on disk") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    FailingStore failing(*world.hub_store);
    world.hub = World::take(sync::Hub::open(failing));
    REQUIRE(offer(world, device.write(world.ngoc_hoi())) == Acceptance::stored);
    REQUIRE(world.hub->commit());
    const auto before = world.hub->frontier(world.ngoc_hoi());
    const std::uint64_t position = world.hub->trust().position();
    const Bytes second = device.write(world.ngoc_hoi());
    const Bytes third = device.write(world.ngoc_hoi());
    world.province.enrol("later", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
    REQUIRE(world.hub->add_trust_entry(world.province.entries.back()));
    REQUIRE(offer(world, second) == Acceptance::stored);
    SUBCASE("of an envelope") {
        failing.fail_append = true;
        CHECK(!world.hub->accept(third));
    }
    SUBCASE("of the commit") {
        failing.fail_commit = true;
        CHECK(!world.hub->commit());
    }
    CHECK(world.hub->frontier(world.ngoc_hoi()) == before);
    CHECK(world.hub->trust().position() == position);
    failing.fail_append = failing.fail_commit = false;
    CHECK(World::take(sync::Hub::open(*world.hub_store))->frontier(world.ngoc_hoi()) == before);
    CHECK(world.hub->add_trust_entry(world.province.entries.back()));
    CHECK(offer(world, second) == Acceptance::stored);
    CHECK(offer(world, third) == Acceptance::stored);
    CHECK(world.hub->commit());
    CHECK(World::take(sync::Hub::open(*world.hub_store))->trust().position() == position + 1);
}

TEST_CASE("what the hub committed is there after a restart, and nothing else") {
    const TemporaryDirectory place;
    const std::string path = place.file("hub.sqlite");
    World world;
    world.restart_hub(path);
    MemoryFeedStore device = world.device("ngoc-hoi");
    device.write(world.ngoc_hoi());
    REQUIRE(world.sync(device).complete());
    CHECK(offer(world, device.write(world.ngoc_hoi())) == Acceptance::stored);
    world.hub.reset();
    world.hub_store.reset();
    world.hub_store = World::take(sync::open_sqlite_hub_store(path));
    world.hub = World::take(sync::Hub::open(*world.hub_store));
    CHECK(world.hub->trust().position() == world.province.trust.position());
    REQUIRE(world.hub->frontier(world.ngoc_hoi()).size() == 1);
    CHECK(world.hub->frontier(world.ngoc_hoi())[0].seq == 1);
    CHECK(world.sync(device).complete());
    CHECK(world.hub->frontier(world.ngoc_hoi()) == device.frontier(world.ngoc_hoi()));
}
