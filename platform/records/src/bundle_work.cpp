#include <cotmoc/records/attachment_files.hpp>
#include <cotmoc/records/bundle_work.hpp>
#include <cotmoc/system/file.hpp>

#include <algorithm>

namespace cotmoc::records {
namespace {

std::string attachments_path_of(const std::string& bundle) { return bundle + ".files"; }

BundleMeter meter_of(const BundleParty& side, BundleStep step) {
    return side.meter ? side.meter(step) : nullptr;
}

Result<BundleFiles> write_records(const BundleParty& side, const BundleOrder& order,
                                  std::vector<DeviceId> readers, bool answer) {
    COTMOC_TRY(VolumeFiles::check_free(order.path));
    sync::BundleExport bundle{side.store,         side.keys,        side.random,       side.peers,
                              std::move(readers), order.everything, order.volume_size, answer};
    bundle.progress = meter_of(side, BundleStep::exporting);
    VolumeFiles files(order.path);
    COTMOC_ASSIGN(const sync::BundleWritten written, sync::export_bundle(bundle, files));
    return BundleFiles{written, files.names()};
}

/// Before anything is written.
Result<void> check_attachments_place(const BundleOrder& order) {
    if (!order.attachments_max) {
        return {};
    }
    COTMOC_TRY(VolumeFiles::check_free(attachments_path_of(order.path)));
    return order.volume_size >= sync::file_volume_min
               ? Result<void>()
               : fail(ErrorCode::out_of_bounds, "with attached files a volume has at least 1M");
}

Result<FileBundleFiles> write_attachments(const BundleParty& side, const BundleOrder& order,
                                          std::vector<DeviceId> readers, bool held_only) {
    FileBundleFiles made;
    COTMOC_ASSIGN(sync::AttachmentStore * store, side.attachments());
    if (store == nullptr) {
        return made;
    }
    const std::string path = attachments_path_of(order.path);
    COTMOC_TRY(VolumeFiles::check_free(path));
    sync::FileBundleExport files{side.store.trust(), side.keys, *store, std::move(readers), order.everything};
    files.size_max = order.attachments_max.value_or(files.size_max);
    files.held_only = held_only;
    files.volume_size = std::max(order.volume_size, sync::file_volume_min);
    files.progress = meter_of(side, BundleStep::exporting);
    VolumeFiles volumes(path);
    COTMOC_ASSIGN(made.written, sync::export_files(files, volumes));
    made.files = volumes.names();
    return made;
}

struct Volumes {
    std::vector<std::unique_ptr<FileVolume>> files;
    std::vector<sync::VolumeSource*> bundles;
    std::vector<sync::VolumeSource*> attachments;
};

Volumes open_volumes(const std::vector<std::string>& names) {
    Volumes volumes;
    system::allow_open_files(names.size());
    for (const std::string& name : names) {
        volumes.files.push_back(std::make_unique<FileVolume>(name));
        sync::VolumeSource* volume = volumes.files.back().get();
        // One that cannot be read is told as a volume of a bundle.
        const bool of_files = sync::is_file_volume(*volume).value_or(false);
        (of_files ? volumes.attachments : volumes.bundles).push_back(volume);
    }
    return volumes;
}

Result<sync::BundleRead> read_records(const BundleParty& side, const Volumes& volumes) {
    if (volumes.bundles.empty()) {
        return sync::BundleRead();
    }
    sync::BundleImport bundle{side.store, side.keys, side.peers, nullptr};
    bundle.progress = meter_of(side, BundleStep::importing);
    return sync::import_bundles(bundle, volumes.bundles);
}

/// After the records, which name the files.
Result<sync::FileBundleRead> read_attachments(const BundleParty& side, const Volumes& volumes) {
    COTMOC_ASSIGN(sync::AttachmentStore * store, side.attachments());
    if (store == nullptr) {
        return fail(ErrorCode::wrong_shape, "the catalogue has no field for files");
    }
    sync::FileBundleImport files{side.store.trust(), side.keys.public_keys().id(), *store, side.is_hub};
    files.progress = meter_of(side, BundleStep::importing);
    return sync::import_files(files, volumes.attachments);
}

}  // namespace

std::function<Result<sync::AttachmentStore*>()> attachments_for_sticks(sync::Replica& replica,
                                                                       std::string directory) {
    auto files = std::make_shared<std::unique_ptr<sync::AttachmentStore>>();
    return [&replica, directory = std::move(directory), files]() -> Result<sync::AttachmentStore*> {
        if (!*files) {
            COTMOC_ASSIGN(*files, open_attachments_for_others(replica, directory));
        }
        if (*files) {
            COTMOC_TRY(sync::follow_attachments(replica, **files));
        }
        return files->get();
    };
}

Result<BundleFiles> write_bundle(const BundleParty& side, const BundleOrder& order,
                                 std::vector<DeviceId> readers) {
    COTMOC_TRY(check_attachments_place(order));
    COTMOC_ASSIGN(BundleFiles exported, write_records(side, order, readers, false));
    if (order.attachments_max) {
        COTMOC_ASSIGN(exported.attachments, write_attachments(side, order, std::move(readers), false));
    }
    return exported;
}

Result<BundleImported> read_volumes(const BundleParty& side, const std::vector<std::string>& files) {
    const Volumes volumes = open_volumes(files);
    COTMOC_ASSIGN(sync::BundleRead read, read_records(side, volumes));
    BundleImported imported{std::move(read)};
    if (volumes.attachments.empty()) {
        return imported;
    }
    std::vector<Error>& problems = imported.read.problems;
    Result<sync::FileBundleRead> attachments = read_attachments(side, volumes);
    if (attachments) {
        problems.insert(problems.end(), attachments->problems.begin(), attachments->problems.end());
        imported.attachments = std::move(*attachments);
    } else {
        problems.push_back(attachments.error());  // told with what was taken in of records
    }
    return imported;
}

Result<std::optional<BundleFiles>> write_answer(const BundleParty& side, const BundleOrder& order,
                                                const BundleImported& imported) {
    const std::vector<DeviceId> writers = answer_readers(side.store.trust(), side.keys, imported.read);
    if (writers.empty()) {
        return std::optional<BundleFiles>();
    }
    COTMOC_ASSIGN(BundleFiles answer, write_records(side, order, writers, true));
    if (imported.attachments) {
        COTMOC_ASSIGN(answer.attachments, write_attachments(side, order, writers, true));
    }
    return std::optional(std::move(answer));
}

}  // namespace cotmoc::records
