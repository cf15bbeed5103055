// Attached files on a stick, beside a bundle: sealed chunks with the manifests that their authors signed, in
// volumes of their own. Format: docs/spec/file-bundle.md. One thread at a time.
#pragma once

#include <cotmoc/sync/attachment_store.hpp>
#include <cotmoc/sync/bundle.hpp>

namespace cotmoc::sync {

inline constexpr std::uint64_t file_volume_min = 1024ULL * 1024;  // octets: a chunk and its manifest fit

struct FileBundleExport {
    const crypto::TrustState& trust;
    const crypto::DeviceKeys& keys;  // of this device
    AttachmentStore& files;
    /// What one of these may read and is not known to hold. Empty: every device that is not revoked.
    std::vector<DeviceId> readers = {};
    bool everything = false;                        // as if nothing were known of what they hold
    std::uint64_t size_max = 16ULL << 20;           // octets; up to 256 KiB go always
    bool held_only = false;                         // carry no file, say only what is held here
    std::uint64_t volume_size = bundle_volume_max;  // a volume has at most so many octets
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = nullptr;  // octets
};

struct FileBundleWritten {
    std::uint32_t volumes = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;    // of all volumes
    std::uint64_t damaged = 0;  // chunks that the disk had changed: left out, and fetched again
};

/// Thumbnails first, then in the order in which files came. Writes nothing at all, and says 0 volumes, if the
/// device holds no file that its records name. not_joined; unknown_device; out_of_bounds for a volume size
/// below file_volume_min or above bundle_volume_max, or more than bundle_volumes_max; the sink's errors.
Result<FileBundleWritten> export_files(const FileBundleExport& options, VolumeSink& sink);

/// Whether a volume is one of files; by its first octets.
Result<bool> is_file_volume(VolumeSource& volume);

/// What a volume of files shows to anybody.
struct FileVolumeInfo {
    using Amount = BundleVolumeInfo::Amount;
    Hash256 root_fingerprint;
    std::uint64_t bytes = 0;                 // of the volume
    Amount files;                            // that it has chunks of; octets of the whole files
    Amount chunks;                           // octets as sealed
    std::map<SpaceId, Amount> by_space;      // chunks
    std::map<DeviceId, Amount> by_author;    // chunks
    std::map<DeviceId, std::uint64_t> held;  // so many files each of these says that it holds
};

/// Needs no keys and looks at no replica, so nothing that is signed is checked but the hashes of chunks: by
/// the manifest beside them. bundle_damaged, bundle_incomplete, unsupported_version, limit_exceeded,
/// cannot_read_file.
Result<FileVolumeInfo> inspect_file_volume(VolumeSource& volume);

struct FileBundleImport {
    const crypto::TrustState& trust;
    DeviceId own;
    AttachmentStore& files;  // its references are those of the records as they are now (follow_attachments)
    /// A hub reads no records: it takes what a session with its author would bring, on the author's share.
    bool as_hub = false;
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = nullptr;  // octets
};

struct FileBundleRead {
    std::uint64_t files = 0;      // whole now, and not before
    std::uint64_t chunks = 0;     // that were new
    std::uint64_t known = 0;      // chunks held before
    std::uint64_t not_named = 0;  // files that no record here names: left
    std::uint64_t refused = 0;    // files whose manifest is not acceptable here, or that have no room
    std::uint64_t confirmed = 0;  // files of which a writer said that it holds them
    std::vector<Error> problems;  // why not everything was taken in; each detail begins with a volume's name
};

/// Reads volumes in any order, each by itself. A chunk counts only if its hash is the one that the author
/// signed, so what came before a fault stays, and doing it again changes nothing. Memory: one chunk.
/// not_joined; local errors (disk, database). Problems: bundle_damaged, bundle_incomplete,
/// unsupported_version, limit_exceeded, cannot_read_file, wrong_root, unknown_author, bad_signature.
Result<FileBundleRead> import_files(const FileBundleImport& options, std::span<VolumeSource* const> volumes);

}  // namespace cotmoc::sync
