// Live queries through a replica. What was received so far is committed first, so that the result a
// subscription begins with is that of whole commits.
#include <cotmoc/sync/replica.hpp>

namespace cotmoc::sync {

Result<core::Subscription> Replica::observe(const core::ListQuery& query, core::QueryCallback callback) {
    COTMOC_TRY(prepare());
    return store_->observe(query, std::move(callback));
}

Result<core::Subscription> Replica::observe(const RecordId& id, core::RecordCallback callback) {
    COTMOC_TRY(prepare());
    return store_->observe(id, std::move(callback));
}

}  // namespace cotmoc::sync
