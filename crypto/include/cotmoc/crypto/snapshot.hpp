// Snapshots of a space (semantics S20): the manifest that a province officer's device signs, and the one
// stream of compressed blocks that its body is. The body travels as an attachment (crypto/attachment.hpp).
// Format: docs/spec/snapshot.md. Any thread; no I/O.
#pragma once

#include <cotmoc/crypto/epoch_key.hpp>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace cotmoc::crypto {

inline constexpr std::size_t snapshot_feeds_max = 4096;
inline constexpr std::size_t snapshot_sealed_size = 32 + 24 + 96 + 16;  // octets of SnapshotManifest::sealed
inline constexpr std::size_t snapshot_manifest_bytes_max = 512 + 48 * snapshot_feeds_max;

/// How far a feed is covered.
struct SnapshotPlace {
    DeviceIndex device{};
    std::uint64_t seq = 0;
    Hash256 hash;
    friend bool operator==(const SnapshotPlace&, const SnapshotPlace&) = default;
};

/// What only readers of the space learn.
struct SnapshotSecrets {
    Hash256 body_key;           // of the body's attachment
    Hash256 digest;             // of the space (S18)
    std::uint64_t records = 0;  // deleted ones too
    std::uint64_t void_ops = 0;
    std::uint64_t change_sets = 0;  // covered, of all feeds
    std::uint64_t octets = 0;       // of the blocks before compression
    friend bool operator==(const SnapshotSecrets&, const SnapshotSecrets&) = default;
};

struct SnapshotManifest {
    SpaceId space;
    DeviceId author;
    std::uint64_t made_ms = 0;  // since 1970, by the author's clock; for people
    std::uint64_t trust_position = 0;
    Hash256 trust_hash;
    std::uint32_t epoch = 0;            // whose key `sealed` is under
    Hash256 body;                       // the attachment's id
    std::uint64_t body_size = 0;        // of the file, in octets
    std::vector<SnapshotPlace> places;  // the frontier, by rising device; at least one
    Bytes sealed;                       // SnapshotSecrets
    Signature signature;

    /// 0: nothing of that feed.
    std::uint64_t covers(DeviceIndex device) const;
    friend bool operator==(const SnapshotManifest&, const SnapshotManifest&) = default;
};

/// H("snapshot", the manifest without its signature): its name, and what is signed.
Hash256 snapshot_id(const SnapshotManifest& manifest);
/// Seals the secrets under the key, bound to all else that the manifest says but its signature, and signs.
/// Precondition: `key` is that of the manifest's space and epoch, `signing` the author's.
void sign_snapshot(SnapshotManifest& manifest, const SnapshotSecrets& secrets, const EpochKey& key,
                   const SigningKey& signing, Random& random);
Bytes encode_snapshot(const SnapshotManifest& manifest);
/// bad_snapshot unless it is in the one accepted encoding; unsupported_version for another suite. Says
/// nothing of the signature.
Result<SnapshotManifest> decode_snapshot(BytesView bytes);
/// bad_signature.
Result<void> verify_snapshot(const SnapshotManifest& manifest, const SigningPublicKey& author);
/// wrong_commitment, cannot_decrypt.
Result<SnapshotSecrets> open_snapshot(const SnapshotManifest& manifest, const EpochKey& key);

/// Blocks into one zstd frame with a window of 2 MiB, each after its length. Needs about 16 MiB at the
/// highest level.
class SnapshotPacker {
public:
    using Sink = std::function<Result<void>(BytesView)>;
    SnapshotPacker(int level, Sink sink);
    ~SnapshotPacker();
    SnapshotPacker(const SnapshotPacker&) = delete;
    SnapshotPacker& operator=(const SnapshotPacker&) = delete;
    /// `ends` are rising offsets in the block where its nature changes: what follows is coded by tables of
    /// its own.
    Result<void> add(BytesView block, std::span<const std::size_t> ends = {});
    /// The end of the frame. Octets of all blocks with their lengths.
    Result<std::uint64_t> finish();

private:
    struct Stream;
    enum class Then { go_on, cut, end };
    Result<void> push(BytesView octets, Then then);
    std::unique_ptr<Stream> stream_;
    Sink sink_;
    std::uint64_t octets_ = 0;
};

/// The way back, whatever pieces the frame comes in. Needs 3 MiB and the largest block.
class SnapshotUnpacker {
public:
    using Sink = std::function<Result<void>(BytesView block)>;
    /// No more than `octets` are unpacked, no block is larger than `block_max`.
    SnapshotUnpacker(std::uint64_t octets, std::size_t block_max, Sink sink);
    ~SnapshotUnpacker();
    SnapshotUnpacker(const SnapshotUnpacker&) = delete;
    SnapshotUnpacker& operator=(const SnapshotUnpacker&) = delete;
    /// bad_compression; the errors of the sink.
    Result<void> add(BytesView piece);
    /// bad_compression if the frame or a block has not ended, or other octets came than were announced.
    Result<void> finish();

private:
    struct Stream;
    Result<void> take(BytesView octets);
    std::unique_ptr<Stream> stream_;
    Sink sink_;
    std::uint64_t octets_left_ = 0;
    std::size_t block_max_ = 0;
    Bytes block_;  // its length, then what has come of it
    bool ended_ = false;
};

}  // namespace cotmoc::crypto
