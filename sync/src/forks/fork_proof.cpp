#include <cotmoc/sync/fork_proof.hpp>

namespace cotmoc::sync {

Result<std::optional<Bytes>> make_fork_proof(FeedStore& store, const SpaceId& space, DeviceIndex device) {
    COTMOC_ASSIGN(const std::vector<ForkBranch> branches, store.branches(space));
    std::optional<StoredEnvelope> first;
    for (const ForkBranch& branch : branches) {
        if (branch.device != device) {
            continue;
        }
        const FeedPosition place{device, branch.first, branch.hashes.front()};
        COTMOC_ASSIGN(std::optional<StoredEnvelope> envelope, store.branch_envelope(space, place));
        if (!first) {
            first = std::move(envelope);
        } else if (envelope && envelope->bytes != first->bytes) {
            COTMOC_ASSIGN(Bytes proof, crypto::make_fork_proof(first->bytes, envelope->bytes));
            return std::optional(std::move(proof));
        }
    }
    return std::nullopt;
}

}  // namespace cotmoc::sync
