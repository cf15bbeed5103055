// A space that this device may hold no more leaves the database.
#include "store/store_impl.hpp"

namespace cotmoc::core {

Result<bool> Store::holds_anything_of(const SpaceId& id) {
    const SpaceEntry* space = impl_->spaces.find(id);
    if (space == nullptr) {
        return false;
    }
    for (const char* sql : {"SELECT 1 FROM _envelope WHERE space = ? LIMIT 1",
                            "SELECT 1 FROM _record WHERE space = ? LIMIT 1"}) {
        COTMOC_ASSIGN(Statement * query, impl_->statements.get(sql));
        query->bind(1, space->number);
        COTMOC_ASSIGN(const bool row, query->step());
        query->reset();
        if (row) {
            return true;
        }
    }
    return false;
}

Result<void> Store::purge(const SpaceId& id) {
    SpaceEntry* space = impl_->spaces.find(id);
    if (space == nullptr) {
        return {};
    }
    COTMOC_TRY(forget_records(id));
    for (const char* sql : {"DELETE FROM _envelope WHERE space = ?", "DELETE FROM _hub WHERE space = ?",
                            "DELETE FROM _side WHERE space = ?", "DELETE FROM _fork WHERE space = ?"}) {
        COTMOC_ASSIGN(Statement * forget, impl_->statements.get(sql));
        COTMOC_TRY(forget->bind(1, space->number).run());
    }
    space->open_seq = 1;
    space->next_index = 0;
    space->gathered = 0;
    return {};
}

}  // namespace cotmoc::core
