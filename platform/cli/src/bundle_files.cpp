#include "bundle_files.hpp"

#include "json_text.hpp"
#include "messages.hpp"
#include "progress.hpp"

#include <cotmoc/system/file.hpp>

#include <algorithm>
#include <charconv>

namespace cotmoc::cli {
namespace {

std::string volume_name(const std::string& path, std::uint32_t number, std::uint32_t count) {
    if (count == 1) {
        return path;
    }
    std::string digits = std::to_string(number);
    digits.insert(0, 3 - std::min<std::size_t>(3, digits.size()), '0');
    return path + "." + digits;
}

struct Exported {
    sync::BundleWritten written;
    std::vector<std::string> files;
};

Result<Exported> write_bundle(const BundleSide& side, const BundleOptions& options, const std::string& path,
                              std::vector<DeviceId> readers, bool answer) {
    COTMOC_ASSIGN(const std::uint64_t volume_size, parse_volume_size(options.volume_size));
    COTMOC_TRY(VolumeFiles::check_free(path));
    Progress progress(side.common, side.clock, Label::exporting);
    sync::BundleExport bundle{side.store,         side.keys,   side.random, side.peers,
                              std::move(readers), options.all, volume_size, answer};
    bundle.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    VolumeFiles files(path);
    COTMOC_ASSIGN(const sync::BundleWritten written, sync::export_bundle(bundle, files));
    return Exported{written, files.names()};
}

std::string exported_json(const Exported& exported) {
    return JsonObject()
        .raw("files", json_texts(exported.files))
        .number("volumes", std::uint64_t{exported.written.volumes})
        .number("bytes", exported.written.bytes)
        .number("trust_entries", exported.written.trust_entries)
        .number("change_sets", exported.written.content.change_sets)
        .number("ops", exported.written.content.ops)
        .finish();
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

void put_exported(const Common& common, const Exported& exported) {
    Lines lines(common);
    for (const std::string& file : exported.files) {
        lines.put(Label::written, file);
    }
    lines.put(Label::octets, exported.written.bytes);
    lines.put(Label::trust_entries, exported.written.trust_entries);
    lines.put(Label::change_sets, exported.written.content.change_sets);
}

void put_read_json(const sync::BundleRead& read, const sync::SessionNotes& notes,
                   const std::optional<Exported>& answer) {
    std::vector<std::string> problems;
    for (const Error& problem : read.problems) {
        problems.push_back(JsonObject()
                               .text("error", error_name(problem.code))
                               .text("detail", one_line(problem.detail))
                               .finish());
    }
    JsonObject object;
    object
        .raw("received", JsonObject()
                             .number("change_sets", read.received.change_sets)
                             .number("ops", read.received.ops)
                             .number("bytes", read.received.bytes)
                             .finish())
        .number("trust_entries", read.trust_received)
        .number("known", read.known)
        .number("not_ours", read.not_ours)
        .number("refused", read.refused)
        .number("waiting", read.waiting)
        .flag("complete", read.problems.empty())
        .raw("problems", json_array(problems))
        .number("conflicts", notes.new_conflicts)
        .number("quarantined", notes.quarantined)
        .number("forks", notes.forks);
    if (answer) {
        object.raw("ack", exported_json(*answer));
    }
    put_line(object.finish());
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

/// To those who wrote what was read, as far as they may still read anything.
Result<std::optional<Exported>> answer_to(const BundleSide& side, const BundleOptions& options,
                                          const sync::BundleRead& read) {
    std::vector<DeviceId> writers;
    for (const DeviceId& id : read.writers) {
        const auto* writer = side.store.trust().find(id);
        if (writer != nullptr && id != side.keys.public_keys().id() && std::ranges::count(writers, id) == 0) {
            writers.push_back(id);
        }
    }
    if (options.ack.empty() || writers.empty()) {
        return std::optional<Exported>();
    }
    COTMOC_ASSIGN(Exported answer, write_bundle(side, options, options.ack, std::move(writers), true));
    return std::optional(std::move(answer));
}

}  // namespace

Result<void> VolumeFiles::check_free(const std::string& path, std::uint32_t count) {
    std::vector<std::string> names{path};  // beside FILE.001 an older FILE would be imported by mistake
    for (std::uint32_t number = 1; number <= count; ++number) {
        names.push_back(volume_name(path, number, 2));
    }
    for (const std::string& name : names) {
        if (system::file_exists(name)) {
            return fail(ErrorCode::file_exists, name);
        }
    }
    return {};
}

Result<void> VolumeFiles::begin(std::uint32_t number, std::uint32_t count) {
    if (number == 1) {
        COTMOC_TRY(check_free(path_, count));
        count_ = count;
    }
    const std::string name = volume_name(path_, number, count);
    // Others may carry it: what it holds is sealed.
    COTMOC_ASSIGN(system::FileWriter file, system::FileWriter::create(name, system::FileReaders::everyone));
    files_.push_back(std::move(file));
    names_.push_back(name);
    return {};
}

Result<void> VolumeFiles::write(BytesView bytes) { return files_.back().write(bytes); }

Result<void> VolumeFiles::end() {
    COTMOC_TRY(files_.back().close());
    return files_.size() == count_ ? publish() : Result<void>();
}

/// All or none: what got its name goes again if another one cannot get its own.
Result<void> VolumeFiles::publish() {
    for (std::size_t i = 0; i < files_.size(); ++i) {
        if (Result<void> named = files_[i].finish(); !named) {
            for (std::size_t before = 0; before < i; ++before) {
                (void)system::remove_file(names_[before]);  // the first error is the one to tell
            }
            return named;
        }
    }
    return {};
}

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

Result<std::vector<DeviceId>> bundle_readers(const crypto::TrustState& trust,
                                             const std::vector<NamedDevice>& devices,
                                             const std::string& named) {
    std::vector<DeviceId> readers;
    if (named.empty()) {
        return readers;
    }
    const bool hub = named == "hub";
    if (hub || named == "province") {
        const crypto::Role role = hub ? crypto::Role::hub : crypto::Role::province_officer;
        for (const auto& device : trust.devices()) {
            if (device.role == role && !device.revoked) {
                readers.push_back(device.id);
            }
        }
        return readers.empty() ? fail(hub ? ErrorCode::no_hub : ErrorCode::unknown_device, named)
                               : Result<std::vector<DeviceId>>(std::move(readers));
    }
    for (const NamedDevice& device : devices) {
        if (device.name == named) {
            readers.push_back(device.id);
        }
    }
    if (readers.size() > 1) {
        return fail(ErrorCode::unknown_device,
                    named + ": several devices have this name; give the id of one");
    }
    if (!readers.empty()) {
        return readers;
    }
    for (const auto& device : trust.devices()) {
        if (named.size() >= 8 && device.id.hex().starts_with(named)) {
            readers.push_back(device.id);
        }
    }
    return readers.size() == 1 ? Result<std::vector<DeviceId>>(std::move(readers))
                               : fail(ErrorCode::unknown_device, named);
}

Outcome export_to_files(const BundleSide& side, const BundleOptions& options) {
    COTMOC_ASSIGN(std::vector<DeviceId> readers,
                  bundle_readers(side.store.trust(), side.devices, options.reader));
    COTMOC_ASSIGN(const Exported exported,
                  write_bundle(side, options, options.file, std::move(readers), false));
    if (side.common.json) {
        put_line(exported_json(exported));
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
    const Result<std::optional<Exported>> answer = answer_to(side, options, read);
    if (side.common.json) {
        put_read_json(read, notes, answer.value_or(std::nullopt));
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
