// T17: the power fails at any operation of the disk.
#include "threats/disk_workload.hpp"
#include "threats/threat.hpp"

using namespace cotmoc;
using namespace cotmoc::threats;

TEST_CASE("T17: a commit that returned survives a power cut at any operation, and none is there by half") {
    DiskWorkload work;
    work.restart();
    const std::uint64_t before = work.disk().operations();
    for (std::size_t step = 0; step < work.steps(); ++step) {
        core::store_test::must(work.run(step));
    }
    const std::uint64_t last = work.disk().operations() - before;
    REQUIRE(last > 40);
    test_support::SeededRandom random(17);
    std::uint64_t cuts = 0;
    // A run of the usual length takes some of the operations; a long one takes all of them, several times.
    const std::uint64_t stride = scaled(100) >= 1000 ? 1 : 4;
    const std::uint64_t rounds = std::max<std::uint64_t>(1, scaled(1) / 10);
    for (std::uint64_t at = 1 + random.below(stride); at <= last * rounds; at += stride) {
        for (const Loss loss :
             {Loss::none, Loss::all_unflushed, Loss::some_sectors, Loss::torn_and_reordered}) {
            work.restart();
            work.disk().lose_power_at(1 + (at - 1) % last);
            std::size_t acknowledged = 0;
            while (acknowledged < work.steps() && work.run(acknowledged)) {
                work.store().clock.wall += 1000;
                ++acknowledged;
            }
            CHECK((acknowledged < work.steps()) == work.disk().power_is_lost());
            work.close();
            work.disk().reboot(loss, random);
            CAPTURE(at);
            CAPTURE(static_cast<int>(loss));
            const auto opened = work.open();
            const bool opens = opened.has_value();
            CHECK_MESSAGE(opens, (opens ? "" : describe(opened.error())));
            if (!opens) {
                return;
            }
            // What was under way when the power went may be there whole.
            const std::string state = work.state();
            const bool next = acknowledged < work.steps() && state == work.states()[acknowledged + 1];
            REQUIRE((state == work.states()[acknowledged] || next));
            ++cuts;
        }
    }
    tell("T17",
         std::to_string(cuts) + " power cuts at " + std::to_string(last) + " operations, 4 loss models");
}
