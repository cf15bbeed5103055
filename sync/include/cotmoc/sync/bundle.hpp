// What a session would send, in files: for a reader who is not there. Volumes carry the same signed entries
// and sealed envelopes, and what their writer says it holds. Format: docs/spec/bundle.md. One thread at a
// time; the store is used as by a session, so no session may go on meanwhile.
#pragma once

#include <cotmoc/sync/bundle_peers.hpp>
#include <cotmoc/sync/session.hpp>

namespace cotmoc::sync {

inline constexpr std::uint64_t bundle_volume_max = 256ULL * 1024 * 1024;  // octets
inline constexpr std::uint64_t bundle_volume_min = 64ULL * 1024;
inline constexpr std::uint32_t bundle_volumes_max = 10'000;
inline constexpr std::uint64_t bundle_items_max = 100'000;  // of one volume

/// A volume as it lies on a medium, which may be read-only. Outlives its reading.
class VolumeSource {
public:
    virtual ~VolumeSource() = default;
    /// How people call it, for messages.
    virtual const std::string& name() const = 0;
    virtual Result<std::uint64_t> size() = 0;
    /// Fills `into` with what begins at `offset`; less than asked only at the end. cannot_read_file.
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) = 0;
};

/// Where volumes are written, one after the other.
class VolumeSink {
public:
    virtual ~VolumeSink() = default;
    /// `number` from 1 to `count`.
    virtual Result<void> begin(std::uint32_t number, std::uint32_t count) = 0;
    virtual Result<void> write(BytesView bytes) = 0;
    /// The volume is whole. Durable when it returns.
    virtual Result<void> end() = 0;
};

struct BundleExport {
    FeedStore& store;
    const crypto::DeviceKeys& keys;  // of the store's device
    Random& random;
    BundlePeers& peers;
    /// What all of these may read and one of them is not known to hold. Empty: whoever of the province reads
    /// it.
    std::vector<DeviceId> readers = {};
    bool everything = false;                        // as if nothing were known of what they hold
    std::uint64_t volume_size = bundle_volume_max;  // a volume has at most so many octets
    bool answer = false;                            // to an import just done, which was the session (S21)
    /// Of change sets, as they are written.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = nullptr;
};

struct BundleWritten {
    std::uint32_t volumes = 0;
    std::uint64_t trust_entries = 0;
    Transfer content;  // change sets, ops as far as readable, octets of envelopes
    std::uint64_t bytes = 0;
};

/// Counts as a session (S21). not_joined; unknown_device; out_of_bounds for a volume size outside the bounds
/// above or too small for one change set; the sink's errors.
Result<BundleWritten> export_bundle(const BundleExport& options, VolumeSink& sink);

struct BundleImport {
    FeedStore& store;
    const crypto::DeviceKeys& keys;
    BundlePeers& peers;
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = nullptr;  // octets of volumes
};

struct BundleRead {
    std::uint64_t trust_received = 0;
    Transfer received;              // what was new
    std::uint64_t known = 0;        // change sets held before
    std::uint64_t not_ours = 0;     // of spaces that are nothing to this device, or to the writer
    std::uint64_t refused = 0;      // not acceptable here
    std::uint64_t waiting = 0;      // others are missing before them: not kept
    std::vector<DeviceId> writers;  // whose bundles were read, in order
    /// Why not everything was taken in; each detail begins with a volume's name. Empty if it was.
    std::vector<Error> problems;
};

/// Reads any volumes of any bundles, in whatever order they are given. Each is checked as a whole before any
/// of it is applied; one that fails is left out, named in the problems, and the rest is taken in as far as
/// nothing is missing before it. Doing it again changes nothing. Memory does not grow with the volumes.
/// Counts as a session (S21). not_joined; local errors (disk, database), after which what was committed
/// stays. Problems: bundle_damaged, bundle_incomplete, unsupported_version, limit_exceeded, cannot_read_file,
/// wrong_root, unknown_author, bad_signature, forked_feed, bad_trust_entry.
Result<BundleRead> import_bundles(const BundleImport& options, std::span<VolumeSource* const> volumes);

/// What a volume shows to anyone, without a key or a database.
struct BundleVolumeInfo {
    std::string bundle;  // hexadecimal: equal in the volumes of one bundle
    Hash256 root_fingerprint;
    DeviceId writer;
    std::optional<DeviceId> reader;  // the one that it was made for
    std::uint32_t number = 0;
    std::uint32_t count = 0;
    std::uint64_t bytes = 0;
    struct Amount {
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
    };
    Amount trust_entries;
    std::uint64_t first_trust_position = 0;
    std::uint64_t last_trust_position = 0;
    Amount change_sets;
    std::map<SpaceId, Amount> by_space;
    std::map<DeviceId, Amount> by_author;
    /// What the writer says to hold, in the first volume.
    std::optional<BundleHoldings> holdings;
};

/// Whether the volume is whole; that its writer signed it only who knows the writer can tell. The problems of
/// import_bundles(), without those of trust.
Result<BundleVolumeInfo> inspect_volume(VolumeSource& volume);

}  // namespace cotmoc::sync
