// authority list: who belongs to the province, and what needs looking after.
#include "authority_command.hpp"

#include <cotmoc/records/devices_json.hpp>

namespace cotmoc::cli {
namespace {

constexpr std::uint64_t day_ms = 24ull * 60 * 60 * 1000;
constexpr std::uint64_t certificate_notice_ms = 30 * day_ms;
constexpr std::uint64_t root_notice_ms = 180 * day_ms;

struct NoOptions {};

Label label_of(records::Standing standing) {
    switch (standing) {
        case records::Standing::active:
            return Label::active;
        case records::Standing::grace:
            return Label::grace;
        case records::Standing::expired:
            return Label::expired;
        case records::Standing::revoked:
            break;
    }
    return Label::revoked;
}

std::string time_text(std::uint64_t ms) { return utc_text(static_cast<std::int64_t>(ms)); }

bool ends_soon(const records::ListedDevice& listed, std::uint64_t now_ms) {
    return listed.standing != records::Standing::revoked &&
           listed.info.not_after_ms < now_ms + certificate_notice_ms;
}

std::string device_line(const Common& common, const records::ListedDevice& listed) {
    std::string spaces = listed.info.all_spaces ? "*" : "";
    for (const std::string& name : listed.info.spaces) {
        spaces += (spaces.empty() ? "" : ",") + name;
    }
    std::string state(common.text(label_of(listed.standing)));
    if (listed.reason) {
        state += " (" + std::string(crypto::reason_name(*listed.reason)) + ")";
    }
    return listed.info.id.hex().substr(0, 16) + "  " + (listed.info.name.empty() ? "-" : listed.info.name) +
           "  " + std::string(crypto::role_name(listed.info.role)) + "  " + (spaces.empty() ? "-" : spaces) +
           "  " + state + "  " + (listed.last_seen_ms ? time_text(*listed.last_seen_ms) : "-");
}

void put_text(const Common& common, const std::vector<records::ListedDevice>& devices,
              std::uint64_t root_end_ms, std::uint64_t now_ms) {
    for (const records::ListedDevice& listed : devices) {
        put_line(device_line(common, listed));
    }
    for (const records::ListedDevice& listed : devices) {
        if (ends_soon(listed, now_ms)) {
            put_line("! " + listed.info.name + ": " + std::string(common.text(Label::certificate_ends)) +
                     ": " + time_text(listed.info.not_after_ms));
        }
    }
    if (root_end_ms < now_ms + root_notice_ms) {
        put_line("! " + std::string(common.text(Label::root_ends)) + ": " + time_text(root_end_ms));
    }
}

Outcome list(const Common& common, const NoOptions&) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, "authority list"));
    sync::Replica& replica = *opened->replica;
    const std::int64_t now_ms = opened->place.clock.wall_ms();
    if (common.json) {
        COTMOC_ASSIGN(const std::string json, records::devices_json(replica, now_ms));
        put_line(json);
        return done;
    }
    COTMOC_ASSIGN(const auto devices, records::listed_devices(replica, now_ms));
    put_text(common, devices, replica.trust().root().expires_ms,
             static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms, 0)));
    return done;
}

}  // namespace

void add_authority_list_command(CLI::App& group, Program& program) {
    program.on(group.add_subcommand("list", "The devices, their roles, spaces and state"),
               std::make_shared<NoOptions>(), list);
}

}  // namespace cotmoc::cli
