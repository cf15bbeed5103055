#include "labels.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/snapshot.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::size_t place_size = 4 + 8 + Hash256::size;

/// Everything that the sealed part is bound to.
Bytes encode_head(const SnapshotManifest& manifest) {
    BinaryWriter writer;
    writer.u16(suite_1);
    writer.id(manifest.space);
    writer.id(manifest.author);
    writer.u64(manifest.made_ms);
    writer.u64(manifest.trust_position);
    writer.id(manifest.trust_hash);
    writer.u32(manifest.epoch);
    writer.id(manifest.body);
    writer.u64(manifest.body_size);
    writer.u32(static_cast<std::uint32_t>(manifest.places.size()));
    for (const SnapshotPlace& place : manifest.places) {
        writer.u32(to_number(place.device));
        writer.u64(place.seq);
        writer.id(place.hash);
    }
    return writer.take();
}

Bytes encode_body(const SnapshotManifest& manifest) {
    Bytes bytes = encode_head(manifest);
    bytes.insert(bytes.end(), manifest.sealed.begin(), manifest.sealed.end());
    return bytes;
}

tl::unexpected<Error> malformed() { return fail(ErrorCode::bad_snapshot, "manifest"); }

}  // namespace

std::uint64_t SnapshotManifest::covers(DeviceIndex device) const {
    const auto place = std::ranges::lower_bound(places, device, {}, &SnapshotPlace::device);
    return place != places.end() && place->device == device ? place->seq : 0;
}

Hash256 snapshot_id(const SnapshotManifest& manifest) {
    return hash(label::snapshot, {encode_body(manifest)});
}

void sign_snapshot(SnapshotManifest& manifest, const SnapshotSecrets& secrets, const EpochKey& key,
                   const SigningKey& signing, Random& random) {
    COTMOC_CHECK(key.space == manifest.space && key.epoch == manifest.epoch);
    BinaryWriter writer;
    writer.id(secrets.body_key);
    writer.id(secrets.digest);
    writer.u64(secrets.records);
    writer.u64(secrets.void_ops);
    writer.u64(secrets.change_sets);
    writer.u64(secrets.octets);
    manifest.sealed = seal_text(key, label::text_snapshot, encode_head(manifest), writer.bytes(), random);
    COTMOC_CHECK(manifest.sealed.size() == snapshot_sealed_size);
    manifest.signature = signing.sign(snapshot_id(manifest));
}

Bytes encode_snapshot(const SnapshotManifest& manifest) {
    Bytes bytes = encode_body(manifest);
    bytes.insert(bytes.end(), manifest.signature.octets.begin(), manifest.signature.octets.end());
    return bytes;
}

Result<SnapshotManifest> decode_snapshot(BytesView bytes) {
    BinaryReader reader(bytes);
    const std::uint16_t suite = reader.u16();
    if (reader.ok() && suite != suite_1) {
        return fail(ErrorCode::unsupported_version, "snapshot");
    }
    SnapshotManifest manifest;
    manifest.space = reader.id<SpaceId>();
    manifest.author = reader.id<DeviceId>();
    manifest.made_ms = reader.u64();
    manifest.trust_position = reader.u64();
    manifest.trust_hash = reader.id<Hash256>();
    manifest.epoch = reader.u32();
    manifest.body = reader.id<Hash256>();
    manifest.body_size = reader.u64();
    const std::size_t count = reader.u32();
    constexpr std::size_t tail = snapshot_sealed_size + Signature::size;
    if (!reader.ok() || count == 0 || count > snapshot_feeds_max ||
        reader.remaining() != count * place_size + tail) {
        return malformed();
    }
    for (std::size_t i = 0; i < count; ++i) {
        SnapshotPlace place;
        place.device = static_cast<DeviceIndex>(reader.u32());
        place.seq = reader.u64();
        place.hash = reader.id<Hash256>();
        const bool rises = manifest.places.empty() || manifest.places.back().device < place.device;
        if (!rises || place.seq == 0) {
            return malformed();
        }
        manifest.places.push_back(place);
    }
    const BytesView sealed = reader.raw(snapshot_sealed_size);
    manifest.sealed.assign(sealed.begin(), sealed.end());
    manifest.signature = reader.id<Signature>();
    return manifest;
}

Result<void> verify_snapshot(const SnapshotManifest& manifest, const SigningPublicKey& author) {
    const bool good = verify(author, snapshot_id(manifest), manifest.signature);
    return good || switched_off("snapshot-signature")
               ? Result<void>()
               : Result<void>(fail(ErrorCode::bad_signature, "snapshot"));
}

Result<SnapshotSecrets> open_snapshot(const SnapshotManifest& manifest, const EpochKey& key) {
    COTMOC_ASSIGN(const Bytes opened,
                  open_text(key, label::text_snapshot, encode_head(manifest), manifest.sealed));
    BinaryReader reader(opened);
    SnapshotSecrets secrets;
    secrets.body_key = reader.id<Hash256>();
    secrets.digest = reader.id<Hash256>();
    secrets.records = reader.u64();
    secrets.void_ops = reader.u64();
    secrets.change_sets = reader.u64();
    secrets.octets = reader.u64();
    if (!reader.finished()) {
        return malformed();
    }
    return secrets;
}

}  // namespace cotmoc::crypto
