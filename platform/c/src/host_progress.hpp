// How far a sync is, as the host is told.
#pragma once

#include <cotmoc/sync.h>

#include <cotmoc/sync/runner.hpp>

namespace cotmoc::capi {

/// Of one run or watch.
class HostProgress {
public:
    const cotmoc_progress& moved(const sync::SyncProgress& now);
    /// Nothing has moved for long: what was told last, with `no_progress`. What is told next is without it.
    cotmoc_progress stuck() const;

private:
    cotmoc_progress last_ = [] {
        cotmoc_progress begun{};
        begun.size = sizeof begun;
        begun.left_ms = -1;
        return begun;
    }();
};

}  // namespace cotmoc::capi
