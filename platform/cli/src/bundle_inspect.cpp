// What a bundle shows to anyone.
#include "bundle_files.hpp"
#include "json_text.hpp"

namespace cotmoc::cli {
namespace {

std::string amount_text(const sync::BundleVolumeInfo::Amount& amount, const Common& common) {
    return std::to_string(amount.count) + ", " + std::to_string(amount.bytes) + " " +
           std::string(common.text(Label::octets));
}

void put_volume(const Common& common, const std::string& file, const sync::BundleVolumeInfo& info) {
    const auto line = [&](Label name, const std::string& value) {
        put_line("  " + std::string(common.text(name)) + ": " + value);
    };
    put_line(file + ": " + std::string(common.text(Label::volume)) + " " + std::to_string(info.number) + "/" +
             std::to_string(info.count) + ", " + std::to_string(info.bytes) + " " +
             std::string(common.text(Label::octets)));
    line(Label::bundle, info.bundle);
    line(Label::written_by, info.writer.hex());
    line(Label::written_for, info.reader ? info.reader->hex() : std::string(common.text(Label::everybody)));
    line(Label::trust_entries, amount_text(info.trust_entries, common));
    line(Label::change_sets, amount_text(info.change_sets, common));
    for (const auto& [space, amount] : info.by_space) {
        put_line("    " + std::string(common.text(Label::space)) + " " + space.hex() + ": " +
                 amount_text(amount, common));
    }
    for (const auto& [device, amount] : info.by_author) {
        put_line("    " + std::string(common.text(Label::device)) + " " + device.hex() + ": " +
                 amount_text(amount, common));
    }
}

}  // namespace

Outcome inspect_files(const Common& common, const BundleOptions& options) {
    std::vector<std::string> all;
    for (const std::string& file : options.files) {
        FileVolume volume(file);
        COTMOC_ASSIGN(const sync::BundleVolumeInfo info, sync::inspect_volume(volume));
        if (common.json) {
            all.push_back(records::volume_json(file, info));
        } else {
            put_volume(common, file, info);
        }
    }
    if (common.json) {
        put_line(json_array(all));
    }
    return done;
}

}  // namespace cotmoc::cli
