// What a bundle shows to anyone.
#include "bundle_files.hpp"
#include "json_text.hpp"

namespace cotmoc::cli {
namespace {

std::string amount_text(const sync::BundleVolumeInfo::Amount& amount, const Common& common) {
    return std::to_string(amount.count) + ", " + std::to_string(amount.bytes) + " " +
           std::string(common.text(Label::octets));
}

class Lines {
public:
    Lines(const Common& common, std::string indent) : common_(common), indent_(std::move(indent)) {}
    void put(Label name, const std::string& value) const { put(std::string(common_.text(name)), value); }
    void put(const std::string& name, const std::string& value) const {
        put_line(indent_ + name + ": " + value);
    }
    template <class Amounts>
    void put_each(Label name, const Amounts& amounts) const {
        for (const auto& [id, amount] : amounts) {
            put(std::string(common_.text(name)) + " " + id.hex(), amount_text(amount, common_));
        }
    }

private:
    const Common& common_;
    std::string indent_;
};

void put_volume(const Common& common, const std::string& file, const sync::BundleVolumeInfo& info) {
    const Lines lines(common, "  ");
    const Lines parts(common, "    ");
    put_line(file + ": " + std::string(common.text(Label::volume)) + " " + std::to_string(info.number) + "/" +
             std::to_string(info.count) + ", " + std::to_string(info.bytes) + " " +
             std::string(common.text(Label::octets)));
    lines.put(Label::bundle, info.bundle);
    lines.put(Label::written_by, info.writer.hex());
    lines.put(Label::written_for,
              info.reader ? info.reader->hex() : std::string(common.text(Label::everybody)));
    lines.put(Label::trust_entries, amount_text(info.trust_entries, common));
    lines.put(Label::change_sets, amount_text(info.change_sets, common));
    parts.put_each(Label::space, info.by_space);
    parts.put_each(Label::device, info.by_author);
}

void put_volume(const Common& common, const std::string& file, const sync::FileVolumeInfo& info) {
    const Lines lines(common, "  ");
    const Lines parts(common, "    ");
    put_line(file + ": " + std::string(common.text(Label::volume_of_files)) + ", " +
             std::to_string(info.bytes) + " " + std::string(common.text(Label::octets)));
    lines.put(Label::attachments, amount_text(info.files, common));
    lines.put(Label::pieces, amount_text(info.chunks, common));
    parts.put_each(Label::space, info.by_space);
    parts.put_each(Label::device, info.by_author);
    for (const auto& [device, count] : info.held) {
        lines.put(std::string(common.text(Label::device)) + " " + device.hex() + " " +
                      std::string(common.text(Label::says_held)),
                  std::to_string(count));
    }
}

}  // namespace

Outcome inspect_files(const Common& common, const BundleOptions& options) {
    std::vector<std::string> all;
    for (const std::string& file : options.files) {
        COTMOC_ASSIGN(const records::VolumeInfo info, records::inspect(file));
        if (common.json) {
            all.push_back(records::inspected_json(file, info));
        } else {
            std::visit([&](const auto& each) { put_volume(common, file, each); }, info);
        }
    }
    if (common.json) {
        put_line(json_array(all));
    }
    return done;
}

}  // namespace cotmoc::cli
