// A space into a sealed body and a signed manifest. The body is made twice: its size is bound into every
// chunk, and keeping it aside would need the disk or the memory that there may not be.
#include <cotmoc/core/snapshot.hpp>
#include <cotmoc/sync/snapshots.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

struct Packed {
    core::SnapshotContents contents;
    std::uint64_t octets = 0;  // before compression
};

Result<Packed> pack(Replica& replica, const SpaceId& space, int level,
                    const crypto::SnapshotPacker::Sink& sink) {
    Packed packed;
    crypto::SnapshotPacker packer(level, sink);
    const auto add = [&](BytesView block, const core::SnapshotParts& parts) {
        return packer.add(block, parts.ends);
    };
    COTMOC_ASSIGN(packed.contents, core::StoreSnapshots(replica.store()).write(space, add));
    COTMOC_ASSIGN(packed.octets, packer.finish());
    return packed;
}

/// Gathers octets into chunks and seals them into a draft.
class BodySealer {
public:
    BodySealer(AttachmentStore& store, const SpaceId& space, const DeviceId& author, std::uint64_t size,
               Random& random)
        : store_(store) {
        random.fill(key_.octets);
        cipher_.emplace(key_.view(), space, size);
        manifest_.space = space;
        manifest_.author = author;
        manifest_.size = size;
        manifest_.commitment = cipher_->commitment();
    }

    Result<void> begin() {
        COTMOC_ASSIGN(draft_, store_.begin_sealing(manifest_.space, manifest_.author, manifest_.size));
        return {};
    }
    Result<void> take(BytesView octets) {
        while (!octets.empty()) {
            const std::size_t part = std::min(octets.size(), crypto::attachment_chunk_size - chunk_.size());
            chunk_.insert(chunk_.end(), octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(part));
            octets = octets.subspan(part);
            if (chunk_.size() == crypto::attachment_chunk_size) {
                COTMOC_TRY(seal_chunk());
            }
        }
        return {};
    }
    Result<Hash256> finish(const crypto::SigningKey& key) {
        COTMOC_TRY(chunk_.empty() ? Result<void>() : seal_chunk());
        crypto::sign_manifest(manifest_, key);
        COTMOC_TRY(store_.finish_sealing(draft_, manifest_));
        return crypto::attachment_id(manifest_);
    }
    void drop() { (void)store_.drop_sealing(draft_); }
    const Hash256& key() const { return key_; }

private:
    Result<void> seal_chunk() {
        const std::size_t number = manifest_.chunks.size();
        if (number >= crypto::attachment_chunk_count(manifest_.size) ||
            chunk_.size() != crypto::attachment_chunk_length(manifest_.size, number)) {
            return fail(ErrorCode::internal, "the body of a snapshot changed while it was made");
        }
        const Bytes sealed = cipher_->seal(number, chunk_);
        manifest_.chunks.push_back(crypto::attachment_chunk_hash(sealed));
        chunk_.clear();
        return store_.add_sealed(draft_, number, sealed);
    }

    AttachmentStore& store_;
    Hash256 key_;
    std::optional<crypto::AttachmentCipher> cipher_;
    crypto::AttachmentManifest manifest_;
    std::int64_t draft_ = 0;
    Bytes chunk_;
};

Result<const crypto::EpochKey*> check_makeable(Replica& replica, const SpaceId& space) {
    const crypto::TrustState& trust = replica.trust();
    const crypto::TrustState::Device* self = trust.find(replica.id());
    if (self == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    if (!may_sign_snapshots(trust, *self, space)) {
        return fail(ErrorCode::not_allowed, "snapshot");
    }
    if (replica.restored()) {
        return fail(ErrorCode::replica_restored);
    }
    const crypto::TrustState::Epoch* newest = trust.newest_epoch(space);
    const crypto::EpochKey* key = newest != nullptr ? replica.key_ring().find(space, newest->epoch) : nullptr;
    COTMOC_ASSIGN(const bool pending, replica.store().has_pending(space));
    if (key == nullptr || pending) {
        return fail(ErrorCode::no_epoch_key);
    }
    COTMOC_ASSIGN(const std::uint64_t missing, replica.without_octets(space));
    if (missing != 0) {
        return fail(ErrorCode::history_not_here);
    }
    COTMOC_ASSIGN(const std::vector<core::ForkPlace> forks, replica.store().fork_places(space));
    if (!forks.empty()) {
        return fail(ErrorCode::forked_feed, "snapshot");
    }
    // What an older program merges unchecked, others judge otherwise.
    for (std::uint64_t position = 1; position <= trust.position(); ++position) {
        const core::CatalogueInForce* in_force = replica.store().catalogue_at(position);
        if (in_force != nullptr && !in_force->catalogue) {
            return fail(ErrorCode::unsupported_version, "catalogue");
        }
    }
    COTMOC_ASSIGN(const std::vector<core::EnvelopeRow> quarantined, replica.store().quarantined());
    const bool unread = std::ranges::any_of(quarantined, [&](const core::EnvelopeRow& row) {
        return row.space == space && row.reason == error_name(ErrorCode::no_epoch_key);
    });
    return unread ? Result<const crypto::EpochKey*>(fail(ErrorCode::no_epoch_key)) : key;
}

}  // namespace

Result<crypto::SnapshotManifest> make_snapshot(Replica& replica, SnapshotShelf& shelf, Random& random,
                                               Clock& clock, const SpaceInfo& space, int level) {
    COTMOC_TRY(replica.commit());
    COTMOC_TRY(replica.seal());
    COTMOC_ASSIGN(const crypto::EpochKey* key, check_makeable(replica, space.id));
    std::uint64_t size = 0;
    COTMOC_ASSIGN(const Packed measured, pack(replica, space.id, level, [&](BytesView octets) {
                      size += octets.size();
                      return Result<void>();
                  }));
    if (size > crypto::attachment_size_max || measured.contents.feeds.size() > crypto::snapshot_feeds_max) {
        return fail(ErrorCode::limit_exceeded, "snapshot");
    }
    BodySealer sealer(shelf.bodies(), space.id, replica.id(), size, random);
    COTMOC_TRY(sealer.begin());
    const auto sealed = [&]() -> Result<Hash256> {
        COTMOC_TRY(pack(replica, space.id, level, [&](BytesView octets) { return sealer.take(octets); }));
        return sealer.finish(replica.keys().device.signing);
    }();
    if (!sealed) {
        sealer.drop();
        return tl::unexpected(sealed.error());
    }
    crypto::SnapshotManifest manifest;
    manifest.space = space.id;
    manifest.author = replica.id();
    manifest.made_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, clock.wall_ms()));
    manifest.trust_position = replica.trust().position();
    manifest.trust_hash = replica.trust().head();
    manifest.epoch = key->epoch;
    manifest.body = *sealed;
    manifest.body_size = size;
    for (const core::FeedState& feed : measured.contents.feeds) {
        manifest.places.push_back({feed.device, feed.seq, feed.hash});
    }
    const crypto::SnapshotSecrets secrets{sealer.key(),
                                          measured.contents.digest,
                                          measured.contents.records,
                                          measured.contents.void_ops,
                                          change_sets_covered(manifest),
                                          measured.octets};
    crypto::sign_snapshot(manifest, secrets, *key, replica.keys().device.signing, random);
    COTMOC_ASSIGN(const bool kept, shelf.keep(manifest));
    if (!kept) {
        // One that covers as much is there; this one is nobody's.
        COTMOC_TRY(shelf.bodies().forget(manifest.body));
        COTMOC_ASSIGN(std::optional<crypto::SnapshotManifest> known, shelf.newest(space.id, false));
        return known ? std::move(*known) : std::move(manifest);
    }
    return manifest;
}

Result<std::vector<SpaceInfo>> snapshots_due(Replica& replica, SnapshotShelf& shelf, std::uint64_t every) {
    std::vector<SpaceInfo> due;
    for (const SpaceInfo& space : replica.spaces()) {
        if (!check_makeable(replica, space.id)) {
            continue;
        }
        COTMOC_ASSIGN(const std::vector<core::FeedState> held, replica.store().frontier(space.id));
        std::uint64_t change_sets = 0;
        for (const core::FeedState& feed : held) {
            change_sets += feed.seq;
        }
        COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> last, shelf.newest(space.id, false));
        if (every != 0 && change_sets >= every + (last ? change_sets_covered(*last) : 0)) {
            due.push_back(space);
        }
    }
    return due;
}

}  // namespace cotmoc::sync
