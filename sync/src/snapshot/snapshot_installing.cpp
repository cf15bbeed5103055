// A new device's beginning: the body that has come, checked and installed in one transaction.
#include "snapshot/snapshot_audit.hpp"
#include "snapshot/snapshot_settings.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/core/snapshot.hpp>
#include <cotmoc/sync/snapshots.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

Result<void> check_empty(Replica& replica, const SpaceId& space) {
    COTMOC_ASSIGN(const bool held, replica.store().holds_anything_of(space));
    COTMOC_ASSIGN(const bool pending, replica.store().has_pending(space));
    return held || pending ? Result<void>(fail(ErrorCode::already_exists, "records of the space"))
                           : Result<void>();
}

/// Against a small body that unpacks to what fills the disk: hashes do not compress, the rest not so much.
Result<void> check_size(const crypto::SnapshotManifest& manifest, const crypto::SnapshotSecrets& secrets) {
    constexpr std::uint64_t ratio_max = 256;
    const std::uint64_t covered = change_sets_covered(manifest);
    const bool plausible =
        covered <= manifest.body_size / Hash256::size && secrets.octets / ratio_max <= manifest.body_size;
    return plausible || switched_off("snapshot-size") ? Result<void>()
                                                      : fail(ErrorCode::limit_exceeded, "snapshot");
}

/// What the authors of the feeds had seen lies within the snapshot: nobody was ahead of the one who made it.
Result<void> check_views(core::Store& store, const crypto::SnapshotManifest& manifest) {
    for (const crypto::SnapshotPlace& place : manifest.places) {
        COTMOC_ASSIGN(const core::Store::AuthorView view, store.author_view(manifest.space, place.device));
        bool within = view.trust_position <= manifest.trust_position;
        for (std::size_t i = 0; i < view.seen.size(); ++i) {
            const DeviceIndex device{static_cast<std::uint32_t>(i)};
            const std::uint64_t most = device == place.device ? place.seq - 1 : manifest.covers(device);
            within = within && view.seen[i] <= most;
        }
        if (!within && !switched_off("snapshot-views")) {
            return fail(ErrorCode::bad_snapshot, "what an author had seen");
        }
    }
    return {};
}

/// The body's chunks, opened one after the other.
Result<void> unpack(AttachmentStore& bodies, const crypto::SnapshotManifest& manifest,
                    const crypto::SnapshotSecrets& secrets, core::StoreSnapshots::Installation& into) {
    COTMOC_ASSIGN(const std::optional<HeldAttachment> held, bodies.find(manifest.body));
    if (!held || !held->chunks.whole()) {
        return fail(ErrorCode::attachment_not_here);
    }
    COTMOC_ASSIGN(const crypto::AttachmentManifest body, bodies.manifest(manifest.body));
    const crypto::AttachmentCipher cipher(secrets.body_key.view(), manifest.space, manifest.body_size);
    if (body.space != manifest.space || body.author != manifest.author || body.size != manifest.body_size) {
        return fail(ErrorCode::bad_snapshot, "body");
    }
    COTMOC_TRY(cipher.check(body));
    crypto::SnapshotUnpacker unpacker(secrets.octets, core::snapshot_block_max,
                                      [&](BytesView block) { return into.take(block); });
    for (std::size_t number = 0; number < body.chunks.size(); ++number) {
        COTMOC_ASSIGN(const Bytes sealed, bodies.chunk(manifest.body, number));
        COTMOC_ASSIGN(const Bytes chunk, cipher.open(number, sealed));
        COTMOC_TRY(unpacker.add(chunk));
    }
    return unpacker.finish();
}

Result<void> compare(const crypto::SnapshotManifest& manifest, const crypto::SnapshotSecrets& secrets,
                     const core::SnapshotContents& contents) {
    const auto same = [](const crypto::SnapshotPlace& place, const core::FeedState& feed) {
        return place.device == feed.device && place.seq == feed.seq && place.hash == feed.hash;
    };
    const bool right = std::ranges::equal(manifest.places, contents.feeds, same) &&
                       contents.records == secrets.records && contents.void_ops == secrets.void_ops &&
                       change_sets_covered(manifest) == secrets.change_sets;
    if (!right && !switched_off("snapshot-frontier")) {
        return fail(ErrorCode::bad_snapshot, "contents");
    }
    return contents.digest == secrets.digest || switched_off("snapshot-digest")
               ? Result<void>()
               : Result<void>(fail(ErrorCode::diverged, "snapshot"));
}

/// The mark of a space whose snapshot arrives: what was held of the body after the last session, and how many
/// sessions in a row have brought none of it. Installing takes the mark away.
struct Arrival {
    std::uint64_t octets = 0;
    std::uint64_t in_vain = 0;
};

Result<std::optional<Arrival>> arrival_of(Replica& replica, const SpaceId& space) {
    COTMOC_ASSIGN(const std::optional<Bytes> mark, replica.store().setting(beginning_setting(space)));
    if (!mark || mark->empty()) {
        return std::optional<Arrival>();
    }
    BinaryReader reader(*mark);
    Arrival arrival;
    arrival.octets = reader.varint();
    arrival.in_vain = reader.varint();
    return std::optional(reader.finished() ? arrival : Arrival());
}

Result<void> set_arrival(Replica& replica, const SpaceId& space, const std::optional<Arrival>& arrival) {
    BinaryWriter writer;
    if (arrival) {
        writer.varint(arrival->octets);
        writer.varint(arrival->in_vain);
    }
    COTMOC_ASSIGN(const std::optional<Bytes> before, replica.store().setting(beginning_setting(space)));
    if (before.value_or(Bytes()) == writer.bytes()) {
        return {};
    }
    return replica.store().write(
        [&] { return replica.store().set_setting(beginning_setting(space), writer.bytes()); });
}

Result<std::uint64_t> octets_held(AttachmentStore& bodies, const Hash256& body) {
    COTMOC_ASSIGN(const std::optional<HeldAttachment> held, bodies.find(body));
    std::uint64_t octets = held ? held->part_octets : 0;
    for (std::size_t chunk = 0; held && chunk < held->chunks.size(); ++chunk) {
        octets += held->chunks.has(chunk) ? crypto::attachment_chunk_length(held->size, chunk) : 0;
    }
    return octets;
}

/// After a session that left the body unfinished. True if the other side offers it and does not give it:
/// nobody waits for what may never come. Twice, since a session may end before the first octet.
Result<bool> note_arrival(Replica& replica, AttachmentStore& bodies, const crypto::SnapshotManifest& manifest,
                          const SessionReport* done) {
    COTMOC_ASSIGN(std::optional<Arrival> arrival, arrival_of(replica, manifest.space));
    if (!arrival) {
        return false;  // it was not asked for yet
    }
    COTMOC_ASSIGN(const std::uint64_t octets, octets_held(bodies, manifest.body));
    const bool in_vain = done != nullptr && done->snapshots_told && octets == arrival->octets;
    *arrival = {octets, in_vain ? arrival->in_vain + 1 : octets == arrival->octets ? arrival->in_vain : 0};
    COTMOC_TRY(set_arrival(replica, manifest.space, arrival));
    return arrival->in_vain >= 2;
}

/// Bodies of what stands on records by now, however these came: as many octets as the records themselves.
Result<void> forget_used_bodies(Replica& replica, SnapshotShelf& shelf) {
    for (const SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> newest, shelf.newest(space.id, false));
        if (newest && newest->author != replica.id() && !check_empty(replica, space.id)) {
            COTMOC_ASSIGN(const std::optional<HeldAttachment> held, shelf.bodies().find(newest->body));
            COTMOC_TRY(held ? shelf.bodies().forget(newest->body) : Result<void>());
        }
    }
    return {};
}

}  // namespace

Result<std::vector<SpaceId>> spaces_to_begin(Replica& replica) {
    std::vector<SpaceId> empty;
    for (const SpaceInfo& space : replica.spaces()) {
        if (check_empty(replica, space.id)) {
            empty.push_back(space.id);
        }
    }
    return empty;
}

Result<void> install_snapshot(Replica& replica, AttachmentStore& bodies,
                              const crypto::SnapshotManifest& manifest) {
    COTMOC_TRY(replica.commit());
    const auto& spaces = replica.spaces();
    if (std::ranges::find(spaces, manifest.space, &SpaceInfo::id) == spaces.end()) {
        return fail(ErrorCode::wrong_space, manifest.space.hex());
    }
    COTMOC_TRY(check_empty(replica, manifest.space));
    COTMOC_TRY(check_snapshot(manifest, replica));
    COTMOC_TRY(check_rights_unchanged(replica, manifest));
    const crypto::EpochKey* key = replica.key_ring().find(manifest.space, manifest.epoch);
    if (key == nullptr) {
        return fail(ErrorCode::no_epoch_key);
    }
    COTMOC_ASSIGN(const crypto::SnapshotSecrets secrets, crypto::open_snapshot(manifest, *key));
    COTMOC_TRY(check_size(manifest, secrets));
    core::Store& store = replica.store();
    const Result<void> installed = store.write([&]() -> Result<void> {
        core::StoreSnapshots::Installation installation = core::StoreSnapshots(store).install(manifest.space);
        COTMOC_TRY(unpack(bodies, manifest, secrets, installation));
        COTMOC_ASSIGN(const core::SnapshotContents contents, installation.finish());
        COTMOC_TRY(compare(manifest, secrets, contents));
        COTMOC_TRY(check_views(store, manifest));
        COTMOC_TRY(store.set_setting(beginning_setting(manifest.space), {}));
        return store.set_setting(snapshot_setting(manifest.space), crypto::encode_snapshot(manifest));
    });
    COTMOC_TRY(installed);
    store.notify();
    return {};
}

Result<bool> begin_space(Replica& replica, const SpaceId& space) {
    COTMOC_TRY(replica.commit());
    if (const Result<void> empty = check_empty(replica, space); !empty) {
        return empty.error().code == ErrorCode::already_exists ? Result<bool>(false)
                                                               : tl::unexpected(empty.error());
    }
    COTMOC_ASSIGN(const std::optional<Arrival> arrival, arrival_of(replica, space));
    COTMOC_TRY(set_arrival(replica, space, arrival.value_or(Arrival())));
    return true;
}

Result<Beginnings> settle_beginnings(Replica& replica, SnapshotShelf& shelf,
                                     const std::vector<SpaceId>& spaces, const SessionReport* done) {
    Beginnings beginnings;
    for (const SpaceId& space : spaces) {
        COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> newest, shelf.newest(space, false));
        if (!newest) {
            COTMOC_TRY(set_arrival(replica, space, std::nullopt));
            continue;
        }
        COTMOC_ASSIGN(const std::optional<crypto::SnapshotManifest> whole, shelf.newest(space, true));
        Result<void> installed = check_empty(replica, space);
        if (!whole && installed) {
            COTMOC_ASSIGN(const bool over, note_arrival(replica, shelf.bodies(), *newest, done));
            if (!over) {
                ++beginnings.arriving;
                continue;
            }
            installed = fail(ErrorCode::unknown_attachment, "the rest of a snapshot");
        } else if (whole) {
            installed = install_snapshot(replica, shelf.bodies(), *whole);
        }
        if (installed) {
            ++beginnings.installed;
            continue;
        }
        if (error_retry(installed.error().code) == Retry::after_back_off) {
            return tl::unexpected(installed.error());  // want of room, say: it can be installed later
        }
        beginnings.refused = installed.error();
        COTMOC_TRY(shelf.forget(space));
        COTMOC_TRY(set_arrival(replica, space, std::nullopt));
    }
    COTMOC_TRY(forget_used_bodies(replica, shelf));
    return beginnings;
}

Result<SpaceGround> ground_of(Replica& replica, const SpaceId& space) {
    SpaceGround ground;
    COTMOC_ASSIGN(const std::optional<Bytes> begun, replica.store().setting(snapshot_setting(space)));
    if (begun && !begun->empty()) {
        COTMOC_ASSIGN(ground.begun_with, crypto::decode_snapshot(*begun));
    }
    COTMOC_ASSIGN(const std::optional<Bytes> beginning, replica.store().setting(beginning_setting(space)));
    COTMOC_ASSIGN(const std::vector<core::FeedState> held, replica.store().frontier(space));
    ground.incomplete = beginning && !beginning->empty() && held.empty();
    COTMOC_ASSIGN(const std::optional<Bytes> wrong, replica.store().setting(wrong_snapshot_setting(space)));
    if (wrong && !wrong->empty()) {
        COTMOC_ASSIGN(ground.found_wrong, crypto::decode_snapshot(*wrong));
    }
    COTMOC_ASSIGN(ground.by_hash_only, replica.without_octets(space));
    COTMOC_ASSIGN(ground.history_wanted, replica.history_wanted(space));
    return ground;
}

Result<bool> want_verification(Replica& replica) {
    bool any = false;
    for (const SpaceInfo& space : replica.spaces()) {
        COTMOC_ASSIGN(const SpaceGround ground, ground_of(replica, space.id));
        COTMOC_ASSIGN(const std::optional<Bytes> pruned, replica.store().setting(pruned_setting(space.id)));
        if (!ground.begun_with || ground.by_hash_only == 0 || (pruned && !pruned->empty())) {
            continue;
        }
        any = true;
        COTMOC_TRY(ground.history_wanted ? Result<void>() : replica.want_history(space.id));
    }
    return any;
}

}  // namespace cotmoc::sync
