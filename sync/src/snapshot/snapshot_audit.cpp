#include "snapshot/snapshot_audit.hpp"

#include "replica/feed_rights.hpp"
#include "snapshot/snapshot_settings.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/snapshot.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

using UnreadSets = std::set<std::pair<DeviceIndex, std::uint64_t>>;

/// What another device may be able to read.
Result<UnreadSets> unread_of(Replica& replica, const SpaceId& space) {
    COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> quarantined, replica.store().quarantined());
    UnreadSets unread;
    for (const core::EnvelopeRow& row : quarantined) {
        if (row.space == space && (row.reason == error_name(ErrorCode::no_epoch_key) ||
                                   row.reason == error_name(ErrorCode::unsupported_version))) {
            unread.insert({row.author, row.seq});
        }
    }
    return unread;
}

}  // namespace

Result<void> check_rights_unchanged(Replica& replica, const crypto::SnapshotManifest& manifest) {
    crypto::TrustState then;
    for (std::uint64_t position = 1; position <= manifest.trust_position; ++position) {
        COTMOC_ASSIGN(const Bytes entry, replica.trust_entry(position));
        COTMOC_TRY(then.apply(entry));
    }
    const SpaceRights before = rights_in(then, manifest.space, replica.key_ring());
    const SpaceRights now = rights_in(replica.trust(), manifest.space, replica.key_ring());
    const bool otherwise = std::ranges::any_of(manifest.places, [&](const crypto::SnapshotPlace& place) {
        return differ(before, now, place.device, place.seq);
    });
    return otherwise && !switched_off("snapshot-rights") ? Result<void>(fail(ErrorCode::stale_snapshot))
                                                         : Result<void>();
}

Result<std::optional<SnapshotClaim>> claim_to_audit(Replica& replica, const SpaceId& space) {
    COTMOC_ASSIGN(const std::optional<Bytes> begun, replica.store().setting(snapshot_setting(space)));
    COTMOC_ASSIGN(const std::optional<Bytes> otherwise, replica.store().setting(judged_setting(space)));
    COTMOC_ASSIGN(const std::vector<core::ForkPlace> forks, replica.store().fork_places(space));
    if (!begun || begun->empty() || (otherwise && !otherwise->empty()) || !forks.empty()) {
        return std::nullopt;
    }
    COTMOC_ASSIGN(const crypto::SnapshotManifest manifest, crypto::decode_snapshot(*begun));
    if (!check_rights_unchanged(replica, manifest)) {
        return std::nullopt;
    }
    SnapshotClaim claim;
    COTMOC_ASSIGN(claim.digest, replica.store().digest(space));
    COTMOC_ASSIGN(claim.unread, unread_of(replica, space));
    return claim;
}

Result<bool> snapshot_was_wrong(Replica& replica, const SpaceId& space, const SnapshotClaim& claim) {
    COTMOC_ASSIGN(const UnreadSets unread, unread_of(replica, space));
    COTMOC_ASSIGN(const Hash256 found, replica.store().digest(space));
    return found != claim.digest && unread == claim.unread && !switched_off("snapshot-audit");
}

}  // namespace cotmoc::sync
