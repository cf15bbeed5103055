// A province in which some have no link at all: everybody comes to the same state, and knows what the
// province has confirmed.
#include "sticks.hpp"
#include "support/environment_number.hpp"

#include <algorithm>

namespace cotmoc::sync_test {
namespace {

/// far-1, far-2, far-3 have sticks only; pair-1 and pair-2 meet each other only, and pair-2 takes a stick to
/// the district now and then; the others have a link to the hub.
struct Province : StickPosts {
    explicit Province(std::uint64_t seed) : StickPosts(seed) {
        for (const char* name : {"far-1", "far-2", "far-3", "pair-1", "pair-2"}) {
            add(name, Role::border_post, {ngoc_hoi});
        }
        add("district", Role::district_officer, {ngoc_hoi});
        for (const char* name : {"so-1", "post-a", "post-b", "far-1", "far-2", "far-3", "pair-1", "pair-2"}) {
            must(carry_trust(name));
        }
        carry("authority", "hub");
    }

    void call_hub(const std::string& name) {
        sync::Replica& replica = Fleet::replica(name);
        const auto caller =
            sync::Session::call({replica, replica.keys().device, random}, hub_keys.agreement.public_key());
        const auto responder = sync::Session::answer({*far_hub, hub_keys, random});
        test_support::exchange(*caller, *responder);
        CHECK(!caller->error());
        CHECK(!responder->error());
    }

    /// From one to the other by a stick that may be long on its way, be cut into volumes, lose one of them,
    /// and be imported more than once.
    void send_stick(const std::string& from, const std::string& to) {
        const bool one_reader = random.next() % 2 == 0;
        const std::uint64_t size = random.next() % 2 == 0 ? sync::bundle_volume_min : sync::bundle_volume_max;
        under_way.push_back(
            {to, write_to(from, one_reader ? Names{to} : Names{}, {size, false, false}).volumes});
        std::vector<Bytes>& volumes = under_way.back().second;
        std::ranges::rotate(volumes,
                            volumes.begin() + static_cast<std::ptrdiff_t>(random.next() % volumes.size()));
        if (volumes.size() > 1 && random.next() % 4 == 0) {
            volumes.pop_back();
        }
    }
    void deliver_one() {
        if (under_way.empty()) {
            return;
        }
        const auto which = under_way.begin() + static_cast<std::ptrdiff_t>(random.next() % under_way.size());
        const sync::BundleRead read = must(try_read(which->first, which->second));
        for (const Error& problem : read.problems) {
            CHECK_MESSAGE(problem.code == ErrorCode::bundle_incomplete, describe(problem));
        }
        CHECK(read.refused == 0);
        if (random.next() % 4 != 0) {  // else it is imported again some day
            under_way.erase(which);
        }
    }

    void step() {
        const std::vector<std::string> writers{"far-1", "far-2",  "far-3",  "pair-1",  "pair-2",
                                               "so-1",  "post-a", "post-b", "district"};
        const std::string& writer = writers[random.next() % writers.size()];
        switch (random.next() % 7) {
            case 0:
            case 1:
                records.push_back(add_record(writer, "inspection",
                                             {{"marker_no", std::to_string(records.size())}}, ngoc_hoi));
                break;
            case 2:
                edit(writer);
                break;
            case 3:
                meet("pair-1", "pair-2");
                break;
            case 4:
                call_hub(std::vector<std::string>{"so-1", "post-a", "post-b", "district"}[random.next() % 4]);
                break;
            case 5: {
                const std::vector<std::pair<std::string, std::string>> ways{
                    {"far-1", "hub"},      {"hub", "far-1"},   {"far-2", "so-1"},      {"so-1", "far-2"},
                    {"far-3", "far-2"},    {"far-2", "far-3"}, {"pair-2", "district"}, {"district", "pair-2"},
                    {"far-3", "district"}, {"so-1", "far-3"}};
                const auto& [from, to] = ways[random.next() % ways.size()];
                send_stick(from, to);
                break;
            }
            default:
                deliver_one();
        }
        advance(60'000);
    }
    void edit(const std::string& writer) {
        if (records.empty()) {
            return;
        }
        const RecordId& id = records[random.next() % records.size()];
        if (must(replica(writer).store().find(id))) {
            must(set(writer, id, "latitude", std::to_string(random.next() % 90)));
        }
    }

    /// The last week: every stick arrives, and there are enough of them.
    void come_to_rest() {
        for (int round = 0; round < 5; ++round) {
            for (const char* name : {"so-1", "post-a", "post-b", "district"}) {
                call_hub(name);
            }
            for (const auto& [from, to] :
                 std::vector<std::pair<std::string, std::string>>{{"far-3", "far-2"},
                                                                  {"far-2", "so-1"},
                                                                  {"far-1", "hub"},
                                                                  {"pair-2", "district"},
                                                                  {"hub", "far-1"},
                                                                  {"district", "pair-2"},
                                                                  {"so-1", "far-2"},
                                                                  {"far-2", "far-3"}}) {
                carry(from, to);
            }
            meet("pair-1", "pair-2");
        }
    }

    std::vector<RecordId> records;
    std::vector<std::pair<std::string, std::vector<Bytes>>> under_way;
};

TEST_CASE(
    "bundles: with sticks, meetings and a hub all come to one state, and know what the province confirmed") {
    for (std::uint64_t seed = 1; seed <= test_support::shortened(6); ++seed) {
        CAPTURE(seed);
        Province fleet(seed);
        for (int i = 0; i < 60; ++i) {
            fleet.step();
        }
        fleet.come_to_rest();
        REQUIRE(!fleet.records.empty());
        const Hash256 digest = fleet.digest("so-1", ngoc_hoi);
        for (const char* name :
             {"far-1", "far-2", "far-3", "pair-1", "pair-2", "post-a", "post-b", "district"}) {
            CAPTURE(name);
            CHECK(fleet.digest(name, ngoc_hoi) == digest);
            CHECK_FALSE(fleet.replica(name).restored());
            for (const RecordId& id : fleet.records) {
                CHECK(fleet.progress(name, id) == core::Progress::province);
            }
        }
    }
}

}  // namespace
}  // namespace cotmoc::sync_test
