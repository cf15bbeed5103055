#include "bundle_files.hpp"

#include "json_text.hpp"
#include "messages.hpp"
#include "progress.hpp"

#include <cotmoc/system/file.hpp>

#include <algorithm>
#include <charconv>

namespace cotmoc::cli {
namespace {

Result<BundleFiles> write_bundle(const BundleSide& side, const BundleOptions& options,
                                 const std::string& path, std::vector<DeviceId> readers, bool answer) {
    COTMOC_ASSIGN(const std::uint64_t volume_size, parse_volume_size(options.volume_size));
    COTMOC_TRY(VolumeFiles::check_free(path));
    Progress progress(side.common, side.clock, Label::exporting);
    sync::BundleExport bundle{side.store,         side.keys,   side.random, side.peers,
                              std::move(readers), options.all, volume_size, answer};
    bundle.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    VolumeFiles files(path);
    COTMOC_ASSIGN(const sync::BundleWritten written, sync::export_bundle(bundle, files));
    return BundleFiles{written, files.names()};
}

std::string attachments_path_of(const std::string& bundle) { return bundle + ".files"; }

/// Before anything is written.
Result<void> check_attachments_place(const BundleOptions& options) {
    if (!options.attachments) {
        return {};
    }
    COTMOC_ASSIGN(const std::uint64_t volume_size, parse_volume_size(options.volume_size));
    COTMOC_TRY(VolumeFiles::check_free(attachments_path_of(options.file)));
    return volume_size >= sync::file_volume_min
               ? Result<void>()
               : fail(ErrorCode::out_of_bounds, "with --attachments a volume has at least 1M");
}

Result<FileBundleFiles> write_attachments(const BundleSide& side, const BundleOptions& options,
                                          const std::string& bundle, std::vector<DeviceId> readers,
                                          bool held_only) {
    FileBundleFiles made;
    COTMOC_ASSIGN(sync::AttachmentStore * store, side.attachments());
    if (store == nullptr) {
        return made;
    }
    COTMOC_ASSIGN(const std::uint64_t volume_size, parse_volume_size(options.volume_size));
    const std::string path = attachments_path_of(bundle);
    COTMOC_TRY(VolumeFiles::check_free(path));
    Progress progress(side.common, side.clock, Label::exporting);
    sync::FileBundleExport files{side.store.trust(), side.keys, *store, std::move(readers), options.all};
    files.size_max = options.attachment_mib << 20;
    files.held_only = held_only;
    files.volume_size = std::max(volume_size, sync::file_volume_min);
    files.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    VolumeFiles volumes(path);
    COTMOC_ASSIGN(made.written, sync::export_files(files, volumes));
    made.files = volumes.names();
    return made;
}

class Lines {
public:
    explicit Lines(const Common& common) : common_(common) {}
    void put(Label name, std::uint64_t count) { put(name, std::to_string(count)); }
    void put(Label name, const std::string& value) {
        put_line(std::string(common_.text(name)) + ": " + value);
    }
    void put_if(Label name, std::uint64_t count) {
        if (count != 0) {
            put(name, count);
        }
    }

private:
    const Common& common_;
};

void put_exported(const Common& common, const BundleFiles& exported) {
    Lines lines(common);
    for (const std::string& file : exported.files) {
        lines.put(Label::written, file);
    }
    lines.put(Label::octets, exported.written.bytes);
    lines.put(Label::trust_entries, exported.written.trust_entries);
    lines.put(Label::change_sets, exported.written.content.change_sets);
    if (exported.attachments) {
        for (const std::string& file : exported.attachments->files) {
            lines.put(Label::written, file);
        }
        lines.put(Label::attachments, exported.attachments->written.files);
    }
}

void put_read(const Common& common, const sync::BundleRead& read, const sync::SessionNotes& notes,
              const sync::FileBundleRead* attachments) {
    Lines lines(common);
    lines.put(Label::received,
              std::to_string(read.received.change_sets) + " " + std::string(common.text(Label::change_sets)) +
                  ", " + std::to_string(read.received.ops) + " " + std::string(common.text(Label::changes)));
    lines.put_if(Label::trust_entries, read.trust_received);
    lines.put_if(Label::known_before, read.known);
    lines.put_if(Label::not_ours, read.not_ours);
    lines.put_if(Label::refused, read.refused);
    lines.put_if(Label::waiting, read.waiting);
    if (attachments != nullptr) {
        lines.put(Label::attachments, attachments->files);
    }
    lines.put_if(Label::conflicts, notes.new_conflicts);
    lines.put_if(Label::quarantined, notes.quarantined);
    lines.put_if(Label::forked, notes.forks);
    for (std::size_t i = 1; i < read.problems.size(); ++i) {  // the first is the error that follows
        put_line(std::string(error_name(read.problems[i].code)) + ": " + one_line(read.problems[i].detail));
    }
}

Result<std::optional<BundleFiles>> answer_to(const BundleSide& side, const BundleOptions& options,
                                             const sync::BundleRead& read, bool with_attachments) {
    const std::vector<DeviceId> writers = records::answer_readers(side.store.trust(), side.keys, read);
    if (options.ack.empty() || writers.empty()) {
        return std::optional<BundleFiles>();
    }
    COTMOC_ASSIGN(BundleFiles answer, write_bundle(side, options, options.ack, writers, true));
    if (with_attachments) {
        COTMOC_ASSIGN(answer.attachments, write_attachments(side, options, options.ack, writers, true));
    }
    return std::optional(std::move(answer));
}

/// After the records, which name the files.
Result<std::optional<sync::FileBundleRead>> read_attachments(const BundleSide& side,
                                                             const std::vector<sync::VolumeSource*>& volumes,
                                                             std::vector<Error>& problems) {
    if (volumes.empty()) {
        return std::optional<sync::FileBundleRead>();
    }
    COTMOC_ASSIGN(sync::AttachmentStore * store, side.attachments());
    if (store == nullptr) {
        return fail(ErrorCode::wrong_shape, "the catalogue has no field for files");
    }
    Progress progress(side.common, side.clock, Label::importing);
    sync::FileBundleImport files{side.store.trust(), side.keys.public_keys().id(), *store, side.is_hub};
    files.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    COTMOC_ASSIGN(sync::FileBundleRead read, sync::import_files(files, volumes));
    problems.insert(problems.end(), read.problems.begin(), read.problems.end());
    return std::optional(std::move(read));
}

}  // namespace

void add_export_options(CLI::App& command, BundleOptions& options) {
    command.add_option("FILE", options.file, "The file; FILE.001, FILE.002 … if it takes several")
        ->required();
    command
        .add_option("--for", options.reader, "A device by name or id, 'hub' or 'province'; else everybody")
        ->type_name("DEVICE");
    command.add_option("--volume-size", options.volume_size,
                       "At most so many octets a volume, 64K to 256M (default: 256M)");
    command.add_flag("--all", options.all, "As if nothing were known of what the reader holds");
}

void add_attachment_options(CLI::App& command, BundleOptions& options) {
    command.add_flag("--attachments", options.attachments,
                     "Write attached files too, that the reader is not known to hold: FILE.files");
    command
        .add_option("--attachments-up-to", options.attachment_mib, "The largest file to carry (default: 16)")
        ->type_name("MIB")
        ->check(CLI::Range(0, 2048));
}

void add_import_options(CLI::App& command, BundleOptions& options) {
    command.add_option("FILE", options.files, "The volumes, in any order")->required();
    command
        .add_option("--ack", options.ack, "Write a bundle for the writer: what is held here, what it lacks")
        ->type_name("FILE");
}

void add_inspect_options(CLI::App& command, BundleOptions& options) {
    command.add_option("FILE", options.files, "The volumes")->required();
}

Result<std::uint64_t> parse_volume_size(const std::string& text) {
    if (text.empty()) {
        return sync::bundle_volume_max;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, text.data() + text.size());
    const int shift = unit.empty() ? 0 : unit == "K" ? 10 : unit == "M" ? 20 : -1;
    if (error != std::errc() || shift < 0 || number > (std::uint64_t{1} << 32)) {
        return fail(ErrorCode::wrong_usage,
                    "--volume-size is a number of octets, as 64K or 100M, not " + text);
    }
    return number << shift;
}

Outcome export_to_files(const BundleSide& side, const BundleOptions& options) {
    COTMOC_ASSIGN(std::vector<DeviceId> readers,
                  bundle_readers(side.store.trust(), side.devices, options.reader));
    COTMOC_TRY(check_attachments_place(options));
    COTMOC_ASSIGN(BundleFiles exported, write_bundle(side, options, options.file, readers, false));
    if (options.attachments) {
        COTMOC_ASSIGN(exported.attachments,
                      write_attachments(side, options, options.file, std::move(readers), false));
    }
    if (side.common.json) {
        put_line(records::bundle_written_json(exported));
    } else {
        put_exported(side.common, exported);
    }
    return done;
}

namespace {

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

Result<sync::BundleRead> read_bundles(const BundleSide& side, const Volumes& volumes) {
    if (volumes.bundles.empty()) {
        return sync::BundleRead();
    }
    Progress progress(side.common, side.clock, Label::importing);
    sync::BundleImport bundle{side.store, side.keys, side.peers, nullptr};
    bundle.progress = [&](std::uint64_t volume, std::uint64_t count) { progress.show(volume, count); };
    return sync::import_bundles(bundle, volumes.bundles);
}

}  // namespace

Outcome import_from_files(const BundleSide& side, const BundleOptions& options) {
    if (!options.ack.empty()) {
        COTMOC_TRY(VolumeFiles::check_free(options.ack));
    }
    const Volumes volumes = open_volumes(options.files);
    COTMOC_ASSIGN(sync::BundleRead read, read_bundles(side, volumes));
    const auto attachments = read_attachments(side, volumes.attachments, read.problems);
    if (!attachments) {
        read.problems.push_back(attachments.error());  // told with what was taken in of records
    }
    const sync::FileBundleRead* files = attachments && *attachments ? &**attachments : nullptr;
    const sync::SessionNotes notes = side.notes();
    if (!side.common.json) {
        put_read(side.common, read, notes, files);
        COTMOC_TRY(finish_output());
    }
    // What was taken in is told whatever becomes of the answer.
    const Result<std::optional<BundleFiles>> answer = answer_to(side, options, read, files != nullptr);
    if (side.common.json) {
        const auto written = answer.value_or(std::nullopt);
        put_line(records::bundle_read_json(read, notes, written ? &*written : nullptr, files));
    } else if (answer && *answer) {
        put_exported(side.common, **answer);
    }
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    if (!read.problems.empty()) {
        return tl::unexpected(read.problems.front());
    }
    const bool noted = notes.new_conflicts + notes.quarantined + notes.forks + read.refused != 0;
    return noted ? needs_person : done;
}

}  // namespace cotmoc::cli
