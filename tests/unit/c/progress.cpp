// What a host is told of how far a sync is.
#include "host_progress.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;

TEST_CASE("that nothing moves is told with the counts since the sync began, and once") {
    capi::HostProgress progress;
    const cotmoc_progress at_first = progress.stuck();
    CHECK(at_first.size == sizeof at_first);
    CHECK(at_first.no_progress == 1);
    CHECK(at_first.left_ms == -1);
    sync::SyncProgress moved{1'000, 2'000, 3, 40, sync::SessionStage::records, 5'000};
    CHECK(progress.moved(moved).no_progress == 0);
    const cotmoc_progress stuck = progress.stuck();
    CHECK(stuck.size == sizeof stuck);
    CHECK(stuck.no_progress == 1);
    CHECK(stuck.stage == COTMOC_STAGE_RECORDS);
    CHECK(stuck.octets_up == 1'000);
    CHECK(stuck.octets_down == 2'000);
    CHECK(stuck.change_sets == 3);
    CHECK(stuck.expected == 40);
    CHECK(stuck.left_ms == 5'000);
    moved.change_sets = 4;
    CHECK(progress.moved(moved).no_progress == 0);
    CHECK(progress.moved(moved).change_sets == 4);
}
