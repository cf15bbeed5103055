// What a bundle carries: worked out from what its readers are known to hold, then walked through twice, once
// to cut it into volumes and once to write it.
#pragma once

#include <cotmoc/sync/bundle.hpp>

#include <deque>

namespace cotmoc::sync {

struct BundlePlan {
    struct Range {
        std::uint64_t after = 0;
        std::uint64_t until = 0;
    };
    struct Space {
        SpaceId id;
        std::int64_t start = 0;  // a position after which all of it is found
        std::uint64_t count = 0;
        std::map<DeviceIndex, Range> ranges;
    };
    BundleHoldings holdings;
    std::uint64_t trust_first = 1;  // up to the position of the holdings
    std::vector<Space> spaces;      // then what is handed over of withdrawn ones
    std::vector<std::pair<SpaceId, FeedPosition>> branches;
    std::uint64_t change_sets() const;
};

/// The readers named, or all devices that are not revoked but `own`.
Result<std::vector<const crypto::TrustState::Device*>> bundle_readers(const BundleExport& options,
                                                                      const crypto::TrustState::Device& own);
Result<BundlePlan> plan_bundle(const BundleExport& options, const crypto::TrustState::Device& own,
                               const std::vector<const crypto::TrustState::Device*>& readers);

/// The change sets of a plan one by one, in an order that respects causality.
class PlannedEnvelopes {
public:
    PlannedEnvelopes(FeedStore& store, const BundlePlan& plan) : store_(store), plan_(plan) {}
    Result<std::optional<StoredEnvelope>> next();

private:
    FeedStore& store_;
    const BundlePlan& plan_;
    std::size_t space_ = 0;
    bool begun_ = false;
    std::int64_t position_ = 0;
    std::uint64_t left_ = 0;
    std::size_t branch_ = 0;
};

}  // namespace cotmoc::sync
