#include <cotmoc/records/bundle_files.hpp>
#include <cotmoc/records/json_text.hpp>
#include <cotmoc/records/texts.hpp>

namespace cotmoc::records {
namespace {

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

std::string volume_json(const std::string& file, const sync::FileVolumeInfo& info) {
    JsonObject files;
    JsonObject chunks;
    std::vector<std::string> held;
    for (const auto& [device, count] : info.held) {
        held.push_back(JsonObject().text("device", device.hex()).number("count", count).finish());
    }
    return JsonObject()
        .text("file", file)
        .number("bytes", info.bytes)
        .text("root", info.root_fingerprint.hex())
        .raw("attachments", add_amount(files, info.files).finish())
        .raw("chunks", add_amount(chunks, info.chunks).finish())
        .raw("spaces", amounts_json(info.by_space, "space"))
        .raw("devices", amounts_json(info.by_author, "device"))
        .raw("held", json_array(held))
        .finish();
}

}  // namespace

std::string inspected_json(const std::string& file, const VolumeInfo& info) {
    return std::visit([&](const auto& each) { return volume_json(file, each); }, info);
}

std::string bundle_written_json(const BundleFiles& exported) {
    JsonObject object;
    object.raw("files", json_texts(exported.files))
        .number("volumes", std::uint64_t{exported.written.volumes})
        .number("bytes", exported.written.bytes)
        .number("trust_entries", exported.written.trust_entries)
        .number("change_sets", exported.written.content.change_sets)
        .number("ops", exported.written.content.ops);
    if (exported.attachments) {
        const sync::FileBundleWritten& written = exported.attachments->written;
        object.raw("attachments", JsonObject()
                                      .raw("files", json_texts(exported.attachments->files))
                                      .number("volumes", std::uint64_t{written.volumes})
                                      .number("bytes", written.bytes)
                                      .number("carried", written.files)
                                      .number("damaged", written.damaged)
                                      .finish());
    }
    return object.finish();
}

std::string bundle_read_json(const sync::BundleRead& read, const sync::SessionNotes& notes,
                             const BundleFiles* answer, const sync::FileBundleRead* attachments) {
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
    if (attachments) {
        object.raw("attachments", JsonObject()
                                      .number("received", attachments->files)
                                      .number("chunks", attachments->chunks)
                                      .number("known", attachments->known)
                                      .number("not_named", attachments->not_named)
                                      .number("refused", attachments->refused)
                                      .number("confirmed", attachments->confirmed)
                                      .finish());
    }
    if (answer) {
        object.raw("ack", bundle_written_json(*answer));
    }
    return object.finish();
}

}  // namespace cotmoc::records
