// Forked feeds (S17) in whatever order the branches arrive: every order of a small case, and random
// histories.
#include "forked_fleet.hpp"
#include "support/environment_number.hpp"

#include <numeric>

using namespace cotmoc;
using namespace cotmoc::test_support;

TEST_CASE("every order of arrival of a fork, its confirmation and an honest edit on the branch that loses") {
    Forked fleet;
    fleet.fork(1, 1);
    fleet.give("so-1", "evil");
    must(fleet.replica("so-1").received_all());
    fleet.give("post-b", "twin");
    fleet.write("post-b", "của b");
    std::vector<Bytes> envelopes{fleet.feed("evil")[0], fleet.feed("evil")[1], fleet.feed("twin")[1]};
    for (const char* author : {"so-1", "post-b"}) {
        const DeviceIndex index = fleet.replica("so-1").trust().find(fleet.replica(author).id())->index;
        const auto row = must(fleet.replica(author).store().envelope(fleet.space(), index, 1));
        REQUIRE(row);
        envelopes.push_back(row->bytes);
    }
    std::vector<std::size_t> order(envelopes.size());
    std::iota(order.begin(), order.end(), 0);
    std::optional<Hash256> digest;
    std::size_t orders = 0;
    do {
        const std::string name = "reader-" + std::to_string(orders++);
        fleet.copy("post-a", name);
        std::vector<std::size_t> left = order;
        for (std::size_t count = left.size() + 1; count > left.size() && !left.empty();) {
            count = left.size();
            std::erase_if(left, [&](std::size_t which) {
                const auto result = must(fleet.replica(name).accept(envelopes[which]));
                return result.acceptance != sync::Acceptance::waiting;
            });
            must(fleet.replica(name).commit());
        }
        CHECK(left.empty());
        const Hash256 now = fleet.digest(name, space_name);
        digest = digest.value_or(now);
        CHECK(now == *digest);
        CHECK(must(fleet.replica(name).store().status(fleet.space())).records == 3);
        fleet[name].replica.reset();
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(orders == 120);
}

TEST_CASE("forks at random places, given to random peers in parts, end in one verdict everywhere") {
    const std::uint64_t first = environment_number("COTMOC_FORKS_FIRST", 1);
    const std::uint64_t count = environment_number("COTMOC_FORKS_SEEDS", 12);
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        CAPTURE(seed);
        Forked fleet(seed);
        SeededRandom lot(seed);
        const auto past = lot.below(4);
        for (std::uint64_t i = 0; i < past; ++i) {
            fleet.write("evil", "chung " + std::to_string(i));
        }
        fleet.copy("evil", "twin");
        std::vector<RecordId> branches[2];
        const std::string authors[] = {"evil", "twin"};
        for (int step = 0; step < 25; ++step) {
            fleet.advance(static_cast<std::int64_t>(lot.below(60'000)));
            const std::size_t side = lot.below(2);
            const std::string& someone = fleet.names[1 + lot.below(3)];
            switch (lot.below(6)) {
                case 0:
                case 1:
                    branches[side].push_back(fleet.write(authors[side], "x" + std::to_string(step)));
                    break;
                case 2: {
                    const std::vector<Bytes> feed = fleet.feed(authors[side]);
                    fleet.give(fleet.replica(someone),
                               std::span(feed).subspan(0, lot.below(feed.size() + 1)));
                    break;
                }
                case 3:
                    fleet.write(someone, "trung thực " + std::to_string(step));
                    break;
                default:
                    fleet.sync(someone);
                    break;
            }
        }
        fleet.give("post-a", "evil");
        fleet.give("post-b", "twin");
        fleet.sync_all();
        fleet.sync_all();
        fleet.check_agreement();
        if (lot.below(2) == 0 && !branches[0].empty() && !branches[1].empty()) {
            const std::vector<Bytes> feed = fleet.feed("twin");
            must(fleet.authority().settle("evil", fleet.space(), feed.size(), fleet.hash_of(feed.back())));
            fleet.sync_all();
            fleet.check_agreement();
            for (const RecordId& id : branches[1]) {
                CHECK(fleet.shows("post-a", id));
            }
        }
    }
}
