// Who may sign a snapshot, and whether one belongs to the trust feed and the feeds that are held.
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/sync/snapshots.hpp>

#include <algorithm>

namespace cotmoc::sync {

bool may_sign_snapshots(const crypto::TrustState& trust, const crypto::TrustState::Device& device,
                        const SpaceId& space) {
    if (device.revoked || device.role != crypto::Role::province_officer) {
        return false;
    }
    return trust.may_write(device, space);
}

Result<void> check_snapshot(const crypto::SnapshotManifest& manifest, FeedStore& store) {
    const crypto::TrustState& trust = store.trust();
    const crypto::TrustState::Device* author = trust.find(manifest.author);
    if (author == nullptr) {
        return fail(ErrorCode::unknown_author);
    }
    COTMOC_TRY(crypto::verify_snapshot(manifest, author->keys.signing));
    if (!may_sign_snapshots(trust, *author, manifest.space) && !switched_off("snapshot-right")) {
        return fail(ErrorCode::not_allowed, "snapshot");
    }
    if (manifest.trust_position > trust.position()) {
        return fail(ErrorCode::waiting_for_dependency, "trust feed");
    }
    if (manifest.trust_position < author->position) {
        return fail(ErrorCode::bad_snapshot, "trust position");
    }
    COTMOC_ASSIGN(const Bytes entry, store.trust_entry(manifest.trust_position));
    COTMOC_ASSIGN(const crypto::ParsedTrustEntry parsed, crypto::parse_trust_entry(entry));
    if (parsed.hash != manifest.trust_hash && !switched_off("snapshot-trust")) {
        return fail(ErrorCode::bad_snapshot, "trust feed");
    }
    for (const crypto::SnapshotPlace& place : manifest.places) {
        const crypto::TrustState::Device* device = trust.find(place.device);
        if (device == nullptr || device->position > manifest.trust_position) {
            return fail(ErrorCode::bad_snapshot, "device");
        }
    }
    return {};
}

Result<void> check_snapshot_with_feeds(const crypto::SnapshotManifest& manifest, FeedStore& store) {
    COTMOC_TRY(check_snapshot(manifest, store));
    const Frontier held = store.frontier(manifest.space);
    for (const crypto::SnapshotPlace& place : manifest.places) {
        const auto feed = std::ranges::find(held, place.device, &FeedPosition::device);
        if (feed == held.end() || feed->seq < place.seq) {
            return fail(ErrorCode::waiting_for_dependency, "feeds");
        }
        COTMOC_ASSIGN(const std::optional<Hash256> hash,
                      store.hash_at(manifest.space, place.device, place.seq));
        if (hash != place.hash && !switched_off("snapshot-feeds")) {
            return fail(ErrorCode::forked_feed, "snapshot");
        }
    }
    return {};
}

}  // namespace cotmoc::sync
