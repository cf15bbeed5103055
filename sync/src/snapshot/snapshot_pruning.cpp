// What a device need not keep: change sets that the province has and a snapshot covers (S20).
#include "snapshot/snapshot_settings.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/core/snapshot.hpp>
#include <cotmoc/sync/snapshots.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// By device index: what the frontier of some province officer covers, who holds it for good.
Result<std::vector<std::uint64_t>> covered_by_province(Replica& replica, const SpaceId& space) {
    std::vector<std::uint64_t> covered(replica.trust().devices().size());
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, replica.store().frontier(space));
    for (const core::FeedState& feed : held) {
        const crypto::TrustState::Device* device = replica.trust().find(feed.device);
        if (device == nullptr || !may_sign_snapshots(replica.trust(), *device, space)) {
            continue;
        }
        COTMOC_ASSIGN(const std::optional<core::EnvelopeRow> last,
                      replica.store().envelope(space, feed.device, feed.seq));
        if (!last || last->bytes.empty()) {
            continue;  // what it had seen is the word of a snapshot, not its own
        }
        COTMOC_ASSIGN(const core::Store::AuthorView view, replica.store().author_view(space, feed.device));
        const auto raise = [&](std::size_t number, std::uint64_t seq) {
            if (number < covered.size()) {
                covered[number] = std::max(covered[number], seq);
            }
        };
        raise(to_number(feed.device), feed.seq);
        for (std::size_t number = 0; number < view.seen.size(); ++number) {
            raise(number, view.seen[number]);
        }
    }
    return covered;
}

}  // namespace

Result<std::uint64_t> prune(Replica& replica, SnapshotShelf& shelf, const SpaceInfo& space) {
    COTMOC_TRY(replica.commit());
    const crypto::TrustState::Device* self = replica.trust().find(replica.id());
    if (self == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    const bool keeps_all =
        self->role != crypto::Role::border_post && self->role != crypto::Role::district_officer;
    if (keeps_all && !switched_off("prune-role")) {
        return fail(ErrorCode::not_allowed, "prune");
    }
    COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> snapshot, shelf.newest(space.id, false));
    COTMOC_ASSIGN(const bool wanted, replica.history_wanted(space.id));
    if (!snapshot || wanted || !check_snapshot(*snapshot, replica)) {
        return 0;
    }
    COTMOC_ASSIGN(const std::vector<std::uint64_t> province, covered_by_province(replica, space.id));
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, replica.store().frontier(space.id));
    COTMOC_ASSIGN(const std::vector<core::ForkPlace> forks, replica.store().fork_places(space.id));
    std::uint64_t dropped = 0;
    COTMOC_TRY(replica.store().write([&]() -> Result<void> {
        for (const core::FeedState& feed : held) {
            const bool forked =
                std::ranges::find(forks, feed.device, &core::ForkPlace::author) != forks.end();
            const std::uint64_t in_snapshot =
                switched_off("prune-snapshot") ? feed.seq : snapshot->covers(feed.device);
            const std::uint64_t at_province =
                switched_off("prune-province") ? feed.seq : province[to_number(feed.device)];
            // The last one of each feed tells when its device was seen last.
            const std::uint64_t last = std::min({in_snapshot, at_province, feed.seq - 1});
            if (forked || last == 0) {
                continue;
            }
            COTMOC_ASSIGN(const std::uint64_t more,
                          core::StoreSnapshots(replica.store()).drop_octets(space.id, feed.device, last));
            dropped += more;
        }
        constexpr std::uint8_t one[] = {1};
        return replica.store().set_setting(pruned_setting(space.id), one);
    }));
    return dropped;
}

}  // namespace cotmoc::sync
