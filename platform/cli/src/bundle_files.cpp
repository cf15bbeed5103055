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
}

void put_read(const Common& common, const sync::BundleRead& read, const sync::SessionNotes& notes) {
    Lines lines(common);
    lines.put(Label::received,
              std::to_string(read.received.change_sets) + " " + std::string(common.text(Label::change_sets)) +
                  ", " + std::to_string(read.received.ops) + " " + std::string(common.text(Label::changes)));
    lines.put_if(Label::trust_entries, read.trust_received);
    lines.put_if(Label::known_before, read.known);
    lines.put_if(Label::not_ours, read.not_ours);
    lines.put_if(Label::refused, read.refused);
    lines.put_if(Label::waiting, read.waiting);
    lines.put_if(Label::conflicts, notes.new_conflicts);
    lines.put_if(Label::quarantined, notes.quarantined);
    lines.put_if(Label::forked, notes.forks);
    for (std::size_t i = 1; i < read.problems.size(); ++i) {  // the first is the error that follows
        put_line(std::string(error_name(read.problems[i].code)) + ": " + one_line(read.problems[i].detail));
    }
}

Result<std::optional<BundleFiles>> answer_to(const BundleSide& side, const BundleOptions& options,
                                             const sync::BundleRead& read) {
    std::vector<DeviceId> writers = records::answer_readers(side.store.trust(), side.keys, read);
    if (options.ack.empty() || writers.empty()) {
        return std::optional<BundleFiles>();
    }
    COTMOC_ASSIGN(BundleFiles answer, write_bundle(side, options, options.ack, std::move(writers), true));
    return std::optional(std::move(answer));
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
    COTMOC_ASSIGN(const BundleFiles exported,
                  write_bundle(side, options, options.file, std::move(readers), false));
    if (side.common.json) {
        put_line(records::bundle_written_json(exported));
    } else {
        put_exported(side.common, exported);
    }
    return done;
}

Outcome import_from_files(const BundleSide& side, const BundleOptions& options) {
    if (!options.ack.empty()) {
        COTMOC_TRY(VolumeFiles::check_free(options.ack));
    }
    std::vector<std::unique_ptr<FileVolume>> volumes;
    std::vector<sync::VolumeSource*> sources;
    system::allow_open_files(options.files.size());
    for (const std::string& file : options.files) {
        volumes.push_back(std::make_unique<FileVolume>(file));
        sources.push_back(volumes.back().get());
    }
    Progress progress(side.common, side.clock, Label::importing);
    sync::BundleImport bundle{side.store, side.keys, side.peers, nullptr};
    bundle.progress = [&](std::uint64_t volume, std::uint64_t count) { progress.show(volume, count); };
    COTMOC_ASSIGN(const sync::BundleRead read, sync::import_bundles(bundle, sources));
    progress.clear();
    const sync::SessionNotes notes = side.notes();
    if (!side.common.json) {
        put_read(side.common, read, notes);
        COTMOC_TRY(finish_output());
    }
    // What was taken in is told whatever becomes of the answer.
    const Result<std::optional<BundleFiles>> answer = answer_to(side, options, read);
    if (side.common.json) {
        const auto written = answer.value_or(std::nullopt);
        put_line(records::bundle_read_json(read, notes, written ? &*written : nullptr));
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
