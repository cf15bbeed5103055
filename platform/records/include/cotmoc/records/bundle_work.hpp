// What travels by stick, as one: records in a bundle and attached files in volumes beside it. The programs
// and the C interface do it with this.
#pragma once

#include <cotmoc/records/bundle_files.hpp>
#include <cotmoc/sync/attachments.hpp>

namespace cotmoc::records {

/// Told how far a step is; it goes when the step ends.
using BundleMeter = std::function<void(std::uint64_t done, std::uint64_t total)>;
enum class BundleStep : std::uint8_t { exporting, importing };

/// Who writes or reads: a replica or a hub. All that it refers to outlives it.
struct BundleParty {
    sync::FeedStore& store;
    const crypto::DeviceKeys& keys;
    Random& random;
    sync::BundlePeers& peers;
    /// Its attached files, with what records name now; null if it has none. Asked only if files travel.
    std::function<Result<sync::AttachmentStore*>()> attachments = []() -> Result<sync::AttachmentStore*> {
        return nullptr;
    };
    bool is_hub = false;
    std::function<BundleMeter(BundleStep)> meter = nullptr;  // may be null, or give null
};

/// The files of a replica for BundleParty::attachments, within the limits of what others bring. They are
/// opened when first asked for, by nobody else meanwhile, and closed with the last copy. `replica` outlives
/// it.
std::function<Result<sync::AttachmentStore*>()> attachments_for_sticks(sync::Replica& replica,
                                                                       std::string directory);

/// What is to be written, and where.
struct BundleOrder {
    std::string path;
    bool everything = false;  // as if nothing were known of what the readers hold
    std::uint64_t volume_size = sync::bundle_volume_max;
    /// With attached files of at most so many octets, in PATH.files; not set: without.
    std::optional<std::uint64_t> attachments_max = std::nullopt;
};

/// Nothing is written before it is known that both kinds of volumes can have their names. out_of_bounds,
/// file_exists, and the errors of sync::export_bundle and sync::export_files: the volumes of records stay
/// if those of files fail.
Result<BundleFiles> write_bundle(const BundleParty& side, const BundleOrder& order,
                                 std::vector<DeviceId> readers);

struct BundleImported {
    sync::BundleRead read;                                           // with the problems of files too
    std::optional<sync::FileBundleRead> attachments = std::nullopt;  // if volumes of files were read
};
/// Reads volumes of either kind in any order, the records first, which name the files. What is wrong with a
/// volume is among the problems; the error is one of this device.
Result<BundleImported> read_volumes(const BundleParty& side, const std::vector<std::string>& files);

/// For those who wrote what was read, with what is held here and what they lack; volumes of files, which only
/// say what is held, if files were read. Of the order, path and volume size count. Nothing if nobody wrote
/// anything.
Result<std::optional<BundleFiles>> write_answer(const BundleParty& side, const BundleOrder& order,
                                                const BundleImported& imported);

}  // namespace cotmoc::records
