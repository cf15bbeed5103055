// What a bundle shows to anyone.
#include "bundle_files.hpp"
#include "json_text.hpp"

namespace cotmoc::cli {
namespace {

std::string amount_text(const sync::BundleVolumeInfo::Amount& amount, const Common& common) {
    return std::to_string(amount.count) + ", " + std::to_string(amount.bytes) + " " +
           std::string(common.text(Label::octets));
}

JsonObject& add_amount(JsonObject& object, const sync::BundleVolumeInfo::Amount& amount) {
    return object.number("count", amount.count).number("bytes", amount.bytes);
}

template <class Id>
std::string amounts_json(const std::map<Id, sync::BundleVolumeInfo::Amount>& amounts, std::string_view name) {
    std::vector<std::string> all;
    for (const auto& [id, amount] : amounts) {
        JsonObject object;
        object.text(name, id.hex());
        all.push_back(add_amount(object, amount).finish());
    }
    return json_array(all);
}

std::string volume_json(const std::string& file, const sync::BundleVolumeInfo& info) {
    JsonObject trust;
    add_amount(trust, info.trust_entries)
        .number("first", info.first_trust_position)
        .number("last", info.last_trust_position);
    JsonObject change_sets;
    std::string holdings = "null";
    if (info.holdings) {
        std::uint64_t feeds = 0;
        for (const auto& [space, frontier] : info.holdings->spaces) {
            feeds += frontier.size();
        }
        holdings = JsonObject()
                       .number("trust_position", info.holdings->trust_position)
                       .number("spaces", std::uint64_t{info.holdings->spaces.size()})
                       .number("feeds", feeds)
                       .finish();
    }
    std::string reader = "null";
    if (info.reader) {
        reader = "\"" + info.reader->hex() + "\"";
    }
    return JsonObject()
        .text("file", file)
        .text("bundle", info.bundle)
        .number("number", std::uint64_t{info.number})
        .number("volumes", std::uint64_t{info.count})
        .number("bytes", info.bytes)
        .text("root", info.root_fingerprint.hex())
        .text("writer", info.writer.hex())
        .raw("reader", reader)
        .raw("holdings", holdings)
        .raw("trust_entries", trust.finish())
        .raw("change_sets", add_amount(change_sets, info.change_sets).finish())
        .raw("spaces", amounts_json(info.by_space, "space"))
        .raw("devices", amounts_json(info.by_author, "device"))
        .finish();
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
            all.push_back(volume_json(file, info));
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
