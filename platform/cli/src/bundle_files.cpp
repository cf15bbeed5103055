#include "bundle_files.hpp"

#include "json_text.hpp"
#include "messages.hpp"
#include "progress.hpp"

#include <charconv>

namespace cotmoc::cli {
namespace {

/// What both kinds of work need of the side, with a progress bar for each step.
records::BundleParty party(const BundleSide& side) {
    records::BundleParty made{side.store, side.keys, side.random, side.peers, side.attachments, side.is_hub};
    made.meter = [&side](records::BundleStep step) -> records::BundleMeter {
        const Label what = step == records::BundleStep::exporting ? Label::exporting : Label::importing;
        const auto progress = std::make_shared<Progress>(side.common, side.clock, what);
        return [progress](std::uint64_t done, std::uint64_t total) { progress->show(done, total); };
    };
    return made;
}

Result<records::BundleOrder> order_of(const BundleOptions& options, const std::string& path) {
    records::BundleOrder order{path, options.all};
    COTMOC_ASSIGN(order.volume_size, parse_volume_size(options.volume_size));
    if (options.attachments) {
        order.attachments_max = options.attachment_mib << 20;
    }
    return order;
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
    COTMOC_ASSIGN(const records::BundleOrder order, order_of(options, options.file));
    COTMOC_ASSIGN(const BundleFiles exported, records::write_bundle(party(side), order, std::move(readers)));
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
    COTMOC_ASSIGN(const records::BundleOrder order, order_of(options, options.ack));
    const records::BundleParty reader = party(side);
    COTMOC_ASSIGN(const records::BundleImported imported, records::read_volumes(reader, options.files));
    const sync::BundleRead& read = imported.read;
    const sync::FileBundleRead* files = imported.attachments ? &*imported.attachments : nullptr;
    const sync::SessionNotes notes = side.notes();
    if (!side.common.json) {
        put_read(side.common, read, notes, files);
        COTMOC_TRY(finish_output());
    }
    // What was taken in is told whatever becomes of the answer.
    const Result<std::optional<BundleFiles>> answer = options.ack.empty()
                                                          ? Result<std::optional<BundleFiles>>(std::nullopt)
                                                          : records::write_answer(reader, order, imported);
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
