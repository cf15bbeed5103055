// What a neighbour may leave on this device.
#include "posts.hpp"

#include <cotmoc/sync/neighbour_store.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;

namespace {

struct Scene : Posts {
    Scene() { sync_all(); }

    struct Ends {
        std::optional<Error> caller;
        sync::SessionReport called;    // of the caller
        sync::SessionReport answered;  // of post-b
    };
    /// post-a calls post-b, which keeps what comes within `limits`.
    Ends call(const std::string& name = "post-a") {
        sync::Replica& one = Fleet::replica(name);
        sync::Replica& other = Fleet::replica("post-b");
        sync::NeighbourStore store(other, quotas, limits, [this] { return now; });
        const auto calling = sync::Session::call({one, one.keys().device, random},
                                                 other.keys().device.public_keys().agreement);
        const auto answering = sync::Session::answer({store, other.keys().device, random});
        test_support::exchange(*calling, *answering);
        return {calling->error(), calling->report(), answering->report()};
    }
    RecordId write(const std::string& name) {
        const RecordId id = add_record(name, "delegation", {{"partner", "Attapeu"}});
        must(Fleet::replica(name).begin_session());
        return id;
    }
    bool has(const std::string& name, const RecordId& id) {
        return must(Fleet::replica(name).store().find(id)).has_value();
    }

    sync::NeighbourQuotas quotas;
    sync::NeighbourLimits limits;
    std::int64_t now = 1'000;
};

}  // namespace

TEST_CASE("a device whose disk is nearly full takes nothing in, says so and still gives") {
    Scene scene;
    std::optional<std::uint64_t> left = scene.limits.free_bytes - 1;
    scene.limits.disk_free = [&] { return left; };
    const RecordId here = scene.write("post-b");
    CHECK_FALSE(scene.call().caller);
    CHECK(scene.has("post-a", here));
    const RecordId there = scene.write("post-a");
    const auto refused = scene.call();
    REQUIRE(refused.caller);
    CHECK(refused.caller->code == ErrorCode::disk_full);
    CHECK(refused.answered.received.change_sets == 0);
    CHECK_FALSE(scene.has("post-b", there));
    SUBCASE("until there is room") { left = scene.limits.free_bytes; }
    SUBCASE("and a disk that does not tell is none") { left.reset(); }
    CHECK(scene.call().called.complete);
    CHECK(scene.has("post-b", there));
}

TEST_CASE("of one device a period brings no more than its quota, whoever carries it, and the rest goes on") {
    Scene scene;
    scene.limits.bytes = 0;
    const RecordId own = scene.write("post-a");
    const auto first = scene.call();
    CHECK_FALSE(first.caller);
    CHECK(first.called.refusal == ErrorCode::quota_exceeded);
    CHECK(first.answered.refused == 1);
    CHECK_FALSE(scene.has("post-b", own));

    scene.limits.bytes = 10'000;
    CHECK(scene.call().called.complete);
    CHECK(scene.has("post-b", own));
    std::vector<RecordId> more;
    for (int i = 0; i < 100; ++i) {
        more.push_back(scene.write("post-a"));
    }
    CHECK(scene.call().called.refusal == ErrorCode::quota_exceeded);
    CHECK_FALSE(scene.has("post-b", more.back()));
    // Somebody else's work is not held up by it.
    const RecordId other = scene.add_record("so-1", "delegation", {{"partner", "Sekong"}}, ngoc_hoi);
    must(scene.replica("so-1").begin_session());
    CHECK_FALSE(scene.call("so-1").caller);
    CHECK(scene.has("post-b", other));
    // A new period, a new quota.
    scene.limits.bytes = 1'000'000;
    scene.now += scene.limits.period_ms;
    CHECK(scene.call().called.complete);
    CHECK(scene.has("post-b", more.back()));
}

TEST_CASE("quotas count what came, from the first of a period on") {
    sync::NeighbourQuotas quotas;
    sync::NeighbourLimits limits;
    limits.bytes = 100;
    const DeviceId one{};
    CHECK(quotas.has_room(one, 100, limits, 0));
    CHECK_FALSE(quotas.has_room(one, 101, limits, 0));
    quotas.count(one, 60, limits, 0);
    CHECK_FALSE(quotas.has_room(one, 41, limits, limits.period_ms - 1));
    CHECK(quotas.has_room(one, 40, limits, limits.period_ms - 1));
    CHECK(quotas.has_room(one, 100, limits, limits.period_ms));
    quotas.count(one, 90, limits, limits.period_ms);
    CHECK_FALSE(quotas.has_room(one, 11, limits, limits.period_ms + 1));
    DeviceId other{};
    other.octets[0] = 1;
    CHECK(quotas.has_room(other, 100, limits, limits.period_ms + 1));
}
