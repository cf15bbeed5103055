#include "shared_chain.hpp"

#include <algorithm>

namespace cotmoc::cli {

Result<SharedChain> SharedChain::begin(const Common& common, Opened& opened) {
    const auto& issuers = opened.replica->trust().root().issuers;
    if (std::ranges::count(issuers, 0u, &crypto::RootEntry::Issuer::last_position) <= 1) {
        return SharedChain(common, opened);
    }
    SharedChain chain(common, opened);
    COTMOC_ASSIGN(chain.hub_, hub_address(*opened.replica, ""));
    sync::SessionReport last;
    COTMOC_TRY(sync_with_hub(common, opened, *chain.hub_, {}, last));
    chain.level_ = opened.replica->trust().position();
    return chain;
}

bool SharedChain::sync() {
    sync::SessionReport last;
    return sync_with_hub(common_, opened_, *hub_, {}, last).has_value();
}

Result<bool> SharedChain::hand_over() {
    if (!hub_ || opened_.replica->trust().position() == level_) {
        return true;
    }
    return sync() ? Result<bool>(true) : settle();
}

/// The session failed, maybe since the hub holds other entries: what does it hold?
Result<bool> SharedChain::settle() {
    sync::Replica& replica = *opened_.replica;
    COTMOC_ASSIGN(std::vector<Bytes> own, replica.store().trust_entries());
    own.erase(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(level_));
    COTMOC_TRY(replica.take_back_trust(level_));
    const bool reached = sync();
    if (replica.trust().position() > level_) {
        COTMOC_ASSIGN(const Bytes theirs, replica.trust_entry(level_ + 1));
        if (theirs != own.front()) {
            return fail(ErrorCode::trust_moved_on);
        }
    }
    // The hub has none of it yet, or some.
    COTMOC_TRY(replica.take_trust(own));
    return reached && sync();
}

}  // namespace cotmoc::cli
