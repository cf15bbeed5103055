// What the hub was seen to hold: for "held by the hub", and to notice a hub that holds less than before.
#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>

namespace cotmoc::core {

Result<Store::HubFeeds> Store::hub_holds(const SpaceId& space) {
    HubFeeds feeds;
    const SpaceEntry* known = impl_->spaces.find(space);
    if (known == nullptr) {
        return feeds;
    }
    COTMOC_ASSIGN(Statement * query,
                  impl_->statements.get("SELECT device, seq FROM _hub WHERE space = ? ORDER BY device"));
    query->bind(1, known->number);
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            return feeds;
        }
        feeds.emplace_back(static_cast<DeviceIndex>(query->integer(0)),
                           static_cast<std::uint64_t>(query->integer(1)));
    }
}

Result<void> Store::set_hub_holds(const SpaceId& space, const HubFeeds& feeds) {
    COTMOC_CHECK(impl_->writing);
    COTMOC_ASSIGN(SpaceEntry * known, impl_->spaces.get(space));
    COTMOC_ASSIGN(Statement * forget, impl_->statements.get("DELETE FROM _hub WHERE space = ?"));
    COTMOC_TRY(forget->bind(1, known->number).run());
    for (const auto& [device, seq] : feeds) {
        COTMOC_TRY(note_hub_holds(space, device, seq));
    }
    return {};
}

}  // namespace cotmoc::core
