// Ten posts: five see the hub over bad links, two only a neighbour's laptop, three only sticks. All end
// alike, and all know what the province has confirmed.
#include "support/environment_number.hpp"
#include "support/sim_network.hpp"
#include "unit/sync/sticks.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using sync_test::MemoryVolume;
using sync_test::ngoc_hoi;
using sync_test::Stick;

namespace {

/// How somebody is reached. The pair of laptops: "laptop-a" meets only "laptop-b", and "laptop-b" besides it
/// only the neighbour "online-4": without one step of some way up nothing could reach the province.
const std::vector<std::string> by_hub = {"online-0", "online-1", "online-2", "online-3", "online-4"};
const std::vector<std::pair<std::string, std::string>> meetings = {{"laptop-b", "laptop-a"},
                                                                   {"laptop-b", "online-4"}};
const std::vector<std::string> by_stick = {"stick-0", "stick-1", "stick-2"};
constexpr const char* officer = "so";

struct TenPosts : Fleet {
    explicit TenPosts(std::uint64_t seed) : Fleet(seed) {
        add(officer, crypto::Role::province_officer, {"*"});
        for (const std::string& name : by_hub) {
            posts.push_back(name);
        }
        posts.insert(posts.end(), {"laptop-a", "laptop-b"});
        posts.insert(posts.end(), by_stick.begin(), by_stick.end());
        for (const std::string& name : posts) {
            add(name, crypto::Role::border_post, {ngoc_hoi});
        }
    }

    /// Over a link that is cut now and then, or over a good one. The sums of what went over.
    std::uint64_t run(std::unique_ptr<sync::Session> caller, std::unique_ptr<sync::Session> responder,
                      bool good) {
        SimNetwork network(random.next());
        LinkModel link;
        if (!good) {
            link.latency_ms = 200;
            link.octets_per_second = 4'000;
            link.cut_per_mille = 60;
            link.lose_tail = true;
            link.half_open_per_mille = 100;
        }
        const std::size_t connection = network.connect(std::move(caller), std::move(responder), link);
        network.run();
        CHECK(network.over(connection));
        const sync::SessionReport& report = network.caller(connection).report();
        if (good) {
            CHECK(report.complete);
        }
        return report.sent.change_sets + report.received.change_sets + report.trust_sent +
               report.trust_received;
    }
    std::uint64_t with_hub(const std::string& name, bool good) { return run(call(name), answer(), good); }
    std::uint64_t meet_over(const std::string& one, const std::string& other, bool good) {
        sync::Replica& caller = replica(one);
        sync::Replica& answering = replica(other);
        return run(sync::Session::call({caller, caller.keys().device, random},
                                       answering.keys().device.public_keys().agreement),
                   sync::Session::answer({answering, answering.keys().device, random}), good);
    }
    Stick write_stick(const std::string& from, const std::string& to) {
        Stick stick;
        sync::ReplicaPeers known(replica(from));
        must(sync::export_bundle(
            {replica(from), replica(from).keys().device, random, known, {replica(to).id()}}, stick));
        return stick;
    }
    std::uint64_t read_stick(const std::string& to, const Stick& stick) {
        std::vector<MemoryVolume> volumes;
        for (const Bytes& volume : stick.volumes) {
            volumes.emplace_back(volume, "volume");
        }
        std::vector<sync::VolumeSource*> sources;
        for (MemoryVolume& volume : volumes) {
            sources.push_back(&volume);
        }
        sync::ReplicaPeers known(replica(to));
        const auto read =
            must(sync::import_bundles({replica(to), replica(to).keys().device, known}, sources));
        return read.received.change_sets + read.trust_received;
    }

    void write_something(const std::string& name) {
        if (records.empty() || random.below(3) == 0) {
            records.push_back(add_record(name, "delegation", {{"partner", name}}));
            return;
        }
        const RecordId& id = records[static_cast<std::size_t>(random.below(records.size()))];
        if (must(replica(name).store().find(id))) {
            must(set(name, id, "people", std::to_string(random.below(100))));
        }
    }
    void something_happens() {
        const auto post = posts[static_cast<std::size_t>(random.below(posts.size()))];
        const auto& [one, other] = meetings[static_cast<std::size_t>(random.below(meetings.size()))];
        const std::string& carried = by_stick[static_cast<std::size_t>(random.below(by_stick.size()))];
        switch (random.below(6)) {
            case 0:
            case 1:
                write_something(post);
                break;
            case 2:
                with_hub(by_hub[static_cast<std::size_t>(random.below(by_hub.size()))], false);
                break;
            case 3:
                with_hub(officer, false);
                break;
            case 4: {
                const bool turned = random.below(2) == 0;
                meet_over(turned ? other : one, turned ? one : other, false);
                break;
            }
            default: {
                const bool up = random.below(2) == 0;
                const std::string to = up ? officer : carried;
                if (replica(up ? carried : officer).trust().find(replica(to).id()) == nullptr) {
                    break;  // not heard of yet
                }
                const Stick stick = write_stick(up ? carried : officer, to);
                for (std::uint64_t times = random.below(3); times > 0;
                     --times) {  // lost, read, or read twice
                    read_stick(to, stick);
                }
            }
        }
        advance(60'000);
    }
    /// One round of everybody; how much it moved.
    std::uint64_t quiet_round() {
        std::uint64_t moved = 0;
        for (const std::string& name : by_hub) {
            moved += with_hub(name, true);
        }
        for (const auto& [one, other] : meetings) {
            moved += meet_over(one, other, true);
        }
        for (const std::string& name : by_stick) {
            moved += read_stick(officer, write_stick(name, officer));
            moved += read_stick(name, write_stick(officer, name));
        }
        return moved + with_hub(officer, true);
    }

    std::vector<std::string> posts;
    std::vector<RecordId> records;
};

}  // namespace

TEST_CASE("ten posts by hub, neighbours and sticks end alike and know what the province confirmed") {
    const std::uint64_t seeds = environment_number("COTMOC_TEN_POSTS_SEEDS", 3);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        CAPTURE(seed);
        TenPosts fleet(seed);
        fleet.sync("authority");
        for (int event = 0; event < 150; ++event) {
            fleet.something_happens();
        }
        for (const std::string& post : fleet.posts) {
            fleet.write_something(post);
        }
        int rounds = 0;
        while (fleet.quiet_round() != 0 && rounds < 12) {
            ++rounds;
        }
        CHECK(rounds < 12);
        REQUIRE(fleet.records.size() > 10);
        const Hash256 digest = fleet.digest(officer, ngoc_hoi);
        for (const std::string& post : fleet.posts) {
            CAPTURE(post);
            CHECK(fleet.digest(post, ngoc_hoi) == digest);
            for (const RecordId& id : fleet.records) {
                const auto record = must(fleet.replica(post).store().find(id));
                REQUIRE(record.has_value());
                CHECK(record->progress == core::Progress::province);
            }
            CHECK_FALSE(must(fleet.replica(post).hub_notice()).needs_person());
            CHECK(must(fleet.replica(post).store().status(fleet.replica(post).find_space(ngoc_hoi)->id))
                      .quarantined == 0);
        }
    }
}
