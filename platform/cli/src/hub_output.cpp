#include "hub_output.hpp"

#include "messages.hpp"

namespace cotmoc::cli {

std::string device_text(const sync::Replica& replica, DeviceIndex device) {
    const std::string name = replica.device_name(device);
    return name.empty() ? replica.device_id(device).hex().substr(0, 16) : name;
}

std::string notice_line(const Common& common, ErrorCode code) {
    const std::string name(error_name(code));
    const ErrorText* text = common.language == Language::vietnamese ? vietnamese_text(name) : nullptr;
    const std::string what(text != nullptr ? text->what : error_what(code));
    const std::string advice(text != nullptr ? text->advice : error_advice(code));
    return name + ": " + what + ": " + advice;
}

void put_hub_notice(const Common& common, const sync::Replica& replica, const sync::HubNotice& notice) {
    if (notice.went_back) {
        put_line(notice_line(common, ErrorCode::hub_went_back));
        put_line("  " + std::string(common.text(Label::change_sets)) + ": " +
                 std::to_string(notice.lost_change_sets));
    }
    for (const sync::HubNotice::Missing& feed : notice.missing) {
        put_line(std::string(common.text(Label::hub_keeps_back)) + ": " + device_text(replica, feed.author) +
                 " " + std::to_string(feed.held + 1) + "–" + std::to_string(feed.named) + " (" +
                 std::string(common.text(Label::named_by)) + " " + device_text(replica, feed.named_by) + ")");
    }
    if (notice.missing_trust_entries != 0) {
        put_line(std::string(common.text(Label::hub_keeps_trust_back)) + ": " +
                 std::to_string(notice.missing_trust_entries));
    }
    if (notice.stale_h) {
        put_line(notice_line(common, ErrorCode::hub_stale));
        put_line("  " + std::string(common.text(Label::hours)) + ": " + std::to_string(*notice.stale_h));
    }
}

}  // namespace cotmoc::cli
