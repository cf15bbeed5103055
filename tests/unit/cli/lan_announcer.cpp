// What `serve --announce` shows on the networks around it, and for how long.
#include "lan_announcer.hpp"

#include "unit/sync/posts.hpp"

#include <set>

using namespace cotmoc;
using namespace cotmoc::cli;
using sync_test::code_of;
using sync_test::Posts;
using system::LanPlace;
using system::LanService;
using test_support::must;

namespace {

class FakeNetwork final : public system::LocalNetwork {
public:
    struct Shown {
        LanService service;
        bool lost = false;
    };
    class Announcement final : public system::LanAnnouncement {
    public:
        Announcement(FakeNetwork& network, int number) : network_(network), number_(number) {}
        ~Announcement() override { network_.shown.erase(number_); }
        bool lost() const override { return network_.shown.at(number_).lost; }

    private:
        FakeNetwork& network_;
        int number_;
    };
    std::vector<LanPlace> places(const std::string& listening) override {
        asked = listening;
        return here;
    }
    Result<std::unique_ptr<system::LanAnnouncement>> announce(const LanService& service) override {
        if (broken) {
            return fail(ErrorCode::connection_failed, "no daemon");
        }
        ++made;
        shown[made] = {service};
        return std::make_unique<Announcement>(*this, made);
    }
    Result<std::vector<system::LanNeighbour>> browse(std::int64_t) override {
        return std::vector<system::LanNeighbour>();
    }
    std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& [number, each] : shown) {
            all.insert(each.service.name);
        }
        return all;
    }
    std::vector<LanPlace> here = {{2, {"192.0.2.9"}}};
    std::map<int, Shown> shown;
    std::string asked;
    int made = 0;
    bool broken = false;
};

struct Scene {
    Scene() {
        fleet.sync_all();
        must(announcer.learn(keys()));
    }
    sync::AnnouncementKeys keys() {
        const sync::Replica& replica = fleet.replica("post-a");
        return sync::announcement_keys(replica.trust(), replica.key_ring(), replica.id());
    }
    /// That many looks, ten seconds apart.
    void pass(std::int64_t ms) {
        for (std::int64_t i = 0; i < ms; i += 10'000) {
            clock.wall += 10'000;
            announcer.look();
        }
    }
    std::optional<DeviceId> recognised(const LanService& service) {
        const sync::Replica& replica = fleet.replica("post-b");
        const auto announcement = sync::decode_announcement(service.texts);
        REQUIRE(announcement);
        CHECK(announcement->nonce.hex() == service.name);
        return sync::recognise(replica.trust(), replica.key_ring(), replica.id(), *announcement);
    }
    Posts fleet;
    FakeNetwork network;
    test_support::FakeClock clock;
    LanAnnouncerLimits limits;
    LanAnnouncer announcer{network, clock, fleet.random};
};

}  // namespace

TEST_CASE("each network gets an announcement of its own, which names nothing but its nonce") {
    Scene scene;
    scene.network.here = {{2, {"192.0.2.9", "2001:db8::9"}}, {5, {"198.51.100.9"}}};
    must(scene.announcer.start("0.0.0.0", 7451));
    CHECK(scene.network.asked == "0.0.0.0");
    REQUIRE(scene.network.shown.size() == 2);
    CHECK(scene.network.names().size() == 2);
    for (const auto& [number, each] : scene.network.shown) {
        CHECK(each.service.port == 7451);
        CHECK(each.service.place == scene.network.here[static_cast<std::size_t>(number) - 1]);
        CHECK(scene.recognised(each.service) == scene.fleet.replica("post-a").id());
        CHECK(each.service.name.size() == 16);
        std::string all = each.service.name;
        for (const std::string& text : each.service.texts) {
            all += ";" + text;
        }
        CHECK(all.find("post") == std::string::npos);
        CHECK(all.find(scene.fleet.replica("post-a").id().hex().substr(0, 12)) == std::string::npos);
    }
}

TEST_CASE("an announcement is renewed after a time, and the one before is seen a little longer") {
    Scene scene;
    must(scene.announcer.start("0.0.0.0", 7451));
    const std::set<std::string> first = scene.network.names();
    scene.pass(scene.limits.renew_ms - 10'000);
    CHECK(scene.network.names() == first);
    scene.pass(10'000);
    CHECK(scene.network.shown.size() == 2);  // who has just looked the first one up still finds it
    scene.pass(scene.limits.overlap_ms - 10'000);
    CHECK(scene.network.shown.size() == 2);
    scene.pass(10'000);
    REQUIRE(scene.network.shown.size() == 1);
    CHECK(scene.network.names() != first);
    CHECK(scene.recognised(scene.network.shown.begin()->second.service) ==
          scene.fleet.replica("post-a").id());
    scene.pass(10 * scene.limits.renew_ms);
    CHECK(scene.network.made == 12);
    CHECK(scene.network.shown.size() <= 2);
}

TEST_CASE("what changes is announced anew: keys, networks, and a name that somebody else took") {
    Scene scene;
    must(scene.announcer.start("0.0.0.0", 7451));
    must(scene.announcer.learn(scene.keys()));  // the same
    scene.pass(10'000);
    CHECK(scene.network.made == 1);

    must(scene.fleet.authority().rotate("kon-tum"));
    scene.fleet.sync("authority");
    scene.fleet.sync("post-a");
    must(scene.announcer.learn(scene.keys()));
    scene.pass(10'000);
    CHECK(scene.network.made == 2);
    CHECK(sync::decode_announcement(scene.network.shown.at(2).service.texts)->tags.size() == 2);

    scene.network.here = {{7, {"203.0.113.4"}}};
    scene.pass(10'000);
    CHECK(scene.network.made == 3);
    CHECK(scene.network.shown.at(3).service.place.addresses.front() == "203.0.113.4");
    scene.pass(60'000);
    REQUIRE(scene.network.shown.size() == 1);

    scene.network.shown.at(3).lost = true;
    scene.pass(10'000);
    REQUIRE(scene.network.shown.size() == 1);  // nobody can find what is lost
    CHECK(scene.network.made == 4);
}

TEST_CASE("what cannot be announced now is announced later, and the old one stays meanwhile") {
    Scene scene;
    scene.network.broken = true;
    CHECK(code_of(scene.announcer.start("0.0.0.0", 7451)) == ErrorCode::connection_failed);
    scene.network.broken = false;
    scene.network.here.clear();  // no network yet
    must(scene.announcer.start("0.0.0.0", 7451));
    CHECK(scene.network.shown.empty());
    scene.network.here = {{2, {"192.0.2.9"}}};
    scene.pass(10'000);
    CHECK(scene.network.shown.size() == 1);
    scene.network.broken = true;
    scene.pass(2 * scene.limits.renew_ms);
    CHECK(scene.network.shown.size() == 1);
    scene.network.broken = false;
    scene.pass(10'000);
    CHECK(scene.network.made == 2);
    CHECK(code_of(scene.announcer.learn({})) == ErrorCode::no_epoch_key);
}
